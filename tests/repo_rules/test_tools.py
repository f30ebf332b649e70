"""The static tools, as tests, so that `make test` alone says whether everything is well."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.repo_rules.sources import ROOT

TOOLS = {
    "format": ["ruff", "format", "--check", "."],
    "lint": ["ruff", "check", "."],
    "types": ["mypy"],
    "imports": ["importlinter", "--config", ".importlinter"],
    "docs": ["scripts.docs", "--check"],
}


@pytest.mark.static
@pytest.mark.parametrize("tool", TOOLS)
def test_the_tool_is_content(tool: str):
    """`make check` runs the same ones, one after the other, before all tests."""
    command = [sys.executable, "-m", *TOOLS[tool]]
    if tool == "imports":
        command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as main; main()"]

    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stdout + run.stderr
