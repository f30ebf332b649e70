"""What no file of the repository may contain, and that the two commands of the README are the ones that CI runs."""

from __future__ import annotations

import re

from tests.repo_rules.sources import ROOT, as_list, tracked_texts

# Put together here, so that this file does not contain them.
REGISTRIES = re.compile(
    "|".join(
        rf"{name}\.{ending}"
        for name, ending in (
            ("pypi", "org"),
            ("pythonhosted", "org"),
            ("npmjs", "org"),
            ("npmjs", "com"),
            ("anaconda", "org"),
            ("debian", "org"),
        )
    )
)
MACHINE_PATH = re.compile(r"(?<![\w.}])/(?:" + "|".join(("work", "root", "home/[a-z]+", "Users/[A-Za-z]+")) + ")/")


def lines_with(pattern: re.Pattern[str]) -> list[str]:
    """Where the pattern is found."""
    return [
        f"{path}:{number}: {line.strip()[:100]}"
        for path, text in tracked_texts().items()
        for number, line in enumerate(text.splitlines(), start=1)
        if pattern.search(line)
    ]


def test_requirements_name_no_address():
    """Where packages come from is a matter of the machine."""
    requirements = {path: text for path, text in tracked_texts().items() if path.startswith("requirements/")}

    assert set(requirements) == {f"requirements/{name}.txt" for name in ("dev", "runtime", "test", "uv")}
    assert not [path for path, text in requirements.items() if "://" in text or "--index" in text]


def test_no_file_names_a_registry():
    """A mirror or a company's own index must work without a change."""
    wrong = lines_with(REGISTRIES)

    assert not wrong, as_list(wrong)


def test_no_file_names_a_path_of_one_machine():
    """A checkout works wherever it lies."""
    wrong = lines_with(MACHINE_PATH)

    assert not wrong, as_list(wrong)


def test_ci_runs_what_the_readme_says():
    """`make demo` and `make test` are in the README, and CI calls the latter."""
    readme, ci = (ROOT / "README.md").read_text("utf-8"), (ROOT / ".ci" / "run").read_text("utf-8")

    assert "make demo" in readme
    assert "make test" in readme
    assert [line for line in ci.splitlines() if re.match(r"(exec )?make test\b", line)]
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111
