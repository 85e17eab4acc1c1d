"""Every built-in problem: it solves and verifies, every format is written, its page has no overfull box, and its own
solution, handed in as work in any format, is all correct.
"""

from __future__ import annotations

import csv
import json
import re
import tomllib
from functools import cache
from io import BytesIO
from pathlib import Path

import pymupdf
import pytest
from pypdf import PdfReader
from support.latex import filled_together, title_of
from support.latex_logs import missing_glyphs, overfull
from support.scheduling import BUNCH
from support.solutions import solved, written

import derive
from derive import examples
from derive.errors import ToolError
from derive.files import PDF
from derive.pdf.engines import EngineRun
from derive.pdf.last_page import Rest
from derive.prose.catalogue import catalogue
from derive.solution import Blueprint, Solution
from derive.writers import formats_of, text_formats

NAMES = examples.names()
SHORT = [name for name in NAMES if name != "mazur_10000"]


@pytest.mark.parametrize("name", NAMES)
def test_an_example_says_where_it_comes_from_and_what_it_belongs_to(name: str) -> None:
    text = examples.path(name).read_text("utf-8")
    assert text.startswith("# "), "its source, in a comment at the top"
    assert {"title", "topic"} <= tomllib.loads(text).keys()
    assert tomllib.loads(text).get("page", {}).get("task"), "what is to be worked out"


@pytest.mark.parametrize("name", NAMES)
def test_titles_and_tasks_are_plain_words(name: str) -> None:
    """Numbers of units are joined by dashes, and names are written as on the page: z₂, not z_2."""
    problem = solved(name).problem
    assert not re.search(r"\d-\d", problem.title)
    assert "_" not in problem.page.task and problem.page.task.endswith((".", "?"))


@pytest.mark.parametrize("name", NAMES)
def test_every_gradient_is_verified(name: str) -> None:
    solution = solved(name)
    derivation = solution.blueprint.derivation
    assert bool(solution.verification.routes) == bool((*derivation.gradients, *derivation.slopes))


@pytest.mark.parametrize("name", NAMES)
def test_every_format_is_written(name: str) -> None:
    lengths = {form: len(written(name, form)) for form in text_formats("solution")}
    assert {form for form, length in lengths.items() if length <= 100} == set()
    assert not re.search(r"(?<!_)\{", written(name, "txt")), "a place in a sentence was not filled"


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_every_format_that_is_no_text_is_written(name: str) -> None:
    forms = {*formats_of("solution")} - {*text_formats("solution"), PDF}
    assert {form for form in forms if len(solved(name).file(form)) <= 1000} == set()


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_the_toml_of_an_example_is_the_same_problem(name: str) -> None:
    """With its numbers; what was verified of them once is."""
    again = Blueprint.of(derive.Problem.loads(written(name, "toml"), name), symbolic=False).evaluate()
    assert again.ids == solved(name).ids
    assert [again[step].value_text for step in again.ids] == [solved(name)[step].value_text for step in again.ids]


def letters(text: str) -> str:
    """Only the letters of a text."""
    return "".join(filter(str.isalpha, text))


@cache
def all_in_latex(names: tuple[str, ...]) -> dict[str, EngineRun | ToolError]:
    """The pages of built-in problems as PDFs."""
    return dict(zip(names, filled_together([written(name, "tex") for name in names]), strict=True))


def set_in_latex(name: str) -> EngineRun:
    """The page of a built-in problem as a PDF, set together with its bunch."""
    run = all_in_latex(tuple(BUNCH[name]))[name]
    assert isinstance(run, EngineRun), run
    return run


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_the_pdf_has_no_overfull_box_and_no_short_last_page(name: str) -> None:
    run = set_in_latex(name)
    rest = Rest.of(run.log)
    assert rest is not None and not rest.is_short
    assert overfull(run.log) == []
    assert missing_glyphs(run.log) == []
    reader = PdfReader(BytesIO(run.pdf))
    assert title_of(run.log) == solved(name).problem.title
    assert reader.trailer["/Root"]["/Lang"] == "en"


def pages_of(name: str) -> list[pymupdf.Page]:
    """The pages of its PDF."""
    return list(pymupdf.open(stream=set_in_latex(name).pdf))


MARGIN = 1.9 / 21.0 - 0.01
"""Of a page's width, what stays white on its left and on its right, but for what letters stand out by."""


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_nothing_on_a_page_stands_in_its_margin(name: str) -> None:
    """Neither in an overfull line nor in a box that TeX does not complain of."""
    for number, page in enumerate(pages_of(name), 1):
        picture = page.get_pixmap(dpi=50, colorspace=pymupdf.csGRAY)
        width, pixels, edge = picture.stride, picture.samples, int(picture.width * MARGIN)
        rows = [pixels[start : start + picture.width] for start in range(0, len(pixels), width)]
        assert min(min(row[:edge] + row[-edge:]) for row in rows) > 200, number
        assert min(map(min, rows)) < 200, "a page without a letter"


SENTENCES = catalogue("en").sentences
HEADS = {letters(text.replace("{k}", "")) for key, text in SENTENCES.items() if key.startswith("headings.")}
TOP, BOTTOM = 788.0, 59.0  # of the text on a page, in points from below


def lines_of(page: pymupdf.Page) -> list[tuple[float, str]]:
    """Where each line of a page stands, from the top, and its text; without the foot."""
    found: dict[float, str] = {}
    blocks = page.get_text("dict")["blocks"]
    for span in (span for block in blocks for line in block.get("lines", ()) for span in line["spans"]):
        height = round(page.rect.height - span["origin"][1], 2)
        if span["text"].strip() and height > BOTTOM:
            found[height] = found.get(height, "") + span["text"]
    return sorted(found.items(), reverse=True)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_pages_are_filled_and_end_in_no_heading(name: str) -> None:
    """A page ends where the next thing that stays together does not fit, and that is never half a page high."""
    pages = [lines_of(page) for page in pages_of(name)]
    for lines in pages[:-1]:
        lowest, last = lines[-1]
        assert letters(last) not in HEADS
        assert (TOP - lowest) / (TOP - BOTTOM) > 0.45
    assert all(len(lines) > 1 for lines in pages)


def answers(solution: Solution) -> dict[str, object]:
    """The solution's own numbers, as they are printed."""
    steps = [step for step in solution.ids if solution[step].phase != "given"]
    return {step: solution[step].printed for step in steps}


@pytest.mark.slow
@pytest.mark.parametrize("name", SHORT)
def test_its_own_solution_is_all_correct(name: str, tmp_path: Path) -> None:
    solution = solved(name)
    for form in ("json", "toml", "csv", "txt"):
        path = tmp_path / f"work.{form}"
        path.write_text(_work(answers(solution), form, solution.problem.numbers.decimal), encoding="utf-8")
        report = derive.check(solution, path)
        wrong = {item.id: item.verdict for item in report.items if item.verdict != "correct"}
        assert wrong == {}, form
        assert report.marks == report.of, form


def _work(work: dict[str, object], form: str, decimal: str) -> str:
    if form == "json":
        return json.dumps(work)
    texts = {step: _written(value) for step, value in work.items()}
    if form == "toml":
        return "\n".join(f'"{step}" = "{text}"' for step, text in texts.items())
    if form == "csv":
        return "step,answer\n" + "\n".join(f'"{step}","{text}"' for step, text in texts.items())
    return "\n".join(f"{step} = {text}" for step, text in texts.items())


def _written(value: object) -> str:
    """Rows on `;`, entries beside each other on `|`: a sign that no decimal sign is; more axes as lists of them."""
    if not isinstance(value, tuple):
        return str(value)
    if isinstance(value[0], tuple) and isinstance(value[0][0], tuple):
        return f"[{'; '.join(map(_written, value))}]"
    rows = [" | ".join(map(str, row)) if isinstance(row, tuple) else str(row) for row in value]
    return f"[{'; '.join(rows)}]"


def test_csv_is_what_a_spreadsheet_reads(tmp_path: Path) -> None:
    text = _work(answers(solved("notes")), "csv", ",")
    assert next(csv.reader(text.splitlines())) == ["step", "answer"]
