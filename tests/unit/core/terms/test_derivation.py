"""Derivations: a number, its rule and its inputs."""

from funnelpact.core.terms.derivation import Derivation
from funnelpact.core.terms.message import Message


def number(name: str, *inputs: Derivation) -> Derivation:
    """A number with nothing but a name and inputs."""
    return Derivation(name=name, label=Message(f"number.{name}"), value=1, rule=Message("rule"), inputs=inputs)


def test_steps_go_from_the_answer_down():
    """Each number comes before its inputs, and an input's own inputs before its neighbour."""
    leads = number("leads", number("deals", number("quota"), number("aov")), number("rate"))

    assert [step.name for step in leads.steps()] == ["leads", "deals", "quota", "aov", "rate"]


def test_a_leaf_is_its_only_step():
    """A number that was typed in has no steps below it."""
    quota = number("quota")

    assert list(quota.steps()) == [quota]
