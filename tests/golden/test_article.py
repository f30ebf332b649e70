"""The pages of the article and the guide: every example in them is run, and prints what the page says."""

from __future__ import annotations

import doctest
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ARTICLES = ("docs/article/article.en.md", "docs/article/article.tr.md")
PAGES = [
    page for page in (*ARTICLES, "docs/guide/calculator.md", "docs/guide/calculator.tr.md") if (ROOT / page).exists()
]
FIGURES = ("250", "3978", "2674", "500102.6", "128.248", "51.1")


def text_of(page: str) -> str:
    """The page as it stands in the repository."""
    return (ROOT / page).read_text(encoding="utf-8")


def blocks(page: str, *kinds: str) -> list[tuple[str, str]]:
    """The fenced blocks of these kinds in their order, each with its kind; the indentation of lists is removed."""
    found = re.findall(rf"^( *)```({'|'.join(kinds)})\n(.*?)^ *```$", text_of(page), re.MULTILINE | re.DOTALL)
    return [(kind, re.sub(rf"^{indent}", "", block, flags=re.MULTILINE)) for indent, kind, block in found]


def printed(command: str, folder: Path) -> str:
    """What the installed command prints in a folder; where it prints problems, its exit code says so, too."""
    program, *arguments = shlex.split(command)
    path = Path(sys.executable).parent / program
    environment = {**os.environ, "FUNNELPACT_LANG": "en", "COLUMNS": "200"}
    done = subprocess.run(
        [path, *arguments], cwd=folder, env=environment, capture_output=True, encoding="utf-8", check=False
    )

    assert done.returncode == (2 if done.stderr else 0)
    return done.stdout + done.stderr


@pytest.mark.parametrize("page", PAGES)
def test_the_lines_of_a_page_compute_what_it_says(page: str):
    """All Python examples of a page, one after the other, as a reader would type them."""
    source = "\n".join(block for _, block in blocks(page, "python"))
    test = doctest.DocTestParser().get_doctest(source, {}, page, page, 0)
    runner = doctest.DocTestRunner(optionflags=doctest.IGNORE_EXCEPTION_DETAIL)
    runner.run(test)

    assert runner.failures == 0
    assert runner.tries == source.count(">>> ")


@pytest.mark.parametrize("page", PAGES)
def test_the_commands_of_a_page_print_what_it_shows(page: str, tmp_path: Path):
    """Each console block: the command after the dollar sign, and its output to the letter.

    A file that the page shows, TOML or YAML, lies beside as `mix.toml` or `mix.yaml` from there on.
    """
    for kind, block in blocks(page, "console", "toml", "yaml"):
        if kind == "console":
            command, _, output = block.removeprefix("$ ").partition("\n")
            assert printed(command, tmp_path) == output
        else:
            (tmp_path / f"mix.{kind}").write_text(block, encoding="utf-8")

    assert any(kind == "console" for kind, _ in blocks(page, "console"))


@pytest.mark.parametrize("page", ARTICLES)
def test_both_languages_recompute_the_same_figures(page: str):
    """The figures of the method, and the lines that slip, stand in both pages as results of examples."""
    results = [
        line
        for _, block in blocks(page, "python", "console")
        for line in block.splitlines()
        if not line.startswith((">>>", "...", "$ "))
    ]

    for figure in FIGURES:
        assert any(figure in line for line in results), figure


def test_every_block_of_a_page_is_run():
    """No fenced block is of a kind that the tests above pass by."""
    fences = {page: re.findall(r"^ *```(.*)$", text_of(page), re.MULTILINE) for page in PAGES}
    kinds = {kind for found in fences.values() for kind in found[::2]}

    assert kinds == {"python", "console", "toml", "yaml"}
