"""Locks the versions of all packages: `pyproject.toml` -> `requirements/*.txt`."""

from __future__ import annotations

import os
import subprocess

from scripts.setup import REQUIREMENTS, ROOT, VENV

COMPILE = "pip compile --universal --python-version 3.11 --generate-hashes --no-header --quiet --upgrade".split()


def lock(name: str, *sources: str, constraint: str | None = None) -> None:
    """Write one lock file. Relative paths only: uv writes into the file where each version comes from."""
    output = f"requirements/{name}.txt"
    print(f"Locking {output}.", flush=True)
    bound = ["--constraint", f"requirements/{constraint}.txt"] if constraint else []
    command = [str(VENV / "bin" / "uv"), *COMPILE, *sources, *bound, "--output-file", output]
    subprocess.run(command, cwd=ROOT, env={"UV_SYSTEM_CERTS": "1", **os.environ}, check=True)


def main() -> None:
    """Everything is chosen once, in `dev`; the smaller sets take their versions from there."""
    lock("dev", "pyproject.toml", "--group", "dev")
    lock("test", "pyproject.toml", "--group", "test", constraint="dev")
    lock("runtime", "pyproject.toml", constraint="dev")
    only_uv = REQUIREMENTS / "uv.in"
    only_uv.write_text("uv\n")
    lock("uv", "requirements/uv.in", constraint="dev")
    only_uv.unlink()


if __name__ == "__main__":
    main()
