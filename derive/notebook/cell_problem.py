"""The text of a `%%derive` cell → a problem: its equations, numbers in the cell, and arrays of the notebook by name."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from derive.language.expressions import names_in
from derive.language.names import Symbol
from derive.language.tokens import TextError
from derive.problem.problem import LOSSES, Problem
from derive.problem.reading.array_values import is_tensor
from derive.problem.reading.equations import read_name

_WORD = re.compile(r"[^\W\d_]\w*(?:_\{[^}]*\}|_\w+)?'*")
_ASSIGNED = re.compile(r"\s*(?P<name>[^\W\d][^=≈<]*?)\s*=\s*(?P<value>[^=].*?)\s*(?:#.*)?$")


def cell_problem(text: str, values: Mapping[str, Any], settings: Mapping[str, Any]) -> Problem:
    """The problem of a cell. A line `x = [1, 2]` gives a value; what no line defines is taken from `values`.

    `settings` are those of `Problem.of`; without a loss it is the last equation's name where losses are called so.
    Raises InputError with every fault.
    """
    equations: list[str] = []
    given: dict[str, Any] = {}
    for line in text.strip("\n").splitlines():
        found = _ASSIGNED.match(line)
        literal = _literal(found["value"]) if found else None
        if found and literal is not None:
            given[_id(found["name"])] = literal
        else:
            equations.append(line)
    known = {name: value for name, value in _named(equations, values) if name not in given}
    told = dict(settings)
    if "loss" not in told and (loss := _last_name(equations)) in LOSSES:
        told["loss"] = loss
    whole = Problem.of(equations, {**known, **given}, **told)
    used = _used(whole)
    left = {name: value for name, value in known.items() if name in used}
    return whole if len(left) == len(known) else Problem.of(equations, {**left, **given}, **told)


def _literal(text: str) -> Any:
    """A number or nested lists of numbers as Python or TOML write them; None for anything else."""
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None
    return value if _is_numeric(value) else None


def _is_numeric(value: Any) -> bool:
    if isinstance(value, bool):
        return False
    if isinstance(value, int | float | Fraction) or is_tensor(value):
        return True
    return isinstance(value, list | tuple) and bool(value) and all(map(_is_numeric, value))


def _named(equations: Iterable[str], values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The values of the notebook whose names stand in equations and are no left sides."""
    lines = list(equations)
    defined = {_id(line.partition("=")[0]) for line in lines if "=" in line}
    for word in dict.fromkeys(word for line in lines for word in _WORD.findall(line)):
        name = _id(word)
        if name not in defined and name in values and _is_numeric(values[name]):
            yield name, values[name]


def _id(text: str) -> str:
    """The id of a name: `α` and `alpha` are one; a text that is no name stands for itself."""
    try:
        return read_name(text.strip()).id
    except TextError:
        return text.strip()


def _last_name(equations: Iterable[str]) -> str:
    """The left side of the last equation."""
    names = [_id(re.split(r"[=≈]", line)[0]) for line in equations if re.search(r"[=≈]", line)]
    return names[-1] if names else ""


def _used(problem: Problem) -> set[str]:
    """The names that the equations use."""
    exprs = [equation.expr for equation in problem.equations]
    return {name.id for expr in exprs for name in names_in(expr) if isinstance(name, Symbol)}
