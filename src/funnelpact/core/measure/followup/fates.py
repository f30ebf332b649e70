"""What became of leads by how fast they were answered: described, with the reasons why that is no effect, or adjusted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from funnelpact.core.measure.counts.followup.fates import BANDS, Fate
from funnelpact.core.measure.followup.logistic import Standardised, e_value, standardised
from funnelpact.core.measure.population import Question, population_of
from funnelpact.core.measure.share import leaf
from funnelpact.core.measure.unfold import not_known
from funnelpact.core.terms.derivation import Derivation
from funnelpact.core.terms.finding import Block, Figure, Finding, Row
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.quantity import Rate

HORIZON_DAYS = 30
FEWEST_MOVED = 10
"""An adjusted figure is told where at least so many moved on, and so many did not, on either side."""
MOST_OWNERS = 20
"""Owners with the most leads have a level of their own; all others share one."""
ALONE = 0.1
"""A caution says where more leads than this have nobody like them on the other side."""
COVARIATES = ("type", "size", "owner", "weekday", "part", "queue")


def described_block(*, bands: Mapping[int, tuple[int, int]], about: Question) -> Block:
    """The share that moved on within `HORIZON_DAYS`, by band of the response in working time: described, and no effect.

    Population: passes handed over long enough ago; `bands` are those of `core.measure.counts.fates.fates_by_band`.
    """
    rows = []
    for band in range(len(BANDS) + 1):
        leads, moved = bands.get(band, (0, 0))
        label = _band(band)
        share = about.share(
            name="moved_described",
            count=leaf(name="moved_within_days", value=moved, days=HORIZON_DAYS),
            of=leaf(name="leads_in_band", value=leads),
            population=label,
            cautions=(Message("caution.described_no_effect"),),
        )
        rows.append(Row(name=f"band_{band + 1}", label=label, findings=(share,)))
    title = Message("response.title.described", days=HORIZON_DAYS)
    return Block(name="moved_by_band_described", title=title, rows=tuple(rows) if bands else ())


def _band(band: int) -> Message:
    if band == len(BANDS):
        return Message("response.band.slower", wait=timedelta(seconds=BANDS[-1]))
    return Message("response.band.within", wait=timedelta(seconds=BANDS[band]))


def adjusted_block(*, fates: Sequence[Fate], within: timedelta, about: Question) -> Block:
    """The share that moved on within `HORIZON_DAYS` if all promises were kept and if all were missed, adjusted; the ratio of
    both; and how strong something unseen would have to be to explain it.

    Population: passes handed over long enough ago that were still open when the answer was due. Adjusted for `COVARIATES`
    by standardising a logistic model. No value with a caution where too few moved on or did not on either side.
    """
    known = tuple(fates)
    arms = {kept: [fate for fate in known if fate.kept is kept] for kept in (True, False)}
    counts = [
        count
        for arm in arms.values()
        for count in (sum(fate.moved for fate in arm), sum(fate.leads - fate.moved for fate in arm))
    ]
    title = Message("response.title.adjusted", promise=within, days=HORIZON_DAYS)
    if not known:
        return Block(name="moved_if_kept_adjusted", title=title, rows=())
    findings = _silent(known, about) if min(counts) < FEWEST_MOVED else _told(known, about)
    return Block(name="moved_if_kept_adjusted", title=title, rows=(Row(name="", findings=findings),))


NAMES = ("if_kept_adjusted", "if_missed_adjusted", "ratio_adjusted", "e_value", "e_value_of_range")


def _silent(fates: Sequence[Fate], about: Question) -> tuple[Finding, ...]:
    why = Message("caution.few_to_adjust", needed=FEWEST_MOVED)
    counts = (_leads(fates), leaf(name="moved_within_days", value=_moved(fates), days=HORIZON_DAYS))
    return tuple(
        about.finding(
            name=name,
            value=None,
            n=sum(fate.leads for fate in fates),
            population=population_of(segment=""),
            derivation=not_known(name=name, why=why, counts=counts),
            cautions=(why,),
        )
        for name in NAMES
    )


def _told(fates: Sequence[Fate], about: Question) -> tuple[Finding, ...]:
    model = model_of(fates=fates)
    chances = (model.treated[0], model.untreated[0])
    kept_tree, missed_tree = (_risk(name, fates, chance) for name, chance in zip(NAMES[:2], chances, strict=True))
    ratio = Fraction(round(model.ratio[0], 9))
    cautions = (Message("caution.adjusted_not_effect"), *_alone(fates))
    tree = Derivation(
        name="ratio_adjusted",
        label=Message("finding.ratio_adjusted"),
        value=ratio,
        rule=Message("rule.ratio_adjusted", kept=kept_tree.value, missed=missed_tree.value),
        inputs=(kept_tree, missed_tree),
    )
    low, high = model.ratio[1:]
    limit = 1.0 if low <= 1 <= high else low if low > 1 else high
    told: list[tuple[Figure, Figure | None, Figure | None, Derivation]] = [
        (*_rates(model.treated), kept_tree),
        (*_rates(model.untreated), missed_tree),
        (ratio, Fraction(round(low, 9)), Fraction(round(high, 9)), tree),
        _e_value("e_value", model.ratio[0], tree),
        _e_value("e_value_of_range", limit, tree),
    ]
    return tuple(
        about.finding(
            name=name,
            value=value,
            low=low_end,
            high=high_end,
            n=sum(fate.leads for fate in fates),
            population=population_of(segment=""),
            derivation=derivation,
            cautions=cautions if name == "ratio_adjusted" else (),
            horizon_days=HORIZON_DAYS,
        )
        for name, (value, low_end, high_end, derivation) in zip(NAMES, told, strict=True)
    )


def _rates(found: tuple[float, float, float]) -> tuple[Rate, Rate, Rate]:
    value, low, high = map(Rate.measured, found)
    return value, low, high


def _e_value(name: str, ratio: float, tree: Derivation) -> tuple[Fraction, None, None, Derivation]:
    value = Fraction(round(e_value(ratio=ratio), 9))
    of = Fraction(round(ratio, 9))
    rule = Message("rule.e_value", ratio=of)
    derivation = Derivation(name=name, label=Message(f"finding.{name}"), value=value, rule=rule, inputs=(tree,))
    return value, None, None, derivation


def _risk(name: str, fates: Sequence[Fate], chance: float) -> Derivation:
    return Derivation(
        name=name,
        label=Message(f"finding.{name}"),
        value=Rate.measured(chance),
        rule=Message(f"rule.{name}"),
        inputs=(_leads(fates), leaf(name="moved_within_days", value=_moved(fates), days=HORIZON_DAYS)),
    )


def _leads(fates: Sequence[Fate]) -> Derivation:
    return leaf(name="leads_open_when_due", value=sum(fate.leads for fate in fates))


def _moved(fates: Sequence[Fate]) -> int:
    return sum(fate.moved for fate in fates)


def model_of(*, fates: Sequence[Fate]) -> Standardised:
    """The chances of all leads of the fates if all promises were kept and if all were missed, adjusted for `COVARIATES`."""
    sizes: Counter[str | None] = Counter()
    for fate in fates:
        sizes[fate.owner] += fate.leads
    own = {owner for owner, _ in sizes.most_common(MOST_OWNERS)}
    levels = [
        _numbered(
            [fate.owner if fate.owner in own else "" for fate in fates]
            if name == "owner"
            else [getattr(fate, name) for fate in fates]
        )
        for name in COVARIATES
    ]
    return standardised(
        treated=np.array([fate.kept for fate in fates]),
        levels=levels,
        leads=np.array([fate.leads for fate in fates], dtype=np.float64),
        moved=np.array([fate.moved for fate in fates], dtype=np.float64),
    )


def _numbered(values: Sequence[object]) -> NDArray[np.int64]:
    numbers: dict[object, int] = {}
    return np.array([numbers.setdefault(value, len(numbers)) for value in values], dtype=np.int64)


def _alone(fates: Sequence[Fate]) -> tuple[Message, ...]:
    """A caution where many leads have nobody of their type, size and part of the day on the other side."""
    sides: dict[tuple[object, ...], set[bool]] = {}
    for fate in fates:
        sides.setdefault((fate.type, fate.size, fate.part), set()).add(fate.kept)
    lonely = sum(fate.leads for fate in fates if len(sides[fate.type, fate.size, fate.part]) == 1)
    share = Fraction(lonely, sum(fate.leads for fate in fates))
    return (Message("caution.nobody_alike", share=Rate(share)),) if share > ALONE else ()
