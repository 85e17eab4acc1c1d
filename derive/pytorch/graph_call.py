"""One operation of the graph, and what its row writes equations with."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import prod
from typing import TYPE_CHECKING, Any, TypeAlias

from derive.calculus.shapes import normal
from derive.pytorch.tensor_entries import Base, Form, TensorEntries, atom

if TYPE_CHECKING:
    import torch

Tensor: TypeAlias = "torch.Tensor"
"""The numbers of a tensor's entries (places.py), in its shape."""


class Unsupported(Exception):
    """An operation is used in a way that the language has no words for."""


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """A tensor that is not worked out: numbers of classes or tokens, masks, zeros to begin with. `name` is that of an
    input of the graph.
    """

    tensor: torch.Tensor
    name: str = ""


class EquationWriter:
    """Takes equations. What a row gets of the reader."""

    entries: TensorEntries

    def equation(self, name: str, text: str, layout: Sequence[int]) -> Tensor:
        """`name = text`, or with another name where that is taken; what it gives, in the shape of a tensor."""
        raise NotImplementedError

    def lifted(self, known: Known, name: str = "") -> Tensor:
        """The numbers of a tensor as given values."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Call:
    """One operation.

    args   its arguments by the names of its schema: places, Known, numbers, lists of them
    out    the shape of what it gives
    layer  the number of the layer, for the names of what comes out
    """

    key: str
    args: Mapping[str, Any]
    out: Form
    layer: int
    writer: EquationWriter
    number_type: Any

    def __getitem__(self, name: str) -> Any:
        return self.args.get(name)

    def only(self, **expected: Any) -> None:
        """The settings that the language has no words for must be these."""
        for name, value in expected.items():
            if self.args.get(name, value) != value:
                raise Unsupported(f"{name} = {self[name]} is not worked out, only {value}")

    # --- arguments ------------------------------------------------------------------------------------------------

    def shape(self, name: str) -> Form:
        """The shape of an argument; a number has none."""
        value = self[name]
        value = value.tensor if isinstance(value, Known) else value
        return tuple(getattr(value, "shape", ()))

    def places(self, name: str) -> Tensor:
        """The entries of an argument."""
        return self.given(self[name])

    def given(self, value: Any, name: str = "") -> Tensor:
        """The entries of a value; what is known becomes given values."""
        if isinstance(value, Known):
            return self.writer.lifted(value, name)
        if isinstance(value, int | float):
            return self.writer.entries.add(python_number(value), (), ())
        return value

    def text(self, places: Tensor, form: Form) -> str:
        """An expression of a shape for entries; what is put together of pieces gets a name of its own."""
        text = self.writer.entries.text(places, form)
        if not text.startswith(("[", "reshape([", "flatten([")):
            return text
        named = self.writer.equation("", text, normal(form))
        return self.writer.entries.text(named, form)

    def transposed(self, places: Tensor) -> str:
        """The transpose of a matrix; one that is put together of pieces is turned as a whole."""
        rows, columns = places.shape
        text = self.writer.entries.text(places.T, (columns, rows))
        return f"{atom(self.text(places, (rows, columns)))}^T" if text.startswith("[") else text

    def matrix(self, places: Tensor) -> str:
        """Its last axis in columns, all others in rows; a single row as a column."""
        *lead, size = places.shape or (1,)
        return self.text(places, (prod(lead), size) if prod(lead) > 1 else (size,))

    # --- equations ------------------------------------------------------------------------------------------------

    def define(self, text: str, layout: Sequence[int], name: str = "") -> Tensor:
        """An equation for what an expression gives."""
        return self.writer.equation(name, text, layout)

    def each(self, template: str, operands: Mapping[str, Any], layout: Sequence[int], name: str = "") -> Tensor:
        """Entry by entry: a template over operands that PyTorch broadcasts to a shape. Of arrays of more than two axes
        that are in several pieces, piece by piece.
        """
        import torch

        core = [axis for axis, size in enumerate(layout) if size > 1]
        aligned = {key: self.aligned(value, len(layout)) for key, value in operands.items()}
        arrays = [value for value in aligned.values() if not isinstance(value, str)]
        if len(core) > 2 and any(len(self.writer.entries.owners(value)) > 1 for value in arrays if value.numel() > 1):
            axis = core[0]
            parts = []
            for k in range(layout[axis]):
                slices = {key: value if isinstance(value, str) else value.narrow(axis, k % value.shape[axis], 1)
                          for key, value in aligned.items()}  # fmt: skip
                within = [1 if i == axis else size for i, size in enumerate(layout)]
                parts.append(self.each(template, slices, within, name and _numbered(name, k + 1)))
            return torch.cat(parts, axis)
        return self.define(template.format(**self.texts(aligned, layout)), layout, name or self.activation(aligned))

    def aligned(self, value: Any, axes: int) -> Any:
        """A number's text, or places with as many axes."""
        if isinstance(value, Known) and not value.name and value.tensor.unique().numel() == 1:
            return python_number(value.tensor.flatten()[0].item())
        if isinstance(value, str):
            return value
        if isinstance(value, int | float):
            return python_number(value)
        places = self.given(value)
        return places.reshape((1,) * (axes - places.ndim) + tuple(places.shape))

    def texts(self, aligned: Mapping[str, Any], layout: Sequence[int]) -> dict[str, str]:
        """Each operand so that the language broadcasts it as PyTorch does."""
        core = [axis for axis, size in enumerate(layout) if size > 1]
        sizes = tuple(layout[axis] for axis in core)
        kept = {key: [axis for axis in core if value.shape[axis] > 1]
                for key, value in aligned.items() if not isinstance(value, str)}  # fmt: skip
        whole = self._wholes([aligned[key] for key, axes in kept.items() if axes], sizes)
        has_full = any(axes == core for axes in kept.values())
        texts = {key: value for key, value in aligned.items() if isinstance(value, str)}
        for key, axes in kept.items():
            places = aligned[key]
            if not axes:
                texts[key] = self.text(places, ())
            elif whole:
                texts[key] = self.text(places, self.writer.entries.owners(places)[0].shape)
            elif axes == core:
                texts[key] = self.text(places, sizes)
            elif has_full and axes == core[:1]:
                texts[key] = self.text(places, sizes[:1])
            elif has_full and len(core) == 2:
                texts[key] = self.text(places, (1, sizes[1]))
            else:
                texts[key] = self.text(places.expand(tuple(layout)), sizes)
        return {key: texts[key] if template_safe(texts[key]) else f"({texts[key]})" for key in aligned}

    def _wholes(self, arrays: Sequence[Tensor], sizes: Form) -> bool:
        """Whether all are whole quantities of one shape: they go with each other as they are."""
        bases = [self.writer.entries.whole(places) for places in arrays]
        shapes = {base.shape if base and base.count == prod(sizes) else None for base in bases}
        return len(shapes) == 1 and shapes != {None}

    def activation(self, aligned: Mapping[str, Any]) -> str:
        """The name A_i for a function of z_i alone."""
        arrays = [value for value in aligned.values() if not isinstance(value, str)]
        base: Base | None = self.writer.entries.whole(arrays[0]) if len(arrays) == 1 else None
        match = re.fullmatch(r"[zZ]_(\{.*\}|\w+)'*", base.text) if base else None
        return f"A_{match[1]}" if match else ""


AtenRow: TypeAlias = str | Callable[[Call], Any]


def template_safe(text: str) -> bool:
    """Whether a text needs no parentheses wherever it is put."""
    return atom(text) == text or re.fullmatch(r"\w+'*\[[^\]]*\]", text) is not None


def _numbered(name: str, k: int) -> str:
    stem, _, index = name.partition("_")
    return f"{stem}_{{{index.strip('{}')},{k}}}" if index else f"{stem}_{k}"


def python_number(value: float) -> str:
    """A number of Python's as the language writes it, with the fewest digits that give it back."""
    exact = Decimal(repr(value + 0))  # True is 1
    if not exact.is_finite():
        raise Unsupported(f"the number {value}")
    text = f"{exact:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
