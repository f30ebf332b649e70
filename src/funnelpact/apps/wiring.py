"""The one place that meets the adapters. Each is loaded when it is used, so that no command waits for another's."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from funnelpact.apps.language import CODES, language
from funnelpact.core.plan.demand import Demand
from funnelpact.core.plan.mix import Mix
from funnelpact.core.terms.message import Message
from funnelpact.core.view.language import Language

if TYPE_CHECKING:
    from funnelpact.adapters.records.database import Records
    from funnelpact.adapters.records.forgotten import Forgotten
    from funnelpact.adapters.records.inbox import Inbox
    from funnelpact.adapters.records.mappings import Mappings
    from funnelpact.adapters.warehouse.engines.engine import Limits
    from funnelpact.adapters.warehouse.engines.recording import Queries
    from funnelpact.adapters.warehouse.erasure import People
    from funnelpact.adapters.warehouse.journeys import JourneyFolder
    from funnelpact.core.facts.checks import Check, Rebuilt
    from funnelpact.core.journeys.mapping import FunnelMapping
    from funnelpact.workflows.ports import FactStore, SavedMapping, Source
    from funnelpact.workflows.show import Road

DATA_FOLDER = Path("funnelpact-data")
"""Where facts are kept when nothing else is said: a folder in the current one."""


def write_calculation(*, path: Path, result: Demand | Mix, language: Language) -> None:
    """Write the calculator's answer as a workbook with live formulas."""
    from funnelpact.adapters.workbook.calculation import write_demand, write_mix

    if isinstance(result, Demand):
        write_demand(path=path, demand=result, language=language)
    else:
        write_mix(path=path, mix=result, language=language)


def fact_store(folder: Path | None, *, recorder: Queries | None = None) -> FactStore:
    """The facts in a folder; it need not exist yet. A recorder is told what is counted."""
    return fact_folder(folder, recorder=recorder)


def query_recorder() -> Queries:
    """Something that remembers the queries of one answer."""
    from funnelpact.adapters.warehouse.engines.recording import Queries

    return Queries()


def fact_folder(folder: Path | None, *, recorder: Queries | None = None) -> JourneyFolder:
    """The facts in a folder, with their ledger in the database of the settings and an engine within its limits."""
    from funnelpact.adapters.connectors.files.hiding.batches import hide, hide_refused
    from funnelpact.adapters.records.ledger import Ledger
    from funnelpact.adapters.warehouse.hiding.batches import Forgetting
    from funnelpact.adapters.warehouse.journeys import JourneyFolder

    place = folder or DATA_FOLDER
    forgetting = Forgetting(folder=place, listed=forgotten(folder), hide=hide, hide_refused=hide_refused)
    return JourneyFolder(
        place, ledger=Ledger(records(folder)), limits=_limits(), forgetting=forgetting, queries=recorder
    )


def forgotten(folder: Path | None) -> Forgotten:
    """The list of people who were erased, and the receipts."""
    from funnelpact.adapters.records.forgotten import Forgotten

    return Forgotten(records(folder))


def people(folder: Path | None) -> People:
    """The people in everything that is kept in a folder."""
    from funnelpact.adapters.connectors.files.received import facts_of_received
    from funnelpact.adapters.warehouse.erasure import People

    return People(store=fact_folder(folder), facts_of_received=facts_of_received, wipe=forgotten(folder).wipe)


class KeptMappings:
    """The versions of the funnel mapping in the records."""

    def __init__(self, kept: Mappings) -> None:
        self.kept = kept

    def newest(self) -> SavedMapping | None:
        """The version in force; None where nobody has saved one."""
        versions = self._versions(self.kept.funnel_versions(only_newest=True))
        return versions[0] if versions else None

    def versions(self) -> list[SavedMapping]:
        """All versions, oldest first."""
        return self._versions(self.kept.funnel_versions())

    @staticmethod
    def _versions(rows: list[tuple[int, datetime, Mapping[str, Any]]]) -> list[SavedMapping]:
        from funnelpact.apps.funnel_file import mapping_from
        from funnelpact.workflows.ports import SavedMapping

        return [SavedMapping(number=number, saved_at=at, mapping=mapping_from(data=data)) for number, at, data in rows]

    def save(self, mapping: FunnelMapping, *, saved_at: datetime) -> int:
        """The number of a new version."""
        from funnelpact.apps.funnel_file import mapping_data

        return self.kept.save_funnel(mapping_data(mapping=mapping), saved_at=saved_at)


def funnel_mappings(folder: Path | None) -> KeptMappings:
    """What people have said of their labels, every version of it."""
    from funnelpact.adapters.records.mappings import Mappings

    return KeptMappings(Mappings(records(folder)))


def inbox(folder: Path | None) -> Inbox:
    """The messages that wait to be rolled into a batch."""
    from funnelpact.adapters.records.inbox import Inbox

    return Inbox(records(folder))


def records(folder: Path | None) -> Records:
    """The database of the settings: PostgreSQL where FUNNELPACT_DATABASE names one, else a file in the data folder."""
    from funnelpact.adapters.records.database import Records
    from funnelpact.adapters.records.settings import place
    from funnelpact.adapters.warehouse.durable import Disk

    where = place(folder=folder or DATA_FOLDER, address=os.environ.get("FUNNELPACT_DATABASE"))
    return Records(where, make_folder=Disk().make_folder)


def check_stores(folder: Path | None, *, deep: bool) -> list[Check]:
    """What a look at the database and at the data folder finds."""
    from funnelpact.adapters.records.health import records_checks
    from funnelpact.adapters.warehouse.health import folder_checks
    from funnelpact.adapters.warehouse.hiding.keyfile import key_checks

    store = fact_folder(folder)
    return [
        *records_checks(records=records(folder)),
        *folder_checks(store=store, deep=deep),
        *key_checks(folder=store.folder, listed=len(forgotten(folder).digests())),
    ]


def rebuild_facts(folder: Path | None) -> Rebuilt:
    """What came of making all facts again from what was received, and all journeys from them."""
    from funnelpact.adapters.connectors.files.received import facts_of_received
    from funnelpact.adapters.warehouse.rebuild import rebuild
    from funnelpact.workflows.journeys import build_journeys
    from funnelpact.workflows.mapping import mapping_in_force

    made = rebuild(store=fact_folder(folder), facts_of_received=facts_of_received)
    version, mapping = mapping_in_force(mappings=funnel_mappings(folder))
    build_journeys(store=fact_store(folder), mapping=mapping, version=version)
    return made


def back_up(folder: Path | None, *, path: Path) -> int:
    """The number of files in a new backup of the data folder and its records."""
    from funnelpact.adapters.records.dump import Dump
    from funnelpact.adapters.warehouse.archive import write_archive
    from funnelpact.adapters.warehouse.durable import Disk

    write = Dump(records(folder)).write
    return write_archive(folder=folder or DATA_FOLDER, path=path, disk=Disk(), dump=write)


def restore_backup(folder: Path | None, *, path: Path) -> None:
    """Fill an empty data folder, and an empty database where the settings name one, from a backup: all of it or nothing."""
    from funnelpact.adapters.records.dump import Dump, RestoreNotEmpty
    from funnelpact.adapters.warehouse.archive import RECORDS, is_free, move_in, unpacked
    from funnelpact.adapters.warehouse.durable import Disk

    disk, target = Disk(), folder or DATA_FOLDER
    if not is_free(target):
        raise RestoreNotEmpty(place=str(target))
    if records(target).where.file is None:
        # Before hours of unpacking.
        Dump(records(target)).refuse_if_filled()
    with unpacked(path=path, folder=target, disk=disk) as source:
        beside = records(source)
        with (source / RECORDS).open(encoding="ascii") as lines:
            if beside.where.file is not None:
                Dump(beside).read(lines)
                beside.close()
                move_in(source=source, folder=target, disk=disk)
            else:
                Dump(beside).read(lines, before_commit=lambda: move_in(source=source, folder=target, disk=disk))


def _limits() -> Limits:
    from funnelpact.adapters.warehouse.engines.engine import Limits

    threads, spill = os.environ.get("FUNNELPACT_THREADS"), os.environ.get("FUNNELPACT_SPILL")
    return Limits(
        memory=os.environ.get("FUNNELPACT_MEMORY") or None,
        threads=threads or None,
        spill=Path(spill) if spill else None,
    )


def file_source(
    *,
    paths: Sequence[Path],
    dates: str | None = None,
    decimals: str | None = None,
    currency: str | None = None,
    zone: str | None = None,
    complete_until: datetime | None = None,
    mapping: Path | None = None,
    done: Callable[[str], None] | None = None,
) -> Source:
    """Files as a source. `dates` is `day-first` or `month-first`, `decimals` `point` or `comma`; None lets columns decide.

    `zone` is that of times which name none, `complete_until` up to when the files tell everything, `mapping` a file of saved
    mappings. `done` is called with the name of each file when it is read, and again when its facts are made.
    """
    from funnelpact.adapters.connectors.files.mapping_file import read_mappings
    from funnelpact.adapters.connectors.files.source import FileSource
    from funnelpact.adapters.connectors.files.values import DateOrder

    return FileSource(
        paths=tuple(paths),
        order=DateOrder(dates) if dates else None,
        mark={"point": ".", "comma": ",", None: None}[decimals],
        currency=currency,
        zone=zone,
        complete_until=complete_until,
        mappings=read_mappings(path=mapping) if mapping else (),
        done=done or (lambda _: None),
    )


def save_mapping(*, path: Path, mapping: Mapping[str, Any]) -> None:
    """Write how the facts of each file were made, for the next import."""
    from funnelpact.adapters.connectors.files.mapping_file import write_mappings

    write_mappings(path=path, mapping=mapping)


def write_page(*, path: Path, road: Road, source: Message, first: str) -> None:
    """Write the page of the road, the language `first` shown first."""
    from importlib.metadata import version

    from funnelpact.adapters.page.render import write_road
    from funnelpact.core.view.road import road_page

    waiting = road.learnt.waiting
    page = road_page(
        source=source,
        findings=road.learnt.findings,
        outlook=road.outlook,
        waiting=None if waiting is None else waiting.by_segment,
        waiting_days=None if waiting is None else waiting.by_days,
    )
    codes = sorted(CODES, key=lambda code: code != first)
    write_road(path=path, page=page, languages=[language(code) for code in codes], version=version("funnelpact"))


def check_chart(*, path: Path) -> None:
    """Whether a chart can be drawn into that file. Raises `ChartFormatUnknown`, `ChartsMissing`."""
    from funnelpact.adapters.charts.render import check_chart

    check_chart(path=path)


def write_chart(*, path: Path, spec: Mapping[str, Any]) -> None:
    """Write a chart as the suffix of the path says. Raises `ChartFormatUnknown`, `ChartsMissing`."""
    from funnelpact.adapters.charts.render import write_chart

    write_chart(path=path, spec=spec)


def chart_svg(*, spec: Mapping[str, Any]) -> str:
    """A chart as SVG. Raises `ChartsMissing`."""
    from funnelpact.adapters.charts.render import svg_of

    return svg_of(spec=spec)


def write_private(*, path: Path, text: str) -> None:
    """Write a file that only its owner may read. Raises `FileNotWritten`."""
    from funnelpact.adapters.warehouse.durable import write_private

    write_private(path=path, text=text)
