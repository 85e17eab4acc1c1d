"""Pages whose last one would have a few lines: tightened, or loosened, or left as they are."""

from functools import cache
from io import BytesIO

import pytest
from pypdf import PdfReader

from derive.examples import path
from derive.pdf.engines import EngineRun
from derive.pdf.last_page import Rest, well_filled_tex
from derive.pdf.press import make_pdfs
from derive.pdf.typst import make_typst_pdf
from derive.solution import solve

PAGE = "\\begin{document}\nA page.\\end{document}"


def log(pages: int, filled: float) -> str:
    return f"words\nderive-rest: {filled}pt, 700.0pt, {pages}\nwords"


@pytest.mark.parametrize(
    ("plain", "tight", "loose", "taken"),
    [
        ((3, 400.0), None, None, "A page"),
        ((1, 10.0), None, None, "A page"),
        ((3, 50.0), (2, 650.0), None, "tighten"),
        ((9, 400.0), (8, 600.0), None, "tighten"),
        ((9, 400.0), (9, 200.0), None, "A page"),
        ((3, 50.0), (3, 30.0), (3, 250.0), r"loosen{92pt}"),
        ((3, 209.5), (3, 205.0), (3, 230.0), r"loosen{14pt}"),
        ((2, 50.0), (2, 30.0), (2, 100.0), "A page"),
    ],
)
def test_a_short_last_page_is_mended_where_it_can_be(
    plain: tuple[int, float], tight: tuple[int, float] | None, loose: tuple[int, float] | None, taken: str
) -> None:
    def run(tex: str) -> EngineRun:
        kind = tight if "tighten" in tex else loose if "loosen" in tex else plain
        assert kind is not None
        return EngineRun(tex.encode(), log(*kind))

    made = well_filled_tex(PAGE, run).pdf.decode()
    assert taken in made and made.count("begin{document}") == 1


def test_a_text_of_another_program_is_set_as_it_is() -> None:
    assert Rest.of("This is pdfTeX") is None
    assert well_filled_tex(PAGE, lambda tex: EngineRun(tex.encode(), "")).pdf.decode() == PAGE


LINE = "This line fills the page."
END = {"tex": "\\par\\penalty9999\\typeout", "typ": "#context [#metadata"}


@cache
def page(ending: str) -> str:
    return solve(path("karpathy_neuron")).text(ending)


def lengthened(ending: str, lines: int) -> str:
    """A page with so many lines more at its end."""
    before, mark, behind = page(ending).rpartition(END[ending])
    return f"{before}{f'{LINE} {chr(10)}{chr(10)}' * lines}{mark}{behind}"


def lines_of_last_page(pdf: bytes) -> int:
    return PdfReader(BytesIO(pdf)).pages[-1].extract_text().count(LINE)


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["tex", "typ"])
def test_papers_of_a_class_and_pages_of_typst_have_no_short_last_page(ending: str) -> None:
    """However many lines there are: a page that is short is mended, one that is not stays as it is."""
    if ending == "typ":
        pytest.importorskip("typst", reason="Typst is not installed: pip install 'derive-notes[typst]'")
    texts = [lengthened(ending, lines) for lines in range(20, 80, 3)]
    made = make_pdfs(texts)
    pdfs = [pdf for pdf in made if isinstance(pdf, bytes)]
    assert len(pdfs) == len(texts)
    pages = [len(PdfReader(BytesIO(pdf)).pages) for pdf in pdfs]
    assert len({*pages}) > 1
    assert min(lines_of_last_page(pdf) for pdf in pdfs) >= 5
    assert sorted(pages) == pages
    if ending == "typ":
        assert make_typst_pdf(texts[0]) == pdfs[0]
