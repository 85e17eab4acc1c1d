"""Products of matrices, and attention, which is made of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from math import prod, sqrt
from typing import TYPE_CHECKING, Any

from derive.pytorch.graph_call import Call, Known, Tensor, Unsupported, python_number
from derive.pytorch.tensor_entries import Form, atom

if TYPE_CHECKING:
    import torch


def affine(call: Call, x: Any, weight: Tensor, bias: Tensor | None) -> str:
    """PyTorch's x Wᵀ + b: of one sample W x + b, of several in rows X Wᵀ + bᵀ."""
    x = call.given(x)
    units, size = weight.shape
    matrix = call.text(weight, (units, size))
    if prod(x.shape[:-1]) == 1:
        text, form = f"{atom(matrix)} {atom(call.text(x, (size,)))}", (units, 1)
    else:
        text, form = f"{atom(call.matrix(x))} {atom(matrix)}^T", (1, units)
    return text + (f" + {call.text(bias, form)}" if bias is not None else "")


def multiplied(call: Call, a: Tensor, b: Tensor, out: Form) -> Tensor:
    """A B as `torch.matmul` has it, for each of what stands in front."""
    import torch

    left, right = (a.unsqueeze(0) if a.ndim == 1 else a), (b.unsqueeze(-1) if b.ndim == 1 else b)
    batch = torch.broadcast_shapes(left.shape[:-2], right.shape[:-2])
    left, right = left.expand(*batch, *left.shape[-2:]), right.expand(*batch, *right.shape[-2:])
    parts = [_product(call, left[index], right[index]) for index in product(*map(range, batch))]
    return torch.stack(parts).reshape(out)


def _product(call: Call, a: Tensor, b: Tensor) -> Tensor:
    (m, k), n = a.shape, b.shape[-1]
    if m == 1 < k and n > 1:
        return call.define(f"{atom(call.text(b.T, (n, k)))} {atom(call.text(a, (k,)))}", (m, n))
    return call.define(f"{atom(call.text(a, (m, k)))} {atom(call.text(b, (k, n)))}", (m, n))


def attention(call: Call) -> Tensor:
    """softmax(Q Kᵀ/√d) V, tokens in rows, for each head."""
    import torch

    if call["dropout_p"]:
        raise Unsupported("a random mask: call module.eval()")
    if call["enable_gqa"]:
        raise Unsupported("groups of heads")
    q, k, v = (call.places(name) for name in ("query", "key", "value"))
    batch = torch.broadcast_shapes(q.shape[:-2], k.shape[:-2], v.shape[:-2])
    q, k, v = (each.expand(*batch, *each.shape[-2:]) for each in (q, k, v))
    seen, added = _mask(call, (*batch, q.shape[-2], k.shape[-2]))
    heads = []
    for i, index in enumerate(product(*map(range, batch)), 1):
        head = AttentionHead(call, q[index], k[index], v[index], None if added is None else added[index],
                             str(i) if prod(batch) > 1 else "")  # fmt: skip
        heads.append(_masked(head, seen[index]))
    return torch.stack(heads).reshape(call.out)


@dataclass(frozen=True, slots=True)
class AttentionHead:
    """One head, or some queries of it with the keys that they see; what is added to its scores; its index."""

    call: Call
    q: Tensor
    k: Tensor
    v: Tensor
    added: Any
    index: str

    def part(self, queries: Sequence[int], keys: Sequence[int], index: str) -> AttentionHead:
        """Some of its queries, with some of the keys."""
        added = None if self.added is None else self.added[queries][:, keys]
        return AttentionHead(self.call, self.q[queries], self.k[keys], self.v[keys], added, index)

    def output(self, causal: bool = False) -> Tensor:
        """softmax(Q Kᵀ/√d) V."""
        call, scale = self.call, self.call["scale"]
        (queries, size), keys = self.q.shape, len(self.k)
        mark = f"_{{{self.index}}}" if "," in self.index else f"_{self.index}" if self.index else ""
        text = f"{atom(call.text(self.q, (queries, size)))} {atom(call.transposed(self.k))}"
        if self.added is not None and scale is None:
            scale = 1 / sqrt(size)
        text = f"{python_number(scale)} {text}" if scale is not None else f"{text}/sqrt({size})" if size > 1 else text
        if self.added is not None:
            text = f"{text} + {call.text(self.added, (queries, keys))}"
        s = call.define(text, (queries, keys), f"S{mark}")
        softmax = "causal_softmax" if causal else "softmax"
        weights = call.define(f"{softmax}({call.text(s, (queries, keys))}, rows)", (queries, keys), f"alpha{mark}")
        values = atom(call.text(self.v, tuple(self.v.shape)))
        return call.define(f"{atom(call.text(weights, (queries, keys)))} {values}", (queries, self.v.shape[-1]),
                           f"H{mark}")  # fmt: skip


def _masked(head: AttentionHead, seen: torch.Tensor) -> Tensor:
    """The output of a head: the queries that see the same keys together, over these keys alone."""
    import torch

    if not seen.any(-1).all():
        raise Unsupported("a query that sees no key")
    if min(seen.shape) > 1 and torch.equal(seen, torch.ones_like(seen).tril()):
        return head.output(causal=True)
    alike: dict[tuple[int, ...], list[int]] = {}
    for query, row in enumerate(seen):
        alike.setdefault(tuple(row.nonzero().flatten().tolist()), []).append(query)
    if len(alike) == 1 and seen.all():
        return head.output()
    parts = []
    for i, (keys, queries) in enumerate(alike.items(), 1):
        own = [head.index, str(i)] if len(alike) > 1 else [head.index]
        parts.append(head.part(queries, list(keys), ",".join(filter(None, own))).output())
    order = torch.tensor([query for queries in alike.values() for query in queries])
    return torch.cat(parts)[order.argsort()]


def _mask(call: Call, shape: Form) -> tuple[torch.Tensor, Any]:
    """Which keys each query sees, and what is added to the scores of these."""
    import torch

    mask, seen = call["attn_mask"], torch.ones(shape, dtype=torch.bool)
    if mask is None:
        return seen.tril() if call["is_causal"] else seen, None
    if not isinstance(mask, Known):
        return seen, mask.expand(shape)
    if mask.tensor.dtype == torch.bool:
        return mask.tensor.expand(shape), None
    seen = mask.tensor != -torch.inf
    rest = mask.tensor.masked_fill(~seen, 0)
    return seen.expand(shape), call.given(Known(rest, mask.name)).expand(shape) if rest.any() else None
