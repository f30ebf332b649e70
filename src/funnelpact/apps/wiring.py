"""The one place that meets the adapters. Each is loaded when it is used, so that no command waits for another's."""

from __future__ import annotations

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
    from funnelpact.workflows.ports import FactStore, Source
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


def fact_store(folder: Path | None) -> FactStore:
    """The facts in a folder; it need not exist yet."""
    from funnelpact.adapters.warehouse.store import FactFolder

    return FactFolder(folder or DATA_FOLDER)


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
