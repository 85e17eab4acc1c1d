"""The weights of attention: softmaxes of scores that weigh the rows or columns of another array."""

from dataclasses import dataclass

from derive.calculus.operation_rows import row_of
from derive.derivation.steps import Derivation, Step
from derive.figures.grids import Grid, Grids
from derive.figures.layers import turned_back
from derive.language.expressions import Apply, Expr, Ref, applied_in
from derive.language.names import Name

IN_A_ROW, MOST_HEADS = 3, 6


@dataclass(frozen=True, slots=True)
class Attention:
    """Grids of weights; `axis` tells whether the `rows` or the `columns` of each add up to 1."""

    figure: Grids
    axis: str
    first: Name


def attention_figure(derivation: Derivation) -> Attention | None:
    """The weights of every head; None where a model has none."""
    weights = [step for step in derivation.forward if _are_weights(step, derivation)]
    grids = [Grid(step.name, step.shape, shade="value", tokens=True) for step in weights]
    if not grids or len(grids) > MOST_HEADS or not all(grid.fits for grid in grids):
        return None
    axes = {_axis(step) for step in weights}
    if len(axes) > 1:
        return None
    rows = tuple(tuple(grids[i : i + IN_A_ROW]) for i in range(0, len(grids), IN_A_ROW))
    return Attention(Grids(rows), axes.pop(), weights[0].name)


def _are_weights(step: Step, derivation: Derivation) -> bool:
    """Whether a step makes probabilities of a matrix of scores, with which another one weighs values."""
    expr = step.expr
    if not isinstance(expr, Apply) or len(step.shape) != 2 or not _axis(step):
        return False
    row = row_of(expr)
    return (
        row.from_scores and row.bounds == (0, 1) and any(_weighs(other.expr, step.name) for other in derivation.forward)
    )


def _axis(step: Step) -> str:
    """The setting of its operation that says what adds up to 1."""
    return str(dict(step.expr.options).get("axis", "")) if isinstance(step.expr, Apply) else ""


def _weighs(expr: Expr, name: Name) -> bool:
    """Whether an expression has a matrix product with a name, itself or transposed, as a factor."""
    return any(Ref(name) in map(turned_back, product.args) for product in applied_in(expr, "product"))
