"""Why the equation of a step is what it is: the sentence that its rule and its form have in the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from derive.calculus.building import terms_of
from derive.calculus.differentiation import Shapes, shape_of, shapes_of
from derive.derivation.steps import Step
from derive.language.expressions import Apply, Expr, Ref, apply, names_in, number, walk
from derive.language.names import Derivative, Symbol
from derive.operations.convolution import INPUT, OUTPUT, TRILINEAR, Geometry
from derive.page.document import Formula, Inline, NameInText, Sentence, Words
from derive.page.formula_patterns import Forward, forms_of
from derive.prose.catalogue import catalogue


def reason_of(around: Forward, step: Step) -> Sentence | None:
    """Why the equation of a step is what it is; None where its operation says it."""
    return next(_reasons(around, step), None)


def all_reasons(around: Forward, step: Step) -> Iterator[Sentence]:
    """The reasons of a step, with those of its name."""
    name = step.name
    if step.helper and step.phase == "forward":
        assert isinstance(name, Symbol)
        yield Sentence("reasons.helper", {"name": NameInText(name), "of": NameInText(replace(name, helper=0))})
    yield from _reasons(around, step)
    if isinstance(name, Derivative) and name.via:
        yield Sentence("reasons.part", {"name": NameInText(name), "via": NameInText(name.via)})


def _reasons(around: Forward, step: Step) -> Iterator[Sentence]:
    """The reason that the rule of a step gives, then those that its form gives."""
    by = step.name.by if isinstance(step.name, Derivative) else step.name
    if key := _by_rule(around, step):
        yield Sentence(f"reasons.{key}", {"name": NameInText(by), **_fields(around, step)})
    for form, bound in forms_of(around, step):
        yield Sentence(f"reasons.{form}", {name: Formula(expr) for name, expr in bound.items()})


def _by_rule(around: Forward, step: Step) -> str:
    """The key of the sentence for the rule of a step; "" where there is none."""
    key = step.rule.replace(" ", "_")
    if step.phase == "update" and key.endswith("_g"):
        return "weight_decay"
    if key in _CHOICES:
        return _CHOICES[key](around, step)
    if step.phase == "backward":
        return next((known for known in (f"back_{key}", key) if _is_known(known)), "")
    return key if key != "copy" and key not in _BY_FORM and _is_known(key) else ""


def _is_known(key: str) -> bool:
    return f"reasons.{key}" in catalogue("en")


_BY_FORM = {"mean", "dropout"}
"""Rules whose sentence asks for more than the operation: a form says it."""


# --- matrix products ------------------------------------------------------------------------------------------------


def _products(around: Forward, expr: Expr) -> list[Apply]:
    """The products of arrays in an expression."""
    nodes = (node for node in walk(expr) if isinstance(node, Apply) and node.op == "product")
    return [node for node in nodes if () not in shapes_of(node, around.shapes)]


def _is_weight(around: Forward, expr: Expr) -> bool:
    """Whether parameters alone stand in it."""
    names = names_in(expr)
    return bool(names) and around.parameters.issuperset(names)


def _affine(around: Forward, step: Step) -> str:
    """Whether inputs are weighted, with or without a bias, or two computed matrices multiplied."""
    factors = [[_is_weight(around, arg) for arg in node.args] for node in _products(around, step.expr)]
    if not any(left != right for left, right in factors):
        return "matrix_product"
    return "affine" if any(_is_weight(around, term) for term, _ in terms_of(step.expr)) else "weighted"


def _factor(around: Forward, step: Step) -> str:
    """What the gradient of a factor is about: weights, what they were multiplied with, or neither of the two."""
    assert isinstance(step.name, Derivative)
    by, via = step.name.by, step.name.via
    for forward in around.users[by] if via is None else [around.steps[via]]:
        for node in _products(around, forward.expr):
            for i, arg in enumerate(node.args):
                if by in names_in(arg):
                    return _of_factor(around, node, i)
    return "other_factor"


def _of_factor(around: Forward, node: Apply, i: int) -> str:
    weights = [_is_weight(around, arg) for arg in node.args]
    if weights[0] == weights[1]:
        return "other_factor"
    if not weights[i]:
        return "through_weights"
    other = (*shape_of(node.args[1 - i], around.shapes), 1)
    several = other[1] if i == 0 else other[0]
    return ("weight_in_columns" if i == 0 else "weight_in_rows") if several > 1 else "weight"


# --- other rules with several sentences -----------------------------------------------------------------------------


def _beginning(around: Forward, step: Step) -> str:
    """The derivatives of the loss need a word where the backward pass begins with them."""
    return "loss_derivative" if step == around.derivation.backward[0] else ""


def _through_convolution(around: Forward, step: Step) -> str:
    geometry = _geometry(step.expr, INPUT, around.shapes)
    return "conv_input_strided" if geometry and max(geometry.stride) > 1 else "conv_input"


_CHOICES: dict[str, Callable[[Forward, Step], str]] = {
    "affine": _affine,
    "left_factor": _factor,
    "right_factor": _factor,
    "loss_derivative": _beginning,
    "conv_input": _through_convolution,
}


# --- what stands in a sentence --------------------------------------------------------------------------------------


def _fields(around: Forward, step: Step) -> Mapping[str, Inline]:
    """What the sentences of some rules tell of their step."""
    if step.rule == "loss derivative" and around.derivation.loss:
        return {"loss": NameInText(around.derivation.loss)}
    if step.rule == "local softmax" and isinstance(step.name, Derivative):
        return _jacobian(step.name.of)
    geometry = _geometry(step.expr, OUTPUT, around.shapes) if step.rule == "conv" else None
    return _windows(geometry) if geometry else {}


def _jacobian(name: Symbol) -> Mapping[str, Inline]:
    """The entries of the Jacobian of a softmax, by the letters of its row and its column."""
    i, j = (Ref(replace(name, subscript=(*name.subscript, letter))) for letter in "ij")
    own = apply("product", apply("subtract", number(1), i), i)
    row, column = NameInText(Symbol("i")), NameInText(Symbol("j"))
    return {
        "own": Formula(own),
        "beside": Formula(apply("negate", apply("product", i, j))),
        "row": row,
        "column": column,
    }


def _geometry(expr: Expr, result: int, shapes: Shapes) -> Geometry | None:
    """How the arrays of the convolution in an expression lie on each other."""
    op = TRILINEAR[result]
    node = next((node for node in walk(expr) if isinstance(node, Apply) and node.op == op.key), None)
    return op.geometry(shapes_of(node, shapes), node.options)[0] if node else None


def _windows(geometry: Geometry) -> Mapping[str, Inline]:
    """How many windows fit along the first axis."""
    count, kernel, size = (sizes[0] for sizes in geometry.sizes)
    reach = geometry.dilation[0] * (kernel - 1) + 1
    padded = apply("add", number(size), apply("product", number(2), number(geometry.padding[0])))
    room, stride = size + 2 * geometry.padding[0] - reach, geometry.stride[0]
    steps = apply("divide", apply("subtract", padded, number(reach)), number(stride))
    windows = Words("reasons.windows_rounded" if room % stride else "reasons.windows")
    reckoned = Formula(apply("add", steps, number(1)))
    return {"size": size, "reach": reach, "windows": windows, "reckoned": reckoned, "count": count}
