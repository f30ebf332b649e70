"""What is imported is declared, and what is declared is locked."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import sys
import tomllib
from collections.abc import Iterator

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.repo_rules.sources import ROOT, as_list, python_files, where

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PINNED = re.compile(r"^([\w.-]+)==(\S+)", re.MULTILINE)


def requirements(group: str) -> Iterator[Requirement]:
    """The requirements of a dependency group with those that it includes."""
    for entry in PYPROJECT["dependency-groups"][group]:
        if isinstance(entry, dict):
            yield from requirements(entry["include-group"])
        else:
            yield Requirement(entry)


def locked(name: str) -> set[tuple[str, str]]:
    """The packages and versions of a lock file; a package may have one version for each Python."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")
    return {(canonicalize_name(package), version) for package, version in PINNED.findall(text)}


def test_the_product_imports_only_what_it_declares():
    """A package that is there only because another needs it may vanish; an extra is loaded where it is used, and not before."""
    project = PYPROJECT["project"]
    needed = {canonicalize_name(Requirement(entry).name) for entry in project["dependencies"]}
    extras = {
        canonicalize_name(Requirement(entry).name)
        for entries in project["optional-dependencies"].values()
        for entry in entries
    }
    providers = importlib.metadata.packages_distributions()
    wrong = []
    for source in python_files("src"):
        late = {id(node) for function, _ in source.functions() for node in ast.walk(function)}
        for node in ast.walk(source.tree):
            allowed = needed | extras if id(node) in late else needed
            wrong += [
                where(source, node, name)
                for name in _imported(node)
                if name not in sys.stdlib_module_names
                and name != "funnelpact"
                and not allowed & {canonicalize_name(provider) for provider in providers.get(name, [])}
            ]

    assert not wrong, as_list(wrong)


def _imported(node: ast.AST) -> list[str]:
    match node:
        case ast.Import(names=names):
            return [name.name.split(".")[0] for name in names]
        case ast.ImportFrom(module=str(module), level=0):
            return [module.split(".")[0]]
    return []


def test_the_locks_satisfy_what_is_declared():
    """`make lock` must be run after a change of the dependencies."""
    runtime = [Requirement(entry) for entry in PYPROJECT["project"]["dependencies"]]
    wanted = {"runtime": runtime, "test": [*runtime, *requirements("test")], "dev": [*runtime, *requirements("dev")]}
    wrong = [
        f"requirements/{name}.txt lacks {requirement}"
        for name, entries in wanted.items()
        for requirement in entries
        if not any(
            package == canonicalize_name(requirement.name) and requirement.specifier.contains(version)
            for package, version in locked(name)
        )
    ]

    assert not wrong, as_list(wrong)


def test_all_locks_agree():
    """What is tested is what is shipped, and what is shipped is what developers use."""
    assert locked("runtime") <= locked("test") <= locked("dev")
    assert locked("uv") <= locked("dev")


def test_every_locked_package_has_hashes():
    """A changed file is refused."""
    for name in ("dev", "runtime", "test", "uv"):
        text = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")
        entries = re.split(r"^(?=\S)", text, flags=re.MULTILINE)

        assert all("--hash=sha256:" in entry for entry in entries if "==" in entry)
