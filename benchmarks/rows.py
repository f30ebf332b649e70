"""What a benchmark returns."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure of ours, beside the same job done by something else in the same run."""

    what: str
    ours: float
    other: float
    unit: str = "s"
    other_name: str
    """What `other` is, such as another tool or a bare script."""
    at_most: float | None = None
    """The largest ratio ours ÷ other that we accept."""

    @property
    def ratio(self) -> float:
        """How many times the other's figure ours is."""
        return self.ours / self.other

    @property
    def is_kept(self) -> bool:
        """Whether the ratio is within its limit."""
        return self.at_most is None or self.ratio <= self.at_most
