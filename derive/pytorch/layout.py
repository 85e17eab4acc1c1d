"""Operations that only lay entries out anew: PyTorch runs them itself, on the numbers of the entries."""

from collections.abc import Callable, Mapping
from math import inf
from typing import Any

from derive.pytorch.graph import schema_of
from derive.pytorch.graph_call import Known, Tensor, Unsupported, python_number
from derive.pytorch.tensor_entries import TensorEntries

LAYOUT = {
    "view", "_unsafe_view", "reshape", "flatten", "unflatten", "transpose", "permute", "t", "numpy_T", "mT",
    "unsqueeze", "squeeze", "select", "slice", "narrow", "chunk", "split", "split_with_sizes", "unbind", "expand",
    "repeat", "cat", "stack", "contiguous", "clone", "flip", "roll", "movedim", "swapaxes", "index", "index_select",
    "gather", "alias", "detach", "lift_fresh_copy", "pad", "constant_pad_nd", "where", "masked_fill", "diagonal",
    "tril", "triu", "to", "view_as", "reshape_as", "expand_as", "broadcast_tensors", "pixel_shuffle", "pixel_unshuffle",
    "channel_shuffle", "rot90",
}  # fmt: skip
"""What has no row of its own. `detach` is here for what depends on no parameter."""

_SAME = {"contiguous", "clone", "alias", "detach", "lift_fresh_copy", "to"}
_CHOOSING = {
    "index": "indices",
    "index_select": "index",
    "gather": "index",
    "where": "condition",
    "masked_fill": "mask",
}
"""Operations with an argument that chooses entries: it must be known."""


def laid_out(
    node: Any, key: str, args: Mapping[str, Any], lift: Callable[[Known], Tensor], entries: TensorEntries
) -> Any:
    """What comes out, as numbers of entries."""
    import torch

    if key in _SAME:
        if not node.meta["val"].dtype.is_floating_point:
            raise Unsupported("whole numbers of what is worked out")
        return args["self"]
    chooses = _CHOOSING.get(key)
    ready = {name: _chosen(value) if name == chooses else _entries(value, lift) for name, value in args.items()}
    if key in {"view", "_unsafe_view"} and "size" in ready:
        return ready["self"].reshape(ready["size"])
    if key in {"pad", "constant_pad_nd", "tril", "triu"}:
        return _filled(key, ready, entries)
    if key == "masked_fill":
        return torch.where(ready["mask"], _number(ready["value"], entries), ready["self"])
    if key == "where":
        return torch.where(ready["condition"], *(_number(ready[name], entries) for name in ("self", "other")))
    arguments = [ready[each.name] for each in schema_of(node).arguments if not each.kwarg_only]
    return node.target(*arguments)


def masking(key: str, args: Mapping[str, Any]) -> dict[str, Any] | None:
    """The sum of scores and a mask of 0 and −∞ that setting scores to −∞ is; None for anything else."""
    import torch

    key = key.rstrip("_")
    if key == "masked_fill" and isinstance(args["mask"], Known) and _is_minus_infinity(args["value"]):
        hidden, scores = args["mask"].tensor, args["self"]
    elif key == "where" and isinstance(args["condition"], Known) and _is_minus_infinity(args["other"]):
        hidden, scores = ~args["condition"].tensor, args["self"]
    elif key == "where" and isinstance(args["condition"], Known) and _is_minus_infinity(args["self"]):
        hidden, scores = args["condition"].tensor, args["other"]
    else:
        return None
    mask = torch.zeros(hidden.shape).masked_fill(hidden.bool(), -torch.inf)
    return {"self": scores, "other": Known(mask, "M"), "alpha": 1} if hasattr(scores, "numel") else None


def _is_minus_infinity(value: Any) -> bool:
    if isinstance(value, Known):
        return bool(value.tensor.isneginf().all())
    return isinstance(value, float) and value == -inf


def _chosen(value: Any) -> Any:
    if isinstance(value, list):
        return [_chosen(item) for item in value]
    if hasattr(value, "numel"):
        raise Unsupported("which entries are taken depends on what is worked out")
    return value.tensor if isinstance(value, Known) else value


def _entries(value: Any, lift: Callable[[Known], Tensor]) -> Any:
    if isinstance(value, list):
        return [_entries(item, lift) for item in value]
    return lift(value) if isinstance(value, Known) else value


def _number(value: Any, entries: TensorEntries) -> Tensor:
    """A number as an entry."""
    return entries.add(python_number(value), (), ()) if isinstance(value, int | float) else value


def _filled(key: str, ready: Mapping[str, Any], entries: TensorEntries) -> Tensor:
    """With another number around it, or in a corner."""
    import torch

    places = ready["self"]
    rest = _number(ready.get("value") or 0, entries)
    if key in {"tril", "triu"}:
        kept = getattr(torch.ones(places.shape, dtype=torch.bool), key)(ready["diagonal"])
        return torch.where(kept, places, rest)
    mode = ready.get("mode", "constant")
    if mode != "constant":  # PyTorch repeats entries of numbers with a point alone
        return torch.nn.functional.pad(places.double(), ready["pad"], mode=mode).to(places.dtype)
    return torch.nn.functional.pad(places, ready["pad"], value=rest.item())
