"""The calculator's file: several streams and lead types in TOML or YAML, checked key by key."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from funnelpact.apps.typed import AOV, QUOTA, Typed
from funnelpact.core.plan.mix import Chain, LeadType, Stream
from funnelpact.core.terms.message import Message, Value
from funnelpact.core.terms.money import Money
from funnelpact.core.terms.problem import Problem, file_reason, raise_all
from funnelpact.core.terms.quantity import Rate, Rounding

LARGEST_FILE = 1_000_000
"""Bytes of a calculation that are still read."""


class FileUnreadable(Problem):
    """A calculation file that is missing, too large, or neither TOML nor YAML."""

    code = "file-unreadable"


class KeyUnknown(Problem):
    """A key that a calculation file does not have."""

    code = "key-unknown"


class KeyMissing(Problem):
    """A key without which a calculation cannot be made."""

    code = "key-missing"


class ValueUnfit(Problem):
    """A value of another kind than its key holds."""

    code = "value-unfit"


class TypeUndefined(Problem):
    """A lead type that has neither a value nor an order value with rates, or has both."""

    code = "type-undefined"


class LevelsMixed(Problem):
    """A file with streams and with lead types outside of them."""

    code = "levels-mixed"


# TOML gives whole numbers, decimals and text; all are kept as the text that was written.
Text = Annotated[str, BeforeValidator(lambda value: str(value) if type(value) in (int, Decimal) else value)]


def _printable(text: str) -> str:
    if not text.isprintable() or not text.strip():
        raise ValueError("a name is one line of text")
    return text


def _no_truth(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("a count is a number")
    return value


Name = Annotated[Text, AfterValidator(_printable), Field(max_length=60)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Type(_Strict):
    name: Name
    share: Text | None = None
    aov: Text | None = None
    rates: dict[str, Text] | None = None
    value: Text | None = None
    leads: Annotated[int, Field(ge=0), BeforeValidator(_no_truth)] | None = None


class _Stream(_Strict):
    name: Name
    share: Text
    types: tuple[_Type, ...] = Field(min_length=1)


class _File(_Strict):
    quota: Text
    rounding: Text = ""
    streams: tuple[_Stream, ...] = ()
    types: tuple[_Type, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Calculation:
    """What a file asks: a quota, its streams with their lead types, and a rounding rule."""

    quota: Money
    streams: tuple[Stream, ...]
    rounding: Rounding


def read_calculation(*, path: Path) -> Calculation:
    """The calculation in a TOML (`.toml`) or YAML file, numbers exact as written, with `.` as decimal mark.

    `types` may stand at the top where there is one stream. Raises all problems that are found together.
    """
    file = _parsed(path)
    typed = Typed(decimal_mark=".", certain=True)
    quota = typed.money(file.quota, name=QUOTA)
    streams = file.streams or (_Stream(name="–", share="100%", types=file.types),)
    read = tuple(
        Stream(
            name=stream.name,
            share=typed.rate(stream.share, name=Message("number.share", of=stream.name)),
            types=tuple(_lead_type(entry, typed) for entry in stream.types),
        )
        for stream in streams
    )
    rounding = typed.rounding(file.rounding)
    typed.done()
    return Calculation(quota=quota, streams=read, rounding=rounding)


def _lead_type(entry: _Type, typed: Typed) -> LeadType:
    share: Rate | None = None
    if entry.share is not None:
        share = typed.rate(entry.share, name=Message("number.share", of=entry.name))
    basis: Chain | Money = Money(Fraction(1))
    if entry.value is not None and entry.aov is None and entry.rates is None:
        basis = typed.money(entry.value, name=Message("number.value_of", type=entry.name))
    elif entry.value is None and entry.aov is not None and entry.rates:
        rates = typed.rates([f"{step}={rate}" for step, rate in entry.rates.items()], of=entry.name)
        basis = Chain(
            aov=typed.money(entry.aov, name=Message("number.in_type", name=AOV, type=entry.name)), rates=rates
        )
    else:
        typed.problems.append(TypeUndefined(type=entry.name))
    return LeadType(name=entry.name, basis=basis, share=share, leads=entry.leads)


def _parsed(path: Path) -> _File:
    data = _data(path)
    if not isinstance(data, dict):
        raise FileUnreadable(path=str(path), reason=Message("reason.no-keys"))
    try:
        file = _File.model_validate(data)
    except ValidationError as error:
        raise_all(list(_problems(error)))
        raise
    if file.streams and file.types:
        raise LevelsMixed()
    if not file.streams and not file.types:
        raise KeyMissing(where="–", key="types")
    return file


def _data(path: Path) -> Any:
    reason: Message | str
    try:
        # A device has no size, so what is read is counted, not what the folder says.
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
        if len(content) > LARGEST_FILE:
            raise _Refused("reason.too-large")
        text = content.decode("utf-8-sig")
        return tomllib.loads(text, parse_float=Decimal) if path.suffix.lower() == ".toml" else _yaml(text)
    except _Refused as error:
        reason = error.reason
    except RecursionError:
        reason = Message("reason.too-deep")
    except yaml.MarkedYAMLError as error:
        line = 0 if error.problem_mark is None else error.problem_mark.line + 1
        reason = Message("reason.syntax", line=line, says=str(error.problem or error.context))
    except (OSError, ValueError, yaml.YAMLError) as error:
        reason = file_reason(error=error)
    raise FileUnreadable(path=str(path), reason=reason)


class _Refused(Exception):
    def __init__(self, message_id: str, **values: Value) -> None:
        super().__init__(message_id)
        self.reason = Message(message_id, **values)


class _PlainYaml(yaml.BaseLoader):
    """YAML in which every scalar is text, so that no number is rounded.

    An alias could unfold into gigabytes, and of a key that stands twice YAML would keep the last: both are refused.
    """

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise _Refused("reason.alias")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key_node, _ in node.value:
            if key_node.value in seen if isinstance(key_node, yaml.ScalarNode) else False:
                raise _Refused("reason.key-twice", key=key_node.value)
            seen.add(str(key_node.value))
        return super().construct_mapping(node, deep)


def _yaml(text: str) -> Any:
    return yaml.load(text, Loader=_PlainYaml)  # noqa: S506 - a BaseLoader makes nothing but text, lists and dicts


def _problems(error: ValidationError) -> Iterator[Problem]:
    for entry in error.errors():
        *path, key = (str(part) for part in entry["loc"]) if entry["loc"] else ("–",)
        where = ".".join(path) or "–"
        match entry["type"]:
            case "extra_forbidden":
                yield KeyUnknown(where=where, key=key)
            case "missing" | "too_short":
                yield KeyMissing(where=where, key=key)
            case _:
                yield ValueUnfit(where=where, key=key, value=str(entry["input"])[:60])
