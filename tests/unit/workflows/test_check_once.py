"""What is known to be sound is not asked again, and never believed of other facts."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from pathlib import Path

from funnelpact.adapters.warehouse.marks import MOST, marked, set_mark
from funnelpact.apps.wiring import funnel_mappings
from funnelpact.core.journeys.mapping import FunnelMapping, StageLabel
from funnelpact.core.terms.report import Figures
from funnelpact.workflows.quality import check_once
from tests.worlds import FIRST_IMPORT, batches_of, kept

SOUND = "lead a 2026-01-10T09:00\nlead a > SQL 2026-01-11T09:00\ntouch a 2026-01-11T10:00"
SPOILT = "lead b 2026-01-10T09:00\ntouch b 2026-01-02T10:00"
DAY = date(2026, 1, 31)


def test_the_second_time_no_rule_is_asked(tmp_path: Path):
    """The rules that ran are told the first time; of another day they run again, and with a deleted file as well."""
    store = kept(SOUND, tmp_path)
    ran = [
        bool(check_once(store=store, as_of=day, spoiling=figures).ran)
        for day, figures in [
            (DAY, (Figures.RATES,)),
            (DAY, (Figures.RATES,)),
            (DAY, (Figures.RESPONSE,)),
            (DAY - timedelta(days=1), (Figures.RATES,)),
        ]
    ]
    (tmp_path / "marks").unlink()

    assert ran == [True, False, True, True]
    assert check_once(store=store, as_of=DAY, spoiling=(Figures.RATES,)).ran


def test_another_batch_another_mapping_and_another_time_are_looked_at(tmp_path: Path):
    """Sound facts do not vouch for what comes after them, nor for what labels mean by another mapping."""
    store, mappings = kept(SOUND, tmp_path), funnel_mappings(tmp_path)
    figures = (Figures.RATES, Figures.RESPONSE)
    asked = partial(check_once, store=store, as_of=DAY, mappings=mappings, spoiling=figures)
    first = asked()
    mappings.save(FunnelMapping(labels=(StageLabel(record="lead", label="SQL", stage="won"),)), saved_at=FIRST_IMPORT)
    by_another = asked()
    (facts,) = batches_of(SPOILT)
    store.add(facts=facts, received={}, known_at=FIRST_IMPORT + timedelta(days=1), mapping={"b": 1}, report={})
    after = asked()
    then = asked(known_at=FIRST_IMPORT)

    assert first.ran
    assert by_another.ran
    assert Figures.RESPONSE in after.refused
    assert then.ran
    assert Figures.RESPONSE not in then.refused


def test_what_is_refused_is_found_out_each_time(tmp_path: Path):
    """With its counts and examples."""
    store = kept(SPOILT, tmp_path)
    both = [check_once(store=store, as_of=DAY, spoiling=(Figures.RESPONSE,)) for _ in range(2)]

    assert both[0].refused
    assert both[0] == both[1]


def test_old_marks_make_room(tmp_path: Path):
    """The file does not grow for ever, and where it cannot be written nobody is stopped."""
    for number in range(MOST + 1):
        set_mark(folder=tmp_path, mark=f"{number:064}")
    set_mark(folder=tmp_path / "nowhere", mark="x")

    assert not marked(folder=tmp_path, mark=f"{0:064}")
    assert marked(folder=tmp_path, mark=f"{MOST:064}")
    assert not marked(folder=tmp_path / "nowhere", mark="x")
