"""A counted share of a counted whole, as a finding with its interval and its arithmetic."""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction

from funnelpact.core.measure.curves.interval import share_interval
from funnelpact.core.measure.curves.limits import FEWEST, bounds
from funnelpact.core.measure.unfold import not_known
from funnelpact.core.terms.derivation import Derivation
from funnelpact.core.terms.finding import Finding
from funnelpact.core.terms.message import Message, Value
from funnelpact.core.terms.quantity import Rate


def share(
    *,
    name: str,
    part: Derivation,
    whole: Derivation,
    population: Message,
    as_of: date,
    known_at: datetime | None,
    horizon_days: int | None = None,
    cautions: tuple[Message, ...] = (),
) -> Finding:
    """This returns `part` ÷ `whole`, two counts of which the first is of some of the second.

    Value: a rate; None where the whole is less than `FEWEST`, then the interval stands alone. Interval: Wilson's.

    >>> counts = (leaf(name="won", value=30), leaf(name="won_or_lost", value=100))
    >>> found = share(name="win_rate", part=counts[0], whole=counts[1], population=Message("population.all"),
    ...               as_of=date(2026, 10, 31), known_at=None)
    >>> found.value, round(float(found.low.value), 3)
    (Rate(value=Fraction(3, 10)), 0.219)
    """
    count, of = _count(part), _count(whole)
    low, high = bounds(interval=share_interval(share=count / of, passes=of) if of else None)
    value = None
    if of >= FEWEST:
        value = Rate(Fraction(count, of))
        tree = Derivation(
            name=name,
            label=Message(f"finding.{name}"),
            value=value,
            rule=Message("rule.share", part=count, whole=of),
            inputs=(part, whole),
        )
    else:
        why = Message("caution.too_few_counted", n=of, needed=FEWEST) if of else Message("caution.nothing_counted")
        cautions = (why, *cautions)
        tree = not_known(name=name, why=why, counts=(part, whole))
    return Finding(
        name=name,
        value=value,
        low=low,
        high=high,
        n=of,
        population=population,
        as_of=as_of,
        known_at=known_at,
        horizon_days=horizon_days,
        cautions=cautions,
        derivation=tree,
    )


def leaf(*, name: str, value: Value, **values: Value) -> Derivation:
    """A leaf: what was counted or told, under the name of its sentences `number.…` and `rule.…`, which name the `values`."""
    return Derivation(
        name=name, label=Message(f"number.{name}", **values), value=value, rule=Message(f"rule.{name}", **values)
    )


def total(*, name: str, parts: tuple[Derivation, ...]) -> Derivation:
    """Counts added up."""
    return Derivation(
        name=name,
        label=Message(f"number.{name}"),
        value=sum(_count(part) for part in parts),
        rule=Message("rule.added_up"),
        inputs=parts,
    )


def _count(tree: Derivation) -> int:
    if not isinstance(tree.value, int):
        raise TypeError("a share is one of counts")
    return tree.value
