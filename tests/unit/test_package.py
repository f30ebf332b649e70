"""What the installed package brings beside its modules; the wheel is tested with this as well."""

from __future__ import annotations

from importlib import metadata, resources

import pytest

from funnelpact.apps.language import CODES, language


@pytest.mark.parametrize("code", CODES)
def test_the_sentences_are_installed(code: str):
    """The catalogs are files, which a build could forget."""
    assert language(code).sentences


def test_the_types_are_installed():
    """Programs that use funnelpact as a library can check their types."""
    assert resources.files("funnelpact").joinpath("py.typed").is_file()


def test_the_command_is_installed():
    """`funnelpact` is a command after the installation."""
    (command,) = metadata.distribution("funnelpact").entry_points.select(name="funnelpact")

    assert command.value == "funnelpact.apps.cli.main:run"
