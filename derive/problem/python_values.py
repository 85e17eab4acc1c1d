"""A problem built in Python: equations and the values that a program holds, as the text of a problem file."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from math import isfinite
from typing import Any

from derive.errors import Fault, InputError, suggestion
from derive.problem.reading.array_values import is_tensor, toml_array, without_numpy
from derive.problem.toml_values import toml

HEAD, MODEL = ("title", "topic", "language"), ("loss", "losses", "gradients")
TABLES = ("numbers", "page", "names", "update", "state", "samples", "marking", "sheet", "grade", "variants")
"""The tables of a problem file that are given as mappings."""
SPLIT = ("parameters", "data")
"""What says which values are parameters."""
QUOTES = "'''"


def problem_text(equations: str | Iterable[str], told: Mapping[str, Any]) -> str:
    """The text of the problem file: what is told under a key of HEAD, MODEL, TABLES or SPLIT is that, all else a value.

    Raises InputError for a value that is no number, and for a name in SPLIT that has no value.
    """
    values = {name: value for name, value in told.items() if name not in (*HEAD, *MODEL, *TABLES, *SPLIT)}
    learned = _parameters(values, told.get("parameters"), told.get("data"))
    lines = [f"{key} = {_toml(told[key], key)}" for key in HEAD if key in told]
    for table, names in (("data", values.keys() - learned), ("parameters", learned)):
        lines += [f"[{table}]", *(f"{toml(name)} = {_toml(values[name], name)}" for name in values if name in names)]
    text = equations if isinstance(equations, str) else "\n".join(equations)
    lines += ["[model]", f"equations = {QUOTES}", text.strip("\n").replace(QUOTES, "′′′"), QUOTES]
    lines += [f"{key} = {_toml(told[key], key)}" for key in MODEL if told.get(key)]
    for table in TABLES:
        if table in told:
            lines += [f"[{table}]", *(f"{toml(key)} = {_toml(value, key)}" for key, value in told[table].items())]
    return "\n".join(lines) + "\n"


def _parameters(
    values: Mapping[str, Any], parameters: Iterable[str] | None, data: Iterable[str] | None
) -> frozenset[str]:
    """What the loss is differentiated by: what is named, or is not data, or tensors that ask for it; else all."""
    learned, fixed = (None if names is None else tuple(names) for names in (parameters, data))
    for name in (*(learned or ()), *(fixed or ())):
        if name not in values:
            raise InputError([Fault(f"`{name}` has no value", suggestion(name, values) or f"write {name}=…")])
    if learned is not None:
        return frozenset(learned)
    if fixed is not None:
        return frozenset(values) - frozenset(fixed)
    asking = frozenset(name for name, value in values.items() if getattr(value, "requires_grad", False))
    return asking or frozenset(values)


def _toml(value: Any, name: str) -> str:
    """A value in TOML. Raises InputError for one that TOML does not hold."""
    if is_tensor(value):
        return toml_array(without_numpy(value))
    if isinstance(value, bool | str):
        return toml(value)
    if isinstance(value, int | Decimal) or (isinstance(value, float) and isfinite(value)):
        return toml_array(str(value))
    if isinstance(value, Fraction):
        return toml(str(value))
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{toml(str(key))} = {_toml(each, name)}' for key, each in value.items())} }}"
    if isinstance(value, Iterable):
        return f"[{', '.join(_toml(each, name) for each in value)}]"
    hint = "expected a number, nested lists, an array of NumPy or a tensor of PyTorch"
    raise InputError([Fault(f"`{name}` is {type(value).__name__} {value!s:.40}", hint)])
