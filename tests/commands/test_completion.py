"""What shells need to complete derive's words, tried in bash."""

import subprocess
from pathlib import Path

import pytest

from derive.commands.cli import main

shtab = pytest.importorskip("shtab", reason="shtab is not installed: pip install 'derive-notes[completion]'")


def completed(script: Path, *words: str) -> list[str]:
    """What bash offers for the last word."""
    asked = f"""
        source {script}
        COMP_WORDS=({" ".join(repr(word) for word in words)})
        COMP_CWORD={len(words) - 1}
        $(complete -p derive | sed -E 's/.*-F ([^ ]+).*/\\1/')
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    return subprocess.run(["bash", "-c", asked], capture_output=True, text=True, check=True).stdout.split()


def test_bash_completes_commands_and_options(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", "bash"]) == 0
    script = tmp_path / "derive.bash"
    script.write_text(capsys.readouterr().out, "utf-8")
    assert {"solve", "sheet"} <= set(completed(script, "derive", "s"))
    assert "--significant" in completed(script, "derive", "solve", "--sig")


@pytest.mark.parametrize("shell", ["zsh", "tcsh"])
def test_other_shells_get_a_script_with_every_command(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert all(command in script for command in ("solve", "sheet", "check", "grade"))
