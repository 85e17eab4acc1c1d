"""The table [samples], and how many of them a pass takes."""

from collections.abc import Mapping
from fractions import Fraction
from math import prod
from typing import Any

from derive.calculus.shapes import normal
from derive.language.expressions import Shape
from derive.problem.reading.given_values import read_array
from derive.problem.reading.tables import Tables
from derive.problem.reading.toml_file import kind
from derive.problem.training.model import REDUCTIONS, SampleColumn, Samples

LARGEST_BATCH = 5_000


def read_samples(tables: Tables) -> Samples | None:
    """The samples of a file; None where there are none, or after a fault."""
    if "samples" not in tables.source.data:
        for key in ("batch", "reduce", "epochs"):
            if key in tables.table("update"):
                tables.fault(f"`{key}` needs [samples]", "lists over the samples: x = [[1, 0], [0, 1]]", "update", key)
        return None
    lists = tables.table("samples")
    if not lists:
        tables.fault("[samples] is empty", "write a list over the samples: x = [[1, 0], [0, 1]]", "samples")
    found = {key: column for key, value in lists.items() if (column := _column(tables, key, value))}
    reduce = tables.text("update", "reduce", default="mean", choices=REDUCTIONS)
    batch = _batch(tables, max((len(value) for value in lists.values() if isinstance(value, list)), default=1))
    if not found or len(found) < len(lists) or not _are_as_many(tables, found):
        return None
    return Samples(tuple(found.values()), batch, reduce)


def _column(tables: Tables, key: str, value: Any) -> SampleColumn | None:
    name = tables.name(key, "samples", key)
    if name is None:
        return None
    if not isinstance(value, list):
        hint = f"expected one value for each sample: {key} = [0, 1, 1]"
        tables.fault(f"`{key}` is {kind(value)}", hint, "samples", key)
        return None
    array = read_array(value, lambda message, hint: tables.fault(f"`{key}`: {message}", hint, "samples", key))
    return None if array is None else SampleColumn(name, *_apart(len(value), value, array[1]))


def _apart(count: int, value: list[Any], flat: tuple[Fraction, ...]) -> tuple[Shape, tuple[tuple[Fraction, ...], ...]]:
    """The shape of one sample, and each one's flat values."""
    size = len(flat) // count
    shape: list[int] = []
    while isinstance(value[0], list):
        value = value[0]
        shape.append(len(value))
    assert prod(shape) == size
    return normal(tuple(shape)), tuple(flat[i * size : (i + 1) * size] for i in range(count))


def _are_as_many(tables: Tables, columns: Mapping[str, SampleColumn]) -> bool:
    first = next(iter(columns.values()))
    for key, column in columns.items():
        if len(column.values) != len(first.values):
            counts = f"`{first.name}` has {len(first.values)} samples, `{column.name}` {len(column.values)}"
            tables.fault(counts, "each list needs one value for every sample", "samples", key)
            return False
    return True


def _batch(tables: Tables, count: int) -> int:
    """How many samples a pass takes: all of them by default."""
    value = tables.table("update").get("batch", "all")
    batch = count if value == "all" else tables.integer(value, 1, max(1, count), "update", "batch", other=', or "all"')
    if batch > LARGEST_BATCH:
        hint = f"at most {LARGEST_BATCH}: set `batch`, or put the samples into [data] as the columns of a matrix"
        where = ("update", "batch") if "batch" in tables.table("update") else ("samples",)
        tables.fault(f"a batch of {batch} samples", hint, *where)
        return 1
    return batch
