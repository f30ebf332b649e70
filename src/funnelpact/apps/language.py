"""The languages with their sentences, read from the catalogs in `locale/`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from importlib import resources
from typing import Any

from funnelpact.core.view.language import ENGLISH, TURKISH, Language

_LANGUAGES = {language.code: language for language in (ENGLISH, TURKISH)}
CODES = tuple(_LANGUAGES)


@cache
def language(code: str) -> Language:
    """The language with all its sentences. Raises `KeyError` for a code that is not in `CODES`."""
    folder = resources.files("funnelpact.locale").joinpath(code)
    sentences: dict[str, str] = {}
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".toml"):
            sentences |= _flat(tomllib.loads(file.read_text(encoding="utf-8")))
    return replace(_LANGUAGES[code], sentences=sentences)


def _flat(table: dict[str, Any], prefix: str = "") -> dict[str, str]:
    return dict(_entries(table, prefix))


def _entries(table: dict[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _entries(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value
