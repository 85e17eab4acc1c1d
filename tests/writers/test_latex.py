"""LaTeX and Markdown: what is too wide for a line or too high for a row."""

import re

import pytest
from support.solutions import written

from derive.language.tokens import tokenize
from derive.writers.latex import LatexWriter
from derive.writers.layout.texmath import labelled

SUM = " + ".join(rf"a_{{{i}}} \cdot b_{{{i}}}" for i in range(30))


@pytest.mark.parametrize(
    ("fraction", "kept"),
    [
        (rf"\frac{{{SUM}}}{{2}}", f"({SUM})/2"),
        (rf"\frac{{{SUM}}}{{n + 1}}", f"({SUM})/(n + 1)"),
        (r"\frac{a + b}{2}", ""),
    ],
)
def test_a_fraction_that_no_line_holds_has_a_slash(fraction: str, kept: str) -> None:
    shown = LatexWriter().display([[f"y = {fraction}"]], "").replace(r" \splits", "")
    assert (kept or fraction) in shown and (r"\frac" in shown) == (not kept)


def test_rows_of_fractions_stand_apart_in_markdown_and_are_read_as_they_were() -> None:
    tall, plain = (
        labelled([[r"\frac{1}{2}"], [r"\frac{3}{4}"]]),
        r"\begin{bmatrix} \frac{1}{2} \\ \frac{3}{4} \end{bmatrix}",
    )
    assert tall.count("vphantom") == 2 and "vphantom" not in labelled([["1"], ["2"]])
    assert [token.text for token in tokenize(tall)] == [token.text for token in tokenize(plain)]


def test_the_samples_of_a_pass_stay_with_its_first_heading() -> None:
    text, alone = written("perceptron_and", "tex"), written("momentum", "tex")
    kept = re.findall(r"\\keepnext\n+\\subsection\*\{[^\n]*Forward propagation", text)
    assert len(kept) == text.count("With sample") - 1, "after the last update no heading follows"
    assert "\\keepnext\n" not in alone
