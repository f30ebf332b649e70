"""What every command shares: its language, its way of printing, its way of failing."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import typer

from funnelpact.apps.language import CODES, language
from funnelpact.core.terms.derivation import Derivation
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.problem import Problem
from funnelpact.core.view.data import problem_data
from funnelpact.core.view.language import Language
from funnelpact.core.view.steps import derivation_rows
from funnelpact.core.view.table import Table

BAD_INPUT = 2


def default_language() -> str:
    """The language of this run: `--lang`, else FUNNELPACT_LANG, else what the terminal speaks, else English."""
    words = sys.argv[1:]
    wanted = [word.removeprefix("--lang=") for word in words if word.startswith("--lang=")]
    wanted += [after for word, after in pairwise(words) if word == "--lang"]
    wanted += [os.environ.get(name, "")[:2].lower() for name in ("FUNNELPACT_LANG", "LC_ALL", "LC_MESSAGES", "LANG")]
    return next((code for code in map(str.lower, wanted) if code in CODES), "en")


def help_text(name: str) -> str:
    """The help of a command or an option, in the language of this run."""
    return language(default_language()).say(Message(f"cli.{name}"))


class LanguageUnknown(Problem):
    """A language in which there are no sentences."""

    code = "language-unknown"


def _known_language(code: str) -> str:
    wanted = code.strip().lower() or default_language()
    # Whether `--json` was given is not known yet: options are checked one after the other.
    with failing_in_words(language(default_language()), as_json="--json" in sys.argv):
        if wanted not in CODES:
            raise LanguageUnknown(text=code, languages=CODES)
    return wanted


Lang = Annotated[str, typer.Option(help=help_text("lang"), callback=_known_language, show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help=help_text("json"))]
DataFolder = Annotated[Path | None, typer.Option("--data", envvar="FUNNELPACT_DATA", help=help_text("data"))]
Why = Annotated[bool, typer.Option("--why", help=help_text("why"))]


@contextmanager
def failing_in_words(spoken: Language, *, as_json: bool = False) -> Iterator[None]:
    """Turn a problem into its sentences on standard error, and the exit code into 2."""
    try:
        yield
    except Problem as problem:
        if as_json:
            print_json({"problems": problem_data(problem=problem, language=spoken)}, err=True)
        else:
            for sentence in spoken.explain(problem):
                typer.echo(sentence, err=True)
        raise typer.Exit(BAD_INPUT) from problem


def print_json(data: Any, *, err: bool = False) -> None:
    """Print data as JSON that people can read, too."""
    typer.echo(json.dumps(data, ensure_ascii=False, indent=2), err=err)


def print_table(rows: Sequence[Sequence[str]], *, right: Sequence[int] = (), indent: str = "  ") -> None:
    """Print rows in columns as wide as they need; the columns in `right` end flush. Nothing is ever cut off."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = [
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        typer.echo((indent + "  ".join(cells)).rstrip())


def print_sentences(sentences: Sequence[Message], spoken: Language) -> None:
    """Print each sentence on a line of its own."""
    for sentence in sentences:
        typer.echo(spoken.say(sentence))


def print_notes(notes: Sequence[Message], spoken: Language) -> None:
    """Print what must be known beside the numbers, each on a line of its own; nothing where there is nothing."""
    if notes:
        typer.echo()
    for note in notes:
        typer.echo(f"! {spoken.say(note)}")


def print_view(table: Table, spoken: Language) -> None:
    """Print a table under its title, and what must be known of single rows below it."""
    typer.echo()
    typer.echo(spoken.say(table.title))
    rows = [[spoken.write(cell) for cell in row] for row in (table.head, *table.rows)]
    print_table(rows, right=range(table.texts, len(table.head)))
    for caution in table.cautions:
        typer.echo(f"  ! {spoken.say(caution)}")


def print_why(tree: Derivation, spoken: Language, *, title: Message | None = None) -> None:
    """Print a derivation as a tree: each number above the numbers that it came from."""
    typer.echo()
    if title is not None:
        typer.echo(spoken.say(title))
    rows = derivation_rows(tree=tree, language=spoken)
    print_table([[row.stem + row.label, row.value, row.rule] for row in rows], right=[1], indent="")
