"""What all tests share: the way to data beside the checkout, to parts of the system, and how Hypothesis searches."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest

import funnelpact
from scripts.parts import part
from tests.postgres import Cluster, cluster

ROOT = Path(__file__).resolve().parent.parent

# `make test HYPOTHESIS=full` searches longer. A failing example is printed as a line that repeats it.
# `derandomize` is set because Hypothesis turns it on where CI is set, and would then try the same examples for ever.
hypothesis.settings.register_profile("ci", derandomize=False, deadline=None, print_blob=True)
hypothesis.settings.register_profile("full", derandomize=False, max_examples=2_000, deadline=None, print_blob=True)
PROFILE = os.environ.get("HYPOTHESIS", "ci")
hypothesis.settings.load_profile(PROFILE)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Choose a seed that is printed, so that a run can be repeated: `--hypothesis-seed=…`."""
    if config.option.hypothesis_seed is None:
        config.option.hypothesis_seed = str(random.randrange(2**32))


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Say what is tested and how Hypothesis searches."""
    seed = config.option.hypothesis_seed
    return [f"funnelpact from {_home()}", f"hypothesis profile {PROFILE}, --hypothesis-seed={seed}"]


def pytest_sessionstart() -> None:
    """When the wheel is to be tested, the sources must not be."""
    expected = os.environ.get("FUNNELPACT_FROM")
    if expected and not _home().is_relative_to(expected):
        pytest.exit(f"The wheel in {expected} was to be tested, but funnelpact came from {_home()}.", returncode=1)


def _home() -> Path:
    return Path(str(funnelpact.__file__)).resolve().parent


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The public data sets, `shared/data` beside the checkout; `FUNNELPACT_SHARED` names another `shared` folder."""
    folder = Path(os.environ.get("FUNNELPACT_SHARED", ROOT.parent / "shared")) / "data"
    if not folder.is_dir():
        pytest.skip(f"the public data sets are not in {folder} (FUNNELPACT_SHARED may name the folder above them)")
    return folder


@pytest.fixture(scope="session")
def program() -> Callable[[str], str]:
    """The path of a part of the system by its name in `scripts/parts.py`; the test is skipped where it is missing."""

    def find(name: str) -> str:
        path = part(name).path()
        if path is None:
            pytest.skip(f"{name} is missing (on Debian: apt-get install {' '.join(part(name).packages)})")
        return path

    return find


@pytest.fixture(scope="session")
def postgres(program: Callable[[str], str]) -> Iterator[Cluster]:
    """A PostgreSQL server of this run; tests that need it are skipped where it is missing."""
    with cluster(program("PostgreSQL")) as made:
        yield made


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str | None:
    """The setting of the database, for tests that run on both: None is the file in the data folder."""
    return None if request.param == "sqlite" else request.getfixturevalue("postgres").new_database()
