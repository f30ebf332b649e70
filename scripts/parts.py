"""The parts that no Python package can bring: says which are missing and, on Debian-like systems, installs them.

Only some tests need them. Without a part those tests are skipped, and say why.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """A program of the system: how it is found, which Debian package brings it, what needs it."""

    name: str
    commands: tuple[str, ...]
    package: str
    needed_for: str

    def path(self) -> str | None:
        """Where it is, or `None`."""
        return next((found for command in self.commands if (found := shutil.which(command))), None)


PARTS = (
    Part("Chromium", ("chromium", "chromium-browser", "google-chrome"), "chromium", "the tests in a browser"),
    Part("LibreOffice Calc", ("localc", "soffice"), "libreoffice-calc", "the tests that recalculate workbooks"),
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
    packages = [entry.package for entry in missing]
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
            if subprocess.run(command, stdin=None, stdout=sys.stderr, check=False).returncode != 0:
                return False
        except OSError:
            return False
    return True


if __name__ == "__main__":
    main()
