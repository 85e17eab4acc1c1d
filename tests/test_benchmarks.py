"""The scripts of benchmarks/ and docs/, which no other test runs whole: what they import is there."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest
from support.places import ROOT

SCRIPTS = sorted([*(ROOT / "benchmarks").glob("*.py"), *(ROOT / "docs").glob("*.py")])
OWN = ("derive", "support")


def imported(script: Path) -> Iterator[tuple[str, str]]:
    """The modules of the project that a script imports from, at its top or later, and the names."""
    for node in ast.walk(ast.parse(script.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in OWN:
            yield from ((node.module, each.name) for each in node.names)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_what_a_script_imports_is_there(script: Path) -> None:
    missing = [(module, name) for module, name in imported(script)
               if not hasattr(import_module(module), name) and find_spec(f"{module}.{name}") is None]  # fmt: skip
    assert missing == []


def test_a_missing_name_is_found(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text("def later():\n    from support.browsers import nothing\n", "utf-8")
    assert list(imported(tmp_path / "script.py")) == [("support.browsers", "nothing")]
