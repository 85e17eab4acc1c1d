"""Many documents in one run: each page, field and name where it belongs, and a bad document stops no other."""

from __future__ import annotations

import importlib.util
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter
from support.latex import compiled
from support.latex_logs import missing_glyphs

from derive import examples
from derive.errors import ToolError
from derive.page.document import Quoted
from derive.pdf import engines as pdf
from derive.pdf import press
from derive.pdf.engines import Engine, IncompleteEngine
from derive.pdf.last_page import well_filled_tex
from derive.pdf.missing_letters import SETTABLE, lettered
from derive.pdf.press import make_pdfs
from derive.pdf.shaping import shape_word
from derive.problem.problem import Problem
from derive.sheets import Identity, SheetWriter
from derive.sheets.sheet_writer import KEY
from derive.solution import solve
from derive.writers.latex import LatexWriter
from derive.writers.latex_words import escape_latex

pytestmark = pytest.mark.slow

PREAMBLE = r"""\documentclass{article}
\usepackage[T1]{fontenc}\usepackage[utf8]{inputenc}\usepackage{lmodern}
\usepackage[hidelinks,bookmarks=false,pdfusetitle=false]{hyperref}
\hypersetup{pdftitle={A title},pdflang={de}}
\newcommand\field[1]{\hbox to 60pt{\pdfannot width 60pt height 9pt depth 2pt
  {/Subtype/Widget/FT/Tx/T(#1)/F 4/DA(/Helv 0 Tf 0 g)}\xdef\fields{\fields\the\pdflastannot\space0 R }\hss}}
\def\fields{}
\AtEndDocument{\immediate\pdfobj{<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>}%
  \pdfcatalog{/AcroForm<</Fields[\fields]/DA(/Helv 0 Tf 0 g)/DR<</Font<</Helv \the\pdflastobj\space0 R>>>>>>}}
"""


def document(body: str) -> str:
    return f"{PREAMBLE}\\begin{{document}}{body}\\end{{document}}"


@pytest.fixture(autouse=True)
def embedded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(press, "ORDER", (pdf.EMBEDDED,))


def made(*bodies: str) -> list[PdfReader]:
    results = make_pdfs([document(body) for body in bodies])
    assert [result for result in results if isinstance(result, ToolError)] == []
    return [PdfReader(BytesIO(result)) for result in results if isinstance(result, bytes)]


def texts(reader: PdfReader) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in reader.pages]


def test_each_document_has_its_pages_counted_from_one() -> None:
    one, two, three = made("first", r"second\newpage more\newpage end", "third")
    assert texts(one) == ["first 1"]
    assert texts(two) == ["second 1", "more 2", "end 3"]
    assert texts(three) == ["third 1"]


@pytest.mark.parametrize("name", ["notes", "xor_2_2_1", "karpathy_expression"])
def test_sheets_and_keys_of_an_example_read_as_if_set_alone(name: str) -> None:
    writer = SheetWriter.of(Problem.load(examples.path(name)))
    solution, identity = writer.blueprint.solve(), Identity("CODE", "s1", "Emmy Noether")
    papers = [writer.sheet("tex", solution, identity), writer.text(KEY, "tex", solution, identity)]
    for paper, made in zip(papers, make_pdfs(papers * 2)[2:], strict=True):
        assert isinstance(made, bytes)
        alone, together = (PdfReader(BytesIO(data)) for data in (well_filled_tex(paper, compiled).pdf, made))
        assert texts(together) == texts(alone)
        assert together.get_form_text_fields() == alone.get_form_text_fields()


def test_title_and_language_are_kept() -> None:
    for reader in made("first", "second"):
        assert reader.metadata and reader.metadata.title == "A title"
        assert reader.root_object["/Lang"] == "de"


def test_documents_with_other_preambles_are_set_apart() -> None:
    other = document("other").replace("A title", "Another")
    results = [PdfReader(BytesIO(data)) for data in make_pdfs([document("a"), other, document("b")])]  # type: ignore[arg-type]
    assert [reader.metadata.title for reader in results if reader.metadata] == ["A title", "Another", "A title"]
    assert [texts(reader) for reader in results] == [["a 1"], ["other 1"], ["b 1"]]


def test_fields_keep_their_names_and_can_be_filled() -> None:
    names = ("L", "dL/dW_1[2,3]", "sheet:code")
    body = "".join(f"\\field{{{name}}} " for name in names) + r"\newpage\field{last}"
    for number, reader in enumerate(made(body, body, body)):
        assert reader.get_form_text_fields() == dict.fromkeys((*names, "last"))
        writer = PdfWriter(clone_from=reader)
        writer.update_page_form_field_values(writer.pages[0], {"L": f"answer {number}"}, auto_regenerate=False)
        filled = BytesIO()
        writer.write(filled)
        assert PdfReader(filled).get_form_text_fields()["L"] == f"answer {number}"


def test_nothing_of_a_document_is_in_another() -> None:
    one, two = made(r"first\field{a}", r"second\field{b}")
    assert list(one.get_form_text_fields()) == ["a"]
    assert list(two.get_form_text_fields()) == ["b"]
    assert not any(b"second" in data or b"(b)" in data for data in [written(one)])


def written(reader: PdfReader) -> bytes:
    out = BytesIO()
    writer = PdfWriter(clone_from=reader)
    for page in writer.pages:
        if content := page.get_contents():
            content.get_data()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize("fault", [r"\foo", r"\begin{x}", "}", r"\end{document}", "\x01", r"\def\x{\x a}\x"])
def test_a_bad_document_stops_no_other(fault: str) -> None:
    bodies = ["one", "two", f"three {fault}", "four", "five"]
    results = make_pdfs([document(body) for body in bodies])
    assert [isinstance(result, ToolError) for result in results] == [False, False, True, False, False]
    assert [texts(PdfReader(BytesIO(result))) for result in results if isinstance(result, bytes)] == [
        [f"{word} 1"] for word in ("one", "two", "four", "five")
    ]


def test_a_preamble_that_cannot_be_set_is_told_of_each() -> None:
    results = make_pdfs([document("one").replace("{lmodern}", "{nothing}"), document("two")])
    assert isinstance(results[0], ToolError) and "nothing.sty" in str(results[0])
    assert isinstance(results[1], bytes)


def test_an_engine_that_lacks_something_gives_way_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first engine lacks a font for `rare`."""
    compile_tex = pdf.compile_tex

    def lacking(tex: str, engine: Engine, *, timeout: float) -> pdf.EngineRun:
        if engine.command[0] == "first" and "rare" in tex:
            raise IncompleteEngine("no font")
        return compile_tex(tex, good if engine.command[0] == "first" else engine, timeout=timeout)

    good = pdf.find_engine(pdf.EMBEDDED)
    engines = {"tectonic": Engine("tectonic", ("first",)), pdf.EMBEDDED: good}
    monkeypatch.setattr(press, "ORDER", ("tectonic", pdf.EMBEDDED))
    monkeypatch.setattr(pdf, "program", lambda name: name)
    monkeypatch.setattr(pdf, "find_engine", engines.__getitem__)
    monkeypatch.setattr(pdf, "compile_tex", lacking)
    results = make_pdfs([document("one"), document("rare")])
    assert [texts(PdfReader(BytesIO(result))) for result in results if isinstance(result, bytes)] == [
        ["one 1"], ["rare 1"],
    ]  # fmt: skip


def test_no_engine_is_an_error_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "program", lambda name: None)
    with pytest.raises(ToolError, match="derive"):
        make_pdfs([document("one")])


NAMES = ["Софья Ковалевская", "Υπατία", "华罗庚", "吉田 ひろし", "김철수", "श्रीनिवास रामानुजन", "Đặng Thị Nguyễn", "ไทย",
         "Ħal", "Հայ", "ქართ", "বাংলা"]  # fmt: skip


def test_names_of_any_script_are_printed_and_can_be_searched() -> None:
    for name, reader in zip(NAMES, made(*(f"Name: {name}, id" for name in NAMES)), strict=True):
        (text,) = texts(reader)
        missing = [word for word in name.split() if word not in text]
        assert missing == [], text


def test_a_name_from_right_to_left_stands_in_its_order() -> None:
    (reader,) = made("Name: محمد الخوارزمي, id")
    (text,) = texts(reader)
    assert "محمد الخوارزمي" in text
    visual = "".join(cluster.text for cluster in shape_word("محمد الخوارزمي").clusters)
    assert visual == "محمد الخوارزمي"[::-1]


@pytest.mark.parametrize(
    ("text", "visual"),
    [
        ("علی\u200cرضا احمدی", "یدمحا اضر\u200cیلع"),
        ('צה"ל', 'ל"הצ'),
        ("בן-גוריון, ד׳", "׳ד ,ןוירוג-ןב"),
        ("אבג 12 דהו", "והד 12 גבא"),
        ("אבג 1,5 (דהו)", ")והד( 1,5 גבא"),
        ("Ж אבג דהו", "Ж והד גבא"),
    ],
)
def test_signs_and_numbers_in_a_text_from_right_to_left_stand_where_they_are_read(text: str, visual: str) -> None:
    assert "".join(cluster.text[::-1] for cluster in shape_word(text).clusters) == visual


def test_a_stamp_stands_on_its_line_between_its_neighbours() -> None:
    (reader,) = made(r"before\par AAA\par\noindent\hbox to 50pt{BBB\hss}Ковалевская")
    places: dict[str, tuple[float, float]] = {}

    def visit(text: str, _: object, matrix: list[float], *__: object) -> None:
        places.update(dict.fromkeys(text.split(), (matrix[4], matrix[5])))

    reader.pages[0].extract_text(visitor_text=visit)
    assert places["Ковалевская"][1] == pytest.approx(places["BBB"][1], abs=0.1)
    assert places["Ковалевская"][0] == pytest.approx(places["BBB"][0] + 50 * 72 / 72.27, abs=0.1)


def test_a_title_in_any_script_stands_at_the_foot_of_each_page_and_names_the_file() -> None:
    title = "Сеть Ковалевской"
    foot = f"\\usepackage{{fancyhdr}}\\pagestyle{{fancy}}\\fancyfoot[L]{{{title}}}\n\\begin{{document}}"
    text = document(r"one\newpage two").replace("A title", title).replace("\\begin{document}", foot)
    (data,) = make_pdfs([text])
    assert isinstance(data, bytes)
    reader = PdfReader(BytesIO(data))
    assert [title in text for text in texts(reader)] == [True, True]
    assert reader.metadata and reader.metadata.title == title


def test_text_that_latex_can_set_is_left_alone() -> None:
    for tex in (r"Émile Müller \textbf{Łukasz} $\alpha$ %comment", "Ștefan Țepeș", "“quoted” – …"):
        assert lettered(tex) == tex


def test_the_mark_under_a_place_stands_below_it() -> None:
    """Where blanks and letters of mathematics, each with its own width, stand before it."""

    def across(start: int) -> float:
        places: dict[str, float] = {}
        (reader,) = made(LatexWriter().literal(Quoted("ab  αβ cd", start, 1).lines(), ""))
        reader.pages[0].extract_text(visitor_text=lambda text, _, at, *__: places.update({text.strip(): at[4]}))
        return places["^"]

    first, fifth, last = across(0), across(4), across(8)
    typed = 4.72
    assert fifth - first == pytest.approx(4 * typed, abs=0.3)
    assert last - first > 6 * typed + 8


def test_words_too_long_for_a_line_are_broken_and_short_ones_are_not() -> None:
    assert escape_latex("x" * 39) == "x" * 39
    assert escape_latex("a_b " + "x" * 45) == r"a\_b " + r"\allowbreak{}".join(["x" * 10] * 4 + ["x" * 5])
    assert "allowbreak" not in escape_latex("علی" * 30)
    marks = escape_latex("क्ष" * 20)
    assert "allowbreak" in marks and "\u094d\\allowbreak" not in marks


def test_a_character_that_cannot_be_seen_is_shown_by_its_code() -> None:
    (reader,) = made(
        escape_latex("1\u00072, a\x1bb\u202ec \u00a0\t.") + r"\hypersetup{pdftitle={" + escape_latex("a\x07") + "}}"
    )
    assert texts(reader)[0].replace(" ", "") == "1072,a1Bb202Ec.1"


def test_every_character_that_is_called_settable_is_set() -> None:
    compiled = pdf.compile_tex(document("\n\n".join(sorted(SETTABLE))), pdf.find_engine(pdf.EMBEDDED))
    assert missing_glyphs(compiled.log) == []


@pytest.mark.parametrize(
    ("tex", "words"),
    [
        (r"\textbf{Софья К.} x", ["Софья", "К."]),
        (r"\small Ж", ["Ж"]),
        ("a Nguyễn b", ["Nguyễn"]),
        ("محمد الخوارزمي x", ["محمد الخوارزمي"]),
        ("Мария-Луиза O'Hara", ["Мария-Луиза"]),
        ("علی\u200cرضا احمدی (1001)", ["علی\u200cرضا احمدی"]),
        ('a צה"ל, b', ['צה"ל']),
        ("דוד (דודי) כהן (7)", ["דוד (דודי) כהן"]),
        ("मन\u200cत b", ["मन\u200cत"]),
    ],
)
def test_a_word_is_stamped_whole(tex: str, words: list[str]) -> None:
    expected = tex
    for word in words:
        expected = expected.replace(word, f"\\stamped{{{word.encode().hex()}}}{{{shape_word(word).width:.4f}}}")
    assert lettered(tex) == expected


def test_a_character_that_no_font_has_is_told() -> None:
    results = make_pdfs([document("one"), document("\U000f0000")])
    assert isinstance(results[0], bytes)
    assert isinstance(results[1], ToolError) and "U+F0000" in str(results[1])


def test_missing_fonts_say_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    from derive.pdf import shaping

    monkeypatch.setattr(shaping, "find_spec", lambda name: None)
    for cached in (shaping.shape_word, shaping._font_for, shaping._files):
        cached.cache_clear()
    try:
        (result,) = make_pdfs([document("Ж")])
    finally:
        shaping._files.cache_clear()
    assert isinstance(result, ToolError) and "derive-notes[class]" in str(result)


def test_the_font_packages_are_found() -> None:
    assert all(importlib.util.find_spec(name) for name in ("manimgx_fonts", "manimgx_fonts_cjk", "uharfbuzz"))


def test_formats_are_kept_outside_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    made("one")
    assert list(tmp_path.iterdir()) == []


SEEN = """
[data]
{fill}
[parameters]
X = [{rows}]
[model]
loss = "L"
equations = '''
{before}
P = maxpool(X, 2)
L = sum(P^2)
'''
"""


@pytest.mark.parametrize("filling", range(3, 24, 4))
def test_a_picture_stands_between_the_step_it_shows_and_the_next_one(filling: int) -> None:
    """Wherever on a page its step ends."""
    rows = ", ".join(str([(7 * i + 3 * j) % 9 for j in range(8)]) for i in range(8))
    fill = "\n".join(f"v_{i} = [{i}, 1, 2]" for i in range(1, filling + 1))
    before = "\n".join(f"u_{i} = v_{i}^2" for i in range(1, filling + 1))
    (pdf_file,) = make_pdfs([solve(Problem.loads(SEEN.format(fill=fill, rows=rows, before=before))).text("tex")])
    assert isinstance(pdf_file, bytes)
    text = " ".join(texts(PdfReader(BytesIO(pdf_file))))
    *_, behind = text.partition("Only the largest entry of each window goes on.")
    assert behind.index("In the frame: one entry of") < behind.index(f"{filling + 2})")
    assert "In the frame" not in text[: -len(behind)]
