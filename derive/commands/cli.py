"""The command line: one module a command. What it needs is imported when it is named, so that `--help` is quick."""

import argparse
import atexit
import gc
import os
import sys
from collections.abc import Container, Sequence
from contextlib import suppress
from importlib import import_module

from derive.version import VERSION

COMMANDS = {
    "example": ("example.add", "work a built-in problem out (default: the handwritten notes)"),
    "new": ("new.add", "write a problem file to begin with: a network, its numbers drawn"),
    "solve": ("solve.add", "work a problem file out"),
    "practice": ("practice.add", "write a page to practise in, one HTML file that judges by itself"),
    "studio": ("studio.add", "write problems in a page served on this machine, with files, PDF, sheets and classes"),
    "sheet": ("sheet.add", "write an exercise sheet with blanks, its key and an answer file"),
    "check": ("check.add", "mark one piece of work"),
    "class": ("classes.add", "write a sheet and a key for each student of a roster"),
    "grade": ("grade.add", "mark what came back from a class"),
    "operations": ("tables.add", "list what equations may use"),
    "layers": ("tables.add", "list the layers of [network] with their equations"),
    "rules": ("tables.add", "list the update rules with their equations"),
    "mistakes": ("tables.add", "list the known mistakes that marking names"),
    "schema": ("companions.add_schema", "print the JSON Schema of the problem file, for editors"),
    "quarto": ("companions.add_quarto", "write the filter for Quarto and Pandoc: blocks `derive` in documents"),
    "man": ("companions.add_man", "print the manual page: derive man > ~/.local/share/man/man1/derive.1"),
    "completion": ("companions.add_completion", "print what a shell needs to complete derive's words"),
}
"""The commands in the order of the help: the module and function that gives each its options, and what it does."""
atexit.register(gc.freeze)  # what is left at the end goes with the process: nobody looks for garbage in it


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit status (0 done, 2 bad input or usage, 3 verification failed, 4 a tool is missing)."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    _offer_solve(words)
    return _run(parser_of(words).parse_args(words))


def _run(options: argparse.Namespace) -> int:
    """Run what was asked for; the exit status."""
    from derive.errors import DeriveError
    from derive.memory import rarely_collecting

    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        with rarely_collecting:
            status: int = options.run(options)
        if sys.stdout is not None:
            sys.stdout.flush()
    except DeriveError as error:
        print(error, file=sys.stderr)
        return error.exit_status
    except BrokenPipeError:  # whoever reads has seen enough
        _let_go()
        return 0
    except OSError as error:  # of files it would be a DeriveError: what is left is what was printed
        _let_go()
        print(f"cannot write to standard output: {error.strerror}\n  name a folder with -o", file=sys.stderr)
        return DeriveError.exit_status
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
    return status


def _let_go() -> None:
    """What is still to be printed goes nowhere: nothing is tried, and complained about, when the program ends."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def parser_of(names: Container[str] = tuple(COMMANDS)) -> argparse.ArgumentParser:
    """The parser, in which the commands with these names have their options."""
    parser = argparse.ArgumentParser(
        prog="derive",
        description="Worked solutions for neural networks: forward pass, loss, backward pass, every number put in.",
        epilog="exit status: 0 done, 2 bad input or usage, 3 verification failed, 4 a tool is missing",
    )
    parser.add_argument("--version", action="version", version=f"derive {VERSION}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for name, (place, summary) in COMMANDS.items():
        command = commands.add_parser(name, help=summary)
        if name in names:
            module, add = place.split(".")
            getattr(import_module(f"derive.commands.{module}"), add)(command)
    parser.set_defaults(whole=parser_of)
    return parser


def _offer_solve(words: list[str]) -> None:
    """Ends the program where a file stands in the place of a command."""
    if words and words[0].endswith(".toml"):
        print(f"`{words[0]}` is no command\n  write `derive solve {' '.join(words)}`", file=sys.stderr)
        raise SystemExit(2)


__all__ = ["main"]
