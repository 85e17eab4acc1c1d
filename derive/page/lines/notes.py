"""What is said under a step: what its values make worth saying, and the reasons for it. All of it once a page."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from math import prod

from derive.calculus.differentiation import Shapes, shapes_of
from derive.calculus.operation_rows import ROWS, nodes_with, row_of
from derive.derivation.rules import COMPONENT
from derive.derivation.steps import Derivation, Step
from derive.language.expressions import Apply, Expr, Ref, Shape, names_in
from derive.language.names import Derivative, Name
from derive.notation.notations import UNICODE
from derive.notation.printer import formula
from derive.operations.zero_weights import ZeroWeights
from derive.page.document import (
    Condition,
    Fact,
    First,
    Gap,
    Inline,
    Mentions,
    NameInText,
    OnKink,
    PoolWinners,
    Sentence,
)
from derive.page.lines.formula_patterns import Forward
from derive.page.lines.gates import gates_of
from derive.page.lines.kinds_of_loss import kind_of_loss
from derive.page.lines.reasons import all_reasons

MOST_WINNERS = 16


class Said:
    """What a page has said: a sentence stands once, at the first of its places where its condition holds.

    `functions` are those whose meaning it has told, `worked` the rules by which it has found every entry of an array.
    """

    def __init__(self) -> None:
        self.functions: set[str] = set()
        self.worked: set[str] = set()
        self._places: dict[str, Mentions] = {}

    def places(self, key: str) -> Mentions:
        """Where a sentence may stand."""
        return self._places.setdefault(key, Mentions())

    def once(self, sentence: Sentence, k: int = 1) -> Iterator[Sentence]:
        """The sentence in pass k, if it has not been said for certain."""
        assert sentence.when is None or isinstance(sentence.when, Condition)
        places = self.places(sentence.key)
        if places.conditions and places.conditions[-1][0] is None:
            return  # nothing comes behind what is said for certain
        at = len(places.conditions)
        places.conditions.append((sentence.when, k))
        yield replace(sentence, when=First(places, at)) if at else sentence


class Notes:
    """The sentences of one pass.

    said      what the page has said
    k         the pass
    backward  whether gradients are found in it
    """

    def __init__(self, derivation: Derivation, said: Said, k: int = 1, backward: bool = True) -> None:
        self.around, self.said, self.k = Forward(derivation), said, k
        self.gates = derivation.once(gates_of)
        self.reasons = derivation.problem.page.reasons
        gradients = derivation.backward if backward else ()
        self.needed = {name for step in gradients for name in step.uses}
        self.differentiated = {step.name.by for step in gradients if isinstance(step.name, Derivative)}

    def once(self, sentence: Sentence) -> Iterator[Sentence]:
        """The sentence, where it has not been said."""
        return self.said.once(sentence, self.k)

    def under(self, group: Sequence[Step]) -> Iterator[Sentence]:
        """The sentences of a numbered step, which may be several equations."""
        for step in group:
            if self.reasons == "full":
                yield from self._about_values(step)
            if step.phase in {"forward", "loss"}:
                for kink in kinks(step, self.differentiated, self.around.derivation.weights):
                    yield from (kink,) if kink.fields else self.once(kink)
        for key in dict.fromkeys(key for step in group for key in _on_settings(step)):
            yield from self.once(Sentence(f"notes.{key}"))
        first, *others = (step.name for step in group)
        zeros = Fact(self.said.places("notes.zero_to"))
        yield from self.once(Sentence("notes.zero_to", {"decimals": zeros},
                                      Condition("zero_to", first, others=tuple(others))))  # fmt: skip
        for step in group:
            yield from self._why(step)

    def _about_values(self, step: Step) -> Iterator[Sentence]:
        """What its numbers make worth saying."""
        for note in self._notes(step):
            yield from self.once(note)
        if step.name == self.around.derivation.loss:
            yield from self.once(Sentence(f"glossary.{kind_of_loss(self.around)}", {"name": NameInText(step.name)}))
        if not is_said(step) and is_by_entries(step.expr, self.around.shapes):
            yield from self.once(Sentence("glossary.elementwise"))
        yield from self._classification(step)
        if gate := self.gates.get(step.name):
            yield from self.once(Sentence(f"gates.{gate}", {"name": NameInText(step.name)}))
        yield from self._winners(step)

    def _classification(self, step: Step) -> Iterator[Sentence]:
        """The words for a classifier: its scores are logits, its target is one-hot."""
        if self.around.classified(step):
            for z in self.around.scores(step):
                yield from self.once(Sentence("glossary.logits", {"name": NameInText(z)}))
        if any(map(self.around.classified, self.around.behind(step))):
            for name in (name for name in step.uses if name in self.around.data and self.around.shapes[name]):
                target = Sentence("glossary.one_hot", {"name": NameInText(name)}, Condition("one-hot", name))
                yield from self.once(target)

    def _why(self, step: Step) -> Iterator[Sentence]:
        """The reasons for a step: all, the first, or none, as `[page] reasons` says."""
        most = {"full": None, "short": 1, "none": 0}[self.reasons]
        for reason in islice(all_reasons(self.around, step), most):
            yield from self.once(reason)

    def _notes(self, step: Step) -> Iterator[Sentence]:
        expr = step.expr
        if isinstance(expr, Apply) and row_of(expr).by_sign and isinstance(expr.args[0], Ref):
            yield from _by_sign(row_of(expr).by_sign, expr.args[0].name, step.shape)
        if step.phase == "forward":
            saturates = isinstance(expr, Apply) and not {1, -1}.isdisjoint(row_of(expr).bounds or ())
            kind = f"{'saturated' if saturates else 'near_one'}{'_array' if step.shape else ''}"
            use = "_forward" if saturates and step.name not in self.needed else ""
            fields: dict[str, Inline] = {"value": NameInText(step.name), "gap": Gap(step.name)}
            yield Sentence(f"notes.{kind}{use}", fields, Condition("saturated", step.name))

    def _winners(self, step: Step) -> Iterator[Sentence]:
        expr = step.expr
        chosen = isinstance(expr, Apply) and row_of(expr).chosen and isinstance(expr.args[0], Ref)
        if isinstance(expr, Apply) and chosen and prod(step.shape) <= MOST_WINNERS:
            yield Sentence("notes.winners", {"entries": PoolWinners(expr)})


def is_said(step: Step) -> bool:
    """Whether a sentence tells what the step does: its formula would be a name of this program, or y₁ = y₁."""
    back = step.phase == "backward" and any(nodes_with(step.expr, lambda row: row.said))
    return back or step.rule == COMPONENT


def is_by_entries(expr: Expr, shapes: Shapes) -> bool:
    """Whether arrays are multiplied entry by entry with the sign ⊙; inside a sum their entries stand instead."""
    nodes = nodes_with(expr, lambda row: row.key == "times")
    return any(all(shapes_of(node, shapes)) for node in nodes) and "⊙" in formula(expr, UNICODE, shapes)


def kinks(step: Step, differentiated: set[Name], weights: ZeroWeights) -> Iterator[Sentence]:
    """The convention taken, where a value lies on a kink of what is differentiated."""
    expr, weighed = step.expr, weights.applied(step.expr)
    forms = (expr,) if weighed is expr else (expr, weighed)  # as it is written, and as it is computed
    for node in dict.fromkeys(node for form in forms for node in nodes_with(form, lambda row: row.kinks)):
        if not differentiated.isdisjoint(names_in(node)):
            where: dict[str, Inline] = {"where": OnKink(node, step.name)} if node.op in ROWS else {}
            yield Sentence(f"kinks.{node.op if where else 'weighed'}", where, Condition("kink", step.name, node))


def _on_settings(step: Step) -> Iterator[str]:
    """The notes on the settings of the operations of a step."""
    for node in nodes_with(step.expr, lambda row: row.explained):
        if (explained := row_of(node).explained) and (key := explained(node.options)):
            yield key


def _by_sign(stem: str, name: Name, shape: Shape) -> Iterator[Sentence]:
    """What a function with a bend does here, by the signs of its argument."""
    fields: dict[str, Inline] = {"entry": NameInText(name, indexed=bool(shape))}
    every = "all_" if shape else ""
    yield Sentence(f"notes.{stem}_{every}on", fields, Condition("all positive", name))
    yield Sentence(f"notes.{stem}_{every}off", fields, Condition("none positive", name))
    if shape:
        yield Sentence(f"notes.{stem}_mixed", fields, Condition("mixed signs", name))
