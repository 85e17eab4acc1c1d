"""The table [samples], and how many of them a pass takes."""

from __future__ import annotations

from fractions import Fraction
from math import prod
from typing import Any

from derive.arrays import read_array
from derive.language.expressions import Shape
from derive.operations.shapes import normal
from derive.source import kind
from derive.tables import Tables
from derive.training.model import Column, Samples

LARGEST_BATCH = 5_000


def read_samples(tables: Tables) -> Samples | None:
    """The samples of a file; None where there are none, or after a fault."""
    if "samples" not in tables.source.data:
        for key in ("batch", "reduce", "epochs"):
            if key in tables.table("update"):
                tables.fault(f"`{key}` needs [samples]", "lists over the samples: x = [[1, 0], [0, 1]]", "update", key)
        return None
    found = [_column(tables, key, value) for key, value in tables.table("samples").items()]
    columns = tuple(column for column in found if column)
    if not columns or len(columns) < len(found) or not _are_as_many(tables, columns):
        if not found:
            tables.fault("[samples] is empty", "write a list over the samples: x = [[1, 0], [0, 1]]", "samples")
        return None
    reduce = tables.text("update", "reduce", default="mean", choices=("mean", "sum"))
    return Samples(columns, _batch(tables, len(columns[0].values)), reduce)


def _column(tables: Tables, key: str, value: Any) -> Column | None:
    name = tables.name(key, "samples", key)
    if name is None:
        return None
    if not isinstance(value, list):
        hint = f"expected one value for each sample: {key} = [0, 1, 1]"
        tables.fault(f"`{key}` is {kind(value)}", hint, "samples", key)
        return None
    array = read_array(value, lambda message, hint: tables.fault(f"`{key}`: {message}", hint, "samples", key))
    return None if array is None else Column(name, *_apart(len(value), value, array[1]))


def _apart(count: int, value: list[Any], flat: tuple[Fraction, ...]) -> tuple[Shape, tuple[tuple[Fraction, ...], ...]]:
    """The shape of one sample, and each one's flat values."""
    size = len(flat) // count
    shape: list[int] = []
    while isinstance(value[0], list):
        value = value[0]
        shape.append(len(value))
    assert prod(shape) == size
    return normal(tuple(shape)), tuple(flat[i * size : (i + 1) * size] for i in range(count))


def _are_as_many(tables: Tables, columns: tuple[Column, ...]) -> bool:
    first = columns[0]
    for column in columns[1:]:
        if len(column.values) != len(first.values):
            counts = f"`{first.name}` has {len(first.values)} samples, `{column.name}` {len(column.values)}"
            tables.fault(counts, "each list needs one value for every sample", "samples")
            return False
    return True


def _batch(tables: Tables, count: int) -> int:
    """How many samples a pass takes: all of them by default."""
    value = tables.table("update").get("batch", "all")
    batch = count if value == "all" else tables.integer(value, 1, count, "update", "batch")
    if batch > LARGEST_BATCH:
        hint = f"at most {LARGEST_BATCH}: set `batch`, or put the samples into [data] as the columns of a matrix"
        where = ("update", "batch") if "batch" in tables.table("update") else ("samples",)
        tables.fault(f"a batch of {batch} samples", hint, *where)
        return 1
    return batch
