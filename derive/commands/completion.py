"""`derive completion`: what a shell needs to complete commands, options and files."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from derive.commands.options import Arguments, Commands
from derive.errors import ToolError
from derive.version import install_command

SHELLS = {
    "bash": "derive completion bash > ~/.local/share/bash-completion/completions/derive",
    "zsh": 'derive completion zsh > "${fpath[1]}/_derive"',
    "tcsh": "derive completion tcsh > ~/.derive.tcsh, and `source ~/.derive.tcsh` in ~/.tcshrc",
}


def add(commands: Commands) -> None:
    """The command."""
    how = "\n".join(f"  {text}" for text in SHELLS.values())
    parser = commands.add_parser(
        "completion", help="print what a shell needs to complete derive's words", epilog=f"once, by the shell:\n{how}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("shell", choices=tuple(SHELLS), help="the shell")
    parser.set_defaults(run=run)


def run(options: Arguments) -> int:
    """Print the shell's script. Raises ToolError without the package that writes it."""
    try:
        import shtab
    except ImportError:
        raise ToolError("completion takes the package `shtab`", install_command("completion")) from None
    for action in _actions(options.parser):
        if action.type is Path or action.metavar in {"PROBLEM", "ANSWERS", "FOLDER"}:
            action.complete = shtab.FILE
    print(shtab.complete(options.parser, options.shell))
    return 0


def _actions(parser: argparse.ArgumentParser) -> Iterator[Any]:
    """The arguments of a parser and of its commands."""
    for action in parser._actions:  # noqa: SLF001, argparse offers no other way, shtab goes it too
        yield action
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            for inner in action.choices.values():
                yield from _actions(inner)
