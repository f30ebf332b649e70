"""Tests say what they show, can fail, and run the real thing."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.repo_rules.sources import FunctionNode, Source, as_list, dotted, python_files, where


def each_test(source: Source) -> Iterator[FunctionNode]:
    """The test functions of a file."""
    return (node for node, _ in source.functions() if node.name.startswith("test_"))


def can_fail(test: FunctionNode, helpers: dict[str, FunctionNode]) -> bool:
    """Whether a test asserts something: itself, by pytest, by an `assert_…`, or by a helper of its file that does."""
    for node in ast.walk(test):
        if isinstance(node, ast.Assert):
            return not (isinstance(node.test, ast.Constant) and node.test.value)
        if isinstance(node, ast.Call):
            name = dotted(node.func)
            if name in {"pytest.raises", "pytest.warns"} or name.split(".")[-1].startswith(("assert_", "check_")):
                return True
            helper = helpers.get(name)
            if helper and can_fail(helper, {key: other for key, other in helpers.items() if key != name}):
                return True
    return False


def helpers_of(source: Source) -> dict[str, FunctionNode]:
    """The functions of a file that are no tests."""
    return {
        node.name: node for node in source.tree.body if isinstance(node, FunctionNode) and "test_" not in node.name[:5]
    }


def test_every_test_says_what_it_shows():
    """A docstring in each."""
    wrong = [
        where(source, test, test.name)
        for source in python_files("tests")
        for test in each_test(source)
        if not ast.get_docstring(test)
    ]

    assert not wrong, as_list(wrong)


def test_every_test_can_fail():
    """No test without an assertion."""
    found = [(source, test) for source in python_files("tests") for test in each_test(source)]
    wrong = [where(source, test, test.name) for source, test in found if not can_fail(test, helpers_of(source))]

    assert found
    assert not wrong, as_list(wrong)


def test_a_test_without_assertion_is_noticed():
    """The rule above can fail as well."""
    hollow, solid = ast.parse("def test_a(): run()\ndef test_b(): assert run()").body

    assert isinstance(hollow, FunctionNode)
    assert isinstance(solid, FunctionNode)
    assert not can_fail(hollow, {})
    assert can_fail(solid, {})


def test_nothing_of_ours_is_mocked():
    """No `unittest.mock` and no patching of attributes; the environment and the working folder may be set."""
    wrong = [
        where(source, node, says)
        for source in python_files("tests")
        for node in ast.walk(source.tree)
        if (says := _mocks(node))
    ]

    assert not wrong, as_list(wrong)


def _mocks(node: ast.AST) -> str:
    match node:
        case ast.ImportFrom(module=str(module)) if module.split(".")[:2] in (
            ["unittest"],
            ["unittest", "mock"],
            ["mock"],
        ):
            return f"imports {module}"
        case ast.Import(names=names) if any(name.name in {"unittest.mock", "mock"} for name in names):
            return "imports mock"
        case ast.Call(func=ast.Attribute(attr="setattr" | "setitem", value=ast.Name(id="monkeypatch"))):
            return "patches an attribute"
    return ""
