"""`%load_ext derive` and the cell magic `%%derive`: equations in a cell, worked out with the notebook's own arrays."""

import shlex
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any, NoReturn, Protocol

from derive.errors import DeriveError
from derive.notebook.cell_problem import cell_problem
from derive.notebook.check_cells import mark_by
from derive.problem.overriding import COUNTS, WORDS
from derive.solution import Solution, solve


class Shell(Protocol):
    """What is asked of IPython."""

    user_ns: dict[str, Any]

    def register_magic_function(self, function: Callable[..., Any], magic_kind: str, magic_name: str) -> None:
        """Make a function a magic."""


def load_ipython_extension(shell: Shell) -> None:
    """What `%load_ext derive` does."""
    shell.register_magic_function(lambda line, cell: derive_cell(shell, line, cell), "cell", "derive")


def derive_cell(shell: Shell, line: str, cell: str) -> Solution | None:
    """Work out the problem of a cell. The solution is shown, stays in the variable `solution` (or as `--as` says), and
    is what `check_cell` marks by. A message tells what is wrong, and nothing is shown then.
    """
    try:
        options = vars(_parser().parse_args(shlex.split(line)))
        name = options.pop("as")
        told = {key: value for key, value in options.items() if value is not None and key in _MODEL}
        overrides = {key: value for key, value in options.items() if value is not None and key not in _MODEL}
        own = {key: value for key, value in shell.user_ns.items() if not key.startswith("_")}  # not IPython's
        solution = solve(cell_problem(cell, own, told), **overrides)
    except (DeriveError, ValueError) as error:
        print(error, file=sys.stderr)
        return None
    shell.user_ns[name] = solution
    mark_by(solution)
    return solution


_MODEL = ("loss", "gradients", "parameters", "data", "title")


class _Parser(ArgumentParser):
    """Tells what is wrong with the line of a magic, and does not end the program."""

    def error(self, message: str) -> NoReturn:
        raise DeriveError(f"%%derive: {message}", "as in: %%derive --loss L --data x Y --significant 4")


def _parser() -> ArgumentParser:
    parser = _Parser(prog="%%derive", add_help=False)
    parser.add_argument("--loss")
    parser.add_argument("--gradients", nargs="+")
    parser.add_argument("--parameters", nargs="+")
    parser.add_argument("--data", nargs="+")
    parser.add_argument("--title")
    parser.add_argument("--as", default="solution")
    parser.add_argument("--language")
    for key in COUNTS:
        parser.add_argument(f"--{key}", type=int)
    for key, words in WORDS.items():
        parser.add_argument(f"--{key}", choices=words)
    return parser
