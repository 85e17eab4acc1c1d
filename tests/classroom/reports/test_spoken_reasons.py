"""Why a return was not marked, in the six languages of the report."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.classes import PROBLEM, QUICK, SmallClass

import derive
from derive.classroom.grading import OUTDATED
from derive.classroom.returns import inbox
from derive.prose.catalogue import catalogue, languages
from derive.prose.rewording import spoken_reason

OTHERS = [language for language in languages() if language != "en"]
RAISED = {"CannotRead", "Refused", "Owner"}


def plain(node: ast.expr) -> str:
    """A text of the source, with a number in place of each field; "" for what is none."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values)
    return ""


def _is_sentence(text: str) -> bool:
    return len(re.findall("[a-z]{2,}", text)) > 1


def said() -> Iterator[str]:
    """The reasons and hints in the source of what takes returns in."""
    for path in sorted((Path(derive.__file__).parent / "classroom" / "returns").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in RAISED:
                places = node.args[1:2] if getattr(node.func, "id", "") == "Refused" else node.args[:2]
                named = [each.value for each in node.keywords if each.arg == "reason"]
                yield from filter(_is_sentence, map(plain, [*places, *named]))
            if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple) and path.stem == "selection":
                yield from filter(_is_sentence, map(plain, node.value.elts))


@pytest.mark.parametrize("language", OTHERS)
def test_every_reason_is_worded(language: str) -> None:
    words, found = catalogue(language), [*said()]
    assert len(found) > 35
    for text in (*found, OUTDATED, inbox.OLDER, inbox.BESIDE, inbox.REPLACED, inbox.NOTHING, inbox.NO_ANSWER):
        assert spoken_reason(text, words) != text, text


def test_the_fields_and_what_to_do_are_kept() -> None:
    german, english = catalogue("de"), catalogue("en")
    reason = "this zip has 300000 files; at most 250000 are read"
    assert spoken_reason(reason, german) == "dieses Zip hat 300000 Dateien; gelesen werden höchstens 250000"
    assert spoken_reason(reason, english) == reason
    assert (
        spoken_reason("a later one counts; this one would earn 7.5", german) == "eine spätere zählt; diese brächte 7.5"
    )
    damaged = "this PDF is damaged: EOF; no xref; save it again, or hand it in again"
    assert spoken_reason(damaged, german).startswith("dieses PDF ist beschädigt: EOF; no xref; speichern Sie")
    assert spoken_reason("something nobody has worded", german) == "something nobody has worded"


@pytest.mark.parametrize(("language", "wanted"), [("de", "die Datei ist leer"), ("fr", "le fichier est vide")])
def test_the_report_says_it_and_the_table_stays_as_it_is(tmp_path: Path, language: str, wanted: str) -> None:
    small = SmallClass(tmp_path, f'language = "{language}"\n{PROBLEM}')
    (tmp_path / "back").mkdir()
    (tmp_path / "back" / "p100.toml").write_text("", "utf-8")
    small.marked(tmp_path / "back", options=QUICK)
    assert small.reasons["back/p100.toml"] == "the file is empty"
    page = (small.grades / "report.html").read_text("utf-8")
    assert wanted in page and "the file is empty" not in page
