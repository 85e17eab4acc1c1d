"""`derive practice`: a page to practise a problem in, derive inside."""

from __future__ import annotations

from pathlib import Path

from derive.commands.options import Arguments, Commands, number_options, output_option, problem_argument, problem_of


def add(commands: Commands) -> None:
    """The command and its options."""
    parser = commands.add_parser("practice", help="write a page to practise in, one HTML file that judges by itself")
    problem_argument(parser)
    output_option(parser)
    number_options(parser)
    parser.set_defaults(run=lambda options: write_practice(Path(options.problem), options))


def write_practice(path: Path, options: Arguments) -> int:
    """Write the page of a problem file; its name is printed."""
    from derive.interactive.practice_page import practice

    print(practice(problem_of(path, options)).write(options.output))
    return 0
