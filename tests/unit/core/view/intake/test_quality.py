"""What the rules of quality say, as sentences, a table and data."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction

from funnelpact.apps.language import language
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.report import Figures, Level, QualityIssue, QualityReport
from funnelpact.core.view.intake.quality import quality_data, quality_notes, quality_sentences, quality_table

ENGLISH = language("en")


def issue(code: str, level: Level, *, refuses: tuple[Figures, ...] = (), limit: Fraction | None = None) -> QualityIssue:
    """Three of forty rows."""
    return QualityIssue(
        code=code,
        level=level,
        count=3,
        rows=40,
        examples=("a", date(2026, 1, 2)),
        limit=limit,
        refuses=refuses,
        sentence=Message(f"quality.said.{code}", count=3, rows=40),
    )


STOP = issue("touch-before-lead", Level.STOP, refuses=(Figures.RESPONSE, Figures.PEOPLE), limit=Fraction(1, 20))
DOUBT, TOLD = issue("link-to-nothing", Level.DOUBT), issue("lead-merged", Level.TOLD)


def report(*issues: QualityIssue) -> QualityReport:
    """A report of some issues."""
    return QualityReport(
        as_of=date(2026, 1, 31),
        known_at=datetime(2026, 2, 1, tzinfo=UTC),
        newest=datetime(2026, 1, 31, 9, tzinfo=UTC),
        issues=issues,
        ran=("lead-merged", "link-to-nothing", "touch-before-lead"),
        silent=("record-twice",),
    )


def says(*issues: QualityIssue) -> list[str]:
    """The sentences under the headline."""
    return [ENGLISH.say(sentence) for sentence in quality_sentences(report=report(*issues))][1:]


def test_each_refused_group_of_figures_is_named_with_its_rules():
    """One sentence each."""
    assert says(STOP, DOUBT) == [
        "Not printed: response times, because of touch-before-lead.",
        "Not printed: figures by owner and team, because of touch-before-lead.",
    ]


def test_a_doubt_is_no_refusal_and_what_is_told_is_no_doubt():
    """Three ways to be well."""
    assert says(DOUBT, TOLD) == ["Nothing is refused: all figures may be printed."]
    assert says(TOLD) == says() == ["Nothing is refused and nothing is doubtful."]


def test_the_table_shows_share_limit_and_figures():
    """A dash where a rule has no limit and where nothing is refused; no table where there is nothing to show."""
    table = quality_table(report=report(STOP, TOLD))

    assert table is not None
    assert [[ENGLISH.write(cell) for cell in row] for row in table.rows] == [
        ["touch-before-lead", "stop", "response, people", "3", "40", "7.5\u202f%", "5\u202f%"],
        ["lead-merged", "told", "–", "3", "40", "7.5\u202f%", "–"],
    ]
    assert quality_table(report=report()) is None


def test_why_and_what_to_do_stand_where_it_matters():
    """Not beside what is only told."""
    stop, told = (ENGLISH.say(note) for note in quality_notes(report=report(STOP, TOLD)))

    assert stop == (
        "touch-before-lead: 3 of 40 touches lie before their lead (7.5\u202f%; a, 2 January 2026); response times would be "
        "negative, or the lead was created after the work had begun; export the time of first contact as the creation, "
        "or leave older touches out."
    )
    assert told == "lead-merged: 3 of 40 leads were merged into another (7.5\u202f%; a, 2 January 2026)."


def test_the_report_as_data():
    """Numbers as numbers, days as ISO, sentences in the language asked for."""
    data = quality_data(report=report(STOP), language=language("tr"))

    assert data["refused"] == {"response": ["touch-before-lead"], "people": ["touch-before-lead"]}
    assert (data["as_of"], data["silent"]) == ("2026-01-31", ["record-twice"])
    (said,) = data["issues"]
    assert (said["count"], said["rows"], said["share"], said["limit"]) == (3, 40, 0.075, 0.05)
    assert said["examples"] == ["a", "2026-01-02"]
    assert said["sentence"] == "lead’inden önce görünen temas 3 / 40"


def test_every_rule_has_its_three_clauses_in_both_languages():
    """They begin small and end without a full stop, because the line around them ends them."""
    for code in ("en", "tr"):
        sentences = language(code).sentences
        for group in ("said", "why", "next"):
            clauses = {key: text for key, text in sentences.items() if key.startswith(f"quality.{group}.")}
            assert len(clauses) > 30
            assert not [
                key for key, text in clauses.items() if text.endswith(".") or (text[0].isupper() and text[:3] != "CRM")
            ]
