"""How old open passes are in their stage, and which of them are older than nearly all that were ever won."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from funnelpact.core.measure.counts.money.opportunities import Ends, OpenAmounts
from funnelpact.core.measure.curves.curve import Curve
from funnelpact.core.measure.curves.limits import reach
from funnelpact.core.measure.lag import FEWEST_MOVES
from funnelpact.core.measure.population import About
from funnelpact.core.measure.share import leaf, share, total
from funnelpact.core.measure.unfold import not_known
from funnelpact.core.terms.derivation import Derivation
from funnelpact.core.terms.finding import Figure, Finding
from funnelpact.core.terms.lifetable import LifeTable
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.money import Money

NEARLY_ALL = Fraction(19, 20)
"""Older than this share of all wins: of those that are won, one in twenty is won later."""


def won_age(*, table: LifeTable, horizon_days: int) -> int | None:
    """The age in days by which `NEARLY_ALL` of those that are won within the horizon have been; None where few were won.

    Read off the matured curve, so that slow deals that have not been won yet are counted: the ages of deals already won
    would be too low.

    >>> none = Fraction(0)
    >>> table = LifeTable(entered=(60, 0, 0), moved=(10, 20, 10), left=(0, 0, 20), open=(0, 0, 0),
    ...                   amount=(none,) * 3, amount_known=(0,) * 3)
    >>> won_age(table=table, horizon_days=2)
    2
    """
    curve = Curve.from_table(table=table)
    days = reach(curve=curve, horizon_days=horizon_days)
    if days is None or sum(table.moved[: days + 1]) < FEWEST_MOVES:
        return None
    return curve.quantile(share=float(NEARLY_ALL), until=days)


def age_findings(
    *,
    ages: Mapping[int, int],
    limit: int | None,
    of: About,
) -> tuple[Finding, ...]:
    """The open passes of one stage: how many, their median and 90th percentile of days in it, the share older than `limit`.

    Population: open passes that are in the stage on `as_of`; all are counted, none estimated, so only the share has an
    interval. `limit` is the age from the stage by which `NEARLY_ALL` wins have come; without it there is no share.
    """
    open_passes = leaf(name="open_passes", value=sum(ages.values()))

    def told(name: str, value: Figure | None, *, rule: Message | None = None) -> Finding:
        why = Message("caution.nothing_open")
        tree = (
            not_known(name=name, why=why, counts=(open_passes,))
            if value is None
            else Derivation(
                name=name,
                label=Message(f"finding.{name}"),
                value=value,
                rule=rule or Message("rule.open_passes"),
                inputs=(open_passes,) if rule else (),
            )
        )
        return Finding(
            name=name,
            value=value,
            n=sum(ages.values()),
            **of,
            cautions=() if value is not None else (why,),
            derivation=tree,
        )

    ranks = [(name, percentile(counts=ages, share=share_of)) for name, share_of in _RANKS.items()]
    found = [told(name, value, rule=Message(f"rule.{name}")) for name, value in ranks]
    return (told("open_passes", sum(ages.values())), *found, _older(ages, limit, open_passes, of))


_RANKS = {"median_age": Fraction(1, 2), "p90_age": Fraction(9, 10)}


def percentile(*, counts: Mapping[int, int], share: Fraction) -> int | None:
    """The smallest age that at least that share of what is counted does not exceed; None where there is nothing.

    >>> percentile(counts={1: 1, 5: 1, 9: 2}, share=Fraction(1, 2))
    5
    """
    needed, seen = share * sum(counts.values()), 0
    for age in sorted(counts):
        seen += counts[age]
        if seen >= needed:
            return age
    return None


def _older(
    ages: Mapping[int, int],
    limit: int | None,
    open_passes: Derivation,
    of: About,
) -> Finding:
    if limit is None:
        why = Message("caution.few_won_ages", needed=FEWEST_MOVES)
        return Finding(
            name="share_older",
            value=None,
            n=sum(ages.values()),
            **of,
            cautions=(why,),
            derivation=not_known(name="share_older", why=why, counts=(open_passes,)),
        )
    older = sum(n for age, n in ages.items() if age > limit)
    part = Derivation(
        name="older", label=Message("number.older", days=limit), value=older, rule=Message("rule.older", days=limit)
    )
    return share(
        name="share_older",
        part=part,
        whole=open_passes,
        horizon_days=limit,
        **of,
    )


def dead_findings(
    *,
    open_ages: Mapping[int, int],
    amounts: Mapping[int, OpenAmounts],
    ends: Ends,
    limit: int | None,
    currency: str,
    of: About,
) -> tuple[Finding, ...]:
    """Opportunities that are open and older than nearly all that were won: how many, their money, and what they do to the win rate.

    Population: the open opportunities, `open_ages` by days since their opening, `amounts` those of their deals; `ends` are all their ends so far. Findings:
    `dead` (their number), `dead_amount` (of their open deals that carry an amount), `win_rate_so_far` = won ÷ (won +
    lost + without a decision) and `win_rate_with_dead`, the same with the dead taken as lost. Without a `limit` only the rate
    so far is known.
    """
    dead = None if limit is None else sum(n for age, n in open_ages.items() if age > limit)
    few = Message("caution.few_won_ages", needed=FEWEST_MOVES)
    count = _told_or_not("dead", dead, few, days=limit, of=of)
    old = [part for age, part in amounts.items() if limit is not None and age > limit]
    deals, known = sum(part.deals for part in old), sum(part.known for part in old)
    money = None if limit is None else Money(sum((part.amount for part in old), Fraction(0)), currency)
    worth = _told_or_not("dead_amount", money, few, days=limit, n=deals, of=of)
    if known < deals:
        worth = replace(worth, cautions=(Message("caution.orders_without_amounts", known=known, orders=deals),))
    won = leaf(name="won", value=ends.won)
    closed = (won, leaf(name="lost", value=ends.lost), leaf(name="derailed", value=ends.derailed))
    so_far = share(name="win_rate_so_far", part=won, whole=total(name="closed", parts=closed), **of)
    if dead is None:
        return count, worth, so_far, _told_or_not("win_rate_with_dead", None, few, days=limit, of=of)
    with_dead = share(
        name="win_rate_with_dead",
        part=won,
        whole=total(name="closed_or_dead", parts=(*closed, count.derivation)),
        **of,
    )
    return count, worth, so_far, with_dead


def _told_or_not(
    name: str,
    value: Figure | None,
    why: Message,
    *,
    days: int | None,
    of: About,
    n: int | None = None,
) -> Finding:
    tree = (
        not_known(name=name, why=why, counts=())
        if value is None or days is None
        else Derivation(
            name=name, label=Message(f"finding.{name}"), value=value, rule=Message(f"rule.{name}", days=days)
        )
    )
    return Finding(
        name=name,
        value=value,
        n=value if n is None and isinstance(value, int) else n or 0,
        **of,
        horizon_days=days,
        cautions=() if value is not None else (why,),
        derivation=tree,
    )
