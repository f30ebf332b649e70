"""Writes `docs/reference` from the code: all commands, and all problems with their sentences in each language; the
funnel mapping's file with its schema; and the heads of the pages in `docs/rules`.

`python -m scripts.docs --check` only says whether the pages are up to date.
"""

from __future__ import annotations

import importlib
import inspect
import json
import os
import pkgutil
import sys
from collections.abc import Iterator
from typing import Any

from typer.main import get_command

import funnelpact
from funnelpact.apps.language import CODES, language
from funnelpact.core.terms.problem import Problem
from scripts.mapping_page import mapping_pages
from scripts.rule_pages import rule_pages
from scripts.setup import ROOT

REFERENCE = ROOT / "docs" / "reference"
NOTE = "<!-- Written by `make docs`; change the code instead. -->"


def problems() -> list[type[Problem]]:
    """All kinds of problems of funnelpact, by code."""
    for module in pkgutil.walk_packages(funnelpact.__path__, "funnelpact."):
        importlib.import_module(module.name)
    ours = [kind for kind in _kinds(Problem) if kind.__module__.startswith("funnelpact.")]
    return sorted(set(ours), key=lambda kind: kind.code)


def _kinds(kind: type[Problem]) -> Iterator[type[Problem]]:
    for child in kind.__subclasses__():
        yield child
        yield from _kinds(child)


def problems_page() -> str:
    """One section for each problem."""
    lines = [
        "# Problems",
        "",
        NOTE,
        "",
        "Each problem says what was found, why that is wrong, and what to do now. With `--json` its code is given.",
    ]
    for kind in problems():
        lines += ["", f"## {kind.code}", "", inspect.getdoc(kind) or "", ""]
        for code in CODES:
            sentences = language(code).sentences
            parts = [sentences.get(f"problem.{kind.code}.{part}") for part in ("found", "why", "next")]
            if all(parts):
                lines.append(f"- {code}: {'; '.join(str(part) for part in parts)}.")
        lines.append(f"- raised in: `{kind.__module__.removeprefix('funnelpact.').replace('.', '/')}.py`")
    return "\n".join(lines) + "\n"


def commands_page() -> str | None:
    """One section for each command, or `None` as long as there is no command line."""
    try:
        main = importlib.import_module("funnelpact.apps.cli.main")
    except ModuleNotFoundError as missing:
        if missing.name != "funnelpact.apps.cli.main":
            raise
        return None
    lines = ["# Commands", "", NOTE]
    for path, command in _commands(get_command(main.app), "funnelpact"):
        lines += ["", f"## {path}", "", inspect.cleandoc(command.help or "").replace("\b", "").strip()]
        rows = [row for parameter in command.params if (row := _row(parameter))]
        if rows:
            lines += ["", "| option | what it does |", "|---|---|", *rows]
    return "\n".join(lines) + "\n"


def mapping_schema() -> str | None:
    """What a mapping file may say, as a JSON schema."""
    try:
        module = importlib.import_module("funnelpact.adapters.connectors.files.mapping_file")
    except ModuleNotFoundError:
        return None
    return json.dumps(module.schema(), ensure_ascii=False, indent=1) + "\n"


def _commands(command: Any, path: str) -> Iterator[tuple[str, Any]]:
    yield path, command
    for name, child in sorted(getattr(command, "commands", {}).items()):
        if not child.hidden:
            yield from _commands(child, f"{path} {name}")


def _row(parameter: Any) -> str | None:
    if getattr(parameter, "hidden", False) or parameter.name == "help":
        return None
    option = parameter.param_type_name == "option"
    names = ", ".join([*parameter.opts, *parameter.secondary_opts]) if option else parameter.name.upper()
    notes = [" ".join((getattr(parameter, "help", None) or "").split())]
    if parameter.required:
        notes.append("(required)")
    default = parameter.default
    # Anything else is a callable or a marker of "nothing", neither of which is the same in each run.
    if isinstance(default, str | int | float) and not isinstance(default, bool) and default != "":
        notes.append(f"(default: {default})")
    return f"| `{names}` | {' '.join(note for note in notes if note)} |".replace("\n", " ")


def main() -> None:
    """Write the pages, or compare them."""
    os.environ["FUNNELPACT_LANG"] = "en"  # the help of commands is in the language of the run
    pages = {
        REFERENCE / "commands.md": commands_page(),
        REFERENCE / "problems.md": problems_page(),
        REFERENCE / "mapping.schema.json": mapping_schema(),
        **rule_pages(),
    }
    pages |= {REFERENCE / name: text for name, text in mapping_pages(note=NOTE).items()}
    stale = []
    for page, text in pages.items():
        if text is None or (page.exists() and page.read_text(encoding="utf-8") == text):
            continue
        name = page.relative_to(ROOT).as_posix()
        stale.append(name)
        if "--check" not in sys.argv:
            page.parent.mkdir(parents=True, exist_ok=True)
            page.write_text(text, encoding="utf-8")
            print(f"Written: {name}")
    if "--check" in sys.argv and stale:
        sys.exit(f"Out of date, run make docs: {', '.join(stale)}")


if __name__ == "__main__":
    main()
