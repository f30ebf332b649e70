"""Bad record-keeping on request: each kind hits a share of the records, and the truth says which."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from funnelpact.core.facts.tables import Precision
from funnelpact.core.facts.world_spec import WorldSpec
from funnelpact.core.facts.world_time import Facts, Rows, together
from funnelpact.core.facts.world_truth import Dirt

Spoil: TypeAlias = Callable[[Facts, NDArray[Any]], list[str]]
"""Spoils facts in place at the chosen rows of its table; says the keys it hit."""


def soil(*, facts: Facts, spec: WorldSpec, rng: np.random.Generator) -> tuple[Facts, dict[str, Dirt]]:
    """This returns the facts with `spec.dirt` of the eligible records spoilt in each of the known ways, and what was hit.

    Kinds: missing type, missing owner, missing currency, labels in another case or with blanks, unknown labels,
    duplicate rows, day precision, touches before the lead, wins before the lead, wins a day before it, re-opened
    deals, skipped stages, merged leads. A clean world (`dirt` 0) comes back as it is.
    """
    if not spec.dirt:
        return facts, {}
    spoilt = {table: {name: column.copy() for name, column in rows.items()} for table, rows in facts.items()}
    found: dict[str, Dirt] = {}
    for kind, (table, eligible, spoil) in _KINDS.items():
        rows = np.flatnonzero(eligible(spoilt[table]))
        hit = rng.choice(rows, size=round(spec.dirt * len(rows)), replace=False)
        found[kind] = Dirt(kind=kind, table=table, keys=tuple(sorted(set(spoil(spoilt, np.sort(hit))))))
    return spoilt, found


def _texts(keys: NDArray[Any]) -> list[str]:
    return [str(key) for key in keys.tolist()]


def _every(rows: Rows) -> NDArray[np.bool_]:
    return np.ones(len(rows["source_id"]), bool)


def _won(rows: Rows) -> NDArray[np.bool_]:
    return np.asarray(rows["label"] == "Won")


def _lost(rows: Rows) -> NDArray[np.bool_]:
    return np.asarray((rows["label"] == "Lost") & (rows["subject_kind"] == "deal"))


def _sql(rows: Rows) -> NDArray[np.bool_]:
    return np.asarray(rows["label"] == "SQL")


def _human(rows: Rows) -> NDArray[np.bool_]:
    return np.asarray(rows["human"].astype(bool))


def _emptied(table: str, column: str, key: str) -> Spoil:
    def spoil(facts: Facts, hit: NDArray[Any]) -> list[str]:
        facts[table][column][hit] = None
        return _texts(facts[table][key][hit])

    return spoil


def _restyled(facts: Facts, hit: NDArray[Any]) -> list[str]:
    labels = facts["transitions"]["label"]
    labels[hit] = [f" {label.upper()} " for label in labels[hit]]
    return _texts(facts["transitions"]["subject"][hit])


def _unknown(facts: Facts, hit: NDArray[Any]) -> list[str]:
    facts["transitions"]["label"][hit] = "Nurturing"
    return _texts(facts["transitions"]["subject"][hit])


def _doubled(facts: Facts, hit: NDArray[Any]) -> list[str]:
    rows = facts["leads"]
    facts["leads"] = together(parts=(rows, {name: column[hit] for name, column in rows.items()}))
    return _texts(rows["lead"][hit])


def _day_only(facts: Facts, hit: NDArray[Any]) -> list[str]:
    rows = facts["touches"]
    rows["happened_at"][hit] = rows["happened_at"][hit].astype("datetime64[D]").astype("datetime64[us]")
    rows["precision"][hit] = Precision.DAY.value
    return _texts(rows["source_id"][hit])


def _early_touch(facts: Facts, hit: NDArray[Any]) -> list[str]:
    facts["touches"]["happened_at"][hit] -= np.timedelta64(400, "D")
    return _texts(facts["touches"]["source_id"][hit])


def _won_early(days_before_lead: int) -> Spoil:
    def spoil(facts: Facts, hit: NDArray[Any]) -> list[str]:
        leads, deals, moves = facts["leads"], facts["deals"], facts["transitions"]
        created = dict(zip(leads["lead"].tolist(), leads["happened_at"], strict=True))
        lead_of = dict(zip(deals["deal"].tolist(), deals["lead"].tolist(), strict=True))
        for row in hit.tolist():
            lead = lead_of[moves["subject"][row]]
            moves["happened_at"][row] = created[lead] - np.timedelta64(days_before_lead, "D")
        return _texts(moves["subject"][hit])

    return spoil


def _reopened(facts: Facts, hit: NDArray[Any]) -> list[str]:
    rows = facts["transitions"]
    again = {name: column[hit].copy() for name, column in rows.items()}
    again["label"][:] = "Opportunity"
    again["happened_at"] = again["happened_at"] + np.timedelta64(3600, "s")
    facts["transitions"] = together(parts=(rows, again))
    return _texts(rows["subject"][hit])


def _skipped(facts: Facts, hit: NDArray[Any]) -> list[str]:
    rows = facts["transitions"]
    keys = rows["subject"][hit]
    stay = np.ones(len(rows["subject"]), bool)
    stay[hit] = False
    facts["transitions"] = {name: column[stay] for name, column in rows.items()}
    return _texts(keys)


def _merged(facts: Facts, hit: NDArray[Any]) -> list[str]:
    leads = facts["leads"]
    keys, into = leads["lead"][hit], leads["lead"][(hit + 1) % len(leads["lead"])]
    facts["merges"] = {
        **{name: leads[name][hit] for name in ("source", "source_id", "happened_at", "precision")},
        "subject": keys,
        "subject_kind": np.full(len(hit), "lead", object),
        "into": into,
        "undone": np.zeros(len(hit), bool),
    }
    return _texts(keys)


_KINDS: dict[str, tuple[str, Callable[[Rows], NDArray[Any]], Spoil]] = {
    "missing-type": ("leads", _every, _emptied("leads", "type", "lead")),
    "missing-owner": ("handovers", _every, _emptied("handovers", "owner", "subject")),
    "missing-currency": ("deals", _every, _emptied("deals", "currency", "deal")),
    "won-before-lead": ("transitions", _won, _won_early(10)),
    "won-a-day-early": ("transitions", _won, _won_early(1)),
    "reopened": ("transitions", _lost, _reopened),
    "skipped-stage": ("transitions", _sql, _skipped),
    "label-style": ("transitions", _every, _restyled),
    "unknown-label": ("transitions", _sql, _unknown),
    "day-only": ("touches", _human, _day_only),
    "touch-before-lead": ("touches", _human, _early_touch),
    "merged": ("leads", _every, _merged),
    "duplicate": ("leads", _every, _doubled),
}
