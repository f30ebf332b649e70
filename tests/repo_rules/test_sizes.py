"""Modules, packages and functions stay small enough to be read in one sitting."""

from __future__ import annotations

from pathlib import PurePath

from tests.repo_rules.sources import PACKAGE, as_list, python_files, where

LINES_OF_A_MODULE = 500
MODULES_OF_A_PACKAGE = 12
LINES_OF_A_FUNCTION = 60


def test_no_module_is_longer_than_500_lines():
    """The rule holds for tests and tools as well."""
    wrong = [
        f"{source.path} has {count} lines"
        for folder in ("src", "tests", "scripts", "benchmarks")
        for source in python_files(folder)
        if (count := len(source.text.splitlines())) > LINES_OF_A_MODULE
    ]

    assert not wrong, as_list(wrong)


def test_no_package_has_more_than_twelve_modules():
    """Empty package roots do not count."""
    packages = [folder for folder in PACKAGE.rglob("*") if (folder / "__init__.py").exists()]
    wrong = [
        f"{folder.relative_to(PACKAGE)} has {len(modules)} modules"
        for folder in packages
        if len(modules := [file for file in folder.glob("*.py") if file.name != "__init__.py"]) > MODULES_OF_A_PACKAGE
    ]

    assert packages
    assert not wrong, as_list(wrong)


def test_no_function_of_the_core_is_longer_than_60_lines():
    """Its docstring counts, so that a long one moves to the docs."""
    wrong = [
        where(source, node, f"{node.name} has {length} lines")
        for source in python_files("src/funnelpact/core")
        for node, _ in source.functions()
        if (length := (node.end_lineno or 0) - node.lineno + 1) > LINES_OF_A_FUNCTION
    ]

    assert not wrong, as_list(wrong)


def test_package_roots_are_empty():
    """Importing a package loads nothing: `funnelpact calc` must not load the engine."""
    roots = [source for source in python_files("src") if PurePath(source.path).name == "__init__.py"]
    wrong = [source.path for source in roots if source.text.strip()]

    assert roots
    assert not wrong, as_list(wrong)
