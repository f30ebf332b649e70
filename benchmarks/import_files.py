"""Exports of a simulated company as a CRM writes them, large enough to measure how fast they are read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from funnelpact.core.facts.simulated.rows import Table
from funnelpact.core.facts.world import world
from funnelpact.core.facts.world_spec import WorldSpec

LEADS, ENTRIES, TOUCHES = 1_000_000, 1_600_000, 4_000_000


def write_exports(*, folder: Path, share: float = 1.0) -> tuple[Path, ...]:
    """The files of leads, stage history and activities, with so large a share of the rows that are measured."""
    leads, entries, touches = (round(count * share) for count in (LEADS, ENTRIES, TOUCHES))
    facts = world(spec=WorldSpec(leads=leads), rng=np.random.Generator(np.random.PCG64(7))).facts
    files = (
        ("leads", facts["leads"], leads, {
            "Lead ID": "lead", "Created At": "happened_at", "Lead Source": "type", "Segment": "segment", "Stream": "stream",
            "Campaign": "campaign", "Country": "country", "Company ID": "company",
        }),
        ("history", _of_leads(facts["transitions"]), entries, {
            "Lead ID": "subject", "New Stage": "label", "Changed At": "happened_at", "Changed By": "actor_kind",
        }),
        ("activities", _of_leads(facts["touches"]), touches, {
            "Activity ID": "source_id", "Lead ID": "subject", "Activity Type": "kind", "Activity Date": "happened_at",
            "Direction": "direction", "Owner": "owner", "Outcome": "outcome",
        }),
    )  # fmt: skip
    return tuple(_write(folder / f"{name}.csv", facts, count, columns) for name, facts, count, columns in files)


def _of_leads(facts: Table) -> Table:
    of_leads = facts["subject_kind"] == "lead"
    return {name: column[of_leads] for name, column in facts.items()}


def _write(path: Path, facts: Table, count: int, columns: dict[str, str]) -> Path:
    """So many rows: the first ones once more, a day later and under other keys, where there are too few."""
    have = len(facts["source_id"])
    places = np.arange(count) % have
    later = (np.arange(count) // have).astype("timedelta64[D]")
    arrays = []
    for name in columns.values():
        values = facts[name][places]
        if name == "happened_at":
            text = pa.array((values + later).astype("datetime64[s]")).cast(pa.string())
        elif name == "source_id":
            copies = pa.array(np.arange(count) // have, mask=places == np.arange(count)).cast(pa.string())
            text = pc.binary_join_element_wise(pa.array(values, pa.string()), copies, "-", null_handling="skip")  # type: ignore[call-overload]  # the separator
        else:
            text = pa.array(values, pa.string())
        arrays.append(text.fill_null(""))
    table = pa.table(arrays, names=list(columns))
    # Nothing in a simulated world needs a quote, and Arrow would quote every text.
    lines = pc.binary_join_element_wise(*(column.combine_chunks() for column in table.columns), ",")  # type: ignore[call-overload]
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join(columns) + "\n")
        file.writelines(f"{line}\n" for line in lines.to_pylist())
    return path
