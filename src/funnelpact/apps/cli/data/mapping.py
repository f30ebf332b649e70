"""`funnelpact data mapping`: what labels mean, seen, changed, and taken back. No import is needed for it."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from funnelpact.apps.cli.shared import (
    AsJson,
    DataFolder,
    Lang,
    failing_in_words,
    help_text,
    print_json,
    print_notes,
    print_sentences,
    print_view,
)
from funnelpact.apps.language import language
from funnelpact.core.terms.message import Message
from funnelpact.core.view.language import Language

if TYPE_CHECKING:
    from funnelpact.workflows.mapping import MappingSaved

mapping = typer.Typer(help=help_text("mapping.help"), no_args_is_help=True)


@mapping.command(help=help_text("mapping.show"))
def show(
    data: DataFolder = None,
    as_yaml: Annotated[bool, typer.Option("--yaml", help=help_text("mapping.yaml"))] = False,
    as_json: AsJson = False,
    lang: Lang = "",
) -> None:
    """Show the mapping in force: what people said, completed by what the words of the other labels suggest."""
    from funnelpact.apps.funnel_file import mapping_data, mapping_text
    from funnelpact.apps.wiring import fact_store, funnel_mappings
    from funnelpact.core.view.intake.mapping import in_force_data, mapping_sentences, mapping_tables, remark_on
    from funnelpact.workflows.mapping import look_at_mapping

    spoken = language(lang)
    with failing_in_words(spoken, as_json=as_json):
        seen = look_at_mapping(store=fact_store(data), mappings=funnel_mappings(data))
    if as_json:
        print_json(in_force_data(seen=seen, file=mapping_data(mapping=seen.mapping)))
        return
    if as_yaml:
        head = [spoken.say(Message("mapping.file.head")), *map(spoken.say, mapping_sentences(seen=seen))]

        def remark(name: str, entry: object) -> str:
            said = remark_on(name=name, entry=entry, seen=seen)  # type: ignore[arg-type]
            return spoken.say(said) if said else ""

        typer.echo(mapping_text(mapping=seen.mapping, head=head, remark=remark), nl=False)
        return
    print_sentences(mapping_sentences(seen=seen), spoken)
    for table in mapping_tables(seen=seen):
        print_view(table, spoken)


@mapping.command(help=help_text("mapping.save"))
def save(
    file: Annotated[Path, typer.Argument(help=help_text("mapping.file"))],
    data: DataFolder = None,
    as_json: AsJson = False,
    lang: Lang = "",
) -> None:
    """Check a file against the facts and keep it as a new version, which is in force from now on."""
    from funnelpact.apps.funnel_file import read_mapping
    from funnelpact.apps.wiring import fact_store, funnel_mappings
    from funnelpact.workflows.mapping import save_mapping

    spoken = language(lang)
    with failing_in_words(spoken, as_json=as_json):
        saved = save_mapping(
            mapping=read_mapping(path=file),
            store=fact_store(data),
            mappings=funnel_mappings(data),
            saved_at=datetime.now(UTC),
        )
    _print_saved(saved, spoken, as_json=as_json)


@mapping.command(help=help_text("mapping.use"))
def use(
    number: Annotated[int, typer.Argument(help=help_text("mapping.number"))],
    data: DataFolder = None,
    as_json: AsJson = False,
    lang: Lang = "",
) -> None:
    """Take an old version as a new one."""
    from funnelpact.apps.wiring import fact_store, funnel_mappings
    from funnelpact.workflows.mapping import use_mapping

    spoken = language(lang)
    with failing_in_words(spoken, as_json=as_json):
        saved = use_mapping(
            number=number, store=fact_store(data), mappings=funnel_mappings(data), saved_at=datetime.now(UTC)
        )
    _print_saved(saved, spoken, as_json=as_json)


@mapping.command(help=help_text("mapping.log"))
def log(data: DataFolder = None, as_json: AsJson = False, lang: Lang = "") -> None:
    """List all versions, newest first."""
    from funnelpact.apps.wiring import funnel_mappings
    from funnelpact.core.journeys.mapping import FunnelMapping
    from funnelpact.core.journeys.meanings.changes import mapping_changes
    from funnelpact.core.view.intake.mapping import version_table

    spoken = language(lang)
    with failing_in_words(spoken, as_json=as_json):
        versions = funnel_mappings(data).versions()
    said = [FunnelMapping(), *(version.mapping for version in versions)]
    counts = [mapping_changes(before=before, after=after).count for before, after in pairwise(said)]
    rows = tuple((version.number, version.saved_at, count) for version, count in zip(versions, counts, strict=True))
    if as_json:
        print_json(
            [{"version": number, "saved_at": at.isoformat(), "changes": count} for number, at, count in reversed(rows)]
        )
    elif rows:
        print_view(version_table(versions=rows), spoken)
    else:
        print_sentences([Message("mapping.in_force.proposed")], spoken)


def _print_saved(saved: MappingSaved, spoken: Language, *, as_json: bool) -> None:
    from funnelpact.core.view.intake.mapping import changes_data, saved_notes, saved_sentences

    if as_json:
        print_json(
            {
                "version": saved.number,
                "new": saved.is_new,
                "before": saved.before,
                **changes_data(changes=saved.changes, moved=saved.moved),
                "absent": [{"list": name, "label": label} for name, label in saved.absent],
                "unknown": list(saved.unknown),
            }
        )
        return
    sentences = saved_sentences(
        number=saved.number,
        is_new=saved.is_new,
        before=saved.before,
        changes=saved.changes,
        moved=saved.moved,
    )
    print_sentences(sentences, spoken)
    print_notes(saved_notes(absent=saved.absent, unknown=saved.unknown), spoken)
