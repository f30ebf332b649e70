"""Plain event logs: whose case, what was done, when, by whom, and whether it was begun or completed."""

from __future__ import annotations

from collections.abc import Sequence

from funnelpact.adapters.connectors.files.columns import Column, Role, Shape, header_is, header_says, names_record
from funnelpact.adapters.connectors.files.kinds.further import Roles
from funnelpact.adapters.connectors.files.kinds.records import DEALS, KEYS, LEADS, dates_of, is_unique, kind_by_headers
from funnelpact.core.journeys.stages import EXIT, stage_of
from funnelpact.core.terms.funnel import WON

LOG = "log"
_CASE = (
    "case", "case id", "case no", "case key", "caseid", "case concept name", "trace", "trace id", "process id", "process instance",
    "instance id", "vaka", "vaka no", "vaka id", "vaka numarasi", "dosya no", "surec no",
)  # fmt: skip
_ACTIVITY = (
    "activity", "activity name", "activity id", "concept name", "event", "event name", "task", "task name", "action", "step", "operation",
    "aktivite", "aktivite adi", "etkinlik", "olay", "islem", "adim", "faaliyet",
)  # fmt: skip
_LIFECYCLE = (
    "lifecycle",
    "lifecycle transition",
    "transition",
    "event type",
    "transaction type",
    "yasam dongusu",
    "gecis",
)
_RESOURCE = ("resource", "org resource", "user", "originator", "performer", "agent", "owner", "employee", "kaynak", "kullanici", "sorumlu", "temsilci", "calisan")  # fmt: skip
_COMPLETED = ("complete", "completed", "end", "finish", "bitis", "tamamlanma")
_TIME = ("timestamp", "time", "zaman", "date", "tarih")
_HELD_FROM = (
    "fivetran start",
    "valid from",
    "dbt valid from",
    "effective from",
    "effective start",
    "gecerlilik baslangic",
)
_HELD_UNTIL = ("fivetran end", "valid to", "dbt valid to", "effective to", "effective end", "gecerlilik bitis")
_LABELS = frozenset({Shape.TEXT, Shape.STAGE, Shape.KEY})
_KEYS = frozenset({Shape.TEXT, Shape.KEY, Shape.NUMBER})
_FEW = 500
"""So many different activities a log may have."""
_FEW_COLUMNS = 10


def log_roles(columns: Sequence[Column], *, by_values: bool) -> Roles | None:
    """What each column of an event log is for, None where the rows are no log.

    Headers tell of a case and an activity; or a lead has an activity each of whose words may be a stage. With `by_values`,
    headers may say nothing: keys that recur, stages that begin and end, and a day are enough where nothing else speaks.
    """
    days = dates_of(columns)
    if not days:
        return None
    case = next((c for c in columns if c.shape in _KEYS and header_is(header=c.header, words=_CASE)), None)
    labels = [c for c in columns if c is not case and c.shape in _LABELS and c.cells.at_most(_FEW)]
    named = next((c for c in labels if header_is(header=c.header, words=_ACTIVITY)), None)
    if case is None and named is not None and _holds_stages(named):
        case = next((c for c in columns if c.role is Role.LEAD_KEY and not is_unique(c)), None)
    if case is None and by_values:
        case, named = _by_values(columns, labels)
    if case is None or (named := named or _only_label(labels, case)) is None:
        return None
    return _roles(columns, case=case, activity=named, days=days)


def _roles(columns: Sequence[Column], *, case: Column, activity: Column, days: Sequence[Column]) -> Roles:
    time = max(
        days,
        key=lambda c: (
            header_says(header=c.header, words=_COMPLETED),
            header_says(header=c.header, words=_TIME),
            c.filled,
        ),
    )
    given = {case.header: Role.CASE, activity.header: Role.ACTIVITY, time.header: Role.HAPPENED}
    for role, words in ((Role.OWNER, _RESOURCE), (Role.LIFECYCLE, _LIFECYCLE)):
        column = next((c for c in columns if c.header not in given and header_is(header=c.header, words=words)), None)
        if column is not None and column.shape is not Shape.DATE:
            given[column.header] = role
    kept = {Role.TYPE, Role.SEGMENT, Role.CAMPAIGN, Role.COUNTRY, Role.COMPANY}
    told = {c.header: c.role for c in columns if c.role in kept and c.header not in given}
    return given | told


def _holds_stages(column: Column) -> bool:
    """Whether several stages stand among the words, one that ends among them."""
    stages = {stage_of(label=word) for word in column.cells.looked[0]} - {None}
    return len(stages) > 1 and bool(stages & {WON, EXIT})


def _only_label(labels: Sequence[Column], case: Column) -> Column | None:
    """The column of activities where no header says so: few words that recur, stages among them if possible."""
    few = [c for c in labels if c is not case and c.shape is not Shape.KEY and not is_unique(c)]
    return max(few, key=lambda c: (_holds_stages(c), c.filled, c.distinct), default=None)


def _by_values(columns: Sequence[Column], labels: Sequence[Column]) -> tuple[Column | None, Column | None]:
    """The case and the activity where the rows have no key of their own, and recurring keys pass through stages."""
    activity = next((c for c in labels if _holds_stages(c)), None)
    keyed = any(is_unique(c) and c.shape in _KEYS for c in columns)
    if activity is None or keyed or len(columns) > _FEW_COLUMNS:
        return None, None
    cases = [c for c in columns if c is not activity and c.shape in _KEYS and c.distinct * 10 > c.filled and c.filled]
    return max(cases, key=lambda c: c.distinct, default=None), activity


def version_roles(columns: Sequence[Column]) -> Roles | None:
    """The columns of a history that keeps each version of a lead or deal with the time from which it held.

    Such rows look like records, but one record has many of them: each says the stage that it entered.
    """
    begun = next((c for c in columns if header_is(header=c.header, words=_HELD_FROM)), None)
    ended = any(header_is(header=c.header, words=_HELD_UNTIL) for c in columns)
    stage = next((c for c in columns if c.role is Role.STAGE), None)
    kind = kind_by_headers(columns)
    if begun is None or not ended or stage is None or kind not in {LEADS, DEALS}:
        return None
    named = next((c for c in columns if c.role is KEYS[kind]), None)
    key = next((c for c in columns if names_record(header=c.header) and c.filled), named)
    if key is None:
        return None
    return {begun.header: Role.HAPPENED, key.header: KEYS[kind], stage.header: Role.STAGE}
