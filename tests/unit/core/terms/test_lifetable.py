"""Life tables: who was watched at each age."""

from fractions import Fraction

import pytest

from funnelpact.core.terms.lifetable import LifeTable


def table(**rows: tuple[int, ...]) -> LifeTable:
    """A life table without amounts."""
    ages = len(rows["entered"])
    return LifeTable(**rows, amount=(Fraction(),) * ages, amount_known=(0,) * ages)


def test_at_risk():
    """Of ten, two move at once, one leaves at age 1, three are still open at age 1, and four remain to move at age 2."""
    ten = table(entered=(10, 0, 0), moved=(2, 0, 4), left=(0, 1, 0), open=(0, 3, 0))

    assert ten.at_risk == (10, 8, 4)
    assert ten.passes == 10


def test_late_entries_are_at_risk_from_their_age_on():
    """A pass whose record became visible at age 1 was not watched at age 0."""
    late = table(entered=(1, 1), moved=(0, 2), left=(0, 0), open=(0, 0))

    assert late.at_risk == (1, 2)


def test_nobody():
    """No ages and no passes are an empty table, not an error."""
    nobody = table(entered=(), moved=(), left=(), open=())

    assert (nobody.at_risk, nobody.passes) == ((), 0)


def test_rows_of_one_length():
    """Rows of different lengths are refused."""
    with pytest.raises(ValueError, match="one length"):
        table(entered=(1, 0), moved=(1,), left=(0, 0), open=(0, 0))
