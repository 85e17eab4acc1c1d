"""The catalogues: every language has the same keys with the same places, and every key that is used exists."""

from __future__ import annotations

import re

import pytest
from support.places import PACKAGE

from derive.answers.mistakes.table import keys
from derive.operations import ROWS
from derive.prose.catalogue import catalogue, languages

PLACE = re.compile(r"\{(\w+)\}")


@pytest.mark.parametrize("language", languages())
def test_a_language_has_the_keys_and_places_of_english(language: str) -> None:
    english, other = catalogue("en").sentences, catalogue(language).sentences
    assert set(other) == set(english)
    for key, sentence in english.items():
        assert set(PLACE.findall(other[key])) == set(PLACE.findall(sentence)), key


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
