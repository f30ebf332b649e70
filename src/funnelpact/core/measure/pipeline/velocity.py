"""Sales velocity: what the open pipeline brings in a day, as it is usually reckoned."""

from __future__ import annotations

from fractions import Fraction

from funnelpact.core.measure.curves.curve import Curve
from funnelpact.core.measure.curves.limits import reach
from funnelpact.core.measure.lag import FEWEST_MOVES
from funnelpact.core.measure.population import About
from funnelpact.core.measure.rates import matured_rate
from funnelpact.core.measure.share import leaf
from funnelpact.core.measure.unfold import counts_so_far, not_known
from funnelpact.core.measure.value import Amounts, average_order_value
from funnelpact.core.terms.derivation import Derivation
from funnelpact.core.terms.finding import Figure, Finding
from funnelpact.core.terms.funnel import Step
from funnelpact.core.terms.lifetable import LifeTable
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.money import Money
from funnelpact.core.terms.quantity import Rate


def velocity_findings(
    *, open_now: int, amounts: Amounts, table: LifeTable, step: Step, horizon_days: int, of: About
) -> tuple[Finding, ...]:
    """Open opportunities, order value, matured win rate, mean days to a win, and their velocity in money a day.

    Population: the opportunities of `table`, from their opening to won; `open_now` of them are open, `amounts` are those of
    won orders. Velocity = open × order value × win rate ÷ days to win. It has no interval: its four factors are
    estimated on overlapping passes, and how they vary together is not known; a caution says so. It also takes every open
    opportunity for a fresh one, which old ones are not: the money that each will bring by its age is the outlook's matter.
    """
    opened = _finding(
        "open_opportunities", open_now, of, n=open_now, tree=leaf(name="open_opportunities", value=open_now)
    )
    order = average_order_value(amounts=amounts, **of)
    rate = matured_rate(table=table, horizon_days=horizon_days, step=step, **of)
    days = mean_days_to_win(table=table, step=step, horizon_days=horizon_days, of=of)
    return opened, order, rate, days, _velocity((opened, order, rate, days), of)


def mean_days_to_win(*, table: LifeTable, step: Step, horizon_days: int, of: About) -> Finding:
    """The mean days from opening to win of those that are won within the horizon, those that have not been yet included.

    Population: the opportunities of `table`. Value: days, from the matured curve (its restricted mean); the mean over deals
    already won would be too low. None where fewer than `FEWEST_MOVES` were won. Raises `HorizonOutOfRange`.
    """
    curve = Curve.from_table(table=table)
    until = reach(curve=curve, horizon_days=horizon_days)
    mean = None if until is None else curve.restricted_mean(until=until)
    won = sum(table.moved)
    counts = counts_so_far(table=table, step=step)
    if mean is None or won < FEWEST_MOVES:
        why = Message("caution.few_won_ages", needed=FEWEST_MOVES)
        tree = not_known(name="mean_days_to_win", why=why, counts=counts)
        return _finding("mean_days_to_win", None, of, n=won, tree=tree, cautions=(why,), horizon=horizon_days)
    value = Fraction(round(mean, 6))
    tree = Derivation(
        name="mean_days_to_win",
        label=Message("finding.mean_days_to_win"),
        value=value,
        rule=Message("rule.mean_days_to_win", days=until or 0),
        inputs=counts,
    )
    return _finding("mean_days_to_win", value, of, n=won, tree=tree, horizon=until)


def _velocity(factors: tuple[Finding, Finding, Finding, Finding], of: About) -> Finding:
    opened, order, rate, days = factors
    parts = (opened.derivation, order.derivation, rate.derivation, days.derivation)
    match opened.value, order.value, rate.value, days.value:
        case int() as count, Money() as money, Rate() as share, Fraction() as took if took > 0:
            value = (money * (count * share.value)).per(took)
            tree = Derivation(
                name="velocity",
                label=Message("finding.velocity"),
                value=value,
                rule=Message("rule.velocity", open=count, order=money, rate=share, days=took),
                inputs=parts,
            )
            return _finding("velocity", value, of, n=opened.n, tree=tree, cautions=(Message("caution.no_interval"),))
    why = Message("caution.no_velocity")
    tree = not_known(name="velocity", why=why, counts=parts)
    return _finding("velocity", None, of, n=opened.n, tree=tree, cautions=(why,))


def _finding(
    name: str,
    value: Figure | None,
    of: About,
    *,
    n: int,
    tree: Derivation,
    cautions: tuple[Message, ...] = (),
    horizon: int | None = None,
) -> Finding:
    return Finding(name=name, value=value, n=n, **of, horizon_days=horizon, cautions=cautions, derivation=tree)
