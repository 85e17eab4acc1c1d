"""Pages whose last one would have a few lines: tightened, or loosened, or left as they are."""

import pytest

from derive.pdf.engines import EngineRun
from derive.pdf.last_page import Rest, well_filled

PAGE = "\\begin{document}\nA page.\\end{document}"


def log(pages: int, filled: float) -> str:
    return f"words\nderive-rest: {filled}pt, 700.0pt, {pages}\nwords"


@pytest.mark.parametrize(
    ("plain", "tight", "loose", "taken"),
    [
        ((3, 400.0), None, None, "A page"),
        ((1, 10.0), None, None, "A page"),
        ((3, 50.0), (2, 650.0), None, "tighten"),
        ((3, 50.0), (3, 30.0), (3, 150.0), r"loosen{52pt}"),
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

    made = well_filled(PAGE, run).pdf.decode()
    assert taken in made and made.count("begin{document}") == 1


def test_a_text_of_another_program_is_set_as_it_is() -> None:
    assert Rest.of("This is pdfTeX") is None
    assert well_filled(PAGE, lambda tex: EngineRun(tex.encode(), "")).pdf.decode() == PAGE
