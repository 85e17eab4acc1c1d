"""The options that commands share, and what they mean; what is heavy is imported when a command runs."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from derive.errors import DeriveError, Fault, InputError, Place
from derive.problem.settings import CARRIES, DECIMAL_SIGNS, DETAILS, LONGEST
from derive.writers import Kind, check_formats, formats_of, text_formats

if TYPE_CHECKING:
    from derive.problem.problem import Problem

Arguments: TypeAlias = argparse.Namespace


def problem_argument(parser: argparse.ArgumentParser, more: str = "") -> None:
    """The problem file, as the first argument."""
    parser.add_argument("problem", metavar="PROBLEM", help=f"the problem file (TOML){more}")


def format_option(parser: argparse.ArgumentParser, kind: Kind, what: str = "formats", more: str = "") -> None:
    """`--to`, with the formats that there are for a kind of document."""
    known = f"{what}, of {','.join(formats_of(kind))}"
    parser.add_argument("--to", metavar="LIST", help=f"{known} {more}".rstrip())


def output_option(parser: argparse.ArgumentParser, default: str | None = "output") -> None:
    """`-o` of the commands that can write to standard output."""
    text = f"folder for the files (default: {default or 'output'}); - writes one text format to standard output"
    parser.add_argument("-o", "--output", default=default, metavar="DIR", help=text)


def page_options(parser: argparse.ArgumentParser, kind: Kind, default: str) -> None:
    """Where the files of a page go, in which formats, and what overrides its problem file."""
    output_option(parser)
    format_option(parser, kind, more=f"(default: {default})")
    number_options(parser)
    parser.add_argument("--verbose", action="store_true", help="say what the derivatives were checked with")
    parser.add_argument("--detail", choices=DETAILS, help="write out every entry, or only the matrix lines")


def number_options(parser: argparse.ArgumentParser) -> None:
    """What overrides [numbers] and the language of a problem file."""
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--significant", type=whole_number(1), metavar="N", help="significant digits")
    length.add_argument("--decimals", type=whole_number(0), metavar="N", help="decimals")
    parser.add_argument("--decimal", choices=DECIMAL_SIGNS, help="the decimal sign")
    parser.add_argument("--carry", choices=CARRIES, help="go on with exact or with printed numbers")
    parser.add_argument("--language", metavar="XX", help="the language of the page")
    parser.add_argument("--accessible", action="store_true", default=None, help="a tagged PDF (PDF/UA-1), by Typst")
    parser.set_defaults(detail=None)


def engine_options(parser: argparse.ArgumentParser) -> None:
    """Where the work on a class is done."""
    engine = parser.add_mutually_exclusive_group()
    engine.add_argument(
        "--workers", type=whole_number(1, 1000), metavar="N", help="processes (default: one for each core)"
    )
    engine.add_argument("--cluster", metavar="ADDRESS", help="the scheduler of a Dask cluster, as tcp://10.0.0.1:8786")


def whole_number(low: int, high: int = LONGEST) -> Callable[[str], int]:
    """The type of an option that is a whole number."""

    def number(text: str) -> int:
        value = int(text)
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"expected a whole number from {low} to {high}, not {text}")
        return value

    return number


def chosen_formats(chosen: str | None, default: str, kind: Kind) -> tuple[str, ...]:
    """The formats of a comma list. Raises DeriveError for an empty one, and for one that the kind does not have."""
    formats = tuple(filter(None, (part.strip() for part in (default if chosen is None else chosen).split(","))))
    if not formats:
        raise DeriveError("`--to` names no format", f"as in --to {default}")
    check_formats(formats, formats_of(kind))
    return formats


def standard_output(formats: tuple[str, ...], kind: Kind, text: Callable[[str], str]) -> int:
    """Write the one format to standard output. Raises DeriveError for several, and for one that is no text."""
    first, *others = text_formats(kind)
    if len(formats) != 1 or formats[0] not in (first, *others):
        raise DeriveError("`-o -` writes one text format", f"name it: --to {first} (or {', '.join(others)})")
    if sys.stdout is None:
        raise DeriveError("standard output is closed", "name a folder with -o, or open it")
    sys.stdout.write(text(formats[0]))
    return 0


def problem_of(path: Path, options: Arguments) -> Problem:
    """The problem file with what the options override; its warnings are printed.

    Raises InputError as `Problem.load` does; of a built-in problem it tells how its file is had.
    """
    from derive import examples
    from derive.problem.overriding import Overrides, overridden
    from derive.problem.problem import Problem

    if str(path) in examples.names() and not path.exists():
        hint = f"it is a built-in problem: `derive example {path} --to toml` writes its file"
        raise InputError([Fault("there is no such file", hint, Place(str(path)))])
    problem = Problem.load(path)
    for warning in problem.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    return overridden(problem, Overrides(**{key: getattr(options, key) for key in Overrides.__annotations__}))  # type: ignore[typeddict-item]
