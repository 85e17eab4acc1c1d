"""Derivation + settings → Document: which equations, lines and reasons stand on the page, in which order.

Nothing here depends on the numbers: what does is a Condition or a Relation that the view answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from math import prod

from derive.derivation import ETA, Derivation, Step
from derive.document import (
    ARROW,
    SAME,
    Block,
    Chain,
    Condition,
    Document,
    Fact,
    Formula,
    Gap,
    Givens,
    Grid,
    Heading,
    Inline,
    Joined,
    Lines,
    Link,
    Losses,
    Naming,
    Numbered,
    OnKink,
    Paragraph,
    Relation,
    Result,
    Section,
    Sentence,
    StepPart,
    Terms,
)
from derive.language.expressions import Apply, Entry, Expr, Index, Number, Ref, Shape, names_in, substitute, walk
from derive.language.names import Derivative, Name, Symbol
from derive.operations.calculus import Shapes, entry_of, instantiate, shape_of
from derive.operations.rows import row_of
from derive.operations.shapes import indices
from derive.problem import Problem

LARGEST_GRID = 36  # entries that are written out in the place of the array; more become lines
LARGEST_OPERAND = 100
SIDE_BY_SIDE = 12


def compose(
    derivation: Derivation, problem: Problem, closing: Iterable[Block] = (), drawing: Iterable[Block] = ()
) -> Document:
    """The page of a problem; `drawing` goes under the given values, `closing` to the end."""
    page = problem.page
    head = {key: value for key in ("course", "author", "date") if (value := getattr(page, key))}
    said: set[str] = set()
    first = [*_opening(derivation, problem), *drawing, *_Pass(derivation, problem, 1, said).blocks()]
    sections = [Section(tuple(first))]
    if problem.update:
        shown = problem.update.shown()
        sections += [Section(tuple(_Pass(derivation, problem, k, said).blocks()), k) for k in shown if k > 1]
        sections.append(Section(tuple(_after(derivation, problem, said)), problem.update.steps + 1))
    if closing := list(closing):
        sections.append(Section(tuple(closing)))
    return Document(problem.title, problem.language, head, tuple(sections), page.symbol,
                    {step: names[0] for step, names in problem.aliases.items()})  # fmt: skip


def short_chain(derivation: Derivation, step: Step) -> Chain:
    """One step in one chain: formula, numbers, result."""
    (chain,) = _Steps(derivation, short=True, said=set()).chains(step)
    assert isinstance(chain, Chain)
    return chain


def _opening(derivation: Derivation, problem: Problem) -> Iterator[Block]:
    if problem.page.task:
        yield Paragraph((Sentence("=", {"text": problem.page.task}),), "task")
    yield Heading(Sentence("headings.given"))
    yield Givens(tuple(given.name for given in problem.givens))
    rate = [Sentence("intro.eta", {"eta": Result(ETA)})] if problem.update else []
    rounds = any(equation.rounded for equation in problem.equations)
    place = [Sentence("intro.in_place")] if rounds and problem.numbers.carry == "exact" else []
    yield Paragraph((*rate, _carry_intro(problem), *place), "note")


def _carry_intro(problem: Problem) -> Sentence:
    digits = problem.numbers.digits
    kind = "intro.digits_decimals" if digits.decimals else "intro.digits_significant"
    return Sentence(f"intro.{problem.numbers.carry}", {"digits": f"={kind}", "n": digits.count})


def _after(derivation: Derivation, problem: Problem, said: set[str]) -> Iterator[Block]:
    """After the last update: the forward pass again, and what became of the loss."""
    assert problem.update
    assert problem.loss
    steps = problem.update.steps
    key = "headings.after_one" if steps == 1 else "headings.after"
    yield Heading(Sentence(key, {"k": steps}))
    writer = _Steps(derivation, short=True, said=said)
    yield from (writer.numbered(i, [step]) for i, step in enumerate(derivation.forward, 1))
    passes = (*problem.update.shown(), steps + 1)
    if len(passes) > 2:
        yield Losses(passes)
    fields: dict[str, Inline] = {"before": Result(problem.loss, k=1), "after": Result(problem.loss)}
    yield Paragraph((Sentence("update.fell", fields),))


class _Pass:
    """The blocks of one pass: forward, backward, update."""

    def __init__(self, derivation: Derivation, problem: Problem, k: int, said: set[str]) -> None:
        self.derivation, self.problem, self.k = derivation, problem, k
        self.short = problem.page.detail == "short"
        self.steps = _Steps(derivation, self.short, said)

    def blocks(self) -> Iterator[Block]:
        several = self.problem.update is not None and self.problem.update.steps > 1
        level = 2 if several else 1
        if several:
            yield Heading(Sentence("headings.pass", {"k": self.k}))
        backward = bool(self.derivation.backward)
        yield Heading(Sentence("headings.forward" if backward else "headings.forward_only"), level)
        yield from (self.steps.numbered(i, [step]) for i, step in enumerate(self.derivation.forward, 1))
        if backward:
            yield Heading(Sentence("headings.backward"), level)
            groups = _groups(self.derivation.backward)
            yield from (self.steps.numbered(i, group) for i, group in enumerate(groups, 1))
        if self.derivation.updates:
            yield Heading(Sentence("headings.update"), level)
            yield from (self.steps.numbered(i, [step]) for i, step in enumerate(self.derivation.updates, 1))


def _groups(backward: Iterable[Step]) -> Iterator[list[Step]]:
    """Each gradient together with the local derivatives worked out for it."""
    waiting: list[Step] = []
    for step in backward:
        waiting.append(step)
        if not step.rule.startswith("local"):
            yield waiting
            waiting = []


class _Steps:
    """Writes steps; `said` are the reasons that were given already."""

    def __init__(self, derivation: Derivation, short: bool, said: set[str]) -> None:
        self.derivation, self.short, self.said = derivation, short, said
        self.shapes: Shapes = derivation.shapes
        self.forward = {step.name: step for step in derivation.forward}
        self.gradients = frozenset(derivation.gradients)

    def numbered(self, number: int, group: list[Step]) -> Numbered:
        """One numbered step: the chain of its last equation, with the local derivatives in between."""
        step = group[-1]
        parts: list[StepPart] = []
        if len(group) > 1:
            parts += self._explained(step, group[:-1])
        parts += self.chains(step, formula=len(group) == 1)
        parts += [sentence for each in group for sentence in self._sentences(each)]
        return Numbered(number, step.name, tuple(parts))

    def _explained(self, step: Step, locals_: list[Step]) -> Iterator[StepPart]:
        """The formula of the chain rule, and the local derivatives that stand in it."""
        formula = Chain(step.name, (Link(SAME, Formula(step.expr)),))
        chains = [part for local in locals_ for part in self.chains(local)]
        word = Sentence("labels.where")
        if all(isinstance(part, Chain) for part in chains):
            yield Joined(formula, tuple(part for part in chains if isinstance(part, Chain)), word)
            return
        yield from (formula, word, *chains)

    # --- chains ----------------------------------------------------------------------------------------------------

    def chains(self, step: Step, formula: bool = True) -> Iterator[Chain | Lines]:
        """A step as a chain, or entry by entry; without `formula` only what holds numbers."""
        first = self._formulas(step) if formula else []
        shown = self._expanded(step)
        if step.shape and not self.short and self._mixes(step.expr):
            yield from self._entry_by_entry(step, first, shown)
            return
        links = [*first, *(self._numbers(step, shown) if not step.shape or self._small(step) else []),
                 *(self._grid(step, shown) if step.shape else [])]  # fmt: skip
        if step.shape and not self.short and not self._grids(step, shown) and self._worth_lines(step, shown):
            yield from self._entry_by_entry(step, first, shown)
            return
        if not (isinstance(step.expr, Number) and formula):
            links.append(self._result(step, links))
        yield Chain(step.name, tuple(links))

    def _formulas(self, step: Step) -> list[Link]:
        """The equation with its names; for σ′ first in terms of z, then of what was computed already."""
        relation = ARROW if step.phase == "update" else SAME
        links = []
        own = self._in_terms_of_input(step)
        if own is not None:
            links.append(Link(relation, Formula(own)))
        if not self._is_prime(step):
            links.append(Link(relation, Formula(step.expr)))
        definition = self._definition(step.expr)
        if definition is not None:
            links.append(Link(SAME, Formula(definition)))
        return links

    def _is_prime(self, step: Step) -> bool:
        """Whether a local derivative is nothing but its own name, ReLU′(z)."""
        return step.rule.startswith("local") and isinstance(step.expr, Apply) and step.expr.op == f"{step.rule[6:]}'"

    def _in_terms_of_input(self, step: Step) -> Expr | None:
        """A local derivative with the activation written as a function of its argument again."""
        name = step.name
        if not isinstance(name, Derivative) or name.of not in step.uses or not step.rule.startswith("local"):
            return None
        return substitute(step.expr, {name.of: self.forward[name.of].expr})

    def _definition(self, expr: Expr) -> Expr | None:
        """What the one function of an equation stands for, over names."""
        if not isinstance(expr, Apply) or not row_of(expr).definition:
            return None
        if not all(isinstance(arg, Ref | Number) for arg in expr.args):
            return None
        return instantiate(row_of(expr), row_of(expr).definition, expr.args, expr.options, expr)

    def _expanded(self, step: Step) -> Expr:
        """The expression whose entries are written with numbers: definitions put in for functions."""
        return self._definition(step.expr) or step.expr

    def _mixes(self, expr: Expr) -> bool:
        """Whether an entry is a sum over entries: a matrix product with an inner size, or a sum along an axis."""
        for node in walk(expr):
            if isinstance(node, Apply) and node.op in {"sum", "mean"}:
                return True
            if isinstance(node, Apply) and node.op == "product":
                left, right = (shape_of(arg, self.shapes) for arg in node.args)
                if left and right and (*left, 1)[1] > 1:
                    return True
        return False

    def _small(self, step: Step) -> bool:
        return (
            all(prod(self.shapes.get(name, ())) <= LARGEST_OPERAND for name in step.uses)
            and prod(step.shape) <= LARGEST_OPERAND
        )

    def _numbers(self, step: Step, shown: Expr) -> list[Link]:
        """The line with every number put in, and for a sum its terms."""
        if isinstance(shown, Ref) or not names_in(shown):
            return []
        if step.shape:
            if self._is_single(shown) or step.phase == "update":
                return []
            return [Link(Relation("put in", nodes=leaves(shown)), Formula(shown, numbers=True))]
        return self._entry_links(step, shown, ())

    def _is_single(self, shown: Expr) -> bool:
        """Whether putting arrays in for the names would show nothing new: a function or formula of one array."""
        arrays = [name for name in names_in(shown) if self.shapes.get(name)]
        return len(arrays) < 2

    def _entry_links(self, step: Step, shown: Expr, index: Index) -> list[Link]:
        entry = entry_of(shown, self.shapes, index)
        if isinstance(entry, Entry | Number):
            return []
        links = [Link(Relation("put in", nodes=leaves(entry)), Formula(entry, numbers=True))]
        terms = _terms(entry)
        if len(terms) > 1 and any(isinstance(term, Apply) for term, _ in terms):
            nodes = tuple(term for term, _ in terms)
            links.append(Link(Relation("terms", nodes, name=step.name), Terms(terms, step.name)))
        return links

    def _grids(self, step: Step, shown: Expr) -> bool:
        return not self.short and prod(step.shape) <= LARGEST_GRID and self._worth_lines(step, shown)

    def _worth_lines(self, step: Step, shown: Expr) -> bool:
        """Whether an entry has anything to compute."""
        if isinstance(shown, Ref | Number) or (step.rule.startswith("local") and not names_in(shown)):
            return False
        if isinstance(shown, Apply) and shown.op == "times" and all(isinstance(arg, Ref) for arg in shown.args):
            return False
        entry = entry_of(shown, self.shapes, indices(step.shape)[0])
        if not isinstance(entry, Apply):
            return False
        return not (entry.op.endswith("'") or entry.op in {"sign", "at_least", "below", "clip"})

    def _grid(self, step: Step, shown: Expr) -> list[Link]:
        if not self._grids(step, shown):
            return []
        exprs = tuple(entry_of(shown, self.shapes, index) for index in indices(step.shape))
        return [Link(Relation("put in", nodes=leaves(shown)), Grid(exprs, step.name))]

    def _result(self, step: Step, before: list[Link], index: Index | None = None) -> Link:
        """The value, with the sign that is true after the links before it."""
        last = before[-1].shown if before else None
        formula = last is None or (isinstance(last, Formula) and not last.numbers)
        after = step.phase == "update"
        terms = last.terms if isinstance(last, Terms) else ()
        relation = Relation("result", (), step.expr, step.name, index, after, formula, terms)
        final = step.phase == "loss" or step.name in self.gradients or after
        return Link(relation, Result(step.name, index, final and index is None, after))

    def _entry_by_entry(self, step: Step, first: list[Link], shown: Expr) -> Iterator[Chain | Lines]:
        if first:
            yield Chain(step.name, tuple(first))
        chains = []
        for index in indices(step.shape):
            links = self._entry_links(step, shown, index)
            chains.append(Chain(step.name, (*links, self._result(step, links, index)), index))
        yield Lines(tuple(chains))
        yield Chain(step.name, (self._result(step, []),))

    # --- sentences ---------------------------------------------------------------------------------------------------

    def _sentences(self, step: Step) -> Iterator[Sentence]:
        yield from self._notes(step)
        yield from self._kinks(step)
        yield Sentence("notes.zero_to", {"decimals": Fact("zero_to", step.name)}, Condition("zero_to", step.name))
        if step.helper and step.phase == "forward" and "helper" not in self.said:
            self.said.add("helper")
            assert isinstance(step.name, Symbol)
            yield Sentence("reasons.helper", {"name": Naming(step.name), "of": Naming(replace(step.name, helper=0))})
        key = f"reasons.{_reason(step)}"
        if _reason(step) and key not in self.said:
            self.said.add(key)
            by = step.name.by if isinstance(step.name, Derivative) else step.name
            yield Sentence(key, {"name": Naming(by)})

    def _notes(self, step: Step) -> Iterator[Sentence]:
        if isinstance(step.expr, Apply) and step.expr.op in {"relu", "relu'"} and isinstance(step.expr.args[0], Ref):
            yield from _by_sign(step.expr.op, step.expr.args[0].name, step.shape)
        if step.phase == "forward":
            when = Condition("saturated", step.name)
            fields: dict[str, Inline] = {"value": Naming(step.name), "gap": Gap(step.name)}
            yield Sentence("notes.saturated_array" if step.shape else "notes.saturated", fields, when)

    def _kinks(self, step: Step) -> Iterator[Sentence]:
        """The convention taken, where a value lies on a kink; said at the forward step."""
        if step.phase not in {"forward", "loss"}:
            return
        for node in dict.fromkeys(n for n in walk(step.expr) if isinstance(n, Apply) and row_of(n).kink):
            where: dict[str, Inline] = {"where": OnKink(node)}
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
    "sum_over_paths", "sum_of_uses", "independent", "gradient_descent",
}  # fmt: skip


def _reason(step: Step) -> str:
    key = step.rule.replace(" ", "_")
    if key == "copy" and step.phase != "backward":
        return ""
    return key if key in _REASONS else ""


def _terms(expr: Expr) -> tuple[tuple[Expr, int], ...]:
    """The terms of a sum with their signs, left to right."""
    if isinstance(expr, Apply) and expr.op in {"add", "subtract"}:
        last = 1 if expr.op == "add" else -1
        return (*_terms(expr.args[0]), (expr.args[1], last))
    return ((expr, 1),)


def leaves(expr: Expr) -> tuple[Expr, ...]:
    """The names and entries that numbers are put in for."""
    return tuple(dict.fromkeys(node for node in walk(expr) if isinstance(node, Ref | Entry)))
