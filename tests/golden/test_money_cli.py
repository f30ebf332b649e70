"""Money on the command line: orders, spend, the pipeline, retention; both languages, and what goes wrong."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from subprocess import CompletedProcess

import numpy as np
import pytest

from funnelpact.core.facts.world import world
from funnelpact.core.facts.world_spec import WorldSpec
from funnelpact.workflows.show import keep_simulated
from tests.calculation import funnelpact
from tests.stores import store_in


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three thousand leads, and customers; some deals in dollars."""
    folder = tmp_path_factory.mktemp("company")
    spec = WorldSpec(leads=3_000, customers=150, foreign=(("USD", 0.3, 1.1),))
    facts = world(spec=spec, rng=np.random.default_rng(2)).facts
    keep_simulated(facts=facts, store=store_in(folder / "data"), known_at=datetime(2026, 11, 1, tzinfo=UTC), seed=2)
    return folder


def run(folder: Path, *arguments: str) -> CompletedProcess[str]:
    """The command with the data folder of the test."""
    return funnelpact(*arguments, cwd=folder, env={"FUNNELPACT_DATA": str(folder / "data")})


def says(folder: Path, *arguments: str) -> str:
    """What it answers when all is well."""
    done = run(folder, *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_value_names_its_kinds_and_its_currency(company: Path):
    """A block for each kind of amount, value and margin of a lead, customers, spend; and the exchange is said."""
    out = says(company, "value")

    for title in (
        "Order value: paid once",
        "Order value: a year’s amount",
        "Margin of a lead within 365 days",
        "A customer within 365 days of the first order, that one included",
        "Spend from 2 May 2025 to 31 October 2026",
    ):
        assert title in out
    assert "won deals in USD are told in EUR, the currency of most deals" in out
    assert "$" not in out


def test_spend_by_campaign_in_turkish(company: Path):
    """Only that block, in the currency asked for, with Turkish heads."""
    out = says(company, "value", "--kind", "spend", "--by", "campaign", "--currency", "USD", "--lang", "tr")

    assert "lead maliyeti" in out
    assert "Brand search" in out
    assert "EUR cinsinden harcama, o günün ya da ondan önceki son günün kuruyla USD olarak gösterildi." in out
    assert "Sipariş değeri" not in out


def test_the_pipeline_as_data(company: Path):
    """Every number with its denominator, its unit and its arithmetic."""
    told = json.loads(says(company, "pipeline", "--json"))
    blocks = {block["name"]: block["rows"][0]["findings"] for block in told["blocks"]}
    narrow, broad = blocks["win_rates"]["win_rate"], blocks["win_rates"]["broad_win_rate"]

    assert narrow["value"] > broad["value"]
    assert narrow["unit"] == "share"
    assert [part["name"] for part in narrow["derivation"]["inputs"]] == ["won", "won_or_lost"]
    assert blocks["velocity"]["velocity"]["unit"] == "EUR"
    assert blocks["dead_pipeline"]["dead"]["value"] == blocks["dead_pipeline"]["dead"]["n"] > 0


def test_retention_in_turkish_with_its_arithmetic(company: Path):
    """The headline, the three quotients, and the formula with its figures."""
    out = says(company, "retention", "--lang", "tr", "--why")

    assert "31 Ekim 2026 gününe dek müşterilerin tutulması." in out
    for head in ("kalan müşteri", "brüt gelir (GRR)", "net gelir (NRR)", "CSAT"):
        assert head in out
    assert "başlangıçtaki yinelenen tutar" in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("value", "--currency", "EU"), "“EU” is no currency"),
        (("value", "--currency", "JPY"), "JPY stands beside"),
        (("retention", "--by", "planet"), "use one of: owner, team"),
    ],
)
def test_what_cannot_be_answered_is_said_in_one_sentence(arguments: tuple[str, ...], words: str, company: Path):
    """On standard error, with exit code 2."""
    done = run(company, *arguments)

    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.strip().splitlines()) == 1
    assert words in done.stderr
