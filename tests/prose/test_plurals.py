"""Plural forms by CLDR's rules, in sentences and alone."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest

from derive.prose.catalogue import catalogue, languages
from derive.prose.plurals import plural_form

FORMS = re.compile(r"\{(\w+):([^}]*)\}")


@pytest.mark.parametrize(
    ("language", "forms", "expected"),
    [
        ("en", "mark|marks", {0: "marks", 1: "mark", 2: "marks", Fraction(1, 2): "marks"}),
        ("fr", "point|points", {0: "point", 1: "point", Fraction(3, 2): "point", 2: "points", 21: "points"}),
        ("de", "Punkt|Punkte", {1: "Punkt", Fraction(1, 3): "Punkte", 101: "Punkte"}),
        ("ru", "балл|балла|баллов|балла", {1: "балл", 3: "балла", 5: "баллов", 0: "баллов", 11: "баллов", 12: "баллов",
                                           21: "балл", 104: "балла", 112: "баллов", Fraction(5, 2): "балла"}),
        ("ru", "шаг|шага|шагов", {2: "шага", 25: "шагов", 111: "шагов", 1001: "шаг"}),
        ("kk", "балл", {0: "балл", 1: "балл", 2: "балл"}),
    ],
)  # fmt: skip
def test_a_number_has_its_form(language: str, forms: str, expected: dict[Fraction, str]) -> None:
    rule = catalogue(language)["format.plural"]
    assert {number: plural_form(rule, Fraction(number), forms) for number in expected} == expected


@pytest.mark.parametrize("language", languages())
def test_every_word_that_counts_has_no_more_forms_than_its_language(language: str) -> None:
    sentences, most = catalogue(language).sentences, len(catalogue(language)["format.plural"].split(" | ")) + 1
    for key, text in sentences.items():
        for place, forms in FORMS.findall(text):
            assert f"{{{place}}}" in text, key
            assert 2 <= len(forms.split("|")) <= most, key


def test_a_rule_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="n is 1"):
        plural_form("n is 1", Fraction(1), "one|other")
