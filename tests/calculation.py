"""The article's figures and a run of the installed command, for the tests of the calculator."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

from funnelpact.core.plan.demand import Demand, lead_demand
from funnelpact.core.plan.mix import Chain, LeadType, Mix, Stream, mixed_demand
from funnelpact.core.terms.funnel import STANDARD, Step
from funnelpact.core.terms.money import Money
from funnelpact.core.terms.quantity import Rate, Rounding

QUOTA, AOV = Money(Fraction(500_000)), Money(Fraction(2_000))
WHOLE = Rate(Fraction(1))
ARTICLE = (
    "--quota=500000",
    "--aov=2000",
    "--rate=mql:sql=34%",
    "--rate=sql:opportunity=82%",
    "--rate=opportunity:won=23%",
)


def money(text: str, currency: str = "") -> Money:
    """An exact amount."""
    return Money(Fraction(text), currency)


def rates(*shares: str) -> dict[Step, Rate]:
    """The standard funnel's rates, from its first step to its last."""
    return {step: Rate(Fraction(share)) for step, share in zip(STANDARD.steps, shares, strict=True)}


def article(rounding: Rounding = Rounding.UP_PER_STAGE) -> Demand:
    """The demand of the article's example."""
    return lead_demand(quota=QUOTA, aov=AOV, rates=rates("0.34", "0.82", "0.23"), rounding=rounding)


def two_streams(rounding: Rounding = Rounding.UP_PER_STAGE) -> Mix:
    """Seven tenths of the quota from boxes, half by the article's chain and half by an agreed value; the rest tapes."""
    web = Chain(aov=AOV, rates=rates("0.34", "0.82", "0.23"))
    half = Rate(Fraction(1, 2))
    boxes = (LeadType(name="web", basis=web, share=half), LeadType(name="outbound", basis=money("187"), share=half))
    tapes = (LeadType(name="web", basis=Chain(aov=money("150"), rates=rates("1/3", "0.5", "0.29")), share=WHOLE),)
    return mixed_demand(
        quota=QUOTA,
        streams=[
            Stream(name="boxes", share=Rate(Fraction(7, 10)), types=boxes),
            Stream(name="tapes", share=Rate(Fraction(3, 10)), types=tapes),
        ],
        rounding=rounding,
    )


def funnelpact(
    *arguments: str, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """The installed command, as a person runs it: beside the Python of this run, so also that of the wheel."""
    command = [str(Path(sys.executable).with_name("funnelpact")), *arguments]
    quiet = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "FUNNELPACT_"))}
    return subprocess.run(
        command,
        cwd=cwd,
        env={**quiet, "PYTHONUTF8": "1", **(env or {})},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
