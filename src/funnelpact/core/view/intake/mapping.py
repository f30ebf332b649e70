"""What labels mean: the mapping in force and what changed in it, as tables, sentences and plain data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from enum import Enum
from typing import Any

from funnelpact.core.journeys.mapping import Exclusion, FunnelMapping, Renamed, StageLabel
from funnelpact.core.journeys.meanings.changes import EntryChange, MappingChanges, PassesMoved, SettingChange
from funnelpact.core.journeys.meanings.found import InForce
from funnelpact.core.journeys.meanings.sound import span_words
from funnelpact.core.journeys.stages import EXIT
from funnelpact.core.terms.message import Message, Value
from funnelpact.core.view.table import NONE, Table

_KEYS = {"fiscal_month": "fiscal_year_begins"}
"""Names of settings that the file calls otherwise."""


def mapping_sentences(*, seen: InForce) -> tuple[Message, ...]:
    """This returns which version is in force, and which labels mean nothing yet."""
    if seen.number is None or seen.saved_at is None:
        said = Message("mapping.in_force.proposed")
    else:
        said = Message("mapping.in_force.saved", number=seen.number, at=seen.saved_at)
    unknown = seen.mapping.unknown_lead_labels
    return (said, Message("mapping.unknown", count=len(unknown), labels=unknown)) if unknown else (said,)


def mapping_tables(*, seen: InForce) -> tuple[Table, ...]:
    """This returns tables of stage labels, types, other names, exclusions (where there are any), and settings."""
    tables = (_labels(seen), _types(seen), _names(seen), _exclusions(seen), _settings(seen.mapping))
    return tuple(table for table in tables if table.rows)


def _table(name: str, columns: str, rows: list[tuple[Value, ...]], *, numbers: int = 0) -> Table:
    names = columns.split()
    head = tuple(Message(f"mapping.column.{column}") for column in names)
    return Table(title=Message(f"mapping.title.{name}"), head=head, rows=tuple(rows), texts=len(names) - numbers)


def _labels(seen: InForce) -> Table:
    entries = sorted(
        seen.mapping.labels,
        key=lambda entry: (
            not is_open(entry=entry),
            entry.record != "lead",
            -seen.found.stages[entry.record].get(entry.label, 0),
            entry.label,
            entry.since or date.min,
        ),
    )
    rows: list[tuple[Value, ...]] = [
        (
            Message(f"mapping.record.{entry.record}"),
            entry.label,
            meaning(entry=entry),
            span_words(span=entry),
            Message("mapping.by.nobody" if is_open(entry=entry) else _by(said=not entry.proposed)),
            seen.found.stages[entry.record].get(entry.label, 0),
        )
        for entry in entries
    ]
    return _table("labels", "record label means days by records", rows, numbers=1)


def is_open(*, entry: StageLabel) -> bool:
    """This returns whether a label means nothing and nobody has said so."""
    return entry.proposed and entry.stage is None


def meaning(*, entry: StageLabel) -> Value:
    """This returns what a label means: a stage by its own name, an exit, nothing, or nothing yet."""
    if entry.stage is None:
        return Message("mapping.means.open" if is_open(entry=entry) else "mapping.means.nothing")
    return Message("mapping.means.exit") if entry.stage == EXIT else entry.stage


def _by(*, said: bool) -> str:
    return "mapping.by.person" if said else "mapping.by.words"


def _types(seen: InForce) -> Table:
    mapping, there = seen.mapping, seen.found.fields["type"]
    names: list[tuple[str, str, Message]] = []
    for name, labels in mapping.type_names(labels={*there, *(entry.label for entry in mapping.types)}).items():
        for label in labels:
            spans = [entry for entry in mapping.types if (entry.label, entry.name) == (label, name)]
            days = [span_words(span=span) for span in spans] or [Message("mapping.span.always")]
            names += [(label, name, day) for day in days]
    rows: list[tuple[Value, ...]] = [
        (
            label,
            name,
            day,
            Message(
                f"mapping.party.{mapping.parties[name].value}" if name in mapping.parties else "mapping.party.marketing"
            ),
            Message(_by(said=name in seen.said.parties)),
            there.get(label, 0),
        )
        for label, name, day in sorted(names, key=lambda row: (-there.get(row[0], 0), row[0]))
    ]
    return _table("types", "label name days party by leads", rows, numbers=1)


def _names(seen: InForce) -> Table:
    fields = seen.found.fields
    of_list = {
        "segments": fields["segment"],
        "streams": {**fields["product"], **fields["stream"]},
        "teams": fields["owner"],
    }
    rows: list[tuple[Value, ...]] = []
    for name, there in of_list.items():
        entries: tuple[Renamed, ...] = getattr(seen.mapping, name)
        rows += [
            (Message(f"mapping.of.{name}"), entry.label, entry.name, span_words(span=entry), there.get(entry.label, 0))
            for entry in entries
        ]
    return _table("names", "of label name days records", rows, numbers=1)


def _exclusions(seen: InForce) -> Table:
    rows: list[tuple[Value, ...]] = [
        (entry.field, entry.labels, entry.reason, span_words(span=entry)) for entry in seen.mapping.exclusions
    ]
    return _table("exclusions", "field labels reason days", rows)


def _settings(mapping: FunnelMapping) -> Table:
    rows: list[tuple[Value, ...]] = [
        ("stages", " → ".join(mapping.funnel.stages)),
        ("attribution", mapping.attribution.value),
        ("reopen_days", mapping.reopen_days),
        ("silent_days", mapping.silent_days),
        ("observed_from", mapping.observed_from or NONE),
        ("zone", mapping.zone),
        ("fiscal_year_begins", mapping.fiscal_month),
        ("office", NONE if mapping.office is None else str(mapping.office)),
    ]
    return _table("settings", "setting value", rows)


def remark_on(*, name: str, entry: StageLabel | Renamed | Exclusion | str, seen: InForce) -> Message | None:
    """This returns what stands behind an entry of the file that is written: on how many records, and whether it is proposed.

    `entry` is a type's name where `name` is `parties`. None where there is nothing to say.
    """
    fields = seen.found.fields
    match name, entry:
        case "labels", StageLabel():
            records = seen.found.stages[entry.record].get(entry.label, 0)
            if is_open(entry=entry):
                return Message("mapping.remark.open", records=records)
            return Message(f"mapping.remark.{'words' if entry.proposed else 'person'}", records=records)
        case "parties", str():
            labels = seen.mapping.type_names(labels=fields["type"]).get(entry, ())
            records = sum(fields["type"].get(label, 0) for label in labels)
            return Message(f"mapping.remark.{'person' if entry in seen.said.parties else 'words'}", records=records)
    return None


def saved_sentences(
    *, number: int, is_new: bool, before: int | None, changes: MappingChanges, moved: PassesMoved | None
) -> tuple[Message, ...]:
    """This returns what came of saving a mapping: its number, each change, and how many passes it moves."""
    if not is_new:
        return (Message("mapping.saved.same", number=number),)
    head = Message(
        "mapping.saved.first" if before is None else "mapping.saved.new", number=number, before=before or NONE
    )
    return (head, *_changes(changes), *_moved(moved))


def _changes(changes: MappingChanges) -> Iterator[Message]:
    for change in changes.settings:
        name = _KEYS.get(change.name, change.name)
        yield Message("mapping.change.setting", name=name, before=_shown(change.before), after=_shown(change.after))
    for entry in changes.entries:
        what = Message("mapping.change.entry", list=entry.name, label=_label(entry), days=span_words(span=entry.entry))
        yield Message(f"mapping.change.{'added' if entry.is_new else 'removed'}", entry=what, means=_means(entry))


def _label(change: EntryChange) -> Value:
    entry = change.entry
    return entry.labels if isinstance(entry, Exclusion) else entry.label


def _means(change: EntryChange) -> Value:
    match change.entry:
        case StageLabel() as entry:
            return meaning(entry=entry)
        case Renamed() as entry:
            return entry.name
        case Exclusion() as entry:
            return entry.reason


def _shown(value: object) -> Value:
    match value:
        case None:
            return NONE
        case Enum():
            return str(value.value)
        case tuple():
            return " → ".join(value)
        case int() | date():
            return value
    return str(value)


def _moved(moved: PassesMoved | None) -> Iterator[Message]:
    if moved is not None:
        yield Message("mapping.moved", different=moved.different, passes=moved.passes, now=moved.passes + moved.more)


def saved_notes(*, absent: tuple[tuple[str, str], ...], unknown: tuple[str, ...]) -> tuple[Message, ...]:
    """This returns what to look at once more: labels that no record carries, and those that mean nothing yet."""
    where = dict.fromkeys(name for name, _ in absent)
    notes = [
        Message("mapping.absent", where=name, labels=tuple(label for other, label in absent if other == name))
        for name in where
    ]
    return (*notes, *([Message("mapping.unknown", count=len(unknown), labels=unknown)] if unknown else ()))


def version_table(*, versions: tuple[tuple[int, datetime, int], ...]) -> Table:
    """This returns the versions, newest first, each with its time (UTC) and how much it changed; the first against nothing."""
    rows: list[tuple[Value, ...]] = [(number, saved_at, changes) for number, saved_at, changes in reversed(versions)]
    return _table("versions", "version saved changes", rows, numbers=1)


def in_force_data(*, seen: InForce, file: dict[str, Any]) -> dict[str, Any]:
    """This returns the mapping in force as plain data: the version, the file completed, the labels with their records."""
    return {
        "version": seen.number,
        "saved_at": seen.saved_at.isoformat() if seen.saved_at else None,
        "mapping": file,
        "unknown": list(seen.mapping.unknown_lead_labels),
        "labels": [
            {
                "record": entry.record,
                "label": entry.label,
                "stage": entry.stage,
                "from": entry.since.isoformat() if entry.since else None,
                "until": entry.until.isoformat() if entry.until else None,
                "proposed": entry.proposed,
                "records": seen.found.stages[entry.record].get(entry.label, 0),
            }
            for entry in seen.mapping.labels
        ],
        "types": [
            {
                "name": name,
                "labels": list(labels),
                "party": seen.mapping.parties[name].value,
                "proposed": name not in seen.said.parties,
                "leads": sum(seen.found.fields["type"].get(label, 0) for label in labels),
            }
            for name, labels in seen.mapping.type_names(labels=seen.found.fields["type"]).items()
        ],
    }


def changes_data(*, changes: MappingChanges, moved: PassesMoved | None) -> dict[str, Any]:
    """This returns what changed as plain data; settings by their names in the file, passes null without facts."""
    return {
        "settings": [_setting_data(change) for change in changes.settings],
        "added": [_entry_data(change) for change in changes.entries if change.is_new],
        "removed": [_entry_data(change) for change in changes.entries if not change.is_new],
        "passes": None
        if moved is None
        else {"before": moved.passes, "after": moved.passes + moved.more, "different": moved.different},
    }


def _setting_data(change: SettingChange) -> dict[str, Any]:
    shown = [None if value is None else _shown(value) for value in (change.before, change.after)]
    plain = [value.isoformat() if isinstance(value, date) else value for value in shown]
    return {"name": _KEYS.get(change.name, change.name), "before": plain[0], "after": plain[1]}


def _entry_data(change: EntryChange) -> dict[str, Any]:
    entry = change.entry
    means = {"stage": entry.stage} if isinstance(entry, StageLabel) else {"name": _means(change)}
    return {
        "list": change.name,
        **({"record": entry.record} if isinstance(entry, StageLabel) else {}),
        "labels": list(entry.labels) if isinstance(entry, Exclusion) else [entry.label],
        **means,
        "from": entry.since.isoformat() if entry.since else None,
        "until": entry.until.isoformat() if entry.until else None,
    }
