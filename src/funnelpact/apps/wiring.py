"""The one place that meets the adapters. Each is loaded when it is used, so that no command waits for another's."""

from __future__ import annotations

from pathlib import Path

from funnelpact.core.plan.demand import Demand
from funnelpact.core.plan.mix import Mix
from funnelpact.core.view.language import Language


def write_calculation(*, path: Path, result: Demand | Mix, language: Language) -> None:
    """Write the calculator's answer as a workbook with live formulas."""
    from funnelpact.adapters.workbook.calculation import write_demand, write_mix

    if isinstance(result, Demand):
        write_demand(path=path, demand=result, language=language)
    else:
        write_mix(path=path, mix=result, language=language)
