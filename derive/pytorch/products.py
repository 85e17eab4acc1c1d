"""Products of matrices, and attention, which is made of them."""

from __future__ import annotations

from itertools import product
from math import prod, sqrt
from typing import Any

from derive.pytorch.call import Call, Known, Places, Unsupported, number
from derive.pytorch.places import Form, atom


def affine(call: Call, x: Any, weight: Places, bias: Places | None) -> str:
    """PyTorch's x Wᵀ + b: of one sample W x + b, of several in rows X Wᵀ + bᵀ."""
    x = call.given(x)
    units, size = weight.shape
    matrix = call.text(weight, (units, size))
    if prod(x.shape[:-1]) == 1:
        text, form = f"{atom(matrix)} {atom(call.text(x, (size,)))}", (units, 1)
    else:
        text, form = f"{atom(call.matrix(x))} {atom(matrix)}^T", (1, units)
    return text + (f" + {call.text(bias, form)}" if bias is not None else "")


def multiplied(call: Call, a: Places, b: Places, out: Form) -> Places:
    """A B as `torch.matmul` has it, for each of what stands in front."""
    import torch

    left, right = (a.unsqueeze(0) if a.ndim == 1 else a), (b.unsqueeze(-1) if b.ndim == 1 else b)
    batch = torch.broadcast_shapes(left.shape[:-2], right.shape[:-2])
    left, right = left.expand(*batch, *left.shape[-2:]), right.expand(*batch, *right.shape[-2:])
    parts = [_product(call, left[index], right[index]) for index in product(*map(range, batch))]
    return torch.stack(parts).reshape(out)


def _product(call: Call, a: Places, b: Places) -> Places:
    (m, k), n = a.shape, b.shape[-1]
    if m == 1 < k and n > 1:
        return call.define(f"{atom(call.text(b.T, (n, k)))} {atom(call.text(a, (k,)))}", (m, n))
    return call.define(f"{atom(call.text(a, (m, k)))} {atom(call.text(b, (k, n)))}", (m, n))


def attention(call: Call) -> Places:
    """softmax(Q Kᵀ/√d) V, tokens in rows, for each head."""
    import torch

    if call["dropout_p"]:
        raise Unsupported("a random mask: call module.eval()")
    if call["enable_gqa"]:
        raise Unsupported("groups of heads")
    q, k, v = (call.places(name) for name in ("query", "key", "value"))
    batch = torch.broadcast_shapes(q.shape[:-2], k.shape[:-2], v.shape[:-2])
    q, k, v = (each.expand(*batch, *each.shape[-2:]) for each in (q, k, v))
    scale = call["scale"]
    causal, added = _mask(call, (*batch, q.shape[-2], k.shape[-2]))
    heads = []
    for i, index in enumerate(product(*map(range, batch)), 1):
        mark = f"_{i}" if prod(batch) > 1 else ""
        heads.append(_head(call, (q[index], k[index], v[index]), scale, causal,
                           None if added is None else added[index], mark))  # fmt: skip
    return torch.stack(heads).reshape(call.out)


def _head(
    call: Call, inputs: tuple[Places, Places, Places], scale: float | None, causal: bool, added: Any, mark: str
) -> Places:
    q, k, v = inputs
    (queries, size), keys = q.shape, len(k)
    transposed = call.text(k.T, (size, keys))
    text = f"{atom(call.text(q, (queries, size)))} {atom(transposed)}"
    if added is not None and scale is None:
        scale = 1 / sqrt(size)
    text = f"{number(scale)} {text}" if scale is not None else f"{text}/sqrt({size})" if size > 1 else text
    if added is not None:
        text = f"{text} + {call.text(added, (queries, keys))}"
    s = call.define(text, (queries, keys), f"S{mark}")
    softmax = "causal_softmax" if causal and min(queries, keys) > 1 else "softmax"
    if causal and softmax == "softmax" and keys > 1:
        raise Unsupported("a causal mask of a single query")
    weights = call.define(f"{softmax}({call.text(s, (queries, keys))}, rows)", (queries, keys), f"alpha{mark}")
    return call.define(f"{atom(call.text(weights, (queries, keys)))} {atom(call.text(v, tuple(v.shape)))}",
                       (queries, v.shape[-1]), f"H{mark}")  # fmt: skip


def _mask(call: Call, shape: Form) -> tuple[bool, Any]:
    """Whether each token sees only those up to itself, and what else is added to the scores."""
    import torch

    mask = call["attn_mask"]
    if mask is None:
        return bool(call["is_causal"]), None
    if not isinstance(mask, Known):
        return False, mask.expand(shape)
    seen = mask.tensor if mask.tensor.dtype == torch.bool else mask.tensor == 0
    causal = torch.ones(shape[-2:], dtype=torch.bool).tril()
    hidden = mask.tensor.dtype == torch.bool or bool((mask.tensor[~seen.bool()] == -torch.inf).all())
    if not hidden or not torch.equal(seen.expand(shape), causal.expand(shape)):
        raise Unsupported("a mask other than the causal one")
    return True, None
