"""What all findings of one question share, and the plain ones among them: a count, a share of counted leads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from funnelpact.core.measure.counts.rows import ALL, Segment
from funnelpact.core.measure.curves.interval import share_interval
from funnelpact.core.measure.curves.limits import FEWEST, bounds
from funnelpact.core.measure.unfold import not_known
from funnelpact.core.terms.derivation import Derivation
from funnelpact.core.terms.finding import Figure, Finding
from funnelpact.core.terms.message import Message, Value
from funnelpact.core.terms.quantity import Rate


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """The day of a question, what was known, and its breakdown; None for none."""

    as_of: date
    known_at: datetime | None
    by: str | None

    def segments(self, *, sizes: Iterable[tuple[Segment, int]]) -> tuple[Segment, ...]:
        """`ALL`, then with a breakdown the segments by size, the unknown one last."""
        named = [(name, size) for name, size in sizes if name != ALL and self.by is not None]
        ordered = sorted(named, key=lambda pair: (pair[0] is None, -pair[1], pair[0] or ""))
        return (ALL, *(name for name, _ in ordered))

    def finding(
        self,
        *,
        name: str,
        value: Figure | None,
        n: int,
        population: Message,
        derivation: Derivation,
        low: Figure | None = None,
        high: Figure | None = None,
        cautions: tuple[Message, ...] = (),
        horizon_days: int | None = None,
    ) -> Finding:
        """A finding of the question."""
        return Finding(
            name=name,
            value=value,
            low=low,
            high=high,
            n=n,
            population=population,
            as_of=self.as_of,
            known_at=self.known_at,
            horizon_days=horizon_days,
            cautions=cautions,
            derivation=derivation,
        )

    def count(self, *, name: str, count: int, n: int, population: Message) -> Finding:
        """How many leads that is, of `n`."""
        tree = leaf(name=name, count=count)
        return self.finding(name=name, value=count, n=n, population=population, derivation=tree)

    def share(
        self,
        *,
        name: str,
        count: Derivation,
        of: Derivation,
        population: Message,
        cautions: tuple[Message, ...] = (),
    ) -> Finding:
        """The share of counted leads that is a part of them: `count` of `of`, both derivations of whole numbers.

        No value where they are fewer than `FEWEST`; the interval is Wilson's.
        """
        part, whole = count.value, of.value
        if not isinstance(part, int) or not isinstance(whole, int):
            raise TypeError("a share is of counted leads")
        low, high = bounds(interval=share_interval(share=part / whole, passes=whole) if whole else None)
        inputs = (count, of)
        if whole < FEWEST:
            few = (Message("caution.few_leads", needed=FEWEST),)
            tree = not_known(name=name, why=few[0], counts=inputs)
            return self.finding(
                name=name,
                value=None,
                low=low,
                high=high,
                n=whole,
                population=population,
                derivation=tree,
                cautions=(*few, *cautions),
            )
        rate = Rate(Fraction(part, whole))
        tree = Derivation(
            name=name,
            label=Message(f"finding.{name}"),
            value=rate,
            rule=Message("rule.share_of_leads", part=part, whole=whole),
            inputs=inputs,
        )
        return self.finding(
            name=name,
            value=rate,
            low=low,
            high=high,
            n=whole,
            population=population,
            derivation=tree,
            cautions=cautions,
        )


def leaf(*, name: str, count: int, **values: Value) -> Derivation:
    """A number that was counted, by its name."""
    return Derivation(
        name=name, label=Message(f"number.{name}", **values), value=count, rule=Message(f"rule.{name}", **values)
    )


def total(*, name: str, parts: tuple[Derivation, ...]) -> Derivation:
    """A number that is the sum of counted ones."""
    counts = [part.value for part in parts if isinstance(part.value, int)]
    return Derivation(
        name=name,
        label=Message(f"number.{name}"),
        value=sum(counts),
        rule=Message("rule.sum_of_parts"),
        inputs=parts,
    )


def population_of(*, segment: Segment) -> Message:
    """What the leads of a segment are called."""
    if segment == ALL:
        return Message("population.all")
    return Message("population.unknown") if segment is None else Message("population.segment", name=segment)
