"""The funnel mapping: what a source's labels mean to us, from when on, and where one pass ends and the next begins."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum

from funnelpact.core.journeys.stages import DEAL_STAGE, EXIT, plain_words, stage_of
from funnelpact.core.terms.calendar import Hours, hours
from funnelpact.core.terms.funnel import STANDARD, WON, Funnel

REOPEN_DAYS = 30
"""A loss that is taken back within so many days was none."""
SILENT_DAYS = 180
"""A person who comes back after so many days without a word begins a new pass."""

_PARTY_WORDS: dict[str, frozenset[str]] = {
    "sdr": frozenset("outbound cold prospecting sdr bdr soguk giden".split()),
    "partner": frozenset("partner partners reseller affiliate ortak ortagi bayi".split()),
    "sales": frozenset("sales self rep satis temsilci".split()),
}


class Party(Enum):
    """Who brings the leads of a type; nobody is credited for another's."""

    MARKETING = "marketing"
    SDR = "sdr"
    SALES = "sales"
    PARTNER = "partner"


class Attribution(Enum):
    """Which of several leads a deal belongs to."""

    FIRST = "first"
    LAST = "last"
    PRIMARY = "primary"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From which day on, and before which, a rule holds; None is without end. Days of the reporting zone."""

    since: date | None = None
    until: date | None = None

    def overlaps(self, other: Span) -> bool:
        """Whether both hold on some day."""
        return not _ends_before(self, other) and not _ends_before(other, self)


@dataclass(frozen=True, slots=True, kw_only=True)
class StageLabel(Span):
    """What entering a label means for a `lead` or a `deal`: a stage, `exit`, or nothing (None).

    `proposed` says that no person did. It changes nothing of what the label means, so that both are equal.
    """

    record: str
    label: str
    stage: str | None
    proposed: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Renamed(Span):
    """A label of a type, segment, stream or owner, and the name that we use for it."""

    label: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion(Span):
    """Passes that count nowhere: those whose `field` (type, segment, stream, campaign, country, company, owner) is such."""

    field: str
    labels: tuple[str, ...]
    reason: str


WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
NINE_TO_SIX: tuple[Hours, ...] = (hours("09:00-18:00"),) * 5 + ((), ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """When people work, in the zone of the mapping: the hours of each weekday, Monday first, and which days differ.

    `holidays` names a country whose public holidays are free, such as `TR`, or a part of one, such as `DE-BY`;
    `special_days` have hours of their own, whatever they are else.
    """

    week: tuple[Hours, ...] = NINE_TO_SIX
    holidays: str | None = None
    special_days: tuple[tuple[date, Hours], ...] = ()

    def __str__(self) -> str:
        parts = [f"{name} {_written(day)}" for name, day in zip(WEEKDAYS, self.week, strict=True) if day]
        parts += [f"holidays {self.holidays}"] if self.holidays else []
        return ", ".join([*parts, *(f"{day} {_written(own) or 'free'}" for day, own in self.special_days)])


def _written(day: Hours) -> str:
    return " ".join(map(str, day))


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelMapping:
    """What labels mean, and how passes are cut. Facts never change by it: another mapping needs no new import.

    A deal label that no entry names is an open deal; a lead label that none names moves nothing. Labels of types, segments
    and streams that no entry names stand for themselves, and a type without a party is marketing's. `observed_from` is the
    day from which the source shows closings, where it is known to begin late. Days are cut in `zone`, years in the month
    `fiscal_month`; `office` says when people work, None that nobody has said it.
    """

    funnel: Funnel = STANDARD
    labels: tuple[StageLabel, ...] = ()
    types: tuple[Renamed, ...] = ()
    parties: Mapping[str, Party] = field(default_factory=dict)
    segments: tuple[Renamed, ...] = ()
    streams: tuple[Renamed, ...] = ()
    teams: tuple[Renamed, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    attribution: Attribution = Attribution.PRIMARY
    reopen_days: int = REOPEN_DAYS
    silent_days: int = SILENT_DAYS
    observed_from: date | None = None
    zone: str = "UTC"
    fiscal_month: int = 1
    office: Office | None = None

    @property
    def qualified_position(self) -> int:
        """The position in which sales has taken a lead on: the one before an open deal's, at least the second."""
        return max(1, self.deal_position - 1)

    @property
    def unknown_lead_labels(self) -> tuple[str, ...]:
        """Labels of leads that mean nothing yet, for people to place; those that people gave no meaning are placed."""
        unknown = (entry for entry in self.labels if entry.record == "lead" and entry.stage is None and entry.proposed)
        return tuple(entry.label for entry in unknown)

    @property
    def deal_position(self) -> int:
        """The position of the stage that an open deal is in: `opportunity`, else the last before won."""
        stages = self.funnel.stages
        return stages.index(DEAL_STAGE) if DEAL_STAGE in stages else len(stages) - 2

    def knowing(
        self, *, lead_labels: Collection[str], deal_labels: Collection[str], types: Collection[str]
    ) -> FunnelMapping:
        """This returns the mapping completed by what the words of further labels and types suggest.

        A label that has a meaning on some days only has the one that its words name on the others. `types` are labels of
        the source; parties belong to the names that the mapping gives them.
        """
        proposed = propose_mapping(lead_labels=lead_labels, deal_labels=deal_labels, funnel=self.funnel)
        added = []
        for entry in proposed.labels:
            said = [own for own in self.labels if (own.record, own.label) == (entry.record, entry.label)]
            spans = days_without(spans=said) if entry.stage or not said else ()
            added += [replace(entry, since=span.since, until=span.until) for span in spans]
        # By the mapping's labels, not by those that are there: the same type has one party, whichever facts are looked at.
        of_name = {entry.name: {own.label for own in self.types if own.name == entry.name} for entry in self.types}
        parties = {name: _proposed_party(name, of_name.get(name, ())) for name in self.type_names(labels=types)}
        return replace(self, labels=(*self.labels, *added), parties={**parties, **self.parties})

    def type_names(self, *, labels: Collection[str]) -> dict[str, tuple[str, ...]]:
        """This returns our names of the types that a source labels so, each with its labels, by name."""
        found: dict[str, list[str]] = {}
        for label in sorted(set(labels)):
            said = [entry for entry in self.types if entry.label == label]
            names = {entry.name for entry in said} | ({label} if days_without(spans=said) else set())
            for name in names:
                found.setdefault(name, []).append(label)
        return {name: tuple(found[name]) for name in sorted(found)}


def days_without(*, spans: Collection[Span]) -> tuple[Span, ...]:
    """This returns the days that none of the spans covers, as spans in order; all days where there are no spans.

    >>> days_without(spans=[Span(since=date(2026, 1, 1), until=date(2026, 3, 1))])[1]
    Span(since=datetime.date(2026, 3, 1), until=None)
    """
    found = []
    covered: date | None = None
    for span in sorted(spans, key=lambda entry: entry.since or date.min):
        if span.since is not None and (covered is None or covered < span.since):
            found.append(Span(since=covered, until=span.since))
        if span.until is None:
            return tuple(found)
        covered = max(covered or date.min, span.until)
    return (*found, Span(since=covered))


def _ends_before(one: Span, other: Span) -> bool:
    return one.until is not None and other.since is not None and one.until <= other.since


def propose_mapping(
    *,
    lead_labels: Collection[str],
    deal_labels: Collection[str],
    types: Collection[str] = (),
    funnel: Funnel = STANDARD,
) -> FunnelMapping:
    """This returns the mapping that the words of the labels suggest.

    >>> mapping = propose_mapping(lead_labels=["MQL", "Nurture"], deal_labels=["Engaging", "Won", "Lost"])
    >>> mapping.unknown_lead_labels, [(entry.label, entry.stage) for entry in mapping.labels if entry.record == "deal"]
    (('Nurture',), [('Engaging', 'opportunity'), ('Lost', 'exit'), ('Won', 'won')])
    """
    of_deals = FunnelMapping(funnel=funnel).deal_position
    meant = {label: stage_of(label=label) for label in {*lead_labels, *deal_labels}}
    leads = {label: meant[label] if meant[label] in {*funnel.stages, EXIT} else None for label in sorted(lead_labels)}
    deals = {
        label: meant[label] if meant[label] in {WON, EXIT} else funnel.stages[of_deals] for label in sorted(deal_labels)
    }
    return FunnelMapping(
        funnel=funnel,
        labels=(
            *(StageLabel(record="lead", label=label, stage=stage, proposed=True) for label, stage in leads.items()),
            *(StageLabel(record="deal", label=label, stage=stage, proposed=True) for label, stage in deals.items()),
        ),
        parties={name: party_of(label=name) for name in sorted(types)},
    )


def party_of(*, label: str) -> Party:
    """This returns who brings leads of a type, by its words; marketing where they name nobody else.

    >>> party_of(label="Outbound"), party_of(label="Web form")
    (<Party.SDR: 'sdr'>, <Party.MARKETING: 'marketing'>)
    """
    words = set(plain_words(label=label))
    return next((Party(party) for party, names in _PARTY_WORDS.items() if words & names), Party.MARKETING)


def _proposed_party(name: str, labels: Collection[str]) -> Party:
    """By the words of our name, and where they name nobody by those of the source's labels, if these agree."""
    of_labels = {party_of(label=label) for label in labels}
    own = party_of(label=name)
    return of_labels.pop() if own is Party.MARKETING and len(of_labels) == 1 else own
