"""Mappings as people and batches keep them: one model that checks them, writes them, and publishes what they may say."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypeAlias

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from funnelpact.adapters.connectors.files.columns import Role
from funnelpact.adapters.connectors.files.mapping import FileMapping, MappingUnusable
from funnelpact.adapters.connectors.files.values import DateOrder
from funnelpact.core.terms.problem import Problem, file_reason

LARGEST_FILE = 1_000_000
"""Bytes of a mapping file that are still read."""
Kind: TypeAlias = Literal[
    "leads", "deals", "people", "companies", "products", "activities", "forms", "moves", "handovers", "spend", "log",
    "customers", "renewals", "ratings", "fx", "links", "merges", "deletions", "pauses", "other",
]  # fmt: skip


class MappingUnreadable(Problem):
    """A mapping file that cannot be read or written."""

    code = "mapping-unreadable"


class SavedMapping(BaseModel):
    """How the rows of one file become facts."""

    model_config = ConfigDict(extra="forbid")

    version: Literal[1] = Field(description="Version of this form.")
    kind: Kind = Field(description="What the rows are.")
    columns: dict[str, Role] = Field(description="What each column is for, by its header; `label` keeps it as written.")
    date_order: DateOrder | None = Field(description="Whether day or month comes first; null where years come first.")
    decimal_mark: Literal[".", ","] = Field(description="The decimal mark of numbers.")
    currency: str | None = Field(description="Currency of amounts whose row names none.")
    day_shifts: dict[str, int] = Field(
        description="Columns whose times are nothing but days, with the minutes that bring each onto its day."
    )
    zone: str | None = Field(default=None, description="IANA name of the zone of times that name none; UTC where null.")


class SavedMappings(BaseModel):
    """A named set of mappings: a file takes the one most of whose columns it has."""

    model_config = ConfigDict(extra="forbid")

    version: Literal[1] = Field(description="Version of this form.")
    name: str = Field(description="What these mappings are called.")
    files: dict[str, SavedMapping] = Field(description="The mapping of each file, by the name it had.")


def saved_mapping(*, data: Mapping[str, Any]) -> FileMapping:
    """The mapping that `FileMapping.data` wrote. Raises `MappingUnusable`."""
    return _mapping(_checked(SavedMapping, data))


def schema() -> dict[str, Any]:
    """What a mapping file may say, as a JSON schema."""
    return SavedMappings.model_json_schema()


def read_mappings(*, path: Path) -> tuple[FileMapping, ...]:
    """The mappings of a file in YAML or JSON. Raises `MappingUnreadable` and `MappingUnusable`."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise MappingUnreadable(path=str(path), reason="> 1 MB")
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise MappingUnreadable(path=str(path), reason=file_reason(error=error)) from error
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise MappingUnreadable(path=str(path), reason="YAML, JSON?") from error
    return tuple(_mapping(saved) for saved in _checked(SavedMappings, data).files.values())


def write_mappings(*, path: Path, mapping: Mapping[str, Any]) -> None:
    """Write the mappings of an import under the name of the file: JSON where its name ends so, YAML otherwise.

    Raises `MappingUnreadable`.
    """
    data = {"version": 1, "name": path.stem, "files": dict(mapping)}
    if path.suffix == ".json":
        text = json.dumps(data, ensure_ascii=False, indent=1) + "\n"
    else:
        text = yaml.safe_dump(data, allow_unicode=True, sort_keys=False)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise MappingUnreadable(path=str(path), reason=file_reason(error=error)) from error


def _mapping(saved: SavedMapping) -> FileMapping:
    return FileMapping(**{name: getattr(saved, name) for name in SavedMapping.model_fields if name != "version"})


def _checked(model: type[Any], data: Any) -> Any:
    try:
        return model.model_validate(data)
    except (ValidationError, RecursionError) as error:
        raise MappingUnusable(what=_first(error)) from error


def _first(error: ValidationError | RecursionError) -> str:
    """Where the first thing stands that is not known, and what it is."""
    if isinstance(error, RecursionError):
        return "…"
    found = error.errors()[0]
    place = ".".join(map(str, found["loc"]))
    return f"{place}: –" if found["type"] == "missing" else f"{place}: {found['input']}"[:200]
