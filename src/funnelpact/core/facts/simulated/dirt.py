"""Bad record-keeping on request: each kind hits a share of the records, no record twice, and the truth says which."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from funnelpact.core.facts.simulated.rows import Column, Facts, Flags, Table, Texts, fact_table, same, texts
from funnelpact.core.facts.tables import Precision
from funnelpact.core.facts.world_spec import WorldSpec
from funnelpact.core.facts.world_truth import Dirt, Ints

Instant: TypeAlias = "np.datetime64"
Eligible: TypeAlias = "Callable[[Table], Flags]"
Spoil: TypeAlias = "Callable[[Soiling, Ints], Texts]"
"""Spoils the rows of its table with those numbers; says the keys of the records that it hit."""

HOUR, DAY = np.timedelta64(3600, "s"), np.timedelta64(86_400, "s")


class Soiling:
    """Facts while they are being spoilt. A record is a lead with its deals; deals without a lead stay as they are."""

    def __init__(self, *, facts: Facts, end: Instant, rng: np.random.Generator) -> None:
        self.facts, self.end, self.rng = facts, end, rng
        leads, deals = facts["leads"]["lead"].tolist(), facts["deals"]
        self.created = dict(zip(leads, facts["leads"]["happened_at"], strict=True))
        self.lead_of = dict(zip(deals["deal"].tolist(), deals["lead"].tolist(), strict=True))
        self._record: dict[str, str] = {lead: lead for lead in leads}
        self._record |= {deal: lead for deal, lead in self.lead_of.items() if lead is not None}
        self._hit: set[str] = set()

    def chosen(self, *, table: str, eligible: Flags, share: float) -> Ints:
        """Rows of a table, that share of the eligible ones, of records that nothing has hit yet; at most one of each."""
        subjects = self.facts[table][_KEY[table]]
        rows = np.flatnonzero(eligible)
        wanted = round(share * len(rows))
        found: list[int] = []
        for row in self.rng.permutation(rows).tolist():
            if len(found) >= wanted:
                break
            record = self._record.get(subjects[row])
            if record is not None and record not in self._hit:
                self._hit.add(record)
                found.append(row)
        return np.sort(np.array(found, dtype=np.int64))

    def creation(self, *, subjects: Texts) -> NDArray[np.datetime64]:
        """When the lead of each lead or deal was created."""
        made = [self.created[self.lead_of.get(subject) or subject] for subject in subjects]
        return np.array(made, dtype="datetime64[us]")

    def like(self, *, table: str, hit: Ints, mark: str, **changes: Column) -> Table:
        """Copies of some rows with changes, under keys of their own; `mark` makes them differ."""
        rows = {name: changes.get(name, column[hit]).copy() for name, column in self.facts[table].items()}
        return {**rows, "source_id": texts(values=[f"{key}{mark}" for key in rows["source_id"]])}

    def add(self, *, table: str, rows: Table) -> None:
        """More rows of a table; what happens after the end is not yet known."""
        seen = rows["happened_at"] <= self.end
        self.facts[table] = {
            name: np.concatenate([column, rows[name][seen]]) for name, column in self.facts[table].items()
        }

    def room(self, *, after: NDArray[np.datetime64]) -> NDArray[np.timedelta64]:
        """Half of the time from then to the end, in whole seconds: what is put there is known in time."""
        left = (self.end - after).astype("timedelta64[s]").astype(np.int64)
        return np.asarray((left // 2).astype("timedelta64[s]"))

    def days(self, *, low: int, high: int, count: int) -> NDArray[np.timedelta64]:
        """So many spans of `low` to `high` days, to the second."""
        return self.rng.integers(low * 86_400, high * 86_400, count).astype("timedelta64[s]")


def soil(*, facts: Facts, spec: WorldSpec, end: Instant, rng: np.random.Generator) -> tuple[Facts, dict[str, Dirt]]:
    """This returns the facts with `spec.dirt` of the eligible rows spoilt in each known way, and what was hit.

    Each kind hits its share of the eligible rows, as long as there are records that no other kind has hit. Keys are those
    of leads or deals, of touches their `source_id`. `end` is the last instant that is known. Kinds: see `KINDS`. A
    clean world (`dirt` 0) comes back as it is.
    """
    if not spec.dirt:
        return facts, {}
    soiling = Soiling(facts=dict(facts), end=end, rng=rng)
    found: dict[str, Dirt] = {}
    for kind, (table, eligible, spoil) in KINDS.items():
        rows = soiling.facts[table]
        chosen = soiling.chosen(table=table, eligible=eligible(rows), share=spec.dirt)
        found[kind] = Dirt(kind=kind, table=table, keys=tuple(sorted(spoil(soiling, chosen).tolist())))
    return {name: _sorted(rows) for name, rows in soiling.facts.items()}, found


def _sorted(rows: Table) -> Table:
    """Rows in the order of time again."""
    order = np.argsort(rows["happened_at"], kind="stable")
    return {name: column[order] for name, column in rows.items()}


def _emptied(table: str, *columns: str) -> Spoil:
    def spoil(soiling: Soiling, hit: Ints) -> Texts:
        for column in columns:
            soiling.facts[table][column][hit] = None
        return np.asarray(soiling.facts[table][_KEY[table]][hit])

    return spoil


def _restyled(table: str, column: str) -> Spoil:
    """Other capitals and stray blanks: to a person the same label."""

    def spoil(soiling: Soiling, hit: Ints) -> Texts:
        rows = soiling.facts[table]
        styles = (str.upper, str.lower, "{} ".format, " {}".format)
        picked = soiling.rng.integers(len(styles), size=len(hit)).tolist()
        labels = zip(picked, rows[column][hit], strict=True)
        rows[column][hit] = texts(values=[_unlike(styles[style](label), label) for style, label in labels])
        return np.asarray(rows[_KEY[table]][hit])

    return spoil


def _unlike(styled: str, label: str) -> str:
    """The styled label, or with a blank where the style changes nothing ("SQL" in capitals)."""
    return styled if styled != label else f"{label} "


def _unknown(soiling: Soiling, hit: Ints) -> Texts:
    rows = soiling.facts["transitions"]
    rows["label"][hit] = "Nurturing"
    return np.asarray(rows["subject"][hit])


def _day_only(table: str, key: str) -> Spoil:
    def spoil(soiling: Soiling, hit: Ints) -> Texts:
        rows = soiling.facts[table]
        rows["happened_at"][hit] = rows["happened_at"][hit].astype("datetime64[D]").astype("datetime64[us]")
        rows["precision"][hit] = Precision.DAY.value
        return np.asarray(rows[key][hit])

    return spoil


def _early_touch(soiling: Soiling, hit: Ints) -> Texts:
    rows = soiling.facts["touches"]
    days = soiling.days(low=2, high=20, count=len(hit))
    rows["happened_at"][hit] = soiling.creation(subjects=rows["subject"][hit]) - days
    return np.asarray(rows["source_id"][hit])


def _won_early(days_before_lead: int) -> Spoil:
    def spoil(soiling: Soiling, hit: Ints) -> Texts:
        rows = soiling.facts["transitions"]
        rows["happened_at"][hit] = soiling.creation(subjects=rows["subject"][hit]) - days_before_lead * DAY
        return np.asarray(rows["subject"][hit])

    return spoil


def _reopened(soiling: Soiling, hit: Ints) -> Texts:
    """Open again one to four days after the loss (never beyond the end), and half of them lost again weeks later."""
    lost = soiling.facts["transitions"]["happened_at"][hit]
    again = lost + np.minimum(soiling.days(low=1, high=4, count=len(hit)), soiling.room(after=lost))
    label, reason = same(value="Opportunity", count=len(hit)), same(value=None, count=len(hit))
    opened = soiling.like(table="transitions", hit=hit, mark="-open", happened_at=again, label=label, reason=reason)
    half = soiling.rng.random(len(hit)) < 0.5
    later = (again + soiling.days(low=10, high=40, count=len(hit)))[half]
    closed = soiling.like(table="transitions", hit=hit[half], mark="-lost", happened_at=later)
    soiling.add(table="transitions", rows=opened)
    soiling.add(table="transitions", rows=closed)
    return opened["subject"]


def _recycled(soiling: Soiling, hit: Ints) -> Texts:
    """A second pass of the same lead: put back at once, taken up again two to eight weeks later, by some up to SQL."""
    gone = soiling.facts["transitions"]["happened_at"][hit]
    back = gone + soiling.days(low=14, high=56, count=len(hit))
    further = soiling.rng.random(len(hit)) < 0.3
    steps = (
        ("Recycled", gone + HOUR, np.ones(len(hit), dtype=bool)),
        ("MQL", back, np.ones(len(hit), dtype=bool)),
        ("SQL", back + soiling.days(low=1, high=20, count=len(hit)), further),
    )
    rows = [
        soiling.like(
            table="transitions",
            hit=hit[here],
            mark=f"-{label}",
            happened_at=at[here],
            label=same(value=label, count=int(here.sum())),
            reason=same(value=None, count=int(here.sum())),
        )
        for label, at, here in steps
    ]
    for more in rows:
        soiling.add(table="transitions", rows=more)
    return rows[0]["subject"]


def _skipped(soiling: Soiling, hit: Ints) -> Texts:
    rows = soiling.facts["transitions"]
    keys = np.asarray(rows["subject"][hit])
    stay = np.ones(len(rows["subject"]), dtype=bool)
    stay[hit] = False
    soiling.facts["transitions"] = {name: column[stay] for name, column in rows.items()}
    return keys


def _doubled(soiling: Soiling, hit: Ints) -> Texts:
    """The same row once more, key and all."""
    rows = {name: column[hit] for name, column in soiling.facts["leads"].items()}
    soiling.add(table="leads", rows=rows)
    return np.asarray(rows["lead"])


def _entered_twice(soiling: Soiling, hit: Ints) -> Texts:
    """A second record of the same person, hours to days later; its key is that of the first with -2 behind it."""
    rows = soiling.facts["leads"]
    again = texts(values=[f"{key}-2" for key in rows["lead"][hit]])
    # Before the end for certain: the second record is what the truth names.
    room = soiling.room(after=rows["happened_at"][hit])
    at = rows["happened_at"][hit] + np.minimum(soiling.days(low=0, high=10, count=len(hit)), room)
    soiling.add(table="leads", rows=soiling.like(table="leads", hit=hit, mark="-2", happened_at=at, lead=again))
    return again


def _merged(soiling: Soiling, hit: Ints) -> Texts:
    """Entered twice, and found out later: the second record is merged into the first."""
    rows = soiling.facts["leads"]
    into, again = np.asarray(rows["lead"][hit]), _entered_twice(soiling, hit)
    leads = soiling.facts["leads"]
    at = dict(zip(leads["lead"].tolist(), leads["happened_at"], strict=True))
    entered = np.array([at[key] for key in again], dtype="datetime64[us]")
    found = entered + np.minimum(soiling.days(low=1, high=30, count=len(hit)), soiling.room(after=entered))
    soiling.facts["merges"] = fact_table(
        name="merges",
        source=str(leads["source"][0]),
        ids="M",
        happened_at=found,
        subject=again,
        subject_kind=same(value="lead", count=len(hit)),
        into=into,
    )
    return again


def _deleted(soiling: Soiling, hit: Ints) -> Texts:
    rows = soiling.facts["leads"]
    keys, made = np.asarray(rows["lead"][hit]), rows["happened_at"][hit]
    at = made + np.minimum(soiling.days(low=1, high=90, count=len(hit)), soiling.room(after=made))
    soiling.facts["deletions"] = fact_table(
        name="deletions",
        source=str(rows["source"][0]),
        ids="X",
        happened_at=at,
        subject=keys,
        subject_kind=same(value="lead", count=len(hit)),
    )
    return keys


def _every(rows: Table) -> Flags:
    return np.ones(len(rows["source_id"]), dtype=bool)


def _labelled(label: str) -> Eligible:
    return lambda rows: np.asarray(rows["label"] == label)


def _of_leads(rows: Table) -> Flags:
    return np.asarray(rows["subject_kind"] == "lead")


def _human(rows: Table) -> Flags:
    return np.asarray(rows["human"] & (rows["subject_kind"] == "lead"))


def _long_ago(rows: Table) -> Flags:
    return np.asarray((rows["label"] == "Disqualified") & (rows["happened_at"] < rows["happened_at"].max() - 60 * DAY))


_KEY = {
    "leads": "lead",
    "deals": "deal",
    "handovers": "subject",
    "transitions": "subject",
    "touches": "subject",
}

KINDS: dict[str, tuple[str, Eligible, Spoil]] = {
    "won-before-lead": ("transitions", _labelled("Won"), _won_early(10)),
    "won-a-day-early": ("transitions", _labelled("Won"), _won_early(1)),
    "reopened": ("transitions", _labelled("Lost"), _reopened),
    "skipped-stage": ("transitions", _labelled("SQL"), _skipped),
    "unknown-label": ("transitions", _labelled("SQL"), _unknown),
    "recycled": ("transitions", _long_ago, _recycled),
    "missing-currency": ("deals", _every, _emptied("deals", "currency")),
    "missing-owner": ("handovers", _of_leads, _emptied("handovers", "owner", "team")),
    "missing-type": ("leads", _every, _emptied("leads", "type")),
    "type-style": ("leads", _every, _restyled("leads", "type")),
    "label-style": ("transitions", _every, _restyled("transitions", "label")),
    "day-only": ("touches", _human, _day_only("touches", "source_id")),
    "day-only-stage": ("transitions", _labelled("SQL"), _day_only("transitions", "subject")),
    "touch-before-lead": ("touches", _human, _early_touch),
    "merged": ("leads", _every, _merged),
    "entered-twice": ("leads", _every, _entered_twice),
    "deleted": ("leads", _every, _deleted),
    "duplicate": ("leads", _every, _doubled),
}
"""Each kind: the table in which it shows, which rows it may hit, and what it does to them. Rare rows come first."""
