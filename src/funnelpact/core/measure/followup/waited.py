"""The times and shares of one clock as findings, with the arithmetic behind them."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

from funnelpact.core.measure.curves.limits import FEWEST, bounds
from funnelpact.core.measure.curves.waits import WaitCurve, Waits
from funnelpact.core.measure.population import Question
from funnelpact.core.measure.share import leaf
from funnelpact.core.measure.unfold import not_known
from funnelpact.core.terms.derivation import Derivation
from funnelpact.core.terms.finding import Finding
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.quantity import Rate

HALF, MOST = Fraction(1, 2), Fraction(9, 10)
"""The shares of all leads that a time is given for: the median, and the slow end."""


def wait_of(
    *,
    name: str,
    curve: WaitCurve,
    share: Fraction,
    about: Question,
    population: Message,
    of: str = "leads",
) -> Finding:
    """The wait within which that share of all leads is answered, those that nobody has answered yet among them.

    Population: the leads of `curve`. Value: a duration, to the second up to an hour, to the minute up to 30 days, rounded
    up; None with a caution where fewer than `FEWEST` leads are counted, where fewer than the share are answered, or
    where too few are watched that long. `of` says what is counted, for the caution: leads or gaps. The interval is that of `WaitCurve.quantile_interval`.

    >>> from datetime import date
    >>> curve = WaitCurve.of(waits=Waits(answered={60: 45, 7200: 35}, open={600: 20}))
    >>> half = wait_of(name="median_wait_wall", curve=curve, share=HALF, population=Message("population.all"),
    ...                about=Question(as_of=date(2026, 11, 12), known_at=None, by=None))
    >>> str(half.value), str(half.low), str(half.high)
    ('2:00:00', '0:01:00', '2:00:00')
    """
    waits = curve.waits
    if waits.leads < FEWEST:
        return _silent(name, waits, Message("caution.few_leads", needed=FEWEST), about=about, population=population)
    found = curve.quantile(share=float(share))
    low, high = curve.quantile_interval(share=float(share))
    if found is None:
        return _silent(
            name, waits, Message(f"caution.share_not_reached.{of}", share=share), about=about, population=population
        )
    value = timedelta(seconds=found)
    tree = Derivation(
        name=name,
        label=Message(f"finding.{name}"),
        value=value,
        rule=Message("rule.wait_of_share", share=share),
        inputs=(_share_tree(curve, "answered_by_then", found), leaf(name="leads", value=waits.leads)),
    )
    return about.finding(
        name=name,
        value=value,
        low=None if low is None else timedelta(seconds=low),
        high=None if high is None else timedelta(seconds=high),
        n=waits.leads,
        population=population,
        derivation=tree,
    )


def share_within(*, name: str, curve: WaitCurve, seconds: int, about: Question, population: Message) -> Finding:
    """The share of all leads that is answered within a wait; those still waiting count for as long as they were watched.

    Population: the leads of `curve`. Value: a rate; None with a caution where the precision is that of fewer than `FEWEST`
    leads, or where too few are watched that long. `seconds` lies on the grid of the counts. The interval is Wilson's on the
    effective number of leads. The derivation is answered so far + expected of those watched for less, divided by the leads,
    which is the same number (B. Efron 1967, The two sample problem with censored data).

    >>> from datetime import date
    >>> curve = WaitCurve.of(waits=Waits(answered={60: 40, 7200: 40}, open={600: 20}))
    >>> share = share_within(name="within_1_h", curve=curve, seconds=3600, population=Message("population.all"),
    ...                      about=Question(as_of=date(2026, 11, 12), known_at=None, by=None))
    >>> share.value, share.n
    (Rate(value=Fraction(2, 5)), 100)
    """
    waits = curve.waits
    if not waits.leads:
        return _silent(name, waits, Message("caution.none_counted"), about=about, population=population)
    if not curve.is_known(seconds=seconds):
        why = Message("caution.not_watched_long", wait=timedelta(seconds=seconds))
        return _silent(name, waits, why, about=about, population=population)
    interval = curve.interval(seconds=seconds)
    low, high = bounds(interval=interval)
    if interval.passes < FEWEST - 1e-9:
        found = _silent(name, waits, Message("caution.few_leads", needed=FEWEST), about=about, population=population)
        return about.finding(
            name=name,
            value=None,
            low=low,
            high=high,
            n=waits.leads,
            population=population,
            derivation=found.derivation,
            cautions=found.cautions,
        )
    tree = _share_tree(curve, name, seconds)
    value = tree.value if isinstance(tree.value, Rate) else None
    return about.finding(
        name=name, value=value, low=low, high=high, n=waits.leads, population=population, derivation=tree
    )


def _silent(name: str, waits: Waits, why: Message, *, about: Question, population: Message) -> Finding:
    counts = (
        leaf(name="answered", value=sum(waits.answered.values())),
        leaf(name="unanswered", value=waits.leads - sum(waits.answered.values())),
    )
    tree = not_known(name=name, why=why, counts=counts)
    return about.finding(name=name, value=None, n=waits.leads, population=population, derivation=tree, cautions=(why,))


def _share_tree(curve: WaitCurve, name: str, seconds: int) -> Derivation:
    leads, answered = curve.waits.leads, curve.answered_within(seconds=seconds)
    wait = timedelta(seconds=seconds)
    expected = max(Fraction(0), Fraction(round(curve.share(seconds=seconds) * leads - answered, 9)))
    more = Derivation(
        name="answered_expected",
        label=Message("number.answered_expected"),
        value=expected,
        rule=Message("rule.answered_expected", wait=wait),
        inputs=(leaf(name="watched_less", value=curve.watched_less(seconds=seconds), wait=wait),),
    )
    return Derivation(
        name=name,
        label=Message("number.share_within", wait=wait),
        value=Rate(min(Fraction(1), (answered + expected) / leads)),
        rule=Message("rule.share_within", answered=answered, expected=expected, leads=leads, wait=wait),
        inputs=(leaf(name="answered_within", value=answered, wait=wait), more, leaf(name="leads", value=leads)),
    )
