"""What was measured, as tables and data."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest

from funnelpact.apps.language import language
from funnelpact.core.terms.derivation import Derivation
from funnelpact.core.terms.finding import Block, Figure, Finding, Measured, Row
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.money import Money
from funnelpact.core.terms.quantity import Rate
from funnelpact.core.view.measured import block_tables, measured_data, unit_of

ENGLISH, TURKISH = language("en"), language("tr")
KNOWN_AT = datetime(2026, 11, 1, tzinfo=UTC)


def finding(name: str, value: Figure | None, low: Figure | None = None, high: Figure | None = None) -> Finding:
    """A finding on 40 passes."""
    leaf = Derivation(name=name, label=Message("population.all"), value=40, rule=Message("population.all"))
    return Finding(
        name=name,
        value=value,
        low=low,
        high=high,
        n=40,
        population=Message("population.all"),
        as_of=date(2026, 10, 31),
        known_at=KNOWN_AT,
        derivation=leaf,
    )


def measured(*findings: Finding) -> Measured:
    """An answer with one block of one row."""
    block = Block(name="all", title=Message("population.all"), rows=(Row(name="", findings=findings),))
    return Measured(name="x", as_of=date(2026, 10, 31), known_at=KNOWN_AT, by=None, blocks=(block,))


def test_a_range_stands_beside_the_finding_that_has_one() -> None:
    """Only a finding with an interval has a second column."""
    rate = finding("matured_rate", Rate(Fraction(1, 4)), Rate(Fraction(1, 5)), Rate(Fraction(3, 10)))
    table = block_tables(measured=measured(finding("median_days", 12), rate))[0]
    assert [ENGLISH.write(cell) for cell in table.rows[0]] == ["all", "40", "12", "25.0\u202f%", "20.0–30.0"]
    assert len(table.head) == len(table.rows[0])


def test_durations_are_written_in_each_language_and_told_in_seconds() -> None:
    """People read hours and minutes, programs seconds."""
    answer = measured(finding("median_days", timedelta(hours=2, minutes=5)))
    assert TURKISH.write(block_tables(measured=answer)[0].rows[0][2]) == "2 sa 5 dk"
    told = measured_data(measured=answer, language=ENGLISH)["blocks"][0]["rows"][0]["findings"]["median_days"]
    assert (told["value"], told["unit"]) == (7500, "seconds")


@pytest.mark.parametrize(
    ("figure", "unit"),
    [(Rate(Fraction(1, 2)), "share"), (Money(Fraction(1), "EUR"), "EUR"), (Fraction(3, 2), "number"), (None, None)],
)
def test_every_kind_of_number_has_its_unit(figure: Figure | None, unit: str | None) -> None:
    """A program need not guess whether 0.5 is a share or a number."""
    assert unit_of(figure=figure) == unit
