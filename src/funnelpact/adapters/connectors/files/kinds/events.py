"""Files whose rows are events of leads and deals, not records: activities, stage histories, hand-overs; and spend."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from funnelpact.adapters.connectors.files.columns import (
    Column,
    Role,
    Shape,
    ends_in_number,
    header_is,
    header_says,
    is_short,
    names_record,
)
from funnelpact.adapters.connectors.files.kinds.event_words import (
    ACTIVITY_SAID,
    AFTER_SAID,
    BEFORE_SAID,
    CHANNEL_SAID,
    ENTERED_SAID,
    EVENT_KEYS,
    FORM_SAID,
    HANDED_SAID,
    HAPPENED_SAID,
    KINDS_SAID,
    MAIL_WORDS,
    PAPER_WORDS,
    PERSON_SAID,
    PERSON_WORDS,
    PROPERTY_SAID,
    SALES_WORDS,
    SPENT_SAID,
    STAGE_PROPERTIES,
)
from funnelpact.adapters.connectors.files.kinds.lookups import OTHER
from funnelpact.adapters.connectors.files.kinds.records import (
    DEALS,
    LEADS,
    REFERS,
    dates_of,
    is_unique,
    kind_by_headers,
    kind_by_values,
    references,
)
from funnelpact.adapters.connectors.files.reading.cells import Cells, overlap
from funnelpact.core.journeys.stages import plain_words

ACTIVITIES, FORMS, MOVES, HANDOVERS, SPEND = "activities", "forms", "moves", "handovers", "spend"
EVENTS = frozenset({ACTIVITIES, FORMS, MOVES, HANDOVERS, SPEND})
_REPEATS = 0.9
"""A column names subjects of events, not records, where fewer than so many of its cells are different."""
_FEW = 60
"""So many different words may say what happened, or which stage was entered."""

_SOLD = frozenset({Role.AMOUNT, Role.CLOSED, Role.WON, Role.LOST})
_SUBJECTS = (Role.DEAL_KEY, Role.LEAD_KEY)
_NEW_OWNER = ("to owner", "new owner", "owner after", "assigned to", "yeni sahip", "yeni temsilci", "yeni sorumlu")
_KEPT = {
    ACTIVITIES: {*_SUBJECTS, Role.OWNER, Role.CAMPAIGN},
    FORMS: {*_SUBJECTS, Role.CAMPAIGN},
    MOVES: {*_SUBJECTS},
    HANDOVERS: {*_SUBJECTS, Role.OWNER, Role.TEAM},
    SPEND: {Role.CAMPAIGN, Role.TYPE, Role.CURRENCY},
}
"""The roles that each kind of event keeps of what headers gave."""

Read = Mapping[str, Sequence[Column]]
Values = Mapping[tuple[str, str], Cells]


def event_kind(name: str, read: Read, values: Values) -> str | None:
    """What events the rows are, None where they are records.

    An event names a lead or deal that other rows name again, and a day; then an activity, a stage or an owner tells what
    happened. Money by campaign or channel and day is spend.
    """
    columns = read[name]
    if not dates_of(columns):
        return None
    roles = {column.role: column for column in columns}
    if _spent(columns) and _channel(columns) and not any(_is_own_key(roles.get(role)) for role in _SUBJECTS):
        return SPEND
    subjects = _subjects(name, read, values)
    if not subjects:
        sold = {Role.LEAD_KEY, Role.DEAL_KEY, Role.AMOUNT, Role.STAGE, Role.TYPE} & roles.keys()
        return None if sold or not _tells_of_deeds(name, columns, values) else OTHER
    if Role.DEAL_KEY not in subjects and (_SOLD & roles.keys() or _is_own_key(roles.get(Role.DEAL_KEY))):
        return None
    if Role.DEAL_KEY not in subjects and _are_deals(columns):
        return None
    if _named(columns, FORM_SAID, _KEYS | _WORDS) and Role.LEAD_KEY in subjects:
        return FORMS
    if _activity(name, columns, values):
        return ACTIVITIES
    if _entered(name, columns, values):
        return MOVES
    return HANDOVERS if Role.OWNER in roles and _handed(columns) else None


def with_event_roles(name: str, kind: str, read: Read, values: Values) -> tuple[Column, ...]:
    """The columns of a file of events, each with what it says of its event."""
    columns = read[name]
    given = dict(_event_roles(name, kind, read, values))
    kept = _KEPT[kind]
    found = []
    for column in columns:
        role = given.get(column.header, column.role if column.role in kept - {*given.values()} else Role.LABEL)
        found.append(replace(column, role=role, certainty=column.certainty if role is column.role else 0.8))
    return tuple(found)


def _event_roles(name: str, kind: str, read: Read, values: Values) -> Iterator[tuple[str, Role]]:
    columns = read[name]
    happened = _happened(columns)
    yield happened.header, Role.HAPPENED
    if kind == SPEND:
        yield from _only(_spent(columns), Role.SPEND)
        yield from _only(_channel(columns), Role.TYPE if _says(_channel(columns), CHANNEL_SAID) else Role.CAMPAIGN)
        return
    subjects = _subjects(name, read, values)
    yield from ((header, role) for role, header in subjects.items())
    yield from _only(own_key(columns), Role.RECORD)
    if kind == ACTIVITIES:
        yield from _only(_activity(name, columns, values), Role.ACTIVITY)
        yield from _only(_named(columns, ("direction", "yon"), _WORDS), Role.DIRECTION)
        results = ("outcome", "disposition", "result", "sonuc")
        yield from _only(_named(columns, results, {*_WORDS, Shape.STAGE}), Role.RESULT)
    if kind == FORMS:
        yield from _only(_named(columns, ("form name", "title", "form adi"), _WORDS), Role.ACTIVITY)
    if kind == HANDOVERS:
        yield from _only(_named(columns, _NEW_OWNER, _WORDS), Role.OWNER)
    if kind == MOVES:
        yield from _only(_entered(name, columns, values), Role.STAGE)
        yield from _only(_property(name, columns, values), Role.PROPERTY)


_WORDS = frozenset({Shape.TEXT, Shape.KEY})
_KEYS = frozenset({Shape.KEY, Shape.NUMBER})
_LABELS = frozenset({Shape.TEXT, Shape.KEY, Shape.STAGE})


def _only(column: Column | None, role: Role) -> list[tuple[str, Role]]:
    return [(column.header, role)] if column else []


def _subjects(name: str, read: Read, values: Values) -> dict[Role, str]:
    """The columns that say whose events these are: by header, else the keys of records in another file."""
    columns = read[name]
    named = {column.role: column for column in columns if column.role in _SUBJECTS}
    found = {role: column.header for role, column in named.items() if _is_subject(name, column, columns, values)}
    if found:
        return found
    for column in references(columns):
        for other in read:
            keys = [values[other, key.header] for key in read[other] if key.shape in _KEYS and is_unique(key)]
            if other != name and _repeats(column) and dates_of(read[other]):
                part = max((overlap(values[name, column.header], key) for key in keys), default=0.0)
                if part >= REFERS:
                    kind = kind_by_headers(read[other]) or kind_by_values(other, read, values)
                    if kind in {LEADS, DEALS}:
                        return {Role.LEAD_KEY if kind == LEADS else Role.DEAL_KEY: column.header}
    return {}


def _is_subject(name: str, column: Column, columns: Sequence[Column], values: Values) -> bool:
    """Whether a key names whose event a row is: it recurs, or other headers speak of events and none of a record."""
    roles = {other.role: other for other in columns}
    kind = roles.get(Role.TYPE)
    sourced = kind is not None and not _speaks_of_deeds(values[name, kind.header])
    if _repeats(column):
        # The name of a deal may recur; its key recurs only where the rows are something about it.
        return not (_SOLD & roles.keys() and not ends_in_number(header=column.header)) and not (
            sourced and column.role is Role.LEAD_KEY
        )
    persons = sum(1 for other in columns if header_is(header=other.header, words=PERSON_SAID))
    if (
        persons > 1
        or (sourced and column.role is Role.LEAD_KEY)
        or (Role.CREATED in roles and own_key(columns) is None)
    ):
        return False
    short = [other for other in columns if is_short(header=other.header)]
    return any(_says(other, (*ACTIVITY_SAID, *HANDED_SAID, *BEFORE_SAID, *ENTERED_SAID, *FORM_SAID)) for other in short)


def _are_deals(columns: Sequence[Column]) -> bool:
    """Whether rows have a key of their own, an end that is won or lost, and two days: a record's, not an event's."""
    keyed = any(column.shape in _KEYS and is_unique(column) for column in columns)
    return keyed and len(dates_of(columns)) > 1 and any(column.shape is Shape.STAGE for column in columns)


def own_key(columns: Sequence[Column]) -> Column | None:
    """The key that the events themselves have."""
    keys = [column for column in columns if column.shape in _KEYS and is_unique(column)]
    return next(
        (c for c in keys if names_record(header=c.header) or header_is(header=c.header, words=EVENT_KEYS)), None
    )


def _repeats(column: Column) -> bool:
    return column.distinct < _REPEATS * column.filled


def _is_own_key(column: Column | None) -> bool:
    """Whether a column is the key of its rows; a number under “Leads” counts them."""
    if column is None or not is_unique(column):
        return False
    return column.shape is not Shape.NUMBER or ends_in_number(header=column.header)


def _activity(name: str, columns: Sequence[Column], values: Values) -> Column | None:
    """The column that says what was done: by its header, or because most of its words are such deeds."""
    words = [c for c in columns if c.shape in _WORDS and c.cells.at_most(_FEW) and not ends_in_number(header=c.header)]
    named = [column for column in words if _says(column, ACTIVITY_SAID) and is_short(header=column.header)]
    deeds = [column for column in words if _speaks_of_deeds(values[name, column.header])]
    both = [column for column in named if column in deeds]
    return next(iter((*both, *deeds, *named)), None)


def _tells_of_deeds(name: str, columns: Sequence[Column], values: Values) -> bool:
    """Whether a column of kinds holds deeds: then the rows are events, though they do not say whose."""
    kinds = [
        column for column in columns if column.shape in _WORDS and header_is(header=column.header, words=KINDS_SAID)
    ]
    persons = any(header_is(header=column.header, words=PERSON_SAID) for column in columns)
    return not persons and any(_speaks_of_deeds(values[name, column.header]) for column in kinds)


def _speaks_of_deeds(cells: Cells) -> bool:
    deeds = SALES_WORDS | PERSON_WORDS | MAIL_WORDS | PAPER_WORDS
    words, _ = cells.looked
    found = sum(1 for word in words if deeds & set(plain_words(label=word)))
    return len(words) > 0 and found >= 0.6 * len(words)


def _entered(name: str, columns: Sequence[Column], values: Values) -> Column | None:
    """The column of the stage that was entered."""
    labels = [c for c in columns if c.shape in _LABELS and c.cells.at_most(_FEW)]
    after = [c for c in labels if _says(c, AFTER_SAID) and not _says(c, BEFORE_SAID)]
    if any(_says(c, (*BEFORE_SAID, *ENTERED_SAID)) for c in columns) or _property(name, columns, values):
        stage = next((c for c in labels if c.role is Role.STAGE or c.shape is Shape.STAGE), None)
        return next(iter(after), stage)
    return next((c for c in labels if c.role is Role.STAGE or c.shape is Shape.STAGE), None)


def _property(name: str, columns: Sequence[Column], values: Values) -> Column | None:
    """The column that names which field was changed, where the rows are changes of many fields."""
    named = [column for column in columns if column.shape in _WORDS and _says(column, PROPERTY_SAID)]
    return next(
        (c for c in named if any(is_stage_property(name=word) for word in values[name, c.header].looked[0])), None
    )


def is_stage_property(*, name: str) -> bool:
    """Whether a field of a CRM holds the stage: dealstage, hs_lead_status, StageName, Aşama.

    >>> is_stage_property(name="hs_lead_status"), is_stage_property(name="amount")
    (True, False)
    """
    words = plain_words(label=name)
    return any("".join(words[first:]) in STAGE_PROPERTIES for first in range(len(words)))


def _handed(columns: Sequence[Column]) -> bool:
    return any(
        _says(column, (*HANDED_SAID, "owner", "from", "to")) for column in columns if column.shape is Shape.DATE
    ) or (sum(1 for column in columns if column.filled) <= 5)


def _happened(columns: Sequence[Column]) -> Column:
    """The day of the event: by its header, else the one that most rows have."""
    return max(dates_of(columns), key=_standing)


def _standing(column: Column) -> tuple[bool, bool, int]:
    # A snapshot of a deal holds the day on which it is hoped to close.
    return _says(column, HAPPENED_SAID), column.role is not Role.CLOSED, column.filled


def _spent(columns: Sequence[Column]) -> Column | None:
    return _named(columns, SPENT_SAID, {Shape.NUMBER})


def _channel(columns: Sequence[Column]) -> Column | None:
    return _named(columns, CHANNEL_SAID, _WORDS) or next((c for c in columns if c.role is Role.CAMPAIGN), None)


def _named(columns: Sequence[Column], words: Sequence[str], shapes: set[Shape] | frozenset[Shape]) -> Column | None:
    return next((column for column in columns if column.shape in shapes and _says(column, words)), None)


def _says(column: Column | None, words: Sequence[str]) -> bool:
    return column is not None and header_says(header=column.header, words=words)
