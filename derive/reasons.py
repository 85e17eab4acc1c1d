"""What is said under a step: the reason for it, once, and what its values make worth saying."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import prod

from derive.derivation import Step
from derive.document import Condition, Fact, Gap, Inline, Naming, OnKink, Sentence, Winners
from derive.language.expressions import Apply, Ref, Shape, walk
from derive.language.names import Derivative, Name, Symbol
from derive.operations.rows import row_of

MOST_WINNERS = 16


def sentences(group: Sequence[Step], said: set[str]) -> Iterator[Sentence]:
    """The sentences of a numbered step, which may be several equations; the reasons in `said` were given already."""
    for step in group:
        yield from _notes(step)
        yield from _kinks(step)
    if "padding" not in said and _is_padded(step):
        said.add("padding")
        yield Sentence("notes.padding")
    first, *others = (step.name for step in group)
    yield Sentence("notes.zero_to", {"decimals": Fact("zero_to", (first, *others))},
                   Condition("zero_to", first, others=tuple(others)))  # fmt: skip
    for step in group:
        yield from _reasons(step, said)


def _reasons(step: Step, said: set[str]) -> Iterator[Sentence]:
    if step.helper and step.phase == "forward" and "helper" not in said:
        said.add("helper")
        assert isinstance(step.name, Symbol)
        yield Sentence("reasons.helper", {"name": Naming(step.name), "of": Naming(replace(step.name, helper=0))})
    reason = reason_of(step)
    if reason and reason.key not in said:
        said.add(reason.key)
        yield reason


def reason_of(step: Step) -> Sentence | None:
    """Why the equation of a step is what it is; None where its operation says it."""
    by = step.name.by if isinstance(step.name, Derivative) else step.name
    return Sentence(f"reasons.{_reason(step)}", {"name": Naming(by)}) if _reason(step) else None


def _is_padded(step: Step) -> bool:
    """Whether a convolution goes over zeros around its input."""
    convolutions = (node for node in walk(step.expr) if isinstance(node, Apply) and node.op == "conv")
    return any("padding" in dict(node.options) for node in convolutions)


def _notes(step: Step) -> Iterator[Sentence]:
    if isinstance(step.expr, Apply) and step.expr.op in {"relu", "relu'"} and isinstance(step.expr.args[0], Ref):
        yield from _by_sign(step.expr.op, step.expr.args[0].name, step.shape)
    if (
        isinstance(step.expr, Apply)
        and step.expr.op == "maxpool"
        and isinstance(step.expr.args[0], Ref)
        and prod(step.shape) <= MOST_WINNERS
    ):
        yield Sentence("notes.winners", {"entries": Winners(step.expr)})
    if step.phase == "forward":
        when = Condition("saturated", step.name)
        fields: dict[str, Inline] = {"value": Naming(step.name), "gap": Gap(step.name)}
        yield Sentence("notes.saturated_array" if step.shape else "notes.saturated", fields, when)


def _kinks(step: Step) -> Iterator[Sentence]:
    """The convention taken, where a value lies on a kink; said at the forward step."""
    if step.phase not in {"forward", "loss"}:
        return
    for node in dict.fromkeys(n for n in walk(step.expr) if isinstance(n, Apply) and row_of(n).kinks):
        where: dict[str, Inline] = {"where": OnKink(node, step.name)}
        yield Sentence(f"kinks.{node.op}", where, Condition("kink", step.name, node))


def _by_sign(op: str, name: Name, shape: Shape) -> Iterator[Sentence]:
    """What a ReLU does here, by the signs of its argument."""
    stem = "relu" if op == "relu" else "relu_slope"
    fields: dict[str, Inline] = {"entry": Naming(name, indexed=bool(shape))}
    if not shape:
        yield Sentence(f"notes.{stem}_on", fields, Condition("all positive", name))
        yield Sentence(f"notes.{stem}_off", fields, Condition("none positive", name))
        return
    yield Sentence(f"notes.{stem}_all_on", fields, Condition("all positive", name))
    yield Sentence(f"notes.{stem}_all_off", fields, Condition("none positive", name))
    yield Sentence(f"notes.{stem}_mixed", fields, Condition("mixed signs", name))


_REASONS = {
    "affine", "loss_derivative", "chain_rule", "left_factor", "right_factor", "copy", "broadcast_term",
    "local_softmax", "jacobian", "back_softmax", "sum_over_paths", "sum_of_uses", "independent", "gradient_descent",
    "broadcast_number", "broadcast_channel", "conv", "conv_kernel", "conv_input", "transposed_conv",
    "transposed_conv_output",
    "transposed_conv_kernel", "maxpool", "back_maxpool", "avgpool", "back_avgpool",
    "embedding", "back_embedding", "one_hot",
    "momentum_v", "momentum", "nesterov_v", "nesterov", "adagrad_s", "adagrad", "rmsprop_s", "rmsprop",
    "adam_m", "adam_v", "adam_m_c", "adam_r", "adamw_m", "adamw_v", "adamw_m_c", "adamw_r", "weight_decay",
    "perceptron_e", "perceptron",
    "back_stack", "back_beside", "back_index", "flatten", "back_flatten", "back_reshape",
}  # fmt: skip


def _reason(step: Step) -> str:
    key = step.rule.replace(" ", "_")
    if step.phase == "update" and key.endswith("_g"):
        return "weight_decay"
    if step.phase == "backward" and f"back_{key}" in _REASONS:
        return f"back_{key}"
    if key == "copy" and step.phase != "backward":
        return ""
    return key if key in _REASONS else ""
