"""Sets up the project's own environment in `.venv`; `make` runs this before anything else.

Standard library only, because it runs before anything is installed. A second run with unchanged lock files does nothing
and says nothing. Packages come from the lock files in `requirements/`, each verified by its hash.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
REQUIREMENTS = ROOT / "requirements"
OLDEST = (3, 11)


def say(sentence: str) -> None:
    """One plain sentence, at once, so that it stands before the output of what it announces."""
    print(sentence, flush=True)


def fingerprint(*files: Path) -> str:
    """Changes when any of the files, the place of the checkout or the Python changes."""
    digest = hashlib.sha256(f"{ROOT} {sys.version}".encode())
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def python_of(venv: Path) -> Path:
    """The interpreter of an environment."""
    return venv / "bin" / "python"


def succeeds(*command: object, quiet: bool = False) -> bool:
    """Whether the command ran and ended well; `quiet` swallows what it prints."""
    # The system's certificates are trusted as well, so that uv works behind a company's proxy, as pip does.
    env = {"UV_SYSTEM_CERTS": "1", **os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    sink = subprocess.DEVNULL if quiet else None
    try:
        run = subprocess.run([str(part) for part in command], env=env, stdout=sink, stderr=sink, check=False)
    except OSError:
        return False
    return run.returncode == 0


def run(*command: object) -> None:
    """Run the command or stop with a sentence."""
    if not succeeds(*command):
        sys.exit(f"Set-up stopped: this command failed: {' '.join(str(part) for part in command)}")


def uv_command() -> str | None:
    """A uv that runs: the one in `.venv`, which is locked, else the machine's."""
    for candidate in (str(VENV / "bin" / "uv"), shutil.which("uv")):
        if candidate and succeeds(candidate, "--version", quiet=True):
            return candidate
    return None


def create(venv: Path) -> None:
    """Make an empty environment, in place of one that was moved here or whose Python is gone."""
    place = venv / "place"
    if place.exists() and place.read_text() == str(venv) and succeeds(python_of(venv), "-c", "", quiet=True):
        return
    if venv.exists():
        shutil.rmtree(venv)
    uv = uv_command()
    if importlib.util.find_spec("ensurepip") is not None:
        run(sys.executable, "-m", "venv", venv)
    elif uv:
        run(uv, "venv", "--quiet", "--python", sys.executable, venv)
    else:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        sys.exit(
            f"{sys.executable} cannot make environments, because its venv module is incomplete. "
            f"On Debian and Ubuntu: apt-get install python{version}-venv. Then run make again."
        )
    place.write_text(str(venv))


def install_locked(lock: Path, venv: Path = VENV) -> None:
    """Bring an environment to exactly what a lock file lists."""
    uv = uv_command()
    if uv is None:
        say("Installing uv, the package installer, from requirements/uv.txt into .venv.")
        locked_uv = ("-r", REQUIREMENTS / "uv.txt")
        run(python_of(VENV), "-m", "pip", "install", "--quiet", "--require-hashes", *locked_uv)
        uv = str(VENV / "bin" / "uv")
    quiet = () if sys.stderr.isatty() else ("--quiet",)
    if not succeeds(uv, "pip", "sync", *quiet, "--require-hashes", "--python", python_of(venv), lock):
        # pip may know an index, a proxy or certificates that uv does not.
        say("uv could not install the packages; pip tries the same lock file.")
        pip(venv, "--quiet", "--require-hashes", "-r", lock)


def pip(venv: Path, *arguments: object) -> None:
    """Install with the pip of `.venv`, into any environment."""
    if not succeeds(python_of(VENV), "-m", "pip", "--version", quiet=True):
        run(python_of(VENV), "-m", "ensurepip", "--default-pip")
    run(python_of(VENV), "-m", "pip", "--python", python_of(venv), "install", *arguments)


def install(venv: Path, *arguments: object) -> None:
    """Install the project itself, anew even if its version is the same."""
    uv = uv_command()
    anew = ("--quiet", "--reinstall-package", "funnelpact")
    if not (uv and succeeds(uv, "pip", "install", *anew, "--python", python_of(venv), *arguments)):
        pip(venv, "--quiet", "--force-reinstall", "--no-deps", *arguments)


def main() -> None:
    """Set `.venv` up if anything changed since the last time."""
    if sys.version_info < OLDEST:
        sys.exit(f"funnelpact needs Python {OLDEST[0]}.{OLDEST[1]} or newer; this is {sys.version.split()[0]}.")
    lock = REQUIREMENTS / "dev.txt"
    ready = VENV / "ready"
    wanted = fingerprint(lock, REQUIREMENTS / "uv.txt", ROOT / "pyproject.toml")
    if ready.exists() and ready.read_text() == wanted:
        return
    count = len({line.split("==")[0] for line in lock.read_text().splitlines() if "==" in line})
    say(f"Setting up funnelpact in {VENV} with Python {sys.version.split()[0]}.")
    say(
        f"Of the {count} packages in requirements/dev.txt, those that are missing are downloaded, each checked by its hash."
    )
    say("The first time this may take some minutes. Nothing outside this folder changes, except the installer's cache.")
    ready.unlink(missing_ok=True)
    create(VENV)
    install_locked(lock)
    install(VENV, "--no-deps", "--no-build-isolation", "--editable", ROOT)
    ready.write_text(wanted)
    say(f"Ready: {VENV / 'bin' / 'funnelpact'}")


if __name__ == "__main__":
    main()
