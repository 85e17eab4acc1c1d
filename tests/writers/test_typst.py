"""Pages in Typst: any script, every formula and picture with what is said for it, no TeX in what is said."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from support.solutions import written

import derive
from derive import Problem, examples
from derive.commands.cli import main
from derive.errors import InputError, ToolError
from derive.notation.paired import pair, unpaired
from derive.pdf.engines import has_script
from derive.pdf.pdf_source import pdf_source, without_fields
from derive.pdf.typst import make_typst_pdf
from derive.prose.catalogue import languages
from derive.writers.typst import TypstWriter

pytest.importorskip("typst", reason="Typst is not installed: pip install 'derive-notes[typst]'")

TITLES = {
    "Russian": "Прямое и обратное распространение",
    "Kazakh": "Нейрондық желі: қателікті кері тарату әдісі",
    "Greek": "Οπισθοδιάδοση σφάλματος",
    "markup": r"*Bold* _and_ #let x = $1$ @ref <label> [x] `raw` \ ~ // --- http://a.b",
}
ALT = re.compile(r'#(?:eq|picture)\("((?:[^"\\]|\\.)*)"')


def titled(title: str) -> Problem:
    return replace(Problem.load(examples.path("mazur")), title=title)


def test_texts_in_pairs_are_parted_again() -> None:
    both = f"{pair('frac(', '')}x{pair(', ', ' over ')}y{pair(')', '')}"
    assert unpaired(both) == ("frac(x, y)", "x over y")


@pytest.mark.parametrize("title", TITLES.values(), ids=TITLES)
def test_a_title_in_any_script_gives_a_tagged_pdf(title: str) -> None:
    pdf = make_typst_pdf(derive.solve(titled(title)).text("typ"))
    assert pdf.startswith(b"%PDF")
    assert b"/StructTreeRoot" in pdf
    assert b"pdfuaid" in pdf


@pytest.mark.slow
@pytest.mark.parametrize("name", examples.names())
def test_every_built_in_problem_compiles_as_pdf_ua(name: str) -> None:
    assert make_typst_pdf(written(name, "typ")).startswith(b"%PDF")


@pytest.mark.parametrize("name", ["notes", "softmax_classifier", "cnn", "gru"])
def test_what_is_said_for_a_formula_is_words(name: str) -> None:
    said = ALT.findall(written(name, "typ"))
    assert len(said) > 20
    assert all(text.strip() for text in said)
    assert not [text for text in said if re.search(r"\\[a-z]|[{}$_^]|frac|mat\(", text)]


def test_a_derivative_is_said_as_one_says_it() -> None:
    said = ALT.findall(written("notes", "typ"))
    assert "d L by d W 1 equals d L by d z 1 times x transposed" in said


def test_a_second_derivative_is_said_with_its_order() -> None:
    text = '[data]\nx = 2\n[model]\nequations = "y = x^3\\nu = d^2y/dx^2"\n'
    said = ALT.findall(derive.solve(Problem.loads(text)).text("typ"))
    assert any(words.startswith("d to the power 2 y by d x to the power 2") for words in said), said


def test_what_is_said_is_in_the_language_of_the_page() -> None:
    solution = derive.solve(examples.path("notes"), language="de")
    assert "d L nach d W 1 gleich d L nach d z 1 mal x transponiert" in ALT.findall(solution.text("typ"))


def test_a_character_that_no_font_has_is_named_with_what_to_do() -> None:
    with pytest.raises(ToolError, match="𓀀") as raised:
        make_typst_pdf(derive.solve(titled("𓀀")).text("typ"))
    assert "[class]" in raised.value.hint


def test_the_engine_is_chosen_by_the_letters_unless_the_file_says_so() -> None:
    latin, cyrillic = titled("Rückwärtsrechnung"), titled(TITLES["Russian"])
    assert (pdf_source(latin), pdf_source(cyrillic)) == ("tex", "typ")
    by_language = {language: pdf_source(replace(latin, language=language)) for language in languages()}
    assert by_language == {language: "typ" if language in {"kk", "ru"} else "tex" for language in languages()}
    assert pdf_source(replace(cyrillic, page=replace(cyrillic.page, engine="latex"))) == "tex"
    assert pdf_source(replace(latin, page=replace(latin.page, engine="typst"))) == "typ"


@pytest.fixture
def tex_live(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[[str], None]]:
    """A machine whose TeX Live has no more files than are named."""
    for program in ("kpsewhich", "pdflatex"):
        (tmp_path / program).write_text('#!/bin/sh\nfor file; do grep -x "$file" "$0.files"; done\n', "utf-8")
        (tmp_path / program).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    def has(files: str) -> None:
        (tmp_path / "kpsewhich.files").write_text("\n".join(files.split()), "utf-8")
        has_script.cache_clear()

    yield has
    has_script.cache_clear()


def test_a_sheet_keeps_its_fields_where_latex_has_the_letters(tex_live: Callable[[str], None]) -> None:
    russian, greek, mixed = titled(TITLES["Russian"]), titled("Ανάστροφη διάδοση"), titled("Сеть 网络")
    tex_live("t2aenc.def t2acmr.fd")
    assert [pdf_source(problem, fields=True) for problem in (russian, greek, mixed)] == ["tex", "typ", "typ"]
    assert pdf_source(replace(titled("A"), language="kk"), fields=True) == "tex"
    assert pdf_source(russian) == "typ" and without_fields(russian) is None
    told = str(without_fields(greek))
    assert "(Αάο)" in told and "--to html" in told
    tex_live("lgrenc.def lgrcmr.fd textalpha.sty t2aenc.def")
    assert [pdf_source(problem, fields=True) for problem in (russian, greek, mixed)] == ["typ", "tex", "typ"]


@pytest.mark.slow
def test_that_a_sheet_has_no_fields_is_told_with_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], tex_live: Callable[[str], None]
) -> None:
    tex_live("")
    file = tmp_path / "one.toml"
    text = 'parameters = {w = 2}\nmodel.equations = "L = (w - 1)^2"\nmodel.loss = "L"\n'
    for language, said in (("ru", True), ("en", False)):
        file.write_text(f'language = "{language}"\n{text}', "utf-8")
        assert main(["sheet", str(file), "--to", "pdf", "-o", str(tmp_path)]) == 0
        assert ("Typst has no fields" in capsys.readouterr().err) == said


def test_an_accessible_page_is_made_by_typst(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    text = examples.path("mazur").read_text("utf-8")
    assert pdf_source(Problem.loads(text.replace("[page]", "[page]\naccessible = true"))) == "typ"
    assert pdf_source(derive.solve(examples.path("mazur"), accessible=True).problem, sheet=True) == "typ"
    with pytest.raises(InputError, match="LaTeX makes no accessible PDF"):
        Problem.loads(text.replace("[page]", '[page]\naccessible = true\nengine = "latex"'))
    assert main(["example", "mazur", "--accessible", "--to", "pdf", "-o", str(tmp_path)]) == 0
    assert b"pdfuaid" in (tmp_path / "mazur.pdf").read_bytes()


def test_a_problem_file_names_the_engine() -> None:
    text = examples.path("mazur").read_text("utf-8").replace("[page]", '[page]\nengine = "typst"')
    assert pdf_source(Problem.loads(text)) == "typ"


def test_words_are_words_whatever_they_hold() -> None:
    assert TypstWriter().words("#let a_b = [1]") == r"\#let a\_b \= \[1\]"
