"""`derive solve`: a problem file worked out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from derive.commands.options import (
    Arguments,
    Commands,
    chosen_formats,
    page_options,
    problem_argument,
    problem_of,
    standard_output,
)

if TYPE_CHECKING:
    from derive.solution import Solution

DEFAULT = "pdf,tex,md"


def add(commands: Commands) -> None:
    """The command and its options."""
    parser = commands.add_parser("solve", help="work a problem file out")
    problem_argument(parser, "; see docs/problem-file.md")
    page_options(parser, "solution", DEFAULT)
    parser.set_defaults(run=lambda options: work_out(Path(options.problem), options))


def work_out(path: Path, options: Arguments) -> int:
    """Solve the problem file and write it as the options say."""
    formats = chosen_formats(options.to, DEFAULT, "solution")
    if options.output == "-":
        return standard_output(formats, "solution", lambda name: _solution(path, options).text(name))
    for written in _solution(path, options).write(options.output, formats):
        print(written)
    return 0


def _solution(path: Path, options: Arguments) -> Solution:
    from derive.solution import solve

    solution = solve(problem_of(path, options))
    if options.verbose:
        found = solution.verification
        routes = " and ".join(found.routes) or "nothing: there is no derivative"
        differing = f"largest relative difference {found.largest_text()}"
        print(f"checked: {found.entries} entries by {routes}; {differing}", file=sys.stderr)
    return solution
