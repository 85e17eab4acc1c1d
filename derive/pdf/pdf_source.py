"""The format that a PDF is made from: LaTeX, or Typst where the page has letters that LaTeX's fonts lack."""

from functools import cache

from derive.errors import Fault
from derive.pdf.engines import has_script
from derive.problem.problem import Problem
from derive.prose.catalogue import catalogue
from derive.writers.latex_words import SCRIPTS, unsettable

LATEX, TYPST = "tex", "typ"
ENGINES = {"latex": LATEX, "typst": TYPST}
MOST_SHOWN = 12


def pdf_source(problem: Problem, sheet: bool = False, fields: bool = False) -> str:
    """The format from which the PDF of a problem's page is made, as `[page] engine` says; `auto` chooses.

    Names and titles on the sheets of a class are stamped on pages of LaTeX: of a `sheet` only the language decides. A
    page with `fields` to fill in, which Typst does not have, stays with LaTeX where that has fonts for its letters.
    """
    chosen = TYPST if problem.page.accessible else ENGINES.get(problem.page.engine)
    if chosen:
        return chosen
    lacking = _lacking(problem, sheet)
    return LATEX if not lacking or (fields and _is_set_here(lacking)) else TYPST


def without_fields(problem: Problem, sheet: bool = False) -> Fault | None:
    """Why the PDF of an exercise has no fields to fill in though nobody asked for that, and what to do; None if it has.
    On a `sheet` of a class LaTeX may have letters stamped.
    """
    page = problem.page
    if page.accessible or page.engine != "auto" or pdf_source(problem, sheet, fields=not sheet) == LATEX:
        return None
    letters = "".join(sorted(_lacking(problem, sheet)))
    few = f"{letters[:MOST_SHOWN]}…" if len(letters) > MOST_SHOWN else letters
    what = f"the PDF has boxes in place of fields to fill in: LaTeX lacks letters ({few}), and Typst has no fields"
    return Fault(what, _IN_CLASS if sheet else _ALONE)


_ALONE = (
    "--to html has fields; so has the PDF where TeX Live has fonts for Cyrillic and Greek (collections langcyrillic "
    "and langgreek)"
)
_IN_CLASS = '--to html has fields; so has the PDF with engine = "latex" under [page], its letters stamped on the pages'


def _lacking(problem: Problem, sheet: bool) -> frozenset[str]:
    """The characters of a page that LaTeX's usual fonts lack."""
    page = problem.page
    texts = () if sheet else (problem.title, page.course, page.author, page.date, page.task)
    return _lacking_in_language(problem.language).union(*map(unsettable, texts))


@cache
def _lacking_in_language(language: str) -> frozenset[str]:
    return frozenset().union(*map(unsettable, catalogue(language).sentences.values()))


def _is_set_here(letters: frozenset[str]) -> bool:
    """Whether the LaTeX of this machine has fonts for all of the letters."""
    scripts = {next((name for name, script in SCRIPTS.items() if script.fullmatch(c)), "") for c in letters}
    return all(name and has_script(name) for name in scripts)
