"""`torch.einsum`: for each index of a batch a product of two matrices."""

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
    """A product of tensors, two at a time from the left; what no later one and no result has is summed at once."""
    equation = call["equation"].replace(" ", "")
    inputs, arrow, out = _lettered(equation, [len(tensor.shape) for tensor in map(call.given, call["tensors"])])
    written = inputs.split(",")
    if (
        not arrow
        or not re.fullmatch(r"[A-Za-z]+(,[A-Za-z]+)*", inputs)
        or any(len(set(each)) < len(each) for each in (*written, out))
    ):
        raise Unsupported(f"`{equation}` is not worked out, only products of tensors, as `ij,jk->ik`")
    factors = [Factor(letters, call.given(tensor)) for letters, tensor in zip(written, call["tensors"], strict=True)]
    if len(factors) == 1:
        if set(written[0]) != set(out):
            raise Unsupported(f"`{equation}` sums over an index of one tensor alone")
        return factors[0].arranged(*out)
    first, *others = factors
    for i, second in enumerate(others):
        needed = "".join(each.letters for each in others[i + 1 :]) + out
        both = first.letters + _without(second.letters, first.letters)
        kept = out if i == len(others) - 1 else "".join(letter for letter in both if letter in needed)
        first = Factor(kept, _product(call, equation, first, second, kept))
    return first.places


def _lettered(equation: str, ranks: list[int]) -> tuple[str, str, str]:
    """The inputs, the arrow and the result, with a letter for each axis that `...` stands for."""
    inputs, arrow, out = equation.partition("->")
    written = inputs.split(",")
    hidden = [rank - len(each.replace("...", "")) for each, rank in zip(written, ranks, strict=True) if "..." in each]
    spare = _without("ZYXWVUTSRQPONMLKJIHGFEDCBAzyxwvutsrqponmlkjihgfedcba", equation)
    if len(set(hidden)) != 1 or not 0 <= hidden[0] <= len(spare):
        return inputs, arrow, out
    return inputs.replace("...", spare[: hidden[0]]), arrow, out.replace("...", spare[: hidden[0]])


def _product(call: Call, equation: str, a: Factor, b: Factor, out: str) -> Tensor:
    """Of the letters that both tensors have, those of the result too are the batch, the other ones are summed; what one
    of them has alone are rows or columns.
    """
    if out.find(_without(b.letters, a.letters)[:1]) < out.find(_without(a.letters, b.letters)[:1]):
        a, b = b, a
    rows, columns = _without(a.letters, b.letters), _without(b.letters, a.letters)
    summed = _without(a.letters, rows + out)
    batch = _without(a.letters, rows + summed)
    sizes = {**a.sizes, **b.sizes}
    if not set(rows + columns) <= set(out):
        raise Unsupported(f"`{equation}` sums over an index of one tensor alone")
    if any(a.sizes[letter] != b.sizes[letter] for letter in batch + summed):
        raise Unsupported(f"`{equation}` repeats an axis of size 1")
    if not summed and not (rows and columns):
        factors = {name: each.arranged(*(letter if letter in each.letters else "" for letter in out))
                   for name, each in (("a", a), ("b", b))}  # fmt: skip
        return call.each("{a} ⊙ {b}", factors, tuple(sizes[letter] for letter in out))
    result = multiplied(call, a.arranged(batch, rows, summed), b.arranged(batch, summed, columns),
                        tuple(sizes[letter] for letter in batch + rows + columns))  # fmt: skip
    return result.permute([(batch + rows + columns).index(letter) for letter in out])


def _without(letters: str, others: str) -> str:
    return "".join(letter for letter in letters if letter not in others)
