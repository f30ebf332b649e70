"""The shape of one company's funnel: ordered stages, and the steps between them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from funnelpact.core.terms.message import Message
from funnelpact.core.terms.problem import Problem

WON = "won"
EXITS = ("lost", "disqualified", "recycled")


class FunnelBroken(Problem):
    """Steps that do not form one chain to `won`: a stage is missing, named twice, or the chain forks."""

    code = "funnel-broken"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the funnel: of the passes that enter `start`, a share enters `end`."""

    start: str
    end: str

    def __str__(self) -> str:
        return f"{self.start}:{self.end}"


@dataclass(frozen=True, slots=True)
class Funnel:
    """Stages in order, the last one `won`.

    >>> [str(step) for step in STANDARD.steps]
    ['mql:sql', 'sql:opportunity', 'opportunity:won']
    """

    stages: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(self.stages) < 2 or self.stages[-1] != WON or len(set(self.stages)) < len(self.stages):
            raise FunnelBroken(steps=" → ".join(self.stages))

    @property
    def first(self) -> str:
        """The stage at which a pass enters the funnel."""
        return self.stages[0]

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps between neighbours, first to last."""
        return tuple(Step(start, end) for start, end in zip(self.stages, self.stages[1:], strict=False))

    @classmethod
    def from_steps(cls, steps: Collection[Step]) -> Funnel:
        """The funnel that the steps form, in whatever order they are given. Raises `FunnelBroken`.

        >>> Funnel.from_steps([Step("opportunity", "won"), Step("sql", "opportunity")]).stages
        ('sql', 'opportunity', 'won')
        """
        after = {step.start: step.end for step in steps}
        entrances = [step.start for step in steps if step.start not in set(after.values())]
        if len(after) < len(steps) or len(entrances) != 1:
            raise FunnelBroken(steps=", ".join(str(step) for step in steps))
        stages = [entrances[0]]
        while stages[-1] in after and len(stages) <= len(after):
            stages.append(after[stages[-1]])
        # Steps that run in a circle either never end or are never reached.
        if stages[-1] in after or len(stages) <= len(after):
            raise FunnelBroken(steps=", ".join(str(step) for step in steps))
        return cls(tuple(stages))


STANDARD = Funnel(("mql", "sql", "opportunity", WON))


_NAMED_STAGES = frozenset({"lead", "mql", "sql", "opportunity", "won"})


def stage_label(*, stage: str) -> Message:
    """This returns the name of a stage for people, in the plural; a stage of one's own keeps its key."""
    return Message(f"stage.{stage}") if stage in _NAMED_STAGES else Message("stage.other", stage=stage)
