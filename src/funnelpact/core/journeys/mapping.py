"""The funnel mapping: what a source's labels mean to us, from when on, and where one pass ends and the next begins."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum

from funnelpact.core.journeys.stages import DEAL_STAGE, EXIT, plain_words, stage_of
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


@dataclass(frozen=True, slots=True, kw_only=True)
class StageLabel(Span):
    """What entering a label means for a `lead` or a `deal`: a stage, `exit`, or nothing (None)."""

    record: str
    label: str
    stage: str | None


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


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelMapping:
    """What labels mean, and how passes are cut. Facts never change by it: another mapping needs no new import.

    A deal label that no entry names is an open deal; a lead label that none names moves nothing. Labels of types, segments
    and streams that no entry names stand for themselves, and a type without a party is marketing's. `observed_from` is the
    day from which the source shows closings, where it is known to begin late. Days are cut in `zone`, years in the month
    `fiscal_month`.
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

    @property
    def unknown_lead_labels(self) -> tuple[str, ...]:
        """Labels of leads that mean nothing yet, for people to place."""
        return tuple(entry.label for entry in self.labels if entry.record == "lead" and entry.stage is None)

    @property
    def deal_position(self) -> int:
        """The position of the stage that an open deal is in: `opportunity`, else the last before won."""
        stages = self.funnel.stages
        return stages.index(DEAL_STAGE) if DEAL_STAGE in stages else len(stages) - 2

    def knowing(
        self, *, lead_labels: Collection[str], deal_labels: Collection[str], types: Collection[str]
    ) -> FunnelMapping:
        """This returns the mapping completed by what the words of further labels and types suggest."""
        named = {(entry.record, entry.label) for entry in self.labels}
        proposed = propose_mapping(lead_labels=lead_labels, deal_labels=deal_labels, types=types, funnel=self.funnel)
        added = tuple(entry for entry in proposed.labels if (entry.record, entry.label) not in named)
        return replace(self, labels=self.labels + added, parties={**proposed.parties, **self.parties})


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
            *(StageLabel(record="lead", label=label, stage=stage) for label, stage in leads.items()),
            *(StageLabel(record="deal", label=label, stage=stage) for label, stage in deals.items()),
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
