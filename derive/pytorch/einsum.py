"""`torch.einsum` of two tensors: for each index of a batch a product of two matrices."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import prod

from derive.pytorch.graph_call import Call, Tensor, Unsupported
from derive.pytorch.products import multiplied


@dataclass(frozen=True, slots=True)
class Factor:
    """A tensor, with a letter for each axis."""

    letters: str
    places: Tensor

    @property
    def sizes(self) -> dict[str, int]:
        """The size of each axis."""
        return dict(zip(self.letters, self.places.shape, strict=True))

    def arranged(self, *groups: str) -> Tensor:
        """The tensor with one axis for each group of letters."""
        sizes = self.sizes
        order = [self.letters.index(letter) for group in groups for letter in group]
        return self.places.permute(order).reshape([prod(sizes[letter] for letter in group) for group in groups])


def einsum(call: Call) -> Tensor:
    """Of the letters that both tensors have, those of the result too are the batch, the other ones are summed; what one
    of them has alone are rows or columns.
    """
    equation = call["equation"].replace(" ", "")
    form = re.fullmatch(r"([A-Za-z]+),([A-Za-z]+)->([A-Za-z]*)", equation)
    if not form or any(len(set(letters)) < len(letters) for letters in form.groups()):
        raise Unsupported(f"`{equation}` is not worked out, only products of two tensors, as `ij,jk->ik`")
    out = form[3]
    a, b = (Factor(form[i], call.given(tensor)) for i, tensor in enumerate(call["tensors"], 1))
    if out.find(_without(b.letters, a.letters)[:1]) < out.find(_without(a.letters, b.letters)[:1]):
        a, b = b, a
    rows, columns = _without(a.letters, b.letters), _without(b.letters, a.letters)
    summed = _without(a.letters, rows + out)
    batch = _without(a.letters, rows + summed)
    if not set(rows + columns) <= set(out):
        raise Unsupported(f"`{equation}` sums over an index of one tensor alone")
    if any(a.sizes[letter] != b.sizes[letter] for letter in batch + summed):
        raise Unsupported(f"`{equation}` repeats an axis of size 1")
    if not summed and not (rows and columns):
        factors = {name: each.arranged(*(letter if letter in each.letters else "" for letter in out))
                   for name, each in (("a", a), ("b", b))}  # fmt: skip
        return call.each("{a} ⊙ {b}", factors, call.out)
    sizes = {**a.sizes, **b.sizes}
    result = multiplied(call, a.arranged(batch, rows, summed), b.arranged(batch, summed, columns),
                        tuple(sizes[letter] for letter in batch + rows + columns))  # fmt: skip
    return result.permute([(batch + rows + columns).index(letter) for letter in out])


def _without(letters: str, others: str) -> str:
    return "".join(letter for letter in letters if letter not in others)
