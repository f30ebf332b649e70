"""How public functions are called and described, and what no module may call."""

from __future__ import annotations

import ast
from pathlib import PurePath

from tests.repo_rules.sources import FunctionNode, Source, as_list, dotted, python_files, where

# The vocabulary, where the first argument is what the function's name is about: `parse_rate("34%")`.
# Everywhere else in the core a call names each of its arguments, because two rates or two dates look the same.
VOCABULARY = ("src/funnelpact/core/terms/", "src/funnelpact/core/view/")

# The engine adapter must work with DuckDB 2 as well, where Ibis 12 cannot stream these. Large results go to Parquet or
# through the engine's own Arrow reader; `.execute` and `.query` do what `.sql` does on a plain connection.
STREAMING = {"to_pyarrow_batches", "to_pandas_batches", "sql"}


def positional(node: FunctionNode, *, is_method: bool) -> int:
    """How many arguments a caller may give by position, `self` and `cls` aside."""
    static = any(dotted(decorator) == "staticmethod" for decorator in node.decorator_list)
    arguments = len(node.args.posonlyargs) + len(node.args.args) + (node.args.vararg is not None)
    return arguments - (is_method and not static)


def test_public_functions_of_the_core_take_keyword_only_arguments():
    """A method may take the other side of its verb by position (`money.plus(other)`), a word of the vocabulary too."""
    wrong = [
        where(source, node, f"{node.name} takes {count} positional arguments; {allowed} allowed")
        for source in python_files("src/funnelpact/core")
        for node, is_method in source.public_functions()
        if (count := positional(node, is_method=is_method))
        > (allowed := int(is_method or source.path.startswith(VOCABULARY)))
    ]

    assert not wrong, as_list(wrong)


def test_everything_public_has_a_docstring():
    """Modules, classes, functions and methods of the product."""
    wrong = [
        where(source, node, getattr(node, "name", "the module"))
        for source in python_files("src")
        if source.text.strip()
        for node in _public(source)
        if not ast.get_docstring(node)
    ]

    assert not wrong, as_list(wrong)


def _public(source: Source):
    if not PurePath(source.path).name.startswith("_"):
        yield source.tree
    yield from (node for node in source.tree.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_"))
    yield from (node for node, _ in source.public_functions())


def test_nobody_streams_through_ibis():
    """See `STREAMING`. Ruff cannot see methods, so this looks for the names."""
    wrong = [
        where(source, node, node.attr)
        for folder in ("src", "scripts", "benchmarks", "tests")
        for source in python_files(folder)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute) and node.attr in STREAMING
    ]

    assert not wrong, as_list(wrong)
