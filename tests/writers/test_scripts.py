"""Titles and tasks in any script: what stands on the page copies out, and the order of the mathematics is kept."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace

import pytest

import derive
from derive import Problem, examples
from derive.pdf.typst import make_typst_pdf
from derive.writers.layout.direction import runs_leftward

pytest.importorskip("typst", reason="Typst is not installed: pip install 'derive-notes[typst]'")

TITLES = {
    "Russian": "Прямое и обратное распространение ошибки",
    "Kazakh": "Қателіктің кері таралуы: әдіс, ғылым, үлгі, өлшем, іске",
    "Greek": "Οπισθοδιάδοση σφάλματος",
    "Chinese": "神经网络的反向传播",
    "Hindi": "तंत्रिका जाल में पश्च प्रसार",
    "Hebrew": "פעפוע לאחור ברשת",
    "Arabic": "شبكة عصبية وحساب قيمة الخسارة",
}
LEFTWARD = ("Hebrew", "Arabic")


def titled(script: str) -> Problem:
    problem = Problem.load(examples.path("mazur"))
    return replace(problem, title=TITLES[script], page=replace(problem.page, task=f"{TITLES[script]}, L = 1."))


def words_of(pdf: bytes) -> str:
    """The text of the first page, as a reader's program copies it, without signs of direction."""
    made = subprocess.run(["pdftotext", "-l", "1", "-", "-"], input=pdf, capture_output=True, check=True)
    return re.sub("[\u200e\u200f\u202a-\u202e]", "", made.stdout.decode())


@pytest.mark.needs("pdftotext")
@pytest.mark.parametrize("script", TITLES)
def test_a_title_copies_out_of_the_pdf(script: str) -> None:
    text = words_of(make_typst_pdf(derive.solve(titled(script)).text("typ")))
    assert all(word in text for word in TITLES[script].split()), text[:300]


@pytest.mark.parametrize("script", TITLES)
def test_a_page_says_which_words_run_to_the_left(script: str) -> None:
    page = derive.solve(titled(script)).text("html")
    assert ('<p class="task" dir="rtl">' in page) == (script in LEFTWARD)
    assert ("#leftward[" in derive.solve(titled(script)).text("typ")) == (script in LEFTWARD)
    assert '<html lang="en">' in page


@pytest.mark.needs("pdftotext")
@pytest.mark.parametrize("script", LEFTWARD)
def test_givens_and_formulas_keep_their_order_beside_words_that_run_to_the_left(script: str) -> None:
    """The same formulas, in the same order and at the same distance, as on a page whose title is Greek."""
    other, plain = (words_of(make_typst_pdf(derive.solve(titled(which)).text("typ"))) for which in (script, "Greek"))
    body = plain[plain.index("Given") :]
    assert len(body) > 500
    assert other[other.index("Given") :].split("\n")[:12] == body.split("\n")[:12]


@pytest.mark.parametrize(
    ("text", "leftward"),
    [("L של הרשת", False), ("3–3–1 שגיאה", True), ("خسارة L", True), ("12 = 3", False)],
)
def test_the_first_letter_decides(text: str, leftward: bool) -> None:
    assert runs_leftward(text) == leftward
