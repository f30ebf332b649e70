"""Files that people write by hand, in YAML, TOML or JSON: read exactly, refused key by key."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from funnelpact.core.terms.message import Message, Value
from funnelpact.core.terms.problem import Problem, file_reason, raise_all

LARGEST_FILE = 1_000_000
"""Bytes of a file written by hand that are still read."""


class FileUnreadable(Problem):
    """A file that is missing, too large, or none of the formats that it may have."""

    code = "file-unreadable"


class KeyUnknown(Problem):
    """A key that such a file does not have."""

    code = "key-unknown"


class KeyMissing(Problem):
    """A key that such a file must have."""

    code = "key-missing"


class ValueUnfit(Problem):
    """A value of another kind than its key holds."""

    code = "value-unfit"


class ChoiceUnknown(Problem):
    """A value that is none of the few that its key may have."""

    code = "choice-unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileForm:
    """What people are told of a kind of file: its format, keys, needs and values, and where an example stands."""

    format: Message
    keys: Message
    needs: Message
    values: Message
    guide: Message


class Strict(BaseModel):
    """Keys and nothing but these keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Model = TypeVar("Model", bound=BaseModel)


def no_truth(value: object) -> object:
    """The value. Raises `ValueError` for true and false, which would count as 1 and 0."""
    if isinstance(value, bool):
        raise ValueError("a count is a number")
    return value


def read_keys(*, path: Path, form: FileForm) -> dict[str, Any]:
    """The keys of a file, numbers as they were written. Raises `FileUnreadable`."""
    data = _data(path, form)
    if not isinstance(data, dict):
        raise FileUnreadable(path=str(path), reason=Message("reason.no-keys"), format=form.format, guide=form.guide)
    return data


def checked(*, model: type[Model], data: Any, form: FileForm) -> Model:
    """The data as a model. Raises all problems that are found together."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise_all(list(_problems(error, form)))
        raise


def _data(path: Path, form: FileForm) -> Any:
    reason: Message | str
    try:
        # A device has no size, so what is read is counted, not what the folder says.
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
        if len(content) > LARGEST_FILE:
            raise _Refused("reason.too-large")
        text = content.decode("utf-8-sig")
        return _parsed(text, path.suffix.lower())
    except _Refused as error:
        reason = error.reason
    except RecursionError:
        reason = Message("reason.too-deep")
    except yaml.MarkedYAMLError as error:
        line = 0 if error.problem_mark is None else error.problem_mark.line + 1
        reason = Message("reason.syntax", line=line, says=str(error.problem or error.context))
    except (OSError, ValueError, yaml.YAMLError) as error:
        reason = file_reason(error=error)
    raise FileUnreadable(path=str(path), reason=reason, format=form.format, guide=form.guide)


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


def _parsed(text: str, ending: str) -> Any:
    if ending == ".toml":
        return tomllib.loads(text, parse_float=Decimal)
    return json.loads(text, object_pairs_hook=_once, parse_float=str) if ending == ".json" else _yaml(text)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The keys of an object. Of a key that stands twice JSON would keep the last."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _Refused("reason.key-twice", key=key)
        found[key] = value
    return found


def _problems(error: ValidationError, form: FileForm) -> Iterator[Problem]:
    for entry in error.errors():
        *path, key = (str(part) for part in entry["loc"]) if entry["loc"] else ("–",)
        where = ".".join(path) or "–"
        value = str(entry["input"])[:60]
        match entry["type"]:
            case "extra_forbidden":
                yield KeyUnknown(where=where, key=key, keys=form.keys)
            case "missing" | "too_short":
                yield KeyMissing(where=where, key=key, needs=form.needs)
            case "literal_error" | "enum":
                choices = str(entry.get("ctx", {}).get("expected", ""))
                yield ChoiceUnknown(where=where, key=key, value=value, choices=_listed(choices))
            case _:
                yield ValueUnfit(where=where, key=key, value=value, values=form.values)


def _listed(expected: str) -> tuple[str, ...]:
    """The choices of pydantic's sentence, which joins them: `'first', 'last' or 'primary'`."""
    return tuple(expected.replace(" or ", ", ").replace("'", "").split(", "))
