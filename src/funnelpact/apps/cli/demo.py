"""`funnelpact demo`: a simulated company on one page, from facts to a lead demand."""

from __future__ import annotations

import os
import shutil
import sys
import webbrowser
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Annotated

import typer

from funnelpact.apps.cli.shared import Lang, failing_in_words, help_text, print_sentences
from funnelpact.apps.language import language
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.money import Money
from funnelpact.core.terms.problem import Problem

QUOTA = Money(Fraction(500_000), "EUR")
LEADS = 47_000
"""Leads of eighteen months that bring the demo company near its quota."""

MARK = "SIMULATED"
"""The file by which a demo knows a folder as its own."""


class DemoFolderTaken(Problem):
    """The folder for the demo's facts holds something that no demo made."""

    code = "demo-folder-taken"


def demo(
    folder: Annotated[Path, typer.Option("--out", help=help_text("demo.out"))] = Path("funnelpact-demo"),
    seed: Annotated[int, typer.Option(help=help_text("demo.seed"))] = 7,
    leads: Annotated[int, typer.Option(help=help_text("demo.leads"), min=1000)] = LEADS,
    show: Annotated[bool, typer.Option("--open/--no-open", help=help_text("demo.open"))] = True,
    lang: Lang = "",
) -> None:
    """Simulate a company, run the whole road and open the page."""
    import numpy as np

    from funnelpact.apps.wiring import fact_store, write_page
    from funnelpact.core.facts.world import world
    from funnelpact.core.facts.world_spec import WorldSpec
    from funnelpact.core.view.plan import need_sentence
    from funnelpact.workflows.show import keep_simulated, travel_road

    spoken = language(lang)
    with failing_in_words(spoken):
        spec = WorldSpec(leads=leads, never_touched=0.012)
        print_sentences([Message("demo.simulating", leads=leads, days=spec.days, seed=seed)], spoken)
        simulated = world(spec=spec, rng=np.random.default_rng(seed))
        store = fact_store(_fresh_folder(folder / "data"))
        keep_simulated(facts=simulated.facts, store=store, known_at=datetime.now(UTC), seed=seed)
        print_sentences([Message("demo.measuring")], spoken)
        road = travel_road(store=store, quota=QUOTA)
        page = folder / "funnelpact.html"
        write_page(path=page, road=road, source=Message("demo.source"), first=spoken.code)
    print_sentences([need_sentence(outlook=road.outlook)], spoken)
    if show and _has_display() and webbrowser.open(page.resolve().as_uri()):
        print_sentences([Message("demo.opened", path=str(page))], spoken)
    else:
        print_sentences([Message("demo.written", path=str(page))], spoken)


def _fresh_folder(folder: Path) -> Path:
    """An empty folder for the facts of this run; those of an earlier demo make room, anybody else's do not."""
    mark = folder / MARK
    if folder.exists() and any(folder.iterdir()) and not mark.exists():
        raise DemoFolderTaken(folder=str(folder))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    mark.write_text("Simulated by funnelpact demo; the next demo deletes this folder.\n", encoding="utf-8")
    return folder


def _has_display() -> bool:
    return sys.platform in {"darwin", "win32"} or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
