"""Reasons in the page's language: no English in a page of another one."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import derive
from derive import Problem, check, examples
from derive.prose.catalogue import catalogue, languages
from derive.prose.rewording import spoken_fault, spoken_hint

OTHERS = [language for language in languages() if language != "en"]
READERS = ("reading", "chains", "substitutions", "working", "names", "pages", "files")
FOLDERS = tuple(f"answers/{name}" for name in READERS)
BROKEN = {
    "z_2": "18.3 + ж * 2", "z_1": "[1; 2", "A_2": "3 foo + 1", "L": "2 3", "dL/dA_2": "4 +", "dL/dW_2": "[1 2; 3]",
}  # fmt: skip


def said() -> Iterator[tuple[str, str]]:
    """The reasons and hints in the source of what reads answers, with a number in place of each field."""
    for folder in FOLDERS:
        for path in (Path(derive.__file__).parent / folder).glob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                name = getattr(node, "func", None)
                if isinstance(node, ast.Call) and getattr(name, "id", getattr(name, "attr", "")) in (
                        "TextError", "Unreadable", "error"):  # fmt: skip
                    texts = zip(("message", "hint"), map(plain, node.args[:2]), strict=False)
                    yield from ((kind, text) for kind, text in texts if text is not None)


def plain(node: ast.expr) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values)
    return None


@pytest.mark.parametrize("language", OTHERS)
def test_what_reads_answers_says_nothing_that_the_catalogues_do_not_hold(language: str) -> None:
    words, found = catalogue(language), [each for each in said() if each[1]]
    assert len(found) > 20
    for kind, text in found:
        if kind == "message":
            assert spoken_fault(text, words) not in {text, words["faults.other"]}, text
        else:
            assert spoken_hint(text, words) not in {text, ""}, text


def test_fields_are_kept() -> None:
    german = catalogue("de")
    assert spoken_fault("`q` is not known in this problem", german) == "`q` kommt in dieser Aufgabe nicht vor"
    assert spoken_hint("at most 30 are read", german) == "gelesen werden höchstens 30"
    assert spoken_fault("something nobody has worded", german) == "das ist nicht zu lesen"
    assert spoken_fault("something nobody has worded", catalogue("en")) == "something nobody has worded"


@pytest.mark.parametrize("language", OTHERS)
def test_no_reason_is_english_on_another_page(language: str) -> None:
    text = examples.path("notes").read_text("utf-8")
    report = check(Problem.loads(text.replace('language = "en"', f'language = "{language}"')), BROKEN)
    for step in BROKEN:
        assert report[step].verdict == "unreadable"
        assert not any(word in report[step].message for word in (" is ", " has ", "expected", "numbers", "read"))
