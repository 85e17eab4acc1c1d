"""Imports point one way, and no module grows beyond one idea."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "derive"
ORDER = (
    "errors", "language", "operations", "settings", "digits", "source", "equations", "network",
    "problem", "derivation", "values", "differences", "notation", "printing", "verification", "document",
    "view", "compose", "closing", "writers", "solution", "answers", "cli",
)  # fmt: skip
MODULES = sorted(ROOT.rglob("*.py"))


def part(module: str) -> str:
    """`derive.language.names` → `language`."""
    return [*module.split("."), ""][1]


def imports(path: Path) -> Iterator[str]:
    """What a module imports from this package when it is imported itself."""
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("derive."):
            yield part(node.module)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_one_way(path: Path) -> None:
    own = path.relative_to(ROOT).parts[0].removesuffix(".py")
    if own in ORDER:
        later = [name for name in imports(path) if name in ORDER and ORDER.index(name) > ORDER.index(own)]
        assert later == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_modules_are_short(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 460
