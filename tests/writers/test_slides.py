"""Slides: a step on each, revealed line by line, with the picture in which its part is lit up."""

import re
from pathlib import Path

import pytest
from support.browsers import chromium
from support.solutions import solved, written

import derive
from derive.derivation.derive import derive as derivation_of
from derive.figures.network import network_figure
from derive.language.names import Symbol
from derive.page.document import Heading, Numbered
from derive.writers.slides.cutting import in_slides

NAMES = ["notes", "gru", "momentum", "cnn", "activations"]


@pytest.mark.parametrize("name", NAMES)
def test_every_step_of_the_page_has_its_slide(name: str) -> None:
    blueprint = solved(name).blueprint
    slides = in_slides(blueprint.document, blueprint.derivation).sections
    numbered = [
        block for section in blueprint.document.sections for block in section.blocks if isinstance(block, Numbered)
    ]
    shown = [block for slide in slides for block in slide.blocks if isinstance(block, Numbered)]
    assert list(dict.fromkeys((each.number, each.step) for each in shown)) == list(
        dict.fromkeys((each.number, each.step) for each in numbered)
    )
    assert all(isinstance(slide.blocks[0], Heading) for slide in slides)
    assert all(sum(isinstance(block, Numbered) for block in slide.blocks) <= 1 for slide in slides)


def test_words_about_formulas_stay_away_with_them() -> None:
    """The loss as one expression is set small, beside the solution; what was checked stays."""
    for form in ("beamer", "reveal"):
        text = written("notes", form)
        assert "one expression in the given" not in text and "SymPy finds" not in text
        assert "Every printed digit is certain." in text


def test_what_a_step_is_about_is_lit_up() -> None:
    derivation = solved("notes").blueprint.derivation
    figure = network_figure(derivation)
    assert figure is not None
    lit = figure.lit({Symbol("W", subscript=(1,))})
    assert lit is not None and sum(edge.lit for edge in lit.edges) == 9 and not any(node.lit for node in lit.nodes)
    lit = figure.lit({Symbol("A", subscript=(1,))})
    assert lit is not None and sum(node.lit for node in lit.nodes) == 3
    assert figure.lit({Symbol("nothing")}) is None
    assert not any(node.lit for node in figure.nodes)


def test_html_lights_up_one_part_a_slide() -> None:
    slides = written("notes", "reveal").split('<section class="slide')[1:]
    steps = [slide for slide in slides if 'class="step"' in slide]
    lit = [slide for slide in steps if slide.count('fill="var(--lit)"') + slide.count("#d08700")]
    assert len(steps) - len(lit) == 2  # of the two biases the network shows nothing
    assert all(slide.count('class="beside"') == 1 for slide in lit)
    assert not re.search(r'(?:src|href)="(?!data:)', written("notes", "reveal")), "nothing is loaded"


def test_beamer_has_a_frame_a_step_and_pauses_between_lines() -> None:
    text = written("notes", "beamer")
    frames = text.split("\\begin{frame}")[1:]
    assert text.count("\\end{frame}") == len(frames)
    affine = next(frame for frame in frames if "{1)}" in frame)
    assert affine.count("\\pause") == 3  # each unit
    assert "lit" in affine and "\\slidepicture{.4}" in affine
    body = text.partition("\\begin{document}")[2]
    assert "#" not in body, "a frame is an argument"


def test_files_end_in_slides(tmp_path: Path) -> None:
    files = solved("linear_sum").write(tmp_path, ["beamer", "reveal"])
    assert [path.name for path in files] == ["linear_sum-slides.tex", "linear_sum-slides.html"]


def test_long_steps_are_cut() -> None:
    rows = ", ".join(f"[{', '.join(['1'] * 3)}]" for _ in range(60))
    problem = derive.Problem.loads(
        f"[data]\nx = [1, 2, 3]\nW = [{rows}]\n[model]\nequations = 'z = W x'\n[page]\nentries = 'all'\n"
    )
    solution = derive.solve(problem)
    slides = in_slides(solution.blueprint.document, derivation_of(problem)).sections
    assert sum(any(isinstance(block, Numbered) for block in slide.blocks) for slide in slides) > 4


@pytest.mark.slow
@pytest.mark.needs("chromium")
def test_keys_go_through_the_slides(tmp_path: Path) -> None:
    file = tmp_path / "slides.html"
    file.write_text(written("notes", "reveal"), "utf-8")
    with chromium() as browser:
        page = browser.new_context(viewport={"width": 1280, "height": 720}).new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(file.as_uri())
        seen = "[...document.querySelectorAll('.slide.now .line:not(.later)')].length"
        assert page.evaluate("document.querySelectorAll('.slide.now').length") == 1
        while not page.evaluate("document.querySelector('.slide.now .step')"):
            page.keyboard.press("ArrowRight")
        assert page.evaluate(seen) == 1
        page.keyboard.press("ArrowRight")
        assert page.evaluate(seen) == 2
        page.keyboard.press("ArrowLeft")
        assert page.evaluate(seen) == 1
        before = page.evaluate("location.hash")
        page.keyboard.press("N")
        assert page.evaluate("location.hash") != before
        page.set_viewport_size({"width": 375, "height": 700})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert errors == []
