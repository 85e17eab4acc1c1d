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
from derive.operations import ROWS
from derive.prose.catalogue import catalogue, languages
from derive.sheets.sheet_files import copy_of

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


def test_every_known_mistake_has_a_sentence() -> None:
    assert {f"mistakes.{key}" for key in keys()} == {
        key for key in catalogue("en").sentences if key.startswith("mistakes.")
    }


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
PLACES = re.compile(r"\{\w+\}")
ENGLISH = {word for text in catalogue("en").sentences.values() for word in LATIN.findall(PLACES.sub("", text))}


def pseudo(text: str) -> str:
    """A sentence of a language that nobody speaks: English in other letters, its places as they are."""
    return "".join(
        part if i % 2 else part.translate(TO_CYRILLIC) for i, part in enumerate(re.split(r"(\{\w+[:}])", text))
    )


@pytest.fixture
def pseudo_language(tmp_path: Path) -> Iterator[str]:
    tables: dict[str, list[str]] = {}
    for key, text in catalogue("en").sentences.items():
        table, _, name = key.partition(".")
        tables.setdefault(table, []).append(f"{name} = {json.dumps(text if table == 'format' else pseudo(text))}\n")
    text = "".join(f"[{table}]\n{''.join(lines)}" for table, lines in tables.items())
    (tmp_path / "qq.toml").write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("derive.prose.catalogue.FOLDER", tmp_path)
        yield "qq"
    catalogue.cache_clear()


@pytest.mark.slow
@pytest.mark.parametrize("name", examples.names())
def test_no_english_is_left_on_a_page_of_another_language(name: str, pseudo_language: str) -> None:
    """What is left in Latin letters stands in the problem file, or is mathematics."""
    own = set(LATIN.findall(examples.path(name).read_text("utf-8")))
    solution = solve(examples.path(name), language=pseudo_language)
    work = {step: "[1 2" if i % 3 == 0 else "0.77" for i, step in enumerate(solution.ids[-8:])} | {"z_99": "3"}
    pages = [solution.text("txt"), copy_of(solution.problem, None, None).sheet("txt")]
    pages.append(report_files.text(check(solution, work), solution, "txt"))
    for text in pages:
        words = {word for word in LATIN.findall(text) if not {word, word.removeprefix("d")} & (own | MATHEMATICS)}
        assert not words & ENGLISH, name


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
