"""One label in several spellings: what a person reads as the same and a computer does not."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable

from funnelpact.core.facts.quality.rule import EXAMPLES, Found
from funnelpact.core.terms.message import Message


def folded(*, text: str) -> str:
    """This returns the text without case, accents and stray blanks; the four Turkish letters i are one.

    >>> folded(text=" DİJİTAL  Form") == folded(text="dijital form") == folded(text="Dıjıtal FORM")
    True
    """
    small = text.replace("İ", "i").replace("I", "i").replace("ı", "i").casefold()
    letters = "".join(sign for sign in unicodedata.normalize("NFKD", small) if not unicodedata.combining(sign))
    return " ".join(letters.split())


def spellings(*, counts: Iterable[tuple[str, str | None, int]]) -> Found:
    """This returns how many of the facts carry a label in another spelling than its most frequent one.

    `counts` says of each column and label how many facts have it; a missing label says nothing. Examples are the rare
    spellings beside the usual one, the most frequent first.
    """
    groups: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for column, label, count in counts:
        if label is not None and label.strip():
            groups[column, folded(text=label)][label] += count
    rare = []
    for spelt in groups.values():
        usual = min(spelt, key=lambda label: (-spelt[label], label))
        rare += [(label, usual, count) for label, count in spelt.items() if label != usual]
    rare.sort(key=lambda found: (-found[2], found[0]))
    return Found(
        rows=sum(sum(spelt.values()) for spelt in groups.values()),
        count=sum(count for _, _, count in rare),
        examples=tuple(
            Message("quality.spelling", label=label, usual=usual, count=count)
            for label, usual, count in rare[:EXAMPLES]
        ),
    )
