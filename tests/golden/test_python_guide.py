"""The pages on Python and notebooks: every example is run, and prints what the page says."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("page", ["python.md", "python.tr.md"])
def test_the_examples_compute_what_the_page_says(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """One after the other, as a reader would type them, in an empty folder."""
    text = (ROOT / "docs" / "guide" / page).read_text("utf-8")
    source = "\n".join(re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL))
    monkeypatch.chdir(tmp_path)
    test = doctest.DocTestParser().get_doctest(source, {}, page, page, 0)
    runner = doctest.DocTestRunner()
    runner.run(test)

    assert runner.failures == 0
    assert runner.tries == source.count(">>> ")
