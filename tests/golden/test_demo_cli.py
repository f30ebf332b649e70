"""`funnelpact demo` from the command line: the page, the numbers it prints, the folder that it keeps to itself."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path


def demo(folder: Path, *arguments: str, language: str = "en") -> subprocess.CompletedProcess[str]:
    """The demo with a small company, its page in a folder."""
    command = [
        str(Path(sys.executable).parent / "funnelpact"),
        "demo",
        "--no-open",
        "--leads",
        "4000",
        "--out",
        str(folder),
    ]
    environment = {**os.environ, "FUNNELPACT_LANG": language}
    return subprocess.run([*command, *arguments], env=environment, capture_output=True, text=True, check=False)


def needs(output: str) -> list[str]:
    """The two numbers of leads that the demo prints."""
    found = re.search(r"needs ([\d,]+) leads.*and ([\d,]+) for", output)
    assert found, output
    return list(found.groups())


def test_the_demo_writes_the_page_that_says_what_it_prints(tmp_path: Path):
    """The leads of both chances stand in the terminal and on the page."""
    done = demo(tmp_path)
    html = (tmp_path / "funnelpact.html").read_text(encoding="utf-8")

    assert done.returncode == 0, done.stderr
    for leads in needs(done.stdout):
        assert f">{leads}</button>" in html


def test_the_same_seed_gives_the_same_company_again_and_another_another(tmp_path: Path):
    """A second run in the same folder replaces the first company, it does not add to it."""
    first, other, again = (needs(demo(tmp_path, "--seed", seed).stdout) for seed in ("1", "2", "1"))

    assert first == again
    assert other != first


def test_the_facts_of_the_demo_can_be_measured_from_the_command_line(tmp_path: Path):
    """The folder of facts works like any other."""
    demo(tmp_path)
    command = [
        str(Path(sys.executable).parent / "funnelpact"),
        "funnel",
        "--data",
        str(tmp_path / "data"),
        "--lang",
        "tr",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert "Website form" in done.stdout


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path):
    """Somebody else's data are not deleted; one sentence says what to do."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "mine.csv").write_text("a\n1\n", encoding="utf-8")
    done = demo(tmp_path)

    assert done.returncode == 2
    assert "--out" in done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "data" / "mine.csv").read_text(encoding="utf-8") == "a\n1\n"


def test_the_page_begins_in_the_language_that_was_asked_for(tmp_path: Path):
    """A Turkish demo opens in Turkish, English is a press away."""
    done = demo(tmp_path, language="tr")
    html = (tmp_path / "funnelpact.html").read_text(encoding="utf-8")

    assert "Sayfa:" in done.stdout
    assert '<html lang="tr">' in html
    assert html.index("Kota için kaç lead gerekir?") < html.index("How many leads does the quota need?")
