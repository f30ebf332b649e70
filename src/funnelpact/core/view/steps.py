"""A derivation as rows: the tree that `--why`, the page and the document unfold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from funnelpact.core.terms.derivation import Derivation
from funnelpact.core.view.language import Language

BRANCH, LAST, THROUGH, GAP = "├─ ", "└─ ", "│  ", "   "


@dataclass(frozen=True, slots=True)
class Row:
    """One number of a derivation in words: how deep it stands, its name, its value, its rule."""

    stem: str
    label: str
    value: str
    rule: str


def derivation_rows(*, tree: Derivation, language: Language) -> tuple[Row, ...]:
    """This returns the rows of a derivation, each number before the numbers that it came from.

    `stem` draws the branches of the tree in characters. A number that several others rest on unfolds once.
    """
    return tuple(_rows(tree, language, here="", below="", unfolded=set()))


def _rows(tree: Derivation, language: Language, *, here: str, below: str, unfolded: set[int]) -> Iterator[Row]:
    yield Row(here, language.say(tree.label), language.write(tree.value), language.say(tree.rule))
    parts = () if id(tree) in unfolded else tree.inputs
    unfolded.add(id(tree))
    for position, part in enumerate(parts, start=1):
        last = position == len(parts)
        here, further = (LAST, GAP) if last else (BRANCH, THROUGH)
        yield from _rows(part, language, here=below + here, below=below + further, unfolded=unfolded)
