"""Builds the wheel and runs the tests against it, in an environment of its own: `.venv-wheel`.

What is tested must be what people install, so the tests run in a folder from which `src/` cannot be imported, and
`tests/conftest.py` refuses to run if funnelpact came from anywhere else.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from scripts.setup import REQUIREMENTS, ROOT, VENV, create, fingerprint, install, install_locked, python_of, run, say

WHEEL_VENV = ROOT / ".venv-wheel"
SUITES = ("tests/unit/apps", "tests/golden")
"""What people run: the commands. All other tests need the sources, and a second time would tell nothing more."""


def build() -> Path:
    """The wheel of the sources as they are now."""
    output = ROOT / "dist"
    shutil.rmtree(output, ignore_errors=True)
    run(python_of(VENV), "-m", "hatchling", "build", "--target", "wheel", "--directory", output)
    (wheel,) = output.glob("*.whl")
    return wheel


def environment(wheel: Path) -> None:
    """`.venv-wheel` with the locked packages and the wheel."""
    lock = REQUIREMENTS / "test.txt"
    ready = WHEEL_VENV / "ready"
    wanted = fingerprint(lock)
    if not (ready.exists() and ready.read_text() == wanted):
        say(f"Setting up {WHEEL_VENV} from requirements/test.txt, to test the wheel as people install it.")
        ready.unlink(missing_ok=True)
        create(WHEEL_VENV)
        install_locked(lock, WHEEL_VENV)
        ready.write_text(wanted)
    # Dependencies are resolved on purpose: what the wheel asks for must be what is locked, so nothing is downloaded.
    install(WHEEL_VENV, wheel)


def main() -> None:
    """Build, install, test."""
    wheel = build()
    environment(wheel)
    suites = [ROOT / suite for suite in SUITES if (ROOT / suite).is_dir()]
    say(f"Testing {wheel.name} in {WHEEL_VENV}.")
    elsewhere = WHEEL_VENV / "run"
    elsewhere.mkdir(exist_ok=True)
    command = [
        python_of(WHEEL_VENV),
        "-m",
        "pytest",
        "-n",
        "2",
        "-c",
        ROOT / "pyproject.toml",
        "--rootdir",
        ROOT,
        *suites,
    ]
    env = {**os.environ, "FUNNELPACT_FROM": str(WHEEL_VENV)}
    sys.exit(subprocess.run([str(part) for part in command], cwd=elsewhere, env=env, check=False).returncode)


if __name__ == "__main__":
    main()
