"""A new format is one class and one row: the commands then offer it for pages, sheets and reports alike.

The format is reStructuredText, as somebody would write it who has read nothing but CONTRIBUTING.
"""

import re
import textwrap
from collections.abc import Sequence
from pathlib import Path

import pytest

from derive import writers
from derive.commands.cli import main
from derive.page.document import TableColumn
from derive.prose.catalogue import Catalogue
from derive.writers.base import TemplateWriter
from derive.writers.layout.texmath import labelled


class RestWriter(TemplateWriter):
    """A Document → reStructuredText."""

    def words(self, text: str) -> str:
        return re.sub(r"([\\`*_|])", r"\\\1", text)

    def inline(self, formula: str) -> str:
        return f":math:`{formula}`"

    def title(self, text: str, level: int) -> str:
        return f"\n{text}\n{'-~'[level - 1] * len(text)}\n"

    def display(self, rows: Sequence[Sequence[str]], label: str) -> str:
        lines = " \\\\\n".join(" ".join(row) for row in rows)
        return f"\n{label}\n\n.. math::\n\n{textwrap.indent(lines, '   ')}\n\n"

    def grid(self, columns: Sequence[TableColumn], heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
        cells = (f"   {'  ' if j else '* '}- {cell}\n" for row in (heads, *rows) for j, cell in enumerate(row))
        return f"\n.. list-table::\n   :header-rows: 1\n\n{''.join(cells)}\n"

    def matrix(self, words: Catalogue, rows: list[list[str]], label: str = "") -> str:
        return labelled(rows, label)

    def answer(self, step: str) -> str:
        return r"\square"

    def label(self, number: int | None) -> str:
        return "" if number is None else f"**{number})**"


@pytest.fixture(autouse=True)
def rest(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The format in the table, and a folder to work in."""
    monkeypatch.setattr(writers, "RestWriter", RestWriter, raising=False)
    monkeypatch.setitem(writers.FORMATS, "rst", writers.Format("rst", "derive.writers:RestWriter"))
    monkeypatch.chdir(tmp_path)


def test_it_has_to_say_eight_things() -> None:
    assert len(TemplateWriter.__abstractmethods__) == 8


def test_pages(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["example", "learning_rate", "--to", "rst", "-o", "-"]) == 0
    page = capsys.readouterr().out
    assert ".. math::" in page and ":math:`" in page and "**1)**" in page and ".. list-table::" in page


def test_sheets_keys_and_reports(capsys: pytest.CaptureFixture[str]) -> None:
    main(["example", "mazur", "--to", "toml"])
    assert main(["sheet", "output/mazur.toml", "--to", "rst,toml"]) == 0
    sheet, key = (Path(f"output/mazur-{page}.rst").read_text("utf-8") for page in ("sheet", "key"))
    assert r"\square" in sheet and r"\square" not in key
    assert main(["check", "output/mazur.toml", "output/mazur-key.toml", "--to", "rst"]) == 0
    assert "Right: :math:`1` of :math:`1` mark" in Path("output/mazur-key-report.rst").read_text("utf-8")


@pytest.mark.parametrize("command", ["example", "solve", "sheet", "check", "class", "grade"])
def test_every_help_names_it(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([command, "--help"])
    assert "rst" in capsys.readouterr().out


def test_a_slip_in_its_name_is_answered_with_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["example", "--to", "rts"]) == 2
    assert "did you mean `rst`?" in capsys.readouterr().err
