"""How many passes were watched at each age, and what became of them: the form in which the funnel is counted."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeTable:
    """Counts of passes by whole days of age, for one population and one pair of stages.

    Population: passes that entered the start stage before `as_of`, each once. Row `a` of every tuple belongs to age
    `a` in days, 0 first. `entered[a]`: came under observation at that age (0 unless the record became visible later).
    `moved[a]`: reached the end stage at that age; `left[a]`: lost, disqualified or recycled; `open[a]`: still open at
    `as_of`, with that age. `amount[a]`: sum of the amounts of the deals behind `moved[a]`, `amount_known[a]` how many
    of those passes carry one. All tuples have the same length.

    >>> LifeTable(entered=(3, 0), moved=(1, 0), left=(0, 1), open=(0, 1),
    ...           amount=(Fraction(10), Fraction(0)), amount_known=(1, 0)).at_risk
    (3, 2)
    """

    entered: tuple[int, ...]
    moved: tuple[int, ...]
    left: tuple[int, ...]
    open: tuple[int, ...]
    amount: tuple[Fraction, ...]
    amount_known: tuple[int, ...]

    def __post_init__(self) -> None:
        rows = (self.entered, self.moved, self.left, self.open, self.amount, self.amount_known)
        if len({len(row) for row in rows}) != 1:
            raise ValueError("the rows of a life table have one length")

    @property
    def at_risk(self) -> tuple[int, ...]:
        """Passes under observation at the start of each age: all who entered by then less all who ended before."""
        watched, counts = 0, []
        for entered, moved, left, still_open in zip(self.entered, self.moved, self.left, self.open, strict=True):
            watched += entered
            counts.append(watched)
            watched -= moved + left + still_open
        return tuple(counts)

    @property
    def passes(self) -> int:
        """All passes of the population."""
        return sum(self.entered)
