"""Findings: one measured number with its circumstances."""

from dataclasses import FrozenInstanceError, replace
from datetime import date
from fractions import Fraction

import pytest

from funnelpact.core.terms.derivation import Derivation
from funnelpact.core.terms.finding import Finding
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.quantity import Rate

FOUND = Finding(
    name="matured_rate",
    value=Rate(Fraction(1, 3)),
    n=42,
    population=Message("population.web"),
    as_of=date(2026, 11, 13),
    known_at=None,
    derivation=Derivation(name="matured_rate", label=Message("number.rate"), value=14, rule=Message("rule.counted")),
)


def test_a_finding_never_changes():
    """What was measured stays as it was; another measurement is another finding."""
    with pytest.raises(FrozenInstanceError):
        FOUND.n = 43  # type: ignore[misc]

    assert replace(FOUND, n=43) != FOUND


def test_no_interval_and_no_caution_unless_given():
    """A finding claims no precision by itself."""
    assert (FOUND.low, FOUND.high, FOUND.horizon_days, FOUND.cautions) == (None, None, None, ())
