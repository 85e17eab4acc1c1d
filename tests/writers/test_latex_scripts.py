"""The `.tex` of pages in other alphabets: the font encodings that pdfLaTeX needs, a font for LuaLaTeX."""

from __future__ import annotations

from dataclasses import replace

import pytest

import derive
from derive import Problem, examples
from derive.writers.latex_words import escape_latex

TITLES = {"plain": "Rückpropagierung", "cyrillic": "Градиент и потеря", "greek": "Οπισθοδιάδοση", "symbol": "α and β"}


def preamble(title: str, language: str = "en") -> str:
    problem = replace(Problem.load(examples.path("mazur")), title=title)
    return derive.solve(problem, language=language).text("tex").partition("\\begin{document}")[0]


@pytest.mark.parametrize(
    ("script", "cyrillic", "greek"),
    [("plain", False, False), ("cyrillic", True, False), ("greek", False, True), ("symbol", False, False)],
)
def test_a_page_asks_for_the_encodings_of_its_letters(script: str, cyrillic: bool, greek: bool) -> None:
    text = preamble(TITLES[script])
    assert ("T2A" in text) == cyrillic
    assert ("textalpha" in text) == greek
    assert ("setmainfont" in text) == (cyrillic or greek)
    places = ["\\ifmodern", "fontspec", "{fontenc}", "\\fi\n", "{geometry}"]
    assert sorted(places, key=text.rindex) == places


def test_a_page_is_hyphenated_by_its_language() -> None:
    assert "l@russian" in preamble("", "ru") and "l@ngerman" in preamble("", "de")
    assert "l@" not in preamble("", "en")


def test_quotation_marks_need_no_font_that_has_them_where_unicode_does() -> None:
    """In LuaLaTeX without its own fonts a sign beyond Latin-1 is looked for at its place in Unicode, and lost."""
    written = escape_latex("L’exercice « facile », “one”, ‘two’, „drei“ — vier")
    assert written.isascii() and written.startswith("L'exercice \\guillemotleft{} facile")
