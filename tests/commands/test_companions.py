"""`derive man` and `derive quarto`: the manual has every command and option; the filter is Quarto's extension."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from derive.commands.cli import main, parser_of
from derive.version import VERSION


def test_the_manual_has_every_command_and_option(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["man"]) == 0
    page = capsys.readouterr().out
    sections = dict(re.findall(r"^\.SS derive (\S+)\n(.*?)(?=^\.S)", page, re.MULTILINE | re.DOTALL))
    plain = {name: text.replace(r"\-", "-") for name, text in sections.items()}
    (commands,) = (action for action in parser_of()._actions if action.dest == "==SUPPRESS==" or action.choices)
    assert set(plain) == set(commands.choices or ())
    for name, command in (commands.choices or {}).items():
        for action in command._actions:
            wanted = action.option_strings[-1] if action.option_strings else action.metavar or "|".join(action.choices)
            assert action.dest == "help" or wanted in plain[name], (name, action.dest)


def test_the_manual_is_roff(capsys: pytest.CaptureFixture[str]) -> None:
    """No line begins with a sign that would be a request, but the requests."""
    main(["man"])
    requests = {line.split()[0] for line in capsys.readouterr().out.splitlines() if line.startswith((".", "'"))}
    assert requests == {".TH", ".SH", ".SS", ".TP", ".B", ".PP"}


def test_the_filter_lies_where_quarto_looks_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["quarto"]) == 0 and main(["quarto", "-o", "book"]) == 0
    for folder in (tmp_path, tmp_path / "book"):
        extension = folder / "_extensions" / "derive"
        told = (extension / "_extension.yml").read_text("utf-8")
        assert re.findall(r"- (\S+\.lua)", told) == ["derive.lua"] and (extension / "derive.lua").is_file()
        assert f"\nversion: {VERSION}\n" in told
