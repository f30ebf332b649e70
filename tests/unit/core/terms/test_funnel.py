"""Funnels: stages in one chain to won."""

import pytest

from funnelpact.core.terms.funnel import STANDARD, Funnel, FunnelBroken, Step


def steps(text: str) -> list[Step]:
    """Steps from a line such as `a:b b:won`."""
    return [Step(*step.split(":")) for step in text.split()]


def test_steps_in_any_order():
    """The steps find their order by themselves."""
    assert Funnel.from_steps(steps("opportunity:won mql:sql sql:opportunity")) == STANDARD


@pytest.mark.parametrize("funnel", [STANDARD, Funnel(("opportunity", "won")), Funnel(("a", "b", "c", "d", "won"))])
def test_there_and_back(funnel):
    """A funnel is the funnel of its own steps."""
    assert Funnel.from_steps(funnel.steps) == funnel


def test_first_stage():
    """A pass enters at the first stage."""
    assert STANDARD.first == "mql"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "mql:sql",  # does not end in won
        "mql:sql opportunity:won",  # a stage is missing
        "mql:sql mql:opportunity opportunity:won",  # forks
        "mql:won sql:won",  # two entrances
        "mql:sql mql:sql sql:won",  # twice
        "won:mql",
        "won:won",
        "mql:won won:sql",
        "a:b b:a",  # a circle
        "a:b b:a mql:won",  # a circle beside the chain
        "mql:a a:b b:a",  # a circle that the chain runs into
        "mql:mql",
    ],
)
def test_what_is_no_chain(text):
    """Gaps, forks, circles and another end are refused."""
    with pytest.raises(FunnelBroken):
        Funnel.from_steps(steps(text))


@pytest.mark.parametrize("stages", [(), ("won",), ("mql", "sql"), ("mql", "mql", "won"), ("won", "won")])
def test_stages_that_are_no_funnel(stages):
    """Fewer than two stages, a stage twice, and a last one other than won are refused."""
    with pytest.raises(FunnelBroken):
        Funnel(stages)
