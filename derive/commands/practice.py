"""`derive practice`: a page to practise a problem in, derive inside; without a problem a page to write one in."""

from argparse import ArgumentParser
from pathlib import Path

from derive.commands.options import Arguments, number_options, output_option, problem_of


def add(parser: ArgumentParser) -> None:
    """The options."""
    parser.add_argument("problem", nargs="?", metavar="PROBLEM",
                        help="the problem file (TOML); without one: studio.html, to write problems in")  # fmt: skip
    output_option(parser)
    number_options(parser)
    parser.set_defaults(run=run)


def run(options: Arguments) -> int:
    """Write the page of a problem, or the studio."""
    if options.problem is not None:
        return write_practice(Path(options.problem), options)
    from derive.studio.studio_page import write_studio

    print(write_studio(Path(options.output), options.language or "en"))
    return 0


def write_practice(path: Path, options: Arguments) -> int:
    """Write the page of a problem file; its name is printed."""
    from derive.interactive.practice_page import practice

    print(practice(problem_of(path, options)).write(options.output))
    return 0
