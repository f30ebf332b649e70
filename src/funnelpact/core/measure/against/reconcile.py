"""From the figures that a CRM shows to ours, step by step: counts of a month, stages now, won ÷ created, won ÷ closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from funnelpact.core.measure.counts.ledger import KEPT, Chain, Entry
from funnelpact.core.measure.curves.curve import Curve
from funnelpact.core.terms.finding import Finding
from funnelpact.core.terms.funnel import stage_label
from funnelpact.core.terms.message import Message, Value
from funnelpact.core.terms.quantity import Rate
from funnelpact.core.terms.reconciliation import Difference, Reconciliation

EXCLUDED = "excluded:"
_COUNTS: tuple[Chain, ...] = ("created", "won", "left")


def reconcile_counts(*, entries: Sequence[Entry], stages: Sequence[str]) -> tuple[Reconciliation, ...]:
    """This returns what was created, won and lost in the month, and what is in each stage before won, CRM's and ours.

    `entries` are a ledger's sums. Each chain begins with the CRM's count and ends with ours.

    >>> kept = Entry(chain="won", reason="kept", ours=False, count=7, examples=())
    >>> again = Entry(chain="won", reason="again", ours=False, count=2, examples=("deal:a", "deal:b"))
    >>> won = reconcile_counts(entries=(kept, again), stages=("mql", "won"))[1]
    >>> won.shown, [(step.name, step.change, step.after) for step in won.differences], won.ours
    (9, [('again', -2, 7)], 7)
    """
    titles: dict[Chain, Message] = {name: Message(f"reconcile.title.{name}") for name in _COUNTS}
    for number, stage in enumerate(stages[:-1]):
        titles[f"stage{number}"] = Message("reconcile.title.stage", stage=stage_label(stage=stage))
    return tuple(
        _counted(name, title, [entry for entry in entries if entry.chain == name]) for name, title in titles.items()
    )


def _counted(name: Chain, title: Message, entries: Sequence[Entry]) -> Reconciliation:
    shown = sum(entry.count for entry in entries if not entry.ours)
    after, steps = shown, []
    for entry in _in_order(entries):
        change = entry.count if entry.ours else -entry.count
        after += change
        steps.append(_difference(entry, change, after))
    return Reconciliation(name=name, title=title, shown=shown, differences=tuple(steps), ours=after)


def reconcile_rates(
    *, entries: Sequence[Entry], open_by_age: Mapping[int, int], curve: Curve, matured: Finding, others: int
) -> tuple[Reconciliation, ...]:
    """This returns won ÷ created and won ÷ (won + lost) of the month, each as the CRM shows it, on its way to our matured rate.

    On the way the records that both do not count alike, then from closings of the month to what became of the passes that
    were created in it, then what those still open will bring by the horizon (`open_by_age`: open passes of the month by age,
    each with its chance from `curve`), then the passes of all `others` months. `matured` is our figure; where it has no value,
    the way ends before that.
    """
    own = _OwnMonth(entries=entries, open_by_age=open_by_age, curve=curve, matured=matured, others=others)
    created = _Share("won_created", won=own.shown("won"), below=own.shown("created"))
    closed = _Share("won_closed", won=own.shown("won"), below=own.shown("won") + own.shown("left"))
    for entry in own.of("won"):
        created.step(entry, won=1)
        closed.step(entry, won=1, below=1)
    for entry in own.of("created"):
        created.step(entry, below=1)
    for entry in own.of("left"):
        closed.step(entry, below=1)
    for name, sign in (("won_no_lead", -1), ("won_earlier", -1), ("won_later", 1)):
        for entry in own.of("cohort", name):
            created.step(entry, won=1, sign=sign)
            closed.step(entry, won=1, below=1, sign=sign)
    for name, sign in (("left_no_lead", -1), ("left_earlier", -1), ("left_later", 1), ("open", 1)):
        for entry in own.of("cohort", name):
            closed.step(entry, below=1, sign=sign)
    for entry in own.of("cohort", "won_late"):
        created.step(entry, won=1, sign=-1)
        closed.step(entry, won=1, sign=-1)
    return tuple(own.finished(share) for share in (created, closed))


@dataclass(slots=True)
class _Share:
    """A share on its way: what is above and below the line now, and the differences so far."""

    name: str
    won: Fraction | int
    below: int
    shown: Fraction | None = None
    steps: list[Difference] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.shown = self.now

    @property
    def now(self) -> Fraction | None:
        return Fraction(self.won) / self.below if self.below else None

    def step(self, entry: Entry, *, won: int = 0, below: int = 0, sign: int = 0) -> None:
        change = entry.count * (sign or (1 if entry.ours else -1))
        self.won += won * change
        self.below += below * change
        self.steps.append(_difference(entry, change, self.now))


@dataclass(frozen=True, slots=True, kw_only=True)
class _OwnMonth:
    entries: Sequence[Entry]
    open_by_age: Mapping[int, int]
    curve: Curve
    matured: Finding
    others: int

    def of(self, chain: Chain, reason: str | None = None) -> list[Entry]:
        return [
            entry
            for entry in _in_order(self.entries)
            if entry.chain == chain and (reason is None or entry.reason == reason)
        ]

    def shown(self, chain: Chain) -> int:
        return sum(entry.count for entry in self.entries if entry.chain == chain and not entry.ours)

    def finished(self, share: _Share) -> Reconciliation:
        rate, days = self.matured.value, self.matured.horizon_days
        if isinstance(rate, Rate) and days is not None and share.below:
            still_open = sum(self.open_by_age.values())
            coming = sum(count * self.curve.chance(age=age, days=days) for age, count in self.open_by_age.items())
            share.won += Fraction(coming)
            said = Message("reconcile.reason.cohort.coming", days=days, expected=Fraction(coming))
            share.steps.append(Difference(chain="cohort", name="coming", said=said, change=still_open, after=share.now))
            said = Message("reconcile.reason.cohort.others", days=days)
            share.steps.append(
                Difference(chain="cohort", name="others", said=said, change=self.others, after=rate.value)
            )
        return Reconciliation(
            name=share.name,
            title=Message(f"reconcile.title.{share.name}"),
            shown=share.shown,
            differences=tuple(share.steps),
            ours=rate.value if isinstance(rate, Rate) else None,
            finding=self.matured,
        )


def _in_order(entries: Sequence[Entry]) -> list[Entry]:
    """What differs, the CRM's first, the largest first."""
    return sorted(
        (entry for entry in entries if entry.reason != KEPT),
        key=lambda entry: (entry.ours, -entry.count, entry.reason),
    )


def _difference(entry: Entry, change: int, after: int | Fraction | None) -> Difference:
    chain = "stage" if entry.chain.startswith("stage") else entry.chain
    reason, values = entry.reason, dict[str, Value]()
    if reason.startswith(EXCLUDED):
        reason, values = "excluded", {"why": reason.removeprefix(EXCLUDED)}
    shared = {"merged", "excluded", "backwards"}
    message = f"reconcile.reason.{reason}" if reason in shared else f"reconcile.reason.{chain}.{reason}"
    if chain != "stage" and reason == "dated":
        message = f"reconcile.reason.dated.{'in' if entry.ours else 'out'}"
    return Difference(
        chain=entry.chain,
        name=entry.reason,
        said=Message(message, **values),
        change=change,
        after=after,
        examples=entry.examples,
    )
