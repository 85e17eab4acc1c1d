"""The catalogues: every language has the same keys with the same places, and every key that is used exists."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.places import PACKAGE, ROOT
from support.scripts import load

from derive import Problem, check, examples, solve
from derive.answers.feedback import report_files
from derive.answers.mistakes.table import keys
from derive.classroom.folder.classroom import Classroom
from derive.classroom.grading import GradingOptions, grade
from derive.classroom.papers.production import produce
from derive.classroom.workers.engine import engine
from derive.errors import InputError
from derive.operations import ROWS
from derive.prose.catalogue import catalogue, languages
from derive.sheets import SheetWriter

PLACE = re.compile(r"\{(\w+)[:}]")


@pytest.mark.parametrize("language", languages())
def test_a_language_has_the_keys_and_places_of_english(language: str) -> None:
    english, other = catalogue("en").sentences, catalogue(language).sentences
    assert set(other) == set(english)
    for key, sentence in english.items():
        assert set(PLACE.findall(other[key])) == set(PLACE.findall(sentence)), key


@pytest.mark.parametrize("language", languages())
def test_a_translator_finds_an_example_for_every_key(language: str) -> None:
    examples_of = load(ROOT / "docs" / "sentences.py")
    shown = "\n".join(examples_of.listed(language)).split("\n")
    assert [line for line in shown if not line.startswith("  ")] == list(catalogue("en").sentences)
    assert not [line for line in shown if PLACE.search(line) or "(missing)" in line]


def test_every_known_mistake_has_a_sentence_in_every_catalogue() -> None:
    wanted = {f"mistakes.{key}" for key in keys()}
    for language in languages():
        told = {key for key in catalogue(language).sentences if key.startswith("mistakes.")}
        assert sorted(wanted - told) == [], f"rows of mistakes/table.py that prose/{language}.toml has no sentence for"
        assert sorted(told - wanted) == [], f"sentences of prose/{language}.toml that no row of mistakes/table.py has"


def test_a_sentence_that_is_missing_is_named_with_its_file() -> None:
    with pytest.raises(InputError, match=r"derive/prose/de\.toml: .*`no_such_mistake` stands in `\[mistakes\]`"):
        catalogue("de")["mistakes.no_such_mistake"]


def test_every_kink_has_a_sentence() -> None:
    kinked = {row.key for row in ROWS.values() if row.kinks}
    assert kinked <= {key.removeprefix("kinks.") for key in catalogue("en").sentences if key.startswith("kinks.")}


def test_every_function_that_is_explained_has_a_sentence() -> None:
    sentences = {key: text for key, text in catalogue("en").sentences.items() if key.startswith("functions.")}
    meanings = {row.key: row.meaning for row in ROWS.values() if row.meaning}
    assert {"functions.definition", *(f"functions.{meaning.key}" for meaning in meanings.values())} == set(sentences)
    for op, meaning in meanings.items():
        assert set(PLACE.findall(sentences[f"functions.{meaning.key}"])) - {"function"} == set(meaning.places), op


def test_every_key_that_the_program_names_exists() -> None:
    named = {
        key
        for path in PACKAGE.rglob("*.py")
        if path.name != "cli.py"  # there `check.add` is a function
        for key in re.findall(
            r'"((?:headings|labels|intro|closed|update|check|reasons|notes)\.\w+)"', path.read_text("utf-8")
        )
    }
    assert named
    assert named <= set(catalogue("en").sentences)


SMALL = """
[data]
x = 1
t = 1
[parameters]
w = -0.1987
[model]
equations = "y = sigmoid(w x)\\nL = (y - t)^2"
loss = "L"
"""
LATIN = re.compile(r"[A-Za-z]{3,}")
TO_CYRILLIC = str.maketrans("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", "абцдефгхийклмнопқрстувщхюз" * 2)
MATHEMATICS = frozenset(
    [
        "exp",
        "mask",
        "max",
        "min",
        "tanh",
        "clip",
        "diag",
        "softmax",
        "ReLU",
        "sgn",
        "place",
        "padding",
        "stride",
        "size",
        "channels",
        "shape",
    ]
)
"""Functions and their settings are written alike in every language."""
TAGS = re.compile(r"<(style|script|title).*?</\1>|<[^>]*>", re.DOTALL)
PLACES = re.compile(r"\{\w+\}")
ENGLISH = {word for text in catalogue("en").sentences.values() for word in LATIN.findall(PLACES.sub("", text))}


def pseudo(text: str) -> str:
    """A sentence of a language that nobody speaks: English in other letters, its places as they are."""
    return "".join(
        part if i % 2 else part.translate(TO_CYRILLIC) for i, part in enumerate(re.split(r"(\{\w+[:}])", text))
    )


@pytest.fixture(scope="module")
def pseudo_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of a catalogue in a language that nobody speaks."""
    tables: dict[str, list[str]] = {}
    for key, text in catalogue("en").sentences.items():
        table, _, name = key.partition(".")
        tables.setdefault(table, []).append(f"{name} = {json.dumps(text if table == 'format' else pseudo(text))}\n")
    folder = tmp_path_factory.mktemp("prose")
    text = "".join(f"[{table}]\n{''.join(lines)}" for table, lines in tables.items())
    (folder / "qq.toml").write_text(text, encoding="utf-8")
    yield folder
    catalogue.cache_clear()


@pytest.fixture
def pseudo_language(pseudo_folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr("derive.prose.catalogue.FOLDER", pseudo_folder)
    return "qq"


@pytest.mark.slow
@pytest.mark.parametrize("name", examples.names())
def test_no_english_is_left_on_a_page_of_another_language(name: str, pseudo_language: str) -> None:
    """What is left in Latin letters stands in the problem file, or is mathematics."""
    own = set(LATIN.findall(examples.path(name).read_text("utf-8")))
    solution = solve(examples.path(name), language=pseudo_language)
    work = {step: "[1 2" if i % 3 == 0 else "0.77" for i, step in enumerate(solution.ids[-8:])} | {"z_99": "3"}
    pages = [solution.text("txt"), SheetWriter.of(solution.blueprint).sheet("txt", solution)]
    pages.append(report_files.text(check(solution, work), solution, "txt"))
    for text in pages:
        words = {word for word in LATIN.findall(text) if not {word, word.removeprefix("d")} & (own | MATHEMATICS)}
        assert not words & ENGLISH, name


CLASS = """
language = "qq"
[data]
x = [1, -2, 3]
t = 1
[parameters]
w = [0.5, -0.25, 1]
b = 0.5
[model]
equations = "z = w^T x + b\\ny = sigmoid(z)\\nL = (y - t)^2"
loss = "L"
[grade]
marks = { "1" = 90, "5" = 0 }
due = 2026-01-10
late = "10 %"
"""
WORKS = {
    "s1": """z = "4,5"\ny = "0.98901"\nL = "0.0001207"\n"dL/dy" = "-0.0219"\n"dL/dz" = "7("\n"z_99" = "3"\n""",
    "s2": """z = "3.7"\ny = "0.97611"\nL = "-0.77"\n"dL/dy" = "0.04"\n"dL/dw" = ["1", "2", "3"]\n"dL/db" = "w + q"\n""",
    "s3": """z = "3.7"\ny = "0.97611"\nL = "-0.77"\n"dL/dy" = "0.04"\n"dL/dw" = ["1", "2", "3"]\n"dL/db" = "w + q"\n""",
}


@pytest.mark.slow
def test_no_english_is_left_in_what_a_class_gets_back_in_another_language(pseudo_language: str, tmp_path: Path) -> None:
    """The report on the class with its remarks on works that agree, each student's feedback, the cells of the grades;
    heads of tables are keys, or those of a platform.
    """
    (tmp_path / "сеть.toml").write_text(CLASS, "utf-8")
    roster = "student_id,last_name,first_name,email\n"
    roster += "".join(f"s{i},Л{i},Ф{i},{i}@x.qq\n" for i in range(1, 6))
    (tmp_path / "roster.csv").write_text(roster, "utf-8")
    room = Classroom.create(
        tmp_path / "class", tmp_path / "сеть.toml", tmp_path / "roster.csv", seed="a seed", formats=("toml",)
    )
    with engine(1) as calls:
        assert not produce(room, calls).statuses
    returned = tmp_path / "returned"
    returned.mkdir()
    for student, work in WORKS.items():
        (returned / f"{student}-answers.toml").write_text(f'"sheet:student" = "{student}"\n{work}', "utf-8")
    options = GradingOptions(formats=("txt", "html"), workers=1, gradebook="moodle")
    grade(room.folder, [returned], tmp_path / "grades", options)
    made = tmp_path / "grades"
    pages = [*made.rglob("*.html"), *made.rglob("*.txt"), made / "grades.csv", made / "gradebook-moodle.csv"]
    assert len(pages) == 9
    for page in pages:
        text = page.read_text("utf-8-sig")
        text = TAGS.sub(" ", text) if page.suffix == ".html" else text
        lines = text.split("\n", 1)[1] if page.suffix == ".csv" else text
        words = {
            word for word in LATIN.findall(lines) if word not in MATHEMATICS | {"sheet", "student", "answers", "toml"}
        }
        assert not words & ENGLISH, (page.name, words & ENGLISH)


@pytest.mark.parametrize("language", [each for each in languages() if each != "en"])
def test_a_language_has_numbers_in_its_own_way_unless_the_file_says_otherwise(language: str) -> None:
    assert "0,4505" in solve(Problem.loads(SMALL), language=language).text("txt")
    assert "0.4505" in solve(Problem.loads(SMALL), language=language, decimal=".").text("txt")
    assert "0.4505" in solve(Problem.loads(SMALL + '[numbers]\ndecimal = "."\n'), language=language).text("txt")


def test_a_language_multiplies_in_its_own_way_unless_the_file_says_otherwise() -> None:
    assert "×" in _product(SMALL, "fr") and "·" not in _product(SMALL, "fr")
    dotted = SMALL + '[numbers]\nmultiplication = "·"\n'
    assert "×" not in _product(dotted, "fr") and "·" in _product(dotted, "fr")
    assert "×" not in _product(SMALL, "ru")
    tex = solve(Problem.loads(SMALL), language="fr").text("tex")
    assert r"\times" in tex and r"\cdot" not in tex


def _product(text: str, language: str) -> str:
    return solve(Problem.loads(text), language=language).text("txt")
