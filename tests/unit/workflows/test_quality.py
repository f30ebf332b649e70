"""From a data folder to a report of quality, and from a report to a refusal."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from funnelpact.apps.language import language
from funnelpact.apps.wiring import funnel_mappings
from funnelpact.core.journeys.mapping import FunnelMapping, StageLabel
from funnelpact.core.terms.problem import Problems
from funnelpact.core.terms.report import Figures, Level, QualityReport
from funnelpact.workflows.quality import QualityRefuses, check_quality, refuse_if_spoilt, refused_figures
from tests.stores import store_in
from tests.worlds import FIRST_IMPORT, kept


def touches(early: int, late: int) -> str:
    """So many touches before their lead, and after it."""
    return "\n".join(
        ["lead a 2026-01-10T09:00"]
        + [f"touch a 2026-01-02T10:{number:02}" for number in range(early)]
        + [f"touch a 2026-01-11T10:{number:02}" for number in range(late)]
    )


def report(folder: Path, world: str, **asked: object) -> QualityReport:
    """What is said of a world in a folder."""
    return check_quality(store=kept(world, folder), **asked)  # type: ignore[arg-type]


def test_the_report_is_of_the_newest_day_unless_another_is_asked_for(tmp_path: Path):
    """And says when the facts were learnt, and the newest of them."""
    world = touches(1, 1) + "\ntouch a 2026-01-01T10:00"
    now = report(tmp_path / "a", world)
    then = report(tmp_path / "b", world, as_of=date(2026, 1, 10))

    assert (now.as_of, now.known_at) == (date(2026, 1, 11), FIRST_IMPORT)
    assert now.newest == datetime(2026, 1, 11, 10, tzinfo=UTC)
    assert [(issue.count, issue.rows) for issue in now.issues if issue.code == "touch-before-lead"] == [(2, 3)]
    assert [(issue.count, issue.rows) for issue in then.issues if issue.code == "touch-before-lead"] == [(2, 2)]


def test_what_was_known_then_is_what_is_judged(tmp_path: Path):
    """The second import brought the touch that lies before the lead, and then corrected it."""
    store = kept("lead a 2026-01-10T09:00\nbatch\ntouch a 2026-01-02T10:00\nbatch\ntouch a 2026-01-12T10:00", tmp_path)
    counts = [
        {issue.code: issue.count for issue in check_quality(store=store, known_at=known_at).issues}
        for known_at in (FIRST_IMPORT, FIRST_IMPORT + timedelta(days=1), None)
    ]

    assert ["touch-before-lead" in found for found in counts] == [False, True, False]


def test_nothing_imported_is_a_report_of_nothing(tmp_path: Path):
    """No fact, no rule that ran, nothing refused."""
    said = report(tmp_path, "")

    assert said.newest is None
    assert not said.ran
    assert not said.issues
    assert len(said.silent) > 20


def test_a_mapping_of_the_company_places_its_labels(tmp_path: Path):
    """What no word tells, people do."""
    world = "lead a 2026-01-01\nlead a > Nurture 2026-01-02T09:00"
    by_words = report(tmp_path / "a", world)
    mappings = funnel_mappings(tmp_path / "b")
    label = StageLabel(record="lead", label="Nurture", stage="sql")
    mappings.save(FunnelMapping(labels=(label,)), saved_at=FIRST_IMPORT)
    by_hand = report(tmp_path / "b", world, mappings=mappings)
    mappings.save(FunnelMapping(labels=(replace(label, stage=None),)), saved_at=FIRST_IMPORT)
    of_no_matter = check_quality(store=store_in(tmp_path / "b"), mappings=mappings)

    assert [issue.code for issue in by_words.issues] == ["label-unknown"]
    assert not by_hand.issues
    assert not of_no_matter.issues


def test_the_day_is_that_of_the_zone(tmp_path: Path):
    """An evening in UTC is the next day in Istanbul; a day without a time stays where it is."""
    mappings = funnel_mappings(tmp_path)
    mappings.save(FunnelMapping(zone="Europe/Istanbul"), saved_at=FIRST_IMPORT)
    said = report(tmp_path, touches(1, 1) + "\ntouch a 2026-01-11T22:30", mappings=mappings)
    cut = check_quality(store=store_in(tmp_path), mappings=mappings, as_of=date(2026, 1, 11))

    assert said.as_of == date(2026, 1, 12)
    assert [(issue.count, issue.rows) for issue in said.issues if issue.code == "touch-before-lead"] == [(1, 3)]
    assert [(issue.count, issue.rows) for issue in cut.issues if issue.code == "touch-before-lead"] == [(1, 2)]


def test_a_figure_is_refused_above_the_limit_and_only_that_figure(tmp_path: Path):
    """One touch in ten lies before its lead: response times are refused, rates are not."""
    said = report(tmp_path, touches(1, 9))

    assert {figures: [issue.code for issue in issues] for figures, issues in refused_figures(report=said).items()} == {
        Figures.RESPONSE: ["touch-before-lead"]
    }
    assert refuse_if_spoilt(report=said, figures=[Figures.RATES, Figures.VALUES]) is None  # type: ignore[func-returns-value]
    with pytest.raises(QualityRefuses) as caught:
        refuse_if_spoilt(report=said, figures=[Figures.RATES, Figures.RESPONSE])
    assert caught.value.data["rule"] == "touch-before-lead"
    assert (caught.value.data["count"], caught.value.data["rows"]) == (1, 10)


def test_at_the_limit_nothing_is_refused(tmp_path: Path):
    """One in twenty is a doubt."""
    said = report(tmp_path, touches(1, 19))

    assert [issue.level for issue in said.issues if issue.code == "touch-before-lead"] == [Level.DOUBT]
    assert refuse_if_spoilt(report=said, figures=list(Figures)) is None  # type: ignore[func-returns-value]


def test_the_refusal_says_rule_number_reason_and_remedy(tmp_path: Path):
    """In both languages, in one sentence."""
    with pytest.raises(QualityRefuses) as caught:
        refuse_if_spoilt(report=report(tmp_path, touches(1, 9)), figures=[Figures.RESPONSE])

    assert language("en").explain(caught.value) == (
        (
            "no response times are printed: 1 of 10 touches lie before their lead (10\u202f%, allowed 5\u202f%; "
            "touch-before-lead); response times would be negative, or the lead was created after the work had begun; "
            "export the time of first contact as the creation, or leave older touches out."
        ),
    )
    assert language("tr").explain(caught.value) == (
        (
            "yanıt süreleri yazılmaz: lead’inden önce görünen temas 1 / 10 (%10, sınır %5; touch-before-lead); "
            "yanıt süresi eksi çıkar ya da lead, iş başladıktan sonra oluşturulmuştur; "
            "oluşturma yerine ilk temas zamanını aktarın ya da daha eski temasları dışarıda bırakın."
        ),
    )


def test_two_reasons_are_two_problems(tmp_path: Path):
    """None hides the other; each names only the figures that were asked for."""
    world = "lead a 2026-01-10\ntouch a 2026-01-02\nlead a > Parked 2026-01-11"
    said = report(tmp_path, world)
    with pytest.raises(Problems) as caught:
        refuse_if_spoilt(report=said, figures=[Figures.RATES, Figures.RESPONSE])

    assert {problem.data["rule"] for problem in caught.value.problems} == {
        "touch-before-lead",
        "days-not-hours",
        "label-unknown",
    }
