"""The scripts of the pages: their types hold together, and small parts of them do what they say."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

import pytest
from support.node import run, script

from derive.interactive.fetching import FetchedPackage, fetched
from derive.interactive.one_file import modules

pytestmark = pytest.mark.slow
TYPESCRIPT = FetchedPackage("typescript", "5.9.3", "10e108c9cf7d5f2879053dff18515fb405abf2ccef63eaaf017d9c571687a1d3")


def test_types_hold_together(tmp_path: Path) -> None:
    with tarfile.open(fetched(TYPESCRIPT)) as package:
        package.extractall(tmp_path, filter="data")
    run(str(tmp_path / "package" / "lib" / "tsc.js"), "-p", ".")


def test_a_script_of_a_file_refers_to_the_others_by_name() -> None:
    found = modules("practice.js")
    assert "worker.js" not in found and 'from "derive/dom.js"' in found["steps.js"]
    assert not [name for name, text in found.items() if 'from "./' in text]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("[[1,5; 2]; [3; 4]]", [["1,5", "2"], ["3", "4"]]),
        ("[[1.  2.5]\n [3.  4. ]]\n", [["1.", "2.5"], ["3.", "4."]]),
        ("[1,2;3,4]", [["1", "2"], ["3", "4"]]),
        ("[0,5; 0,25; -1; 3,5]", [["0,5"], ["0,25"], ["-1"], ["3,5"]]),
        ("[[1, 2], [3, 4]]", [["1", "2"], ["3", "4"]]),
        ("1,5\t2,5\n3\t4", [["1,5", "2,5"], ["3", "4"]]),
        ("[3,9; 12,1; 20,3]", [["3,9"], ["12,1"], ["20,3"]]),
        ("1,2,3", [["1", "2", "3"]]),
        ("3,9", [["3,9"]]),
        (r"\begin{bmatrix}1 & -2\\ 3 & 4\end{bmatrix}", [["1", "-2"], ["3", "4"]]),
    ],
)
def test_a_matrix_is_read_from_the_clipboard(text: str, rows: list[list[str]]) -> None:
    wanted = sum(map(len, rows))
    assert script("rowsOf", "cells.js", f"rowsOf({json.dumps(text)}, {wanted})") == rows


def test_a_number_moves_by_its_last_place() -> None:
    cases = [("0,2", 1, ","), ("-1.05", -3, "."), ("20", 2, ","), ("1/3", 1, "."), ("", 1, ".")]
    moved = [script("moved", "givens.js", f"moved(...{json.dumps(case)})") for case in cases]
    assert moved == ["0,3", "-1.08", "22", "1/3", ""]
