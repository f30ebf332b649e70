"""The funnel mapping's file, from its model: a JSON schema for editors, and a page for people."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from funnelpact.apps.funnel_file import FunnelFile

SCHEMA = "funnel-mapping.schema.json"
_KINDS = {
    "string": "text",
    "integer": "whole number",
    "array": "list",
    "object": "keys",
}


def mapping_pages(*, note: str) -> dict[str, str]:
    """The schema and the page, by file name."""
    schema = json_schema()
    return {
        SCHEMA: json.dumps(schema, indent=2, ensure_ascii=False) + "\n",
        "funnel-mapping.md": "\n".join(_page(schema, note)) + "\n",
    }


def json_schema() -> dict[str, Any]:
    """The schema of the file (JSON Schema 2020-12)."""
    made = FunnelFile.model_json_schema(by_alias=True)
    made["title"] = "Funnel mapping"
    parts = {name.strip("_"): {**part, "title": name.strip("_")} for name, part in made.pop("$defs").items()}
    for model in (made, *parts.values()):
        for key, value in model.get("properties", {}).items():
            model["properties"][key] = _plain(value)
    whole = json.dumps({"$schema": "https://json-schema.org/draft/2020-12/schema", **made, "$defs": parts})
    read: dict[str, Any] = json.loads(whole.replace("#/$defs/_", "#/$defs/"))
    return read


def _plain(value: dict[str, Any]) -> dict[str, Any]:
    """What may be left out need not be written as null, which YAML would take for a word."""
    if "anyOf" not in value:
        return value
    rest = {key: said for key, said in value.items() if key not in {"anyOf", "default"}}
    return {**next(part for part in value["anyOf"] if part.get("type") != "null"), **rest}


def _page(schema: dict[str, Any], note: str) -> Iterator[str]:
    parts = schema["$defs"]
    yield from ("# The file of the funnel mapping", "", note, "", schema["description"])
    yield f"YAML, or JSON under a name that ends in `.json`; for editors there is a [JSON schema]({SCHEMA})."
    yield "`funnelpact data mapping show --yaml` writes one to begin with, `funnelpact data mapping save FILE` takes it."
    yield from ("", *_table(schema, parts))
    for key, value in schema["properties"].items():
        if "$ref" in value and "properties" in parts[_reference(value)]:
            yield from ("", f"## The keys of {key}", "", *_table(parts[_reference(value)], parts))
        if "$ref" in value.get("items", {}):
            yield from ("", f"## An entry of {key}", "", *_table(parts[_reference(value["items"])], parts))


def _table(model: dict[str, Any], parts: dict[str, Any]) -> Iterator[str]:
    yield from ("| key | holds | without it | meaning |", "|---|---|---|---|")
    # The days are the same everywhere, so that they come after what an entry is about.
    for key, value in sorted(model["properties"].items(), key=lambda pair: pair[0] in {"from", "until"}):
        default = "must be given" if key in model.get("required", ()) else _default(value.get("default"))
        meaning = value.get("description") or parts[_reference(value)]["description"]
        yield f"| `{key}` | {_kind(value, parts)} | {default} | {meaning} |"


def _reference(value: dict[str, Any]) -> str:
    return str(value["$ref"]).rpartition("/")[2]


def _kind(value: dict[str, Any], parts: dict[str, Any]) -> str:
    if "$ref" in value:
        value = parts[_reference(value)]
    choices = value.get("enum", [value["const"]] if "const" in value else [])
    if choices:
        return ", ".join(f"`{choice}`" for choice in choices)
    if value.get("format") == "date":
        return "a day, such as 2026-10-31"
    if value.get("additionalProperties"):
        return f"name: {_kind(value['additionalProperties'], parts)}"
    if "minimum" in value:
        return f"{value['minimum']} to {value['maximum']}"
    return "list of text" if value.get("items", {}).get("type") == "string" else _KINDS[value["type"]]


def _default(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, list | dict):
        return ", ".join(f"`{part}`" for part in value) or "none"
    return f"`{value}`"
