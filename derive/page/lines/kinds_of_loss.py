"""What the number is that is differentiated: a loss that compares with a target, any other one, an objective."""

from collections.abc import Iterator

from derive.calculus.building import split_coefficient, terms_of
from derive.calculus.differentiation import is_elementwise, shape_of
from derive.calculus.operation_rows import nodes_with
from derive.derivation.steps import Step
from derive.language.expressions import Apply, Ref, names_in, walk
from derive.language.names import Name
from derive.operations.over_axes.softmax import LOG_OF_SUM
from derive.operations.zero_weights import LOGARITHMS
from derive.page.lines.formula_patterns import Forward


def kind_of_loss(around: Forward) -> str:
    """The key of its sentence in the glossary."""
    if around.derivation.loss in around.derivation.problem.maximised:
        return "objective"
    if _has_target(around):
        return "loss"
    problem = around.derivation.problem
    trained = problem.update is not None or len(problem.losses) > 1 or _is_unlikelihood(around)
    return "loss_trained" if trained else "differentiated"


def _is_unlikelihood(around: Forward) -> bool:
    """Whether the logarithm of a probability is subtracted, or one of a sum of scores' exponentials is added."""
    loss, probable = around.derivation.loss, _probable(around)
    if loss not in around.steps:
        return False
    for step in _numbers(around, loss):
        for term, sign in terms_of(step.expr):
            factor, rest = split_coefficient(term)
            nodes = [node for node in walk(rest or factor) if isinstance(node, Apply)]
            if sign * factor.value < 0 and any(
                node.op in LOGARITHMS and not probable.isdisjoint(names_in(node)) for node in nodes
            ):
                return True
            if sign * factor.value > 0 and any(node.op == LOG_OF_SUM for node in nodes):
                return True
    return False


def _probable(around: Forward) -> set[Name]:
    """The names of probabilities that were made of scores, and of what is computed from them."""
    found: set[Name] = set()
    for step in around.steps.values():
        if not found.isdisjoint(step.uses) or any(nodes_with(step.expr, lambda row: row.from_scores)):
            found.add(step.name)
    return found


def _has_target(around: Forward) -> bool:
    """Whether an array that is given, or found from given ones alone, stands beside one that the model has computed."""
    loss = around.derivation.loss
    fixed: set[Name] = set(around.data)
    for step in around.steps.values():
        if step.uses and fixed.issuperset(step.uses):
            fixed.add(step.name)
    return loss in around.steps and any(_compares(around, step, fixed) for step in _numbers(around, loss))


def _numbers(around: Forward, name: Name) -> Iterator[Step]:
    """The steps of the loss, of the numbers that it is made of, and of what is added up: found entry by entry, or
    taken out of its equation."""
    numbers, seen = [name], {name}
    while numbers:
        step = around.steps[numbers.pop()]
        yield step
        for used in (used for used in step.uses if used in around.steps and used not in seen):
            seen.add(used)
            if not around.shapes[used]:
                numbers.append(used)
            elif around.steps[used].helper or is_elementwise(around.steps[used].expr, around.shapes):
                yield around.steps[used]


def _compares(around: Forward, step: Step, fixed: set[Name]) -> bool:
    """Whether a step has the difference of the two, or the one beside a logarithm of the other."""
    nodes = [node for node in walk(step.expr) if isinstance(node, Apply)]
    logarithms = any(node.op in LOGARITHMS for node in nodes)
    return any(
        _meet(around, set(names_in(node)), fixed) or _is_missed(around, node, fixed)
        for node in nodes
        if node.op == "subtract" or (logarithms and node == step.expr)
    )


def _is_missed(around: Forward, node: Apply, fixed: set[Name]) -> bool:
    """Whether an array stands on one side of a sign, and a formula of its shape of what is computed on the other."""
    for aim, output in (node.args, node.args[::-1]) if len(node.args) == 2 else ():
        if isinstance(aim, Ref) and aim.name in fixed and not fixed.issuperset(names_in(output)):
            return shape_of(output, around.shapes) == around.shapes[aim.name]
    return False


def _meet(around: Forward, names: set[Name], fixed: set[Name]) -> bool:
    aims = {around.shapes[name] for name in names & fixed}
    return any(around.shapes[name] in aims for name in names if name in around.steps and name not in fixed)
