"""What the perceptron rule speaks of, found in the forward pass: the output, the sum before it, the target."""

from derive.calculus.operation_rows import row_of
from derive.language.expressions import Apply, Expr, Ref, names_in
from derive.language.names import Name
from derive.problem.reading.tables import Tables
from derive.problem.training.update_rules import TARGET
from derive.problem.training.update_scope import Surroundings


def threshold_roles(tables: Tables, around: Surroundings) -> dict[str, Name] | None:
    """y, z and t by the names that the rule gives them; None after a fault."""
    if around.plural:
        tables.fault("the perceptron rule takes one sample at a time", "set batch = 1", "update", "rule")
        return None
    found = [(equation.name, inner) for equation in around.equations if (inner := _argument(equation.expr, around))]
    if len(found) != 1:
        message = f"the perceptron rule needs one threshold unit, the model has {len(found)}"
        tables.fault(message, "as in y = step(z), z computed in a line of its own", "update", "rule")
        return None
    output, inner = found[0]
    target = _target(tables, around, output)
    return None if target is None else {"y": output, "z": inner, "t": target}


def _argument(expr: Expr, around: Surroundings) -> Name | None:
    """The name that a threshold is applied to, if it is computed."""
    rising = row_of(expr).threshold if isinstance(expr, Apply) else None
    if not isinstance(expr, Apply) or rising is None:
        return None
    inner = expr.args[rising]
    return inner.name if isinstance(inner, Ref) and inner.name.id in around.forward else None


def _target(tables: Tables, around: Surroundings, output: Name) -> Name | None:
    """The target that is named, else the one given value that the model has not used and that is like the output."""
    givens = {given.name.id: given for given in around.givens if not given.parameter}
    if TARGET in tables.table("update"):
        name = tables.name(tables.text("update", TARGET), "update", TARGET)
        if name is not None and name.id not in givens:
            tables.fault(f"`{name}` is not given", "name a list of [samples] or a value of [data]", "update", TARGET)
        return name if name is not None and name.id in givens else None
    used = {name for equation in around.equations for name in names_in(equation.expr)}
    shape = around.shapes.get(output)
    free = [given.name for given in givens.values() if given.name not in used and given.shape == shape]
    if len(free) == 1:
        return free[0]
    tables.fault("which value is the target of the output?", 'name it: target = "t"', "update", "rule")
    return None
