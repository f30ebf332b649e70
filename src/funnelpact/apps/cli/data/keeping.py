"""`funnelpact data doctor|rebuild|backup|restore`: whether what is kept is whole, made again, carried away, brought back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from funnelpact.apps.cli.shared import AsJson, DataFolder, Lang, failing_in_words, help_text, print_json
from funnelpact.apps.language import language
from funnelpact.core.terms.message import Message

WRONG = 1
Archive = Annotated[Path, typer.Argument(help=help_text("backup.file"))]


def doctor(
    deep: Annotated[bool, typer.Option("--deep", help=help_text("doctor.deep"))] = False,
    data: DataFolder = None,
    as_json: AsJson = False,
    lang: Lang = "",
) -> None:
    """Look whether everything that is kept is whole; exit code 1 where something is not."""
    from funnelpact.apps.wiring import check_stores

    spoken = language(lang)
    with failing_in_words(spoken, as_json=as_json):
        checks = check_stores(data, deep=deep)
    if as_json:
        rows = [
            {
                "code": check.code,
                "ok": check.ok,
                "said": spoken.say(check.said),
                "remedy": spoken.say(check.remedy) if check.remedy else None,
            }
            for check in checks
        ]
        print_json({"ok": all(check.ok for check in checks), "checks": rows})
    else:
        for check in checks:
            typer.echo(f"{'✓' if check.ok else '✗'} {spoken.say(check.said)}")
            if check.remedy is not None:
                typer.echo(f"  → {spoken.say(check.remedy)}")
    if not all(check.ok for check in checks):
        raise typer.Exit(WRONG)


def rebuild(data: DataFolder = None, as_json: AsJson = False, lang: Lang = "") -> None:
    """Make all facts again from what was received; exit code 1 where they are not those that were there."""
    from funnelpact.apps.wiring import rebuild_facts

    spoken = language(lang)
    with failing_in_words(spoken, as_json=as_json):
        made = rebuild_facts(data)
    if as_json:
        print_json(
            {
                "batches": made.batches,
                "rows": dict(made.rows),
                "equal": made.equal,
                "different": dict(made.different),
                "uncompared": list(made.uncompared),
            }
        )
    else:
        typer.echo(spoken.say(Message("rebuild.made", batches=made.batches, rows=sum(made.rows.values()))))
        for table, count in made.different.items():
            typer.echo(f"! {spoken.say(Message('rebuild.different', table=table, count=count))}")
        if made.uncompared:
            typer.echo(f"! {spoken.say(Message('rebuild.uncompared', tables=made.uncompared))}")
        if made.equal:
            typer.echo(spoken.say(Message("rebuild.equal")))
    if not made.equal:
        raise typer.Exit(WRONG)


def backup(file: Archive, data: DataFolder = None, as_json: AsJson = False, lang: Lang = "") -> None:
    """Write everything that is kept into one file, while others go on."""
    from funnelpact.apps.wiring import back_up

    spoken = language(lang)
    with failing_in_words(spoken, as_json=as_json):
        count = back_up(data, path=file)
    size = file.stat().st_size
    if as_json:
        print_json({"file": str(file), "files": count, "bytes": size})
    else:
        typer.echo(spoken.say(Message("backup.written", file=str(file), files=count, megabytes=-(-size // 10**6))))


def restore(file: Archive, data: DataFolder = None, as_json: AsJson = False, lang: Lang = "") -> None:
    """Fill an empty data folder, and an empty database, from a backup: all of it or nothing."""
    from funnelpact.apps.wiring import restore_backup

    spoken = language(lang)
    with failing_in_words(spoken, as_json=as_json):
        restore_backup(data, path=file)
    if as_json:
        print_json({"restored": str(file)})
    else:
        typer.echo(spoken.say(Message("backup.restored", file=str(file))))
