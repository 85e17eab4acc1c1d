"""The format that a PDF is made from: LaTeX, or Typst where the page has letters that LaTeX's fonts lack."""

from __future__ import annotations

from functools import cache

from derive.problem.problem import Problem
from derive.prose.catalogue import catalogue
from derive.writers.latex import is_settable

LATEX, TYPST = "tex", "typ"
ENGINES = {"latex": LATEX, "typst": TYPST}


def pdf_source(problem: Problem, sheet: bool = False) -> str:
    """The format from which the PDF of a problem's page is made, as `[page] engine` says; `auto` chooses.

    Names and titles on the sheets of a class are stamped on pages of LaTeX, whose form fields Typst does not have:
    of a `sheet` only the language decides.
    """
    page = problem.page
    chosen = TYPST if page.accessible else ENGINES.get(page.engine)
    if chosen:
        return chosen
    texts = () if sheet else (problem.title, page.course, page.author, page.date, page.task)
    return LATEX if _language_is_settable(problem.language) and all(map(is_settable, texts)) else TYPST


@cache
def _language_is_settable(language: str) -> bool:
    return all(map(is_settable, catalogue(language).sentences.values()))
