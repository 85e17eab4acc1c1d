"""Brings up to date what the pages quote from the program: `.venv/bin/python docs/refresh.py`.

A page shows a file in a block below a line that ends with the file's name and a colon (Save this as `handout.toml`:).
What stands between `<!-- made by: COMMAND -->` and `<!-- /made -->` is what the command prints where these files lie;
`; from: TEXT; lines: N` after the command takes N lines from the first one that begins with TEXT. Of commands with
` && ` between them all run, and what the last one prints is shown. The command `operations` is the table of operations.
The packaged schema of the problem file is made anew too.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import tempfile
from collections.abc import Iterator
from pathlib import Path

from derive.commands.cli import main
from derive.commands.reference import markdown_table
from derive.files import save
from derive.problem.schema.packaged import PACKAGED
from derive.problem.schema.problem_schema import schema_text

ROOT = Path(__file__).resolve().parent.parent
PAGES = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")))
PROGRAM = "python -m derive "

_FILE = re.compile(r"`([\w.-]+)`:\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_MADE = re.compile(r"(<!-- made by: (.+?) -->\n).*?(<!-- /made -->)", re.DOTALL)
_EXCERPT = re.compile(r"; from: (.+?); lines: (\d+)$")


def files_of(page: str) -> dict[str, str]:
    """The files that a page shows, by name."""
    return dict(_FILE.findall(page))


def refreshed(page: str) -> str:
    """The page with everything between its markers made anew."""
    with in_folder(files_of(page)):
        return _MADE.sub(lambda found: found[1] + _made(found[2]) + found[3], page)


@contextlib.contextmanager
def in_folder(files: dict[str, str]) -> Iterator[Path]:
    """A new folder with the files, as the current one."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, text in files.items():
            (folder / file).write_text(text, encoding="utf-8")
        os.chdir(folder)
        try:
            yield folder
        finally:
            os.chdir(before)


def run(command: str) -> tuple[int, str]:
    """The exit status of a `python -m derive …` command, and what it prints."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        status = main(shlex.split(command.removeprefix(PROGRAM)))
    return status, printed.getvalue()


def _made(command: str) -> str:
    if command == "operations":
        return markdown_table() + "\n"
    excerpt = _EXCERPT.search(command)
    printed = [run(each)[1] for each in _EXCERPT.sub("", command).split(" && ")]
    lines = printed[-1].splitlines()
    if excerpt:
        first = next(i for i, line in enumerate(lines) if line.startswith(excerpt[1]))
        lines = lines[first : first + int(excerpt[2])]
    return "\n".join(["```text", *lines, "```", ""])


if __name__ == "__main__":
    made = {PACKAGED: lambda _: schema_text(), **dict.fromkeys(PAGES, refreshed)}
    for path, make in made.items():
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        new = make(text)
        if new != text:
            save(path.parent, {path.name: new.encode()})
            print(path.relative_to(ROOT))
