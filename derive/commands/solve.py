"""`derive solve`: a problem file worked out."""

from __future__ import annotations

import re
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING

from derive.commands.options import (
    Arguments,
    chosen_formats,
    page_options,
    problem_argument,
    problem_of,
    standard_output,
)

if TYPE_CHECKING:
    from derive.solution import Solution

DEFAULT = "pdf,tex,md"
_UNSAFE = re.compile(r"[^\w.@-]+")


def add(parser: ArgumentParser) -> None:
    """The options."""
    problem_argument(parser, "; see docs/problem-file.md")
    page_options(parser, "solution", DEFAULT)
    step_option(parser)
    parser.set_defaults(run=lambda options: work_out(Path(options.problem), options))


def step_option(parser: ArgumentParser) -> None:
    """`--step`: of the page one step."""
    text = "write this step alone, as dL/dW_1, W_1@2, or as you would write it by hand"
    parser.add_argument("--step", metavar="ID", help=text)


def work_out(path: Path, options: Arguments) -> int:
    """Solve the problem file and write it, or a step of it, as the options say."""
    formats = chosen_formats(options.to, DEFAULT, "solution")
    if options.output == "-":
        return standard_output(formats, "solution", lambda name: _solution(path, options).text(name))
    solution = _solution(path, options)
    step = solution.blueprint.document.step
    name = f"{path.stem}-{_UNSAFE.sub('_', step)}" if step else path.stem
    for written in solution.write(options.output, formats, name):
        print(written)
    return 0


def _solution(path: Path, options: Arguments) -> Solution:
    from derive.answers.names.step_matching import single_step
    from derive.solution import solve

    solution = solve(problem_of(path, options))
    if options.verbose:
        found = solution.verification
        routes = " and ".join(found.routes) or "nothing: there is no derivative"
        differing = f"largest relative difference {found.largest_text()}"
        print(f"checked: {found.entries} entries by {routes}; {differing}", file=sys.stderr)
    return single_step(solution, options.step) if options.step else solution
