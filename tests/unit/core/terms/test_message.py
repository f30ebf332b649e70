"""Messages: ids with named values."""

from fractions import Fraction

from funnelpact.core.terms.message import Message
from funnelpact.core.terms.money import Money


def test_equal_whatever_the_order_of_values():
    """Two messages with one id and the same values are equal and hash alike, in whatever order they were named."""
    first, second = Message("step", start="mql", end="sql"), Message("step", end="sql", start="mql")

    assert first == second
    assert hash(first) == hash(second)


def test_another_value_is_another_message():
    """A message differs from one with another id, another value or one value less."""
    message = Message("step", start="mql")

    assert message != Message("stage", start="mql")
    assert message != Message("step", start="sql")
    assert message != Message("step")


def test_values_keep_their_type():
    """Money stays money and a message stays a message, so that each language can write them."""
    quota, stage = Money(Fraction(500), "EUR"), Message("stage.mql")

    assert Message("calc", quota=quota, stage=stage).values == {"quota": quota, "stage": stage}


def test_any_name_is_free_for_a_value():
    """A value may be called id, message_id or self."""
    assert Message("lead", id=7, message_id="a", self="b").values == {"id": 7, "message_id": "a", "self": "b"}
