"""By what passes can be broken down: columns of facts, and the further labels that a source brought."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ibis.expr import types as ir

from funnelpact.core.journeys.stages import plain_words
from funnelpact.core.terms.problem import Problem

COLUMNS: dict[str, tuple[str, ...]] = {
    "leads": ("type", "segment", "stream", "campaign", "country", "company"),
    "deals": ("product", "owner", "company"),
    "people": ("team", "role"),
}
LABELLED = ("leads", "deals", "companies", "products", "people")
OTHER_NAMES = {
    "leadtype": "type",
    "origin": "type",
    "source": "type",
    "leadsource": "type",
    "channel": "type",
    "kaynak": "type",
    "tur": "type",
    "leadturu": "type",
    "urun": "product",
    "kampanya": "campaign",
    "ulke": "country",
    "sirket": "company",
    "firma": "company",
    "ekip": "team",
    "takim": "team",
    "temsilci": "owner",
    "sahip": "owner",
}


class BreakdownUnknown(Problem):
    """A breakdown by something that no record carries."""

    code = "breakdown-unknown"


class BreakdownAmbiguous(Problem):
    """A breakdown by a name that several columns could mean."""

    code = "breakdown-ambiguous"


class BreakdownLeaks(Problem):
    """A breakdown by something that is written down only after a pass has been won."""

    code = "breakdown-leaks"


@dataclass(frozen=True, slots=True)
class Dimension:
    """One way to break passes down: a column of a fact table, or an entry of its `labels`."""

    table: str
    name: str
    labelled: bool


def find_dimension(*, asked: str, available: Sequence[Dimension]) -> Dimension:
    """This returns the dimension that a person means by a name: `type`, `lead type`, `Region` for `regional_office`.

    Equal names (but for case, blanks and signs) come first, own columns before labels, then names of which one begins
    with the other. Raises `BreakdownUnknown`, naming what there is, or `BreakdownAmbiguous`.

    >>> find_dimension(asked="region", available=[Dimension("people", "regional_office", True)]).name
    'regional_office'
    """
    key = _key(asked)
    exact = [entry for entry in available if _key(entry.name) == key]
    if not exact and key in OTHER_NAMES:
        exact = [entry for entry in available if entry.name == OTHER_NAMES[key] and not entry.labelled]
    names_of = {entry: _key(entry.name) for entry in available}
    near = [
        entry for entry, name in names_of.items() if key and name and (name.startswith(key) or key.startswith(name))
    ]
    if exact:
        return min(exact, key=lambda entry: (entry.labelled, LABELLED.index(entry.table)))
    if len({entry.name for entry in near}) == 1:
        return near[0]
    names = tuple(sorted({entry.name for entry in near or available}))
    raise (BreakdownAmbiguous if near else BreakdownUnknown)(asked=asked, names=names)


def available_dimensions(*, facts: Mapping[str, ir.Table]) -> tuple[Dimension, ...]:
    """This returns everything by which the facts can be broken down: columns that say something, and labels."""
    found: list[Dimension] = []
    for table, names in COLUMNS.items():
        filled = (
            facts[table].aggregate(**{name: facts[table][name].count() for name in names}).to_pyarrow().to_pylist()[0]
        )
        found += [Dimension(table, name, labelled=False) for name in names if filled[name]]
    for table in LABELLED:
        labels = facts[table].select(name=facts[table].labels.keys().unnest()).distinct().order_by("name")
        found += [Dimension(table, name, labelled=True) for name in labels.to_pyarrow()["name"].to_pylist()]
    return tuple(found)


def _key(name: str) -> str:
    return "".join(plain_words(label=name))
