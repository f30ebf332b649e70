"""The parts that no Python package can bring: says which are missing and, on Debian-like systems, installs them.

Only some tests need them. Without a part those tests are skipped, and say why.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

SYSTEM = Path(os.environ.get("FUNNELPACT_SYSTEM", "/"))
"""Where the system's own folders begin; a test looks at a machine that has none."""


@dataclass(frozen=True, slots=True)
class Part:
    """A program of the system: how it is found, which Debian packages bring it, what needs it."""

    name: str
    commands: tuple[str, ...]
    packages: tuple[str, ...]
    needed_for: str
    elsewhere: str | None = None
    """Folders off the path where it may lie, as a pattern below the root; the newest wins."""

    def path(self) -> str | None:
        """Where it is, or `None`."""
        folders = sorted(map(str, SYSTEM.glob(self.elsewhere)), reverse=True) if self.elsewhere else []
        path = os.pathsep.join([os.environ.get("PATH", os.defpath), *folders])
        return next((found for command in self.commands if (found := shutil.which(command, path=path))), None)


PARTS = (
    Part(
        name="Chromium",
        commands=("chromium", "chromium-browser", "google-chrome"),
        packages=("chromium", "fonts-liberation"),
        needed_for="the tests in a browser",
    ),
    Part(
        name="LibreOffice Calc",
        commands=("localc", "soffice"),
        packages=("libreoffice-calc",),
        needed_for="the tests that recalculate workbooks",
    ),
    Part(
        name="PostgreSQL",
        commands=("initdb",),
        packages=("postgresql",),
        needed_for="the tests of the records on PostgreSQL",
        elsewhere="usr/lib/postgresql/*/bin",
    ),
    Part(
        name="strace",
        commands=("strace",),
        packages=("strace",),
        needed_for="the tests of what is synced to disk, and when",
    ),
)


def part(name: str) -> Part:
    """The part of that name."""
    return next(entry for entry in PARTS if entry.name == name)


def main() -> None:
    """Install what is missing, or say what to install."""
    missing = [entry for entry in PARTS if entry.path() is None]
    if not missing:
        return
    for entry in missing:
        print(f"{entry.name} is missing; it is needed for {entry.needed_for}.", flush=True)
    packages = [package for entry in missing for package in entry.packages]
    if not shutil.which("apt-get"):
        print(f"Please install it with your system's package manager (on Debian: {' '.join(packages)}).")
        print("Until then those tests are skipped.", flush=True)
        return
    if not _installed(packages):
        print(f"The installation failed. Please run: apt-get install {' '.join(packages)}")
        print("Until then the tests that need it are skipped.", flush=True)
        if os.environ.get("CI"):
            sys.exit("In CI nothing is skipped for want of a part.")


def _installed(packages: list[str]) -> bool:
    sudo: list[str] = []
    if os.geteuid() != 0:
        # Without a terminal nobody could type the password.
        sudo = ["sudo"] if sys.stdin.isatty() else ["sudo", "--non-interactive"]
    rights = "as administrator, with sudo" if sudo else "as root"
    print(f"Installing from your Debian packages, {rights}: {' '.join(packages)}. This changes the system.", flush=True)
    env = ["env", "DEBIAN_FRONTEND=noninteractive"]
    apt = [*sudo, *env, "apt-get", "--quiet=2", "--option", "Dpkg::Use-Pty=0"]
    for command in ([*apt, "update"], [*apt, "install", "--yes", "--no-install-recommends", *packages]):
        try:
            run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        except OSError:  # there is no sudo
            return False
        if run.returncode != 0:
            print(run.stdout, flush=True)
            return False
    return True


if __name__ == "__main__":
    main()
