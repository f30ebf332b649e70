"""The sources as text and as syntax trees, read once for all rules."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "funnelpact"

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """A Python file: its path from the root, its text, its tree."""

    path: str
    text: str
    tree: ast.Module

    def functions(self) -> Iterator[tuple[FunctionNode, bool]]:
        """All functions, nested ones included, and whether each is a method."""
        for parent in ast.walk(self.tree):
            for node in ast.iter_child_nodes(parent):
                if isinstance(node, FunctionNode):
                    yield node, isinstance(parent, ast.ClassDef)

    def public_functions(self) -> Iterator[tuple[FunctionNode, bool]]:
        """Public functions of the module and public methods of its public classes, without magic methods."""
        classes = (node for node in self.tree.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_"))
        parents: list[ast.Module | ast.ClassDef] = [self.tree, *classes]
        for parent in parents:
            for node in parent.body:
                if isinstance(node, FunctionNode) and not node.name.startswith("_"):
                    yield node, isinstance(parent, ast.ClassDef)


@cache
def python_files(folder: str) -> tuple[Source, ...]:
    """All Python files below a folder of the checkout."""
    return tuple(
        Source(path=file.relative_to(ROOT).as_posix(), text=(text := file.read_text("utf-8")), tree=ast.parse(text))
        for file in sorted((ROOT / folder).rglob("*.py"))
    )


@cache
def tracked_texts() -> dict[str, str]:
    """All text files of the repository, new ones included, by path. Pictures and other binary files are left out."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    texts = {}
    for path in filter(None, listed):
        if (ROOT / path).is_file() and b"\0" not in (data := (ROOT / path).read_bytes()):
            texts[path] = data.decode("utf-8")
    return texts


def where(source: Source, node: ast.AST, says: str = "") -> str:
    """A line that names the place, as compilers write it."""
    return f"{source.path}:{getattr(node, 'lineno', 1)}: {says}".rstrip(": ")


def as_list(wrong: list[str]) -> str:
    """The message of a failed rule: one place a line."""
    return "\n" + "\n".join(wrong)


def dotted(node: ast.AST) -> str:
    """`a.b.c` of an expression made of names and attributes, else an empty text."""
    match node:
        case ast.Name():
            return node.id
        case ast.Attribute():
            return f"{dotted(node.value)}.{node.attr}"
    return ""
