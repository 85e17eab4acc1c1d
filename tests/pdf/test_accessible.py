"""PDFs by Typst before two independent checkers of PDF/UA-1, and whether everything stands between their margins.

Every eleventh example is checked here, one page of each kind and one language more; all of them were when the writer
was made.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from support.solutions import written

import derive
from derive import Problem, examples
from derive.answers.feedback.report_files import text
from derive.pdf.typst import make_typst_pdf
from derive.sheets import SheetWriter

pytest.importorskip("typst", reason="Typst is not installed: pip install 'derive-notes[typst]'")

SAMPLE = (*examples.names()[::11], "cnn")
MARGIN = 1.9 * 72 / 2.54
WORD = re.compile(r'<word xMin="([\d.]+)" yMin="[\d.]+" xMax="([\d.]+)" yMax="[\d.]+">')
WIDTH = re.compile(r'<page width="([\d.]+)"')


def worked(name: str, language: str = "en") -> str:
    return written(name, "typ", language=language)


def sheet() -> str:
    problem = Problem.load(examples.path("mazur"))
    return SheetWriter.of(problem).sheet("typ", derive.solve(problem))


def feedback() -> str:
    solution = derive.solve(examples.path("notes"), language="ru")
    return text(derive.check(solution, {"z_1": "[3,9; 12,2; 20]", "z_2": "18,3", "A_2": "sigma("}), solution, "typ")


PAGES: dict[str, Callable[[], str]] = {name: lambda name=name: worked(name) for name in SAMPLE}  # type: ignore[misc]
PAGES |= {"Kazakh": lambda: worked("notes", "kk"), "sheet": sheet, "feedback": feedback}


@cache
def pdf(page: str) -> bytes:
    return make_typst_pdf(PAGES[page]())


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_two_checkers_find_no_error(page: str, tmp_path: Path) -> None:
    outloud = pytest.importorskip("outloud", reason="outloud is not installed: pip install 'derive-notes[test]'")
    pdfua = pytest.importorskip("pdfua", reason="pdfua is not installed: pip install 'derive-notes[test]'")
    path = tmp_path / "page.pdf"
    path.write_bytes(pdf(page))
    found = outloud.check(str(path))
    faults = [(each.rule, each.message) for each in found.findings if each.severity == "error"]
    assert not found.error and faults == []
    assert found.stats["tagged"] and found.stats["features"]["formulas"]
    assert pdfua.validate(str(path)).findings == ()


@pytest.mark.slow
@pytest.mark.needs("pdftotext")
@pytest.mark.parametrize("page", PAGES)
def test_nothing_stands_beyond_the_margins(page: str) -> None:
    made = subprocess.run(["pdftotext", "-bbox", "-", "-"], input=pdf(page), capture_output=True, check=True)
    words, found = made.stdout.decode(), WIDTH.search(made.stdout.decode())
    assert found and len(WORD.findall(words)) > 50
    left, right = MARGIN - 2, float(found[1]) - MARGIN + 2
    assert [each for each in WORD.findall(words) if float(each[0]) < left or float(each[1]) > right] == []
