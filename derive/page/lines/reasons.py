"""Why the equation of a step is what it is: the sentence that its rule and its form have in the catalogue."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from derive.calculus.building import terms_of
from derive.calculus.differentiation import shape_of, shapes_of
from derive.calculus.operation_rows import nodes_with, row_of
from derive.derivation.rules import AFFINE, COPY, LEFT_FACTOR, LOSS_DERIVATIVE, RIGHT_FACTOR, RuleKey
from derive.derivation.steps import Step
from derive.language.expressions import Apply, Expr, Ref, names_in, substitute
from derive.language.names import Derivative, Name, Symbol
from derive.page.chains import Formula
from derive.page.document import Inline, NameInText, Sentence, Words
from derive.page.lines.formula_patterns import FORWARD, Forward, forms_of, is_uphill, pattern
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
    key = step.rule.sentence
    if step.phase == "update" and key.endswith("_g"):
        return "weight_decay"
    if step.phase == "update" and is_uphill(step):
        return "gradient_ascent"
    if step.rule in _CHOICES:
        return _CHOICES[step.rule](around, step)
    if step.phase == "backward":
        variant = _variant(around, step)
        keys = (*((f"{key}_{variant}",) if variant else ()), f"back_{key}", key)
        return next((known for known in keys if _is_known(known)), "")
    return key if step.rule != COPY and key not in _BY_FORM and _is_known(key) else ""


def _variant(around: Forward, step: Step) -> str:
    """A word for how the operation of a step is applied, where its row has one."""
    expr = step.expr
    variant = row_of(expr).variant if isinstance(expr, Apply) else None
    return variant(shapes_of(expr, around.shapes), expr.options) if variant and isinstance(expr, Apply) else ""


def _is_known(key: str) -> bool:
    return f"reasons.{key}" in catalogue("en")


_BY_FORM = {form.key for form in FORWARD}
"""Rules whose sentence asks for more than the operation: a form says it."""


# --- matrix products ------------------------------------------------------------------------------------------------


def _products(around: Forward, expr: Expr) -> list[Apply]:
    """The products of arrays in an expression."""
    products = nodes_with(expr, lambda row: row.key == "product")
    return [node for node in products if () not in shapes_of(node, around.shapes)]


def _affine(around: Forward, step: Step) -> str:
    """Whether inputs are weighted, one or several for each unit, with a bias that is added or a threshold that is
    subtracted or neither, or two computed matrices multiplied, or a row and a column.
    """
    products = _products(around, step.expr)
    factors = [[around.is_weight(arg) for arg in node.args] for node in products]
    if not any(left != right for left, right in factors):
        return "matrix_product" if any(shape_of(node, around.shapes) for node in products) else "inner_product"
    signs = [sign for term, sign in terms_of(step.expr) if _is_bias(around, term)]
    key = "affine" if 1 in signs else "threshold" if signs else "weighted"
    several = len(products) > 1 or (*shape_of(products[0].args[0], around.shapes), 1)[1] > 1
    return key if several else f"{key}_one"


def _is_bias(around: Forward, term: Expr) -> bool:
    """Whether a term is a parameter, or given as b, and no product with inputs."""
    given_as_b = isinstance(term, Ref) and term.name in around.data and getattr(term.name, "base", "") == "b"
    return around.is_weight(term) or given_as_b


def _factor(around: Forward, step: Step) -> str:
    """What the gradient of a factor is about: weights, what they were multiplied with, or neither of the two."""
    assert isinstance(step.name, Derivative)
    by, via = step.name.by, step.name.via
    users = around.users.get(by, []) if via is None else [around.steps[via]] if via in around.steps else []
    for forward in users:
        for node in _products(around, forward.expr):
            for i, arg in enumerate(node.args):
                if by in names_in(arg):
                    return _of_factor(around, node, i)
    return "other_factor"


def _of_factor(around: Forward, node: Apply, i: int) -> str:
    weights = [around.is_weight(arg) for arg in node.args]
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


_CHOICES: dict[RuleKey, Callable[[Forward, Step], str]] = {
    AFFINE: _affine,
    LEFT_FACTOR: _factor,
    RIGHT_FACTOR: _factor,
    LOSS_DERIVATIVE: _beginning,
}


# --- what stands in a sentence --------------------------------------------------------------------------------------


def _fields(around: Forward, step: Step) -> Mapping[str, Inline]:
    """What the sentences of some rules tell of their step."""
    if step.rule == LOSS_DERIVATIVE and around.derivation.loss:
        return {"loss": NameInText(around.derivation.loss)}
    if step.rule.is_local and isinstance(step.name, Derivative):
        return _jacobian(around, step.name.of)
    node = next(nodes_with(step.expr, lambda row: row.key == step.rule), None)
    facts = row_of(node).facts if node else None
    told = facts(shapes_of(node, around.shapes), node.options) if node and facts else {}
    return {name: _inline(fact) for name, fact in told.items()}


def _inline(fact: int | str | Expr) -> Inline:
    if isinstance(fact, str):
        return Words(fact)
    return fact if isinstance(fact, int) else Formula(fact)


def _jacobian(around: Forward, name: Name) -> Mapping[str, Inline]:
    """The entries of the Jacobian that a step's row offers, by the letters of its row and its column."""
    expr = around.steps[name].expr if name in around.steps else None
    entries = row_of(expr).jacobian if isinstance(expr, Apply) else None
    if entries is None or not isinstance(name, Symbol):
        return {}
    letters: dict[Name, Expr] = {Symbol(x): Ref(replace(name, subscript=(*name.subscript, x))) for x in "ij"}
    own, beside = (Formula(substitute(pattern(text), letters)) for text in entries)
    row, column = (NameInText(Symbol(x)) for x in "ij")
    return {"own": own, "beside": beside, "row": row, "column": column}
