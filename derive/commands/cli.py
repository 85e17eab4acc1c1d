"""The command line: one module a command. What is heavy is imported when a command runs, so that `--help` is quick."""

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import suppress

from derive.commands import check, classes, companions, example, grade, new, practice, sheet, solve, studio, tables
from derive.errors import DeriveError
from derive.memory import rarely_collecting
from derive.version import VERSION

COMMANDS = (example, new, solve, practice, studio, sheet, check, classes, grade, tables, companions)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit status (0 done, 2 bad input or usage, 3 verification failed, 4 a tool is missing)."""
    _offer_solve(list(sys.argv[1:] if arguments is None else arguments))
    options = _parser().parse_args(arguments)
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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="derive",
        description="Worked solutions for neural networks: forward pass, loss, backward pass, every number put in.",
        epilog="exit status: 0 done, 2 bad input or usage, 3 verification failed, 4 a tool is missing",
    )
    parser.add_argument("--version", action="version", version=f"derive {VERSION}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add(commands)
    parser.set_defaults(parser=parser)
    return parser


def _offer_solve(words: list[str]) -> None:
    """Ends the program where a file stands in the place of a command."""
    if words and words[0].endswith(".toml"):
        print(f"`{words[0]}` is no command\n  write `derive solve {' '.join(words)}`", file=sys.stderr)
        raise SystemExit(2)


__all__ = ["main"]
