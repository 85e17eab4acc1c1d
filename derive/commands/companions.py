"""`derive completion`, `schema`, `quarto`, `man`: what other programs read: shells, editors, Pandoc, `man`."""

import argparse
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from derive.commands.options import Arguments
from derive.errors import of_extra
from derive.version import VERSION

SHELLS = {
    "bash": "derive completion bash > ~/.local/share/bash-completion/completions/derive",
    "zsh": 'derive completion zsh > "${fpath[1]}/_derive"',
    "tcsh": "derive completion tcsh > ~/.derive.tcsh, and `source ~/.derive.tcsh` in ~/.tcshrc",
}


def add_schema(parser: argparse.ArgumentParser) -> None:
    """The options of `derive schema`."""
    parser.add_argument("-o", "--output", default="-", metavar="DIR", help="folder for derive.schema.json instead")
    parser.set_defaults(run=write_schema)


def add_quarto(parser: argparse.ArgumentParser) -> None:
    """The options of `derive quarto`."""
    parser.add_argument("-o", "--output", default=".", metavar="DIR", help="the document's folder (default: this one)")
    parser.set_defaults(run=write_filter)


def add_man(parser: argparse.ArgumentParser) -> None:
    """`derive man` has no options."""
    parser.set_defaults(run=print_manual)


def add_completion(parser: argparse.ArgumentParser) -> None:
    """The shell of `derive completion`, and how what is printed is put in place."""
    parser.add_argument("shell", choices=tuple(SHELLS), help="the shell")
    parser.epilog = "\n".join(("once, by the shell:", *(f"  {text}" for text in SHELLS.values())))
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.set_defaults(run=print_completion)


def write_schema(options: Arguments) -> int:
    """Print the schema, or write it to a folder."""
    from derive.files import save
    from derive.problem.schema.packaged import FILE_NAME, packaged_schema

    if options.output == "-":
        sys.stdout.write(packaged_schema().decode())
        return 0
    for path in save(Path(options.output), {FILE_NAME: packaged_schema()}):
        print(path)
    return 0


def write_filter(options: Arguments) -> int:
    """Write the extension of Quarto, where Quarto looks for it."""
    from derive.documents import quarto_extension
    from derive.files import save

    folder = Path(options.output) / "_extensions" / "derive"
    for path in save(folder, quarto_extension()):
        print(path)
    return 0


def print_completion(options: Arguments) -> int:
    """Print the shell's script. Raises ToolError without the package that writes it."""
    with of_extra("completion", "completion takes the package `shtab`"):
        import shtab
    parser = options.whole()
    for action in chain(parser._actions, *(command._actions for _, command, _ in _commands(parser))):  # noqa: SLF001
        if action.type is Path or action.metavar in {"PROBLEM", "ANSWERS", "FOLDER"}:
            action.complete = shtab.FILE
    print(shtab.complete(parser, options.shell))
    return 0


def print_manual(options: Arguments) -> int:
    """Print every command with its options, as a page for `man`."""
    parser = options.whole()
    lines = [f'.TH DERIVE 1 "" "derive {VERSION}"', ".SH NAME", _roff(f"derive - {parser.description}"), ".SH SYNOPSIS"]
    lines += [".B derive", _roff("COMMAND [options]"), ".SH COMMANDS"]
    for name, command, text in _commands(parser):
        lines += [f".SS derive {_roff(name)}", _roff(text)]
        for action in command._actions:  # noqa: SLF001
            if action.dest != "help":
                lines += [".TP", f".B {_roff(_written(action))}", _roff((action.help or "").replace("%%", "%"))]
        lines += [".PP", *map(_roff, command.epilog.splitlines())] if command.epilog else []
    print("\n".join([*lines, ".SH EXIT STATUS", _roff(parser.epilog.removeprefix("exit status: "))]))
    return 0


def _commands(parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser, str]]:
    """The commands by name, each with its parser and what it does."""
    for action in parser._actions:  # noqa: SLF001, argparse offers no other way, shtab goes it too
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            helps = {choice.dest: choice.help for choice in action._choices_actions}  # noqa: SLF001
            yield from ((name, command, helps.get(name) or "") for name, command in action.choices.items())


def _written(action: argparse.Action) -> str:
    """An argument as it is written: `-o, --output DIR`."""
    value = action.metavar or ("|".join(map(str, action.choices)) if action.choices else "")
    names = ", ".join(action.option_strings) or action.dest.upper()
    return f"{names} {value}".strip() if action.option_strings else str(value or names)


def _roff(text: str) -> str:
    """A line of text for `man`."""
    escaped = text.replace("\\", r"\e").replace("-", r"\-")
    return rf"\&{escaped}" if escaped.startswith((".", "'")) else escaped
