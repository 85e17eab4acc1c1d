"""Known mistakes of updates: signs, rates, running means, conventions."""

from collections.abc import Iterator

from derive.answers.mistakes.mistake import Mistake
from derive.calculus.building import times
from derive.derivation.steps import Derivation, Step
from derive.language.expressions import Expr, Ref, applied, apply, names_in, number, rewrite, substitute
from derive.language.names import Name, Symbol
from derive.problem.training.model import ETA, STEP
from derive.problem.training.update_rules import RULES

UPDATES = (*RULES, "update")
"""The beginnings of the rules of every step of an update."""


# --- the rate and the parameter ---------------------------------------------------------------------------------------


def _other_sign(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """θ + … for θ − …, or the reverse, where a parameter is updated."""
    other = {"add": "subtract", "subtract": "add"}
    moved = applied(step.expr, *other)
    if moved and moved.args[0] == Ref(step.name.before) and (step.name.before, True) in derivation.givens:
        yield apply(other[moved.op], *moved.args)


def _without_rate(derivation: Derivation, step: Step) -> Iterator[Expr]:
    yield substitute(step.expr, {ETA: number(1)})


def _rate_again(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """η² for η; or η times a velocity that holds it already."""
    yield substitute(step.expr, {ETA: apply("product", Ref(ETA), Ref(ETA))})
    moved = applied(step.expr, "add", "subtract")
    if moved and ETA in derivation.constants and (step.name.before, True) in derivation.givens:
        yield apply(moved.op, moved.args[0], times(Ref(ETA), moved.args[1]))


def _other_number(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """The number of the step off by one: steps count from 1."""
    for op in ("subtract", "add"):
        yield substitute(step.expr, {STEP: apply(op, Ref(STEP), number(1))})


def _undecayed(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """Without the term λθ of a weight decay."""

    def change(node: Expr) -> Expr | None:
        total = applied(node, "add")
        decay = applied(total.args[1], "product") if total else None
        rate = decay.args[0] if decay else None
        return total.args[0] if total and isinstance(rate, Ref) and _is_lambda(rate.name) else None

    yield rewrite(step.expr, change)


def _is_lambda(name: Name) -> bool:
    return isinstance(name, Symbol) and name.base == "lambda"


# --- running means ----------------------------------------------------------------------------------------------------


def _uncorrected(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """A running mean as it is, where it is to be divided by 1 − β^k."""
    means = {each.name: mean for each in derivation.updates if (mean := _mean_corrected(each))}
    if step.name in means:
        yield means[step.name]
    used = {name: means[name] for name in step.uses if name in means}
    if used:
        yield substitute(step.expr, dict(used))
    if len(used) > 1:
        yield from (substitute(step.expr, {name: mean}) for name, mean in used.items())


def _mean_corrected(step: Step) -> Expr | None:
    """m, of a step m/(1 − β^k)."""
    whole = applied(step.expr, "divide")
    rest = applied(whole.args[1], "subtract") if whole else None
    power = applied(rest.args[1], "power") if rest and rest.args[0] == number(1) else None
    return whole.args[0] if whole and power and STEP in names_in(power.args[1]) else None


def _other_convention(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """βv + g written by another convention: with or without the rate, with or without 1 − β."""
    whole = applied(step.expr, "add")
    kept = applied(whole.args[0], "product") if whole else None
    if step.phase != "update" or whole is None or kept is None or kept.args[1] != Ref(step.name.before):
        return
    beta, new = kept.args[0], whole.args[1]
    rest = apply("subtract", number(1), beta)
    yield apply("add", kept, substitute(new, {ETA: number(1)}) if ETA in names_in(new) else times(Ref(ETA), new))
    factor = applied(new, "product")
    if factor and factor.args[0] == rest:
        yield apply("add", kept, factor.args[1])
    else:
        yield apply("add", kept, times(rest, new))


def _not_ahead(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """The velocity as it is where the step looks ahead: v for βv + g in the momentum of Nesterov."""
    begun = derivation.begun

    def change(node: Expr) -> Expr | None:
        total = applied(node, "add")
        kept = applied(total.args[1], "product") if total else None
        v = kept.args[1] if kept else None
        return v if isinstance(v, Ref) and v.name != v.name.before and v.name.before in begun else None

    yield rewrite(step.expr, change)


IN_UPDATES = (
    Mistake("bias_correction_forgotten", UPDATES, _uncorrected),
    Mistake("momentum_convention", UPDATES, _other_convention),
    Mistake("look_ahead_forgotten", ("nesterov", "update"), _not_ahead),
    Mistake("update_sign", UPDATES, _other_sign),
    Mistake("rate_twice", UPDATES, _rate_again),
    Mistake("rate_forgotten", UPDATES, _without_rate),
    Mistake("step_number", UPDATES, _other_number),
    Mistake("decay_forgotten", UPDATES, _undecayed),
)
