"""Debian's Maxima, asked for values: what a line of code gives, or that conditions hold."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path

from support.programs import path_of

MARK = "@@"


def maxima(program: str, asked: Collection[str], after: Sequence[str] = ("",)) -> list[str]:
    """What each of the expressions gives after a program, in a line each: anew after each of further ones."""
    questions = [f'print("{MARK}", string(errcatch({each})))$' for each in asked]
    lines = [program, "linel: 100000$", "display2d: false$", "ratprint: false$"]
    lines += [line for further in after for line in (further, *questions)]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "asked.mac"
        file.write_text("\n".join(lines), "utf-8")
        command = [str(path_of("maxima")), "--very-quiet", f"--batch-string=batchload({_quoted(file)})$"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, timeout=600)
    found = [line.split(MARK, 1)[1].strip() for line in done.stdout.splitlines() if line.startswith(MARK)]
    assert len(found) == len(asked) * len(after), done.stdout[-2000:] + done.stderr[-2000:]
    return [text[1:-1] for text in found]  # errcatch gives a list, empty where there was an error


def maxima_faults(program: str, conditions: Sequence[str]) -> list[str]:
    """The conditions that do not hold after a program."""
    found = maxima(program, [f"is({each})" for each in conditions])
    return [condition for condition, said in zip(conditions, found, strict=True) if said != "true"]


def _quoted(file: Path) -> str:
    return f'"{file}"'
