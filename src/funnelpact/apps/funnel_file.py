"""The funnel mapping as a file: what labels mean and where passes begin and end, in YAML or JSON, checked key by key."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from funnelpact.apps.keyed_file import FileForm, Strict, checked, no_truth, read_keys
from funnelpact.core.journeys.mapping import (
    REOPEN_DAYS,
    SILENT_DAYS,
    WEEKDAYS,
    Attribution,
    Exclusion,
    FunnelMapping,
    Office,
    Party,
    Renamed,
    Span,
    StageLabel,
)
from funnelpact.core.journeys.meanings.sound import MOST_DAYS, NOTHING, StageUnknown, mapping_problems
from funnelpact.core.terms.calendar import Hours, IntervalReversed, UnreadableHours, hours
from funnelpact.core.terms.funnel import STANDARD, Funnel, FunnelBroken
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.problem import Problem, raise_all

VERSION = 1
_LISTS = ("labels", "types", "segments", "streams", "teams", "exclusions")
FORM = FileForm(
    format=Message("funnel_file.format"),
    keys=Message("funnel_file.keys"),
    needs=Message("funnel_file.needs"),
    values=Message("funnel_file.values"),
    guide=Message("funnel_file.guide"),
)
Remark = Callable[[str, "StageLabel | Renamed | Exclusion | str"], str]
"""What stands behind an entry as a comment: of the list's name, and the entry or the type that has a party."""


class StagesBroken(Problem):
    """Stages that are no funnel: fewer than two, one of them twice, or the last of them not `won`."""

    code = "stages-broken"


def _whole(value: object) -> object:
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else no_truth(value)


def _day(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
        raise ValueError("a day is written as 2026-10-31")
    return value


def _one_line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("a name is one line of text")
    return text


# What lies outside of these ranges is told in words of its own (`mapping_problems`), so that only the schema names them.
_DAYS: dict[str, Any] = {"minimum": 0, "maximum": MOST_DAYS}
_MONTHS: dict[str, Any] = {"minimum": 1, "maximum": 12}
Day = Annotated[date, BeforeValidator(_day)]
Count = Annotated[int, BeforeValidator(no_truth)]
Name = Annotated[str, AfterValidator(_one_line)]


class _Dated(Strict):
    since: Day | None = Field(
        None, alias="from", description="First day on which this holds; without it, always before."
    )
    until: Day | None = Field(None, description="First day on which this holds no more; without it, for ever.")

    def span(self) -> dict[str, date | None]:
        return {"since": self.since, "until": self.until}


class _Label(_Dated):
    record: Literal["lead", "deal"] = Field(description="Whose stage label it is.")
    label: str = Field(description="The label as the source writes it.")
    stage: str = Field(description="One of `stages`, `exit`, or `none` where it means nothing.")


class _Renamed(_Dated):
    label: str = Field(description="The label as the source writes it.")
    name: Name = Field(description="Our name for it; several labels may share one.")


class _Team(_Dated):
    owner: str = Field(description="The key of the owner as the source writes it.")
    team: Name = Field(description="The team that the owner is in.")


class _Exclusion(_Dated):
    field: Literal["type", "segment", "stream", "campaign", "country", "company", "owner"] = Field(
        description="What the labels are of."
    )
    labels: tuple[str, ...] = Field(min_length=1, description="Passes with one of these count nowhere.")
    reason: Name = Field(description="Why, for people.")


class _Office(Strict):
    week: dict[Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"], str] = Field(
        min_length=1, description="The hours of each weekday, such as 09:00-12:30 13:15-18:00; a day not named is free."
    )
    holidays: Name | None = Field(
        None, description="The country whose public holidays are free, such as TR, or a part of one, such as DE-BY."
    )
    special_days: dict[Day, str] = Field(
        {}, description="Hours of single days, such as 2026-10-28: 09:00-13:00; free where nothing is written."
    )


class FunnelFile(Strict):
    """What the labels of a source mean, from when on, and where one pass of a lead ends and the next begins."""

    version: Annotated[Literal[1], BeforeValidator(_whole)] = Field(description="The version of this format.")
    stages: tuple[Name, ...] = Field(
        STANDARD.stages, description="The stages in order, the last of them `won`.", json_schema_extra={"minItems": 2}
    )
    labels: tuple[_Label, ...] = Field((), description="What it means that a lead or deal is given a stage label.")
    types: tuple[_Renamed, ...] = Field((), description="Names for labels of lead types.")
    parties: dict[str, Party] = Field(
        {}, description="Who brings the leads of a type, by its name; by its words where nothing is said."
    )
    segments: tuple[_Renamed, ...] = Field((), description="Names for labels of customer size classes.")
    streams: tuple[_Renamed, ...] = Field(
        (), description="Names for labels of product lines or business units, and for products of deals."
    )
    teams: tuple[_Team, ...] = Field((), description="Which team an owner is in, before what the source says.")
    exclusions: tuple[_Exclusion, ...] = Field(
        (), description="Passes that count nowhere; the first that holds counts."
    )
    attribution: Attribution = Field(Attribution.PRIMARY, description="Which of several leads a deal belongs to.")
    reopen_days: Count = Field(
        REOPEN_DAYS, description="A loss that is taken back within so many days was none.", json_schema_extra=_DAYS
    )
    silent_days: Count = Field(
        SILENT_DAYS, description="Who returns by themselves after so long opens a new pass.", json_schema_extra=_DAYS
    )
    observed_from: Day | None = Field(None, description="The day from which on the source shows closings.")
    zone: str = Field("UTC", description="The place whose days and months count, such as Europe/Istanbul.")
    fiscal_year_begins: Count = Field(
        1, description="The month in which the year begins, 1 to 12.", json_schema_extra=_MONTHS
    )

    office: _Office | None = Field(
        None, description="When people work, in that zone; without it, Monday to Friday from 09:00 to 18:00."
    )

    @model_validator(mode="before")
    @classmethod
    def _without_empty_lists(cls, data: dict[str, Any]) -> dict[str, Any]:
        """A list of which every line is still a comment has no entries."""
        return {key: value for key, value in data.items() if key not in _LISTS or value not in ("", None)}


def read_mapping(*, path: Path) -> FunnelMapping:
    """The mapping in a YAML or JSON (`.json`) file. Raises all problems that are found together."""
    return mapping_from(data=read_keys(path=path, form=FORM))


def mapping_from(*, data: Mapping[str, Any]) -> FunnelMapping:
    """The mapping of plain data, as `mapping_data` writes it. Raises all problems that are found together."""
    file = checked(model=FunnelFile, data=dict(data), form=FORM)
    problems: list[Problem] = []
    funnel = STANDARD
    try:
        funnel = Funnel(file.stages)
    except FunnelBroken:
        problems.append(StagesBroken(stages=file.stages))
    office, unreadable = _office(file.office)
    problems += unreadable
    mapping = FunnelMapping(
        funnel=funnel,
        office=office,
        labels=tuple(
            StageLabel(
                record=entry.record,
                label=entry.label,
                stage=None if entry.stage == NOTHING else entry.stage,
                since=entry.since,
                until=entry.until,
            )
            for entry in file.labels
        ),
        types=_names(file.types),
        parties=file.parties,
        segments=_names(file.segments),
        streams=_names(file.streams),
        teams=tuple(Renamed(label=entry.owner, name=entry.team, **entry.span()) for entry in file.teams),
        exclusions=tuple(
            Exclusion(field=entry.field, labels=entry.labels, reason=entry.reason, **entry.span())
            for entry in file.exclusions
        ),
        attribution=file.attribution,
        reopen_days=file.reopen_days,
        silent_days=file.silent_days,
        observed_from=file.observed_from,
        zone=file.zone,
        fiscal_month=file.fiscal_year_begins,
    )
    # Which stages there are is not known where they are no funnel.
    unsound = mapping_problems(mapping=mapping)
    problems += [problem for problem in unsound if not (problems and isinstance(problem, StageUnknown))]
    raise_all(problems)
    return mapping


def _office(file: _Office | None) -> tuple[Office | None, list[Problem]]:
    """When people work, and what of it cannot be read."""
    problems: list[Problem] = []

    def read(text: str) -> Hours:
        try:
            return hours(text)
        except (UnreadableHours, IntervalReversed) as problem:
            problems.append(problem)
            return ()

    if file is None:
        return None, problems
    named = {str(day): text for day, text in file.week.items()}
    office = Office(
        week=tuple(read(named.get(day, "")) for day in WEEKDAYS),
        holidays=file.holidays,
        special_days=tuple((day, read(text)) for day, text in sorted(file.special_days.items())),
    )
    return (None if problems else office), problems


def _office_data(office: Office) -> dict[str, Any]:
    written = {
        "week": {name: _hours(day) for name, day in zip(WEEKDAYS, office.week, strict=True) if day},
        "holidays": office.holidays,
        "special_days": {day.isoformat(): _hours(own) for day, own in office.special_days},
    }
    return {key: value for key, value in written.items() if value}


def _hours(day: Hours) -> str:
    return " ".join(map(str, day))


def _names(entries: Iterable[_Renamed]) -> tuple[Renamed, ...]:
    return tuple(Renamed(label=entry.label, name=entry.name, **entry.span()) for entry in entries)


def mapping_data(*, mapping: FunnelMapping) -> dict[str, Any]:
    """The mapping as plain data: every key of the file, days as text. `mapping_from` is its inverse."""
    lists = {name: [entry_data(name=name, entry=entry) for entry in entries] for name, entries in _lists(mapping)}
    data: dict[str, Any] = {
        "version": VERSION,
        "stages": list(mapping.funnel.stages),
        "labels": lists["labels"],
        "types": lists["types"],
        "parties": {name: party.value for name, party in mapping.parties.items()},
        "segments": lists["segments"],
        "streams": lists["streams"],
        "teams": lists["teams"],
        "exclusions": lists["exclusions"],
        "attribution": mapping.attribution.value,
        "reopen_days": mapping.reopen_days,
        "silent_days": mapping.silent_days,
    }
    if mapping.observed_from is not None:
        data["observed_from"] = mapping.observed_from.isoformat()
    data |= {"zone": mapping.zone, "fiscal_year_begins": mapping.fiscal_month}
    return data if mapping.office is None else {**data, "office": _office_data(mapping.office)}


def _lists(mapping: FunnelMapping) -> list[tuple[str, Sequence[StageLabel | Renamed | Exclusion]]]:
    return [(name, getattr(mapping, name)) for name in _LISTS]


def entry_data(*, name: str, entry: StageLabel | Renamed | Exclusion) -> dict[str, Any]:
    """An entry of the list of that name as plain data, days as text."""
    data: dict[str, Any]
    match entry:
        case StageLabel():
            data = {"record": entry.record, "label": entry.label, "stage": entry.stage or NOTHING}
        case Renamed():
            label, ours = ("owner", "team") if name == "teams" else ("label", "name")
            data = {label: entry.label, ours: entry.name}
        case Exclusion():
            data = {"field": entry.field, "labels": list(entry.labels), "reason": entry.reason}
    return data | _days(entry)


def _days(span: Span) -> dict[str, str]:
    ends = {"from": span.since, "until": span.until}
    return {name: day.isoformat() for name, day in ends.items() if day is not None}


def mapping_text(*, mapping: FunnelMapping, head: Sequence[str] = (), remark: Remark | None = None) -> str:
    """The mapping as a YAML file, an entry a line, each with its remark. What means nothing yet is a comment to complete.

    `head` are sentences above. Without labels of which people have not said anything, `read_mapping` is its inverse.
    """
    data = mapping_data(mapping=mapping)
    lines = [f"# {line}" for text in head for line in text.splitlines()]
    of_list = dict(_lists(mapping))
    for key, value in data.items():
        if key in of_list and value:
            lines.append(f"{key}:")
            entries = zip(of_list[key], value, strict=True)
            # A person has to look at these first.
            for entry, plain in sorted(entries, key=lambda pair: not _is_open(pair[0])):
                mark = "# - " if _is_open(entry) else "- "
                lines.append(f"  {mark}{_yaml(plain, in_line=True)}" + _remark(remark, key, entry))
        elif key == "parties" and value:
            lines.append(f"{key}:")
            for name, party in value.items():
                *above, last = _yaml({name: party}).splitlines()
                lines += [f"  {line}" for line in above]
                lines.append(f"  {last}" + _remark(remark, key, name))
        else:
            lines.append(
                f"{key}: {_yaml(value, in_line=True)}" if isinstance(value, list | dict) else _yaml({key: value})
            )
    return "\n".join(lines) + "\n"


def _is_open(entry: StageLabel | Renamed | Exclusion) -> bool:
    return isinstance(entry, StageLabel) and entry.proposed and entry.stage is None


def _remark(remark: Remark | None, name: str, entry: StageLabel | Renamed | Exclusion | str) -> str:
    text = remark(name, entry) if remark else ""
    return f"  # {text}" if text else ""


class _Dumper(yaml.SafeDumper):
    """YAML in which days stand without marks, and a label of several lines still stands in one."""

    def represent_text(self, text: str) -> yaml.ScalarNode:
        return self.represent_scalar("tag:yaml.org,2002:str", text, style=None if text.isprintable() else '"')


_Dumper.yaml_implicit_resolvers = {
    sign: [rule for rule in rules if not rule[0].endswith(":timestamp")]
    for sign, rules in yaml.SafeDumper.yaml_implicit_resolvers.items()
}
_Dumper.add_representer(str, _Dumper.represent_text)


def _yaml(data: Any, *, in_line: bool = False) -> str:
    text: str = yaml.dump(
        data, Dumper=_Dumper, allow_unicode=True, default_flow_style=in_line, sort_keys=False, width=float("inf")
    )
    return text.rstrip("\n")
