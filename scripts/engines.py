"""Runs the tests of the engines with Spark too, in an environment of its own, `.venv-spark`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from scripts.setup import REQUIREMENTS, ROOT, VENV, python_of, say

OWN = ROOT / ".venv-spark"


def main() -> None:
    """Install what is missing, and run them; ends badly where one fails."""
    if not shutil.which("java"):
        sys.exit("Spark needs Java 17. Please install it (on Debian: apt-get install openjdk-17-jre-headless).")
    uv = str(VENV / "bin" / "uv")
    env = {"UV_SYSTEM_CERTS": "1", **os.environ}
    if not python_of(OWN).exists():
        say("Installing pyspark and what the tests need into .venv-spark.")
        subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, str(OWN)], cwd=ROOT, env=env, check=True)
    wanted = [
        "--constraint",
        str(REQUIREMENTS / "dev.txt"),
        "--group",
        "test",
        "--editable",
        ".[spark,postgres]",
        "setuptools",
    ]
    install = [uv, "pip", "install", "--quiet", "--python", str(python_of(OWN)), *wanted]
    subprocess.run(install, cwd=ROOT, env=env, check=True)
    tests = ["-m", "pytest", "-q", "tests/cross_checks/test_engines.py"]
    sys.exit(subprocess.run([str(python_of(OWN)), *tests], cwd=ROOT, check=False).returncode)


if __name__ == "__main__":
    main()
