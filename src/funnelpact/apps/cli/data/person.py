"""`funnelpact data person export|erase|receipts`: what is kept about a person, handed out or taken out for good."""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from funnelpact.apps.cli.shared import (
    AsJson,
    DataFolder,
    Lang,
    failing_in_words,
    help_text,
    print_json,
    print_sentences,
)
from funnelpact.apps.language import language
from funnelpact.core.terms.message import Message
from funnelpact.core.view.language import Language

if TYPE_CHECKING:
    from funnelpact.core.facts.kept import Receipt
    from funnelpact.workflows.person import Export, Person

SHOWN = 12
"""Signs of a hash that are shown to people."""
Source = Annotated[str | None, typer.Option(help=help_text("person.source"))]

person = typer.Typer(help=help_text("person.help"), no_args_is_help=True)


def export(
    identifier: Annotated[str, typer.Argument(help=help_text("person.identifier"))],
    out: Annotated[Path | None, typer.Option(help=help_text("person_export.out"))] = None,
    source: Source = None,
    data: DataFolder = None,
    lang: Lang = "",
) -> None:
    """Print everything that is kept about a person."""
    from funnelpact.apps.wiring import inbox, people, write_private
    from funnelpact.workflows.person import export_person

    spoken = language(lang)
    with failing_in_words(spoken):
        found = export_person(identifier=identifier, people=people(data), inbox=inbox(data), source=source)
        text = json.dumps(_exported(found), ensure_ascii=False, indent=2, default=_plain)
        if out is not None:
            write_private(path=out, text=text + "\n")
    if out is None:
        typer.echo(text)
    else:
        print_sentences([Message("person.exported", file=str(out))], spoken)


def erase(
    identifiers: Annotated[list[str], typer.Argument(help=help_text("person_erase.identifiers"))],
    yes: Annotated[bool, typer.Option("--yes", help=help_text("person_erase.yes"))] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=help_text("person_erase.dry_run"))] = False,
    by: Annotated[str, typer.Option(help=help_text("person_erase.by"))] = "",
    source: Source = None,
    data: DataFolder = None,
    as_json: AsJson = False,
    lang: Lang = "",
) -> None:
    """Take people out of everything that is kept."""
    from funnelpact.apps.wiring import fact_store, forgotten, funnel_mappings, inbox, people
    from funnelpact.workflows.person import erase_people

    spoken = language(lang)
    asks = not yes and sys.stdin.isatty() and not as_json
    with failing_in_words(spoken, as_json=as_json):
        if dry_run or asks:
            _show(identifiers, source, data, spoken, as_json=as_json)
        if dry_run or (asks and not typer.confirm(spoken.say(Message("person.confirm")), err=True)):
            if not as_json:
                print_sentences([Message("person.dry" if dry_run else "person.kept")], spoken)
            return
        done = erase_people(
            identifiers=identifiers,
            people=people(data),
            inbox=inbox(data),
            store=fact_store(data),
            receipts=forgotten(data),
            now=datetime.now(UTC),
            by=by,
            source=source,
            mappings=funnel_mappings(data),
        )
    if as_json:
        print_json({"again": done.again, "receipts": [_receipt(each) for each in done.receipts]})
        return
    if done.again:
        print_sentences([Message("person.again")], spoken)
    for receipt in done.receipts:
        _print(receipt, spoken)


def receipts(data: DataFolder = None, as_json: AsJson = False, lang: Lang = "") -> None:
    """List the receipts of all erasures."""
    from funnelpact.apps.wiring import forgotten

    spoken = language(lang)
    with failing_in_words(spoken, as_json=as_json):
        found = forgotten(data).receipts()
    if as_json:
        print_json({"receipts": [_receipt(each) for each in found]})
    elif not found:
        print_sentences([Message("person.none")], spoken)
    else:
        for receipt in found:
            _print(receipt, spoken)


person.command(help=help_text("person_export.help"))(export)
person.command(help=help_text("person_erase.help"))(erase)
person.command(help=help_text("person_receipts.help"))(receipts)


def _show(identifiers: list[str], source: str | None, data: Path | None, spoken: Language, *, as_json: bool) -> None:
    from funnelpact.apps.wiring import inbox, people
    from funnelpact.workflows.person import export_person

    found = [
        export_person(identifier=each, people=people(data), inbox=inbox(data), source=source) for each in identifiers
    ]
    if as_json:
        print_json({"would_touch": [_touched(each) for each in found]})
        return
    for each in found:
        touched = _touched(each)
        files = touched.pop("files")
        print_sentences([Message("person.found", **touched)], spoken)
        print_sentences([Message("person.file", **file) for file in files], spoken)


def _touched(found: Export) -> dict[str, Any]:
    files = [
        {"batch": batch, "file": name, "rows": len(traces.rows)}
        for batch, held in found.person.rows.items()
        for name, traces in held.items()
    ]
    return {
        "records": len(found.person.records),
        "rows": sum(file["rows"] for file in files),
        "batches": len(found.person.rows),
        "facts": sum(len(rows) for rows in found.facts.values()),
        "passes": len(found.passes),
        "messages": len(found.person.messages),
        "files": files,
    }


def _exported(found: Export) -> dict[str, Any]:
    return {
        "found_by": _names(found.person),
        "received": [
            {"batch": batch, "file": name, "rows": [{"line": line, "cells": row} for line, row in traces.rows]}
            for batch, held in found.person.rows.items()
            for name, traces in held.items()
        ],
        "facts": found.facts,
        "derived": {"passes": found.passes},
        "messages": [
            {"source": message.source, "received_at": message.received_at, "body": message.body}
            for message in found.person.messages
        ],
    }


def _names(found: Person) -> list[dict[str, str]]:
    names = sorted(found.names, key=lambda name: (name.scope, name.source, name.text))
    return [{"kind": name.scope, "text": name.text, "source": name.source} for name in names if name.scope != "word"]


def _receipt(receipt: Receipt) -> dict[str, Any]:
    return {
        "what": receipt.what,
        "at": receipt.at.isoformat(),
        "by": receipt.by,
        "facts": {
            table: {str(batch): rows for batch, rows in counts.items()} for table, counts in receipt.facts.items()
        },
        "files": [
            {"batch": file.batch, "name": file.name, "rows": file.rows, "before": file.before, "after": file.after}
            for file in receipt.files
        ],
        "messages": receipt.messages,
        "passes": receipt.passes,
        "not_reached": list(receipt.not_reached),
    }


def _print(receipt: Receipt, spoken: Language) -> None:
    by = Message("person.by", name=receipt.by) if receipt.by else ""
    print_sentences([Message("person.receipt", day=receipt.at.date(), by=by, what=receipt.what[:SHOWN])], spoken)
    for table, counts in receipt.facts.items():
        print_sentences([Message("person.table", table=table, rows=sum(counts.values()))], spoken)
    for file in receipt.files:
        before, after = file.before[:SHOWN], file.after[:SHOWN]
        said = Message(
            "person.file-rewritten", batch=file.batch, file=file.name, rows=file.rows, before=before, after=after
        )
        print_sentences([said], spoken)
    places = tuple(Message(f"person.place.{place}") for place in receipt.not_reached)
    others = Message("person.other", messages=receipt.messages, passes=receipt.passes)
    print_sentences([others, Message("person.not-reached", places=places)], spoken)


def _plain(value: Any) -> Any:
    match value:
        case datetime() | date():
            return value.isoformat()
        case Decimal():
            return str(value)
        case bytes():
            return _text(value)
        case Mapping():
            return dict(value)
    return str(value)


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return base64.b64encode(body).decode("ascii")
