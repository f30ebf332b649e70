"""Each contract is broken on purpose, in a copy: a rule that nothing can break guards nothing."""

from __future__ import annotations

import configparser
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.repo_rules.sources import PACKAGE, ROOT

# contract -> (where a module is planted, what it imports). Packages that do not exist yet are made in the copy.
FORBIDDEN = {
    "whole": [
        ("core/terms", "funnelpact.apps.language"),
        ("core/facts", "funnelpact.locale"),
        ("workflows", "funnelpact.adapters.workbook"),
        ("adapters/workbook", "funnelpact.workflows"),
    ],
    "core": [
        ("core/terms", "funnelpact.core.facts.tables"),
        ("core/measure", "funnelpact.core.view.language"),
        ("core/plan", "funnelpact.core.measure"),
        ("core/pact", "funnelpact.core.journeys"),
        ("core/prospects", "funnelpact.core.track"),
    ],
    "adapters": [("adapters/connectors", "funnelpact.adapters.warehouse")],
    "apps": [("apps/wiring", "funnelpact.apps.cli"), ("apps/api", "funnelpact.apps.web")],
    "wiring": [("apps/cli", "funnelpact.adapters.workbook")],
    "plan": [("core/plan", "funnelpact.core.facts.tables"), ("core/plan", "duckdb"), ("core/plan", "ibis")],
    "pact": [("core/pact", "numpy"), ("core/terms", "scipy"), ("core/pact", "funnelpact.core.facts.tables")],
    "measure": [("core/measure", "funnelpact.core.pact.planted_too")],
    "track": [("core/track", "funnelpact.core.plan")],
    "prospects": [("core/prospects", "funnelpact.core.pact.planted_too")],
    "view": [("core/view", "funnelpact.core.facts.tables"), ("core/view", "ibis")],
    "frameworks": [("workflows", "typer"), ("core/facts", "socket"), ("workflows", "urllib.request")],
    "files": [("core/facts", "pathlib"), ("core/view", "os.path")],
    "rings": [("core/facts", "funnelpact.core.facts.planted_too")],
}
CASES = [(contract, *case) for contract, cases in FORBIDDEN.items() for case in cases]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The product in another folder, without its compiled files."""
    shutil.copytree(PACKAGE, tmp_path / "src" / "funnelpact", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / ".importlinter", tmp_path)
    return tmp_path / "src" / "funnelpact"


def plant(package: Path, line: str, name: str = "planted") -> None:
    """A module of one line, in a package that is made if need be."""
    package.mkdir(exist_ok=True)
    (package / "__init__.py").touch()
    (package / f"{name}.py").write_text(line + "\n", encoding="utf-8")


def lint_imports(copy: Path, contract: str) -> subprocess.CompletedProcess[str]:
    """Check one contract of the copy."""
    code = "from importlinter.cli import lint_imports_command as main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, "--no-cache", "--contract", contract],
        cwd=copy.parent.parent,
        env={**os.environ, "PYTHONPATH": str(copy.parent), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(("contract", "package", "imported"), CASES)
def test_a_forbidden_import_is_caught(contract: str, package: str, imported: str, copy: Path):
    """The contract breaks and names the planted module."""
    module = package.replace("/", ".")
    if imported.endswith("planted_too"):
        back = f"import funnelpact.{module}.planted" if contract == "rings" else ""
        plant(copy.joinpath(*imported.split(".")[1:-1]), back, name="planted_too")
    elif (
        imported.startswith("funnelpact.") and not (copy.joinpath(*imported.split(".")[1:]).with_suffix(".py")).exists()
    ):
        plant(copy.joinpath(*imported.split(".")[1:]), "", name="planted_too")
    if module == "apps.wiring":
        (copy / "apps" / "wiring.py").unlink(missing_ok=True)
    plant(copy / package, f"import {imported}")

    run = lint_imports(copy, contract)

    assert run.returncode == 1, run.stdout + run.stderr
    assert ("planted_too -> .planted" if contract == "rings" else f"{module}.planted") in run.stdout


@pytest.mark.parametrize(
    ("contract", "package"), [("whole", "extra"), ("core", "core/extra"), ("adapters", "adapters/extra")]
)
def test_a_package_without_a_place_is_caught(contract: str, package: str, copy: Path):
    """Whoever adds a package must say where it stands."""
    plant(copy / package, "")

    run = lint_imports(copy, contract)

    assert run.returncode == 1, run.stdout + run.stderr
    assert "extra" in run.stdout


def test_every_contract_is_tried():
    """A new contract needs a forbidden import above."""
    config = configparser.ConfigParser()
    config.read(ROOT / ".importlinter", encoding="utf-8")
    contracts = {section.rpartition(":")[2] for section in config.sections() if ":contract:" in section}

    assert contracts == set(FORBIDDEN)


CLOCKS_AND_DICE = [
    "from datetime import datetime\nX = datetime.now()",
    "import datetime as d\nX = d.datetime.utcnow()",
    "import datetime\ndef f(on=datetime.date.today()): ...",
    "from datetime import date as day\nX = day.today()",
    "import time\nX = time.time()",
    "from time import perf_counter as tick\nX = tick()",
    "import random",
    "from random import choice",
    "import secrets",
    "import ibis\nX = ibis.now()",
    "import ibis as i\nX = i.today()",
    "import numpy as np\nX = np.random.default_rng()",
    "import numpy as np\nX = np.random.normal()",
    "from uuid import uuid4\nX = uuid4()",
]


def banned(code: str, path: str, rule: str = "TID251") -> str:
    """What ruff says by one rule, were the code in that file."""
    command = [sys.executable, "-m", "ruff", "check", "--select", rule, "--output-format", "concise"]
    run = subprocess.run(
        [*command, "--stdin-filename", path, "-"], cwd=ROOT, input=code, capture_output=True, text=True, check=False
    )
    return run.stdout if run.returncode else ""


@pytest.mark.parametrize("code", CLOCKS_AND_DICE)
def test_clock_and_dice_are_banned_in_the_core_only(code: str):
    """Under aliases and as default arguments as well; adapters and apps may use them."""
    for package in ("core/plan", "workflows"):
        found = banned(code, f"src/funnelpact/{package}/planted.py")

        assert f"{package}/planted.py" in found
        assert "TID251" in found
    for package in ("adapters/workbook", "apps/cli"):
        assert not banned(code, f"src/funnelpact/{package}/planted.py")


def test_a_generator_may_be_passed_in():
    """Dice come as an argument."""
    code = "import numpy as np\ndef draw(*, dice: np.random.Generator) -> float:\n    return dice.normal()\n"

    assert not banned(code, "src/funnelpact/core/plan/planted.py")


def test_files_are_opened_through_paths():
    """`open` is refused everywhere, and the contract "files" refuses `pathlib` in the core."""
    assert "PTH123" in banned("X = open('file')", "src/funnelpact/core/plan/planted.py", rule="PTH123")
