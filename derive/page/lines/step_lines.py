"""A step of the derivation → what stands under its number: its formula, the lines with numbers, the result.

Nothing here depends on the numbers: what does is a Condition or a Relation that the view answers.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from math import prod

from derive.calculus.building import terms_of, tidy, with_dots
from derive.calculus.differentiation import (
    EntrySize,
    Shapes,
    entries_of,
    entry_of,
    entry_size,
    instantiate,
    is_elementwise,
    is_moved,
    settled,
    shape_of,
    shapes_of,
    uniform,
)
from derive.calculus.operation_rows import nodes_with, row_of
from derive.calculus.shapes import indices
from derive.derivation.rules import CHAIN, SHORT, SUM_OF_USES, SUM_OVER_PATHS
from derive.derivation.short_rules import Short, shortcuts_of
from derive.derivation.steps import Derivation, Step
from derive.language.expressions import Apply, Expr, Index, Number, Ref, names_in, substitute
from derive.language.names import Derivative, Symbol
from derive.page.chains import ARROW, SAME, Addends, Chain, ChainLink, EntryGrid, Formula, Relation, Result, Terms
from derive.page.document import Beside, Condition, Joined, Lines, Numbered, PageRemark, Sentence, StepPart
from derive.page.entry_names import factored, leaves, nothing_to_compute
from derive.page.lines.constant_factors import factors_of, passed
from derive.page.lines.function_notes import meanings
from derive.page.lines.notes import Notes, is_said

LARGEST_GRID = 36  # entries that are written out in the place of the array; more become lines
LARGEST_OPERAND = 100
LONG_SUM = 6  # terms; in longer ones those that are 0 are left out
MOST_TOLD = 9  # steps of one form that are named where the page shows few entries of an array
MOST_REPEATED = 9  # entries of an array that a short page shows again where it is put in
_JOINING = {SUM_OVER_PATHS, SUM_OF_USES, CHAIN}
MOST_BESIDE = 6  # entries of an array beside which its formula has room
MOST_AGAIN = 4  # entries that are all worked out however often their rule has been used
MOST_OF_MANY = 2  # entries that are worked out where there is too much working for all
_SUMS = {"add", "subtract"}
_OF_ENTRIES = {"divide", "reciprocal", "power", "root", *_SUMS}  # styles of what is done with entries, not with arrays
LONGEST_WORKING, LONGEST_OF_FEW = 400, 100  # numbers and signs in an entry's working; a longer one stands as a formula


class Steps:
    """Writes steps, with what is said under them."""

    def __init__(self, derivation: Derivation, short: bool, notes: Notes) -> None:
        self.derivation, self.short, self.notes = derivation, short, notes
        self.shapes: Shapes = derivation.shapes
        self.forward = {step.name: step for step in derivation.forward}
        self.gradients = frozenset(derivation.gradients)
        self.given = derivation.given
        self.shortcuts = derivation.once(shortcuts_of)
        self.factors = derivation.once(factors_of)
        page = derivation.problem.page
        self.few, self.most_terms = page.few, page.worked
        self.largest_grid = LARGEST_GRID if page.entries is None else min(LARGEST_GRID, page.entries)

    def numbered(self, number: int, group: list[Step]) -> Numbered:
        """One numbered step: the chain of its last equation, with the local derivatives in between."""
        *locals_, step = group
        if self.short and step.name in self.shortcuts:
            return self._shortened(number, step, self.shortcuts[step.name])
        told = passed(step, self.factors)
        parts: list[StepPart] = []
        if locals_:
            parts += self._explained(step, told, locals_)
        parts += self.chains(told, formula=not locals_)
        parts += self._left_out(step, parts)
        parts += self.notes.under([*locals_, told])
        if self.notes.reasons == "full":
            parts += meanings(*self._functions(group), self.notes.said.functions)
        if short := self.shortcuts.get(step.name):
            parts += self._remark(step, short)
        return Numbered(number, step.name, tuple(parts))

    def _shortened(self, number: int, step: Step, short: Short) -> Numbered:
        """A gradient by its short rule alone; where the rule asks for more than is certain, below the equation."""
        remark, *why = self._remark(step, short)
        assert isinstance(remark, PageRemark)
        first = self._formulas(step)
        whole = Chain(step.name, (*first, self._result(step, first)))
        parts = remark.chains if short.ones is None else (whole, remark)
        return Numbered(number, step.name, (*parts, *why))

    def alike(self, number: int, groups: list[list[Step]]) -> Numbered:
        """Steps that are found as others before them: formula and result of each."""
        steps = [passed(step, self.factors) for group in groups for step in group if step.name not in self.factors]
        if self.few:  # what a sentence has told of the first one holds for the others
            steps = [step for step in steps if not step.shape or self._formulas(step)] or steps
        count, told = len(steps), steps[:MOST_TOLD] if self.few else steps
        chains = tuple(map(self._told, told))
        first = Sentence("notes.alike_first", {"shown": MOST_TOLD, "n": count})
        word = first if len(told) < count else Sentence("notes.alike")
        shown = (word, Beside(chains)) if count > 1 else chains
        notes = self.notes.under([step for group in groups for step in group])
        return Numbered(number, groups[0][-1].name, (*shown, *notes))

    def results(self, number: int, steps: list[Step]) -> Numbered:
        """Steps by their results alone."""
        chains = tuple(Chain(step.name, (self._result(step, []),)) for step in steps)
        return Numbered(number, steps[-1].name, (Beside(chains),) if len(chains) > 1 else chains)

    def _told(self, step: Step) -> Chain:
        """A step by its formula and result, a large array by its name and result; where the page shows few entries an
        array that nobody asked for by its formula alone.
        """
        if step.shape and uniform(step.expr, self.shapes) is not None:
            return self._constant(step, self._formulas(step))
        formulas = self._formulas(step)
        formula = [link for link in formulas if link.shown == Formula(step.expr)] or formulas[-1:]
        if self.few and step.shape and formula and step.name not in self.gradients:
            return Chain(step.name, tuple(formula))
        if prod(step.shape) > MOST_BESIDE and step.phase == "backward":
            formula = []
        return Chain(step.name, (*formula, self._result(step, formula)))

    def _left_out(self, step: Step, parts: Iterable[StepPart]) -> Iterator[Sentence]:
        """That terms are missing from the long sums of a step."""
        shown = (link.shown for part in parts for chain in chains_in(part) for link in chain.links)
        if sums := tuple(each for each in shown if isinstance(each, Addends)):
            when = Condition("zeros left out", step.name, sums=sums)
            yield from self.notes.once(Sentence("notes.zeros_left_out", when=when))

    def _remark(self, step: Step, short: Short) -> Iterator[StepPart]:
        """The same gradient by a short rule."""
        when = Condition("ones", step.name, short.ones) if short.ones else None
        chains = self.chains(step.written(short.expr, SHORT))
        yield PageRemark(Sentence("labels.short"), tuple(chain for chain in chains if isinstance(chain, Chain)), when)
        if self.notes.reasons != "none":
            yield from self.notes.once(Sentence(f"shortcuts.{short.shortcut.key}", when=when))

    def _functions(self, group: list[Step]) -> tuple[list[Expr], list[Expr]]:
        """The formulas of steps, and those of them whose definition stands beside them."""
        exprs = [step.expr for step in group if not is_said(step)]
        defined = {expr: definition for expr in exprs if (definition := self._definition(expr)) is not None}
        return [*exprs, *defined.values()], list(defined)

    def _explained(self, step: Step, told: Step, locals_: list[Step]) -> Iterator[StepPart]:
        """The formula of the chain rule, and the local derivatives that stand in it."""
        forms = dict.fromkeys((step.expr, told.expr))
        formula = Chain(step.name, tuple(ChainLink(SAME, Formula(form)) for form in forms))
        chains = [part for local in locals_ for part in self.chains(local)]
        word = Sentence("labels.where")
        if all(isinstance(part, Chain) for part in chains):
            yield Joined(formula, tuple(part for part in chains if isinstance(part, Chain)), word)
            return
        yield from (formula, word, *chains)

    # --- chains ----------------------------------------------------------------------------------------------------

    def chains(self, step: Step, formula: bool = True) -> Iterator[StepPart]:
        """A step as a chain, or entry by entry; without `formula` only what holds numbers."""
        first = self._formulas(step) if formula else []
        if formula and not self.short and (way := self.derivation.interims.get(step.name)):
            yield Chain(step.name, tuple(first))
            for interim in way:
                yield from self.chains(interim, formula=False)
            return
        shown = self._definition(step.expr) or step.expr  # of which the entries are written with numbers
        if self._is_too_long(shown):
            yield Chain(step.name, (*first, self._result(step, first)))
            return
        if step.shape and not self.short and self._mixes(step.expr):
            yield from self._entry_by_entry(step, first, shown)
            return
        if step.shape and uniform(step.expr, self.shapes) is not None:
            yield self._constant(step, first)
            return
        looked_up = any(nodes_with(step.expr, lambda row: row.given == (0,)))
        if looked_up or self._is_whole(step):
            yield Chain(step.name, (*first, self._result(step, first)))
            return
        grid = self._grid(step, shown) if step.shape else []
        links = [*first, *(self._numbers(step, shown) if not step.shape or self._small(step) else []), *grid]
        if step.shape and not self.short and not grid and self._worth_lines(step, shown):
            yield from self._entry_by_entry(step, first, shown)
            return
        if not (isinstance(step.expr, Number) and formula):
            links.append(self._result(step, links))
        yield Chain(step.name, tuple(links))

    def _is_too_long(self, shown: Expr) -> bool:
        """Whether one entry with its numbers, of a long sum the terms that are shown, would be no line to read."""
        most = self.most_terms
        if most is None:
            return False
        count = 0 if with_dots(shown, self.derivation.alike) is shown else len(names_in(shown))
        size = EntrySize(count, 2 * count - 1) if count else entry_size(shown, self.shapes)
        longest = LONGEST_OF_FEW if self.few else LONGEST_WORKING
        return size.nodes * min(size.terms, max(most, LONG_SUM)) > longest * size.terms

    def _constant(self, step: Step, first: list[ChainLink]) -> Chain:
        """An array with one number in every entry: a factor by that number, anything else by its entries alone."""
        if step.name not in self.factors:
            return Chain(step.name, (self._result(step, []),))
        number_only = isinstance(self.factors[step.name], Number)
        return Chain(
            step.name, (*first, *(() if number_only else (self._result(step, first, indices(step.shape)[0]),)))
        )

    def _formulas(self, step: Step) -> list[ChainLink]:
        """The equation with its names; for σ′ first in terms of z, then of what was computed already."""
        if is_said(step):
            return []
        relation = ARROW if step.phase == "update" else SAME
        links = []
        own = self._in_terms_of_input(step)
        if own is not None:
            links.append(ChainLink(relation, Formula(own)))
        if not self._is_prime(step):
            links.append(ChainLink(relation, Formula(step.expr)))
        definition = self._definition(step.expr)
        if definition is not None:
            links.append(ChainLink(SAME, Formula(definition)))
        return links

    def _is_whole(self, step: Step) -> bool:
        """Whether only the whole value is shown: entries would say nothing more."""
        if not isinstance(step.expr, Apply):
            return False
        row = row_of(step.expr)
        marked = is_said(step) and any(nodes_with(step.expr, lambda row: row.whole))
        return row.whole or bool(row.working) or marked

    def _is_prime(self, step: Step) -> bool:
        """Whether a local derivative is nothing but its own name, ReLU′(z)."""
        return isinstance(step.expr, Apply) and row_of(step.expr).prime_of == step.rule.differentiated

    def _in_terms_of_input(self, step: Step) -> Expr | None:
        """A local derivative with the activation written as a function of its argument again."""
        name = step.name
        if not isinstance(name, Derivative) or name.of not in step.uses or not step.rule.is_local:
            return None
        if name.of not in self.forward or isinstance(name.of, Derivative):
            return None
        own = self.forward[name.of].expr
        return substitute(step.expr, {name.of: own}) if is_elementwise(own, self.shapes) else None

    def _definition(self, expr: Expr) -> Expr | None:
        """What the one function of an equation stands for, over names."""
        if not isinstance(expr, Apply) or not row_of(expr).definition:
            return None
        if not all(isinstance(arg, Ref | Number) for arg in expr.args):
            return None
        definition = instantiate(row_of(expr), row_of(expr).definition, expr.args, expr.options, expr)
        return settled(definition, self.shapes)

    def _mixes(self, expr: Expr) -> bool:
        """Whether an entry is made of many: of a matrix product with an inner size, of a sum, of a window."""
        sizes = (shapes_of(node, self.shapes) for node in nodes_with(expr, lambda row: row.key == "product"))
        inner = (left and right and (*left, 1)[1] > 1 for left, right in sizes)
        return any(nodes_with(expr, lambda row: row.mixes)) or any(inner)

    def _small(self, step: Step) -> bool:
        shapes = step.shape, *(self.shapes.get(name, ()) for name in step.uses)
        return max(map(prod, shapes)) <= LARGEST_OPERAND

    def _numbers(self, step: Step, shown: Expr) -> list[ChainLink]:
        """The line with every number put in, and for a sum its terms; nothing where entries are only moved."""
        if isinstance(shown, Ref) or is_moved(shown) or not names_in(shown):
            return []
        if self.short and step.rule in _JOINING and prod(step.shape) > MOST_REPEATED:
            return []  # the arrays stand above it
        if step.shape:
            if self._is_single(shown) or self._has_letters(shown) or not self._is_array_formula(shown):
                return []
            if step.phase == "update" and is_elementwise(shown, self.shapes):
                return []  # its entries say the same
            return [ChainLink(Relation("put in", nodes=leaves(shown)), Formula(shown, numbers=True))]
        return self._entry_links(step, entry_of(shown, self.shapes, ()))

    def _is_single(self, shown: Expr) -> bool:
        """Whether putting arrays in for the names would show nothing new: a function or formula of one array."""
        arrays = [name for name in names_in(shown) if self.shapes.get(name)]
        return len(arrays) < 2

    def _is_array_formula(self, shown: Expr) -> bool:
        """Whether it is written with arrays as with numbers: none of them is divided by, raised to a power, put under a
        root or added to a number like 1, as only entries are.
        """
        for node in nodes_with(shown, lambda row: row.elementwise and row.notation.style in _OF_ENTRIES):
            style, numbers = row_of(node).notation.style, any(isinstance(arg, Number) for arg in node.args)
            taken = node if style in _SUMS else node.args[-1] if style == "divide" else node.args[0]
            if shape_of(taken, self.shapes) and (numbers or style not in _SUMS):
                return False
        return True

    def _has_letters(self, shown: Expr) -> bool:
        """Whether a sum over entries stands in it: under its letters no array can be put in."""
        totals = nodes_with(shown, lambda row: row.notation.style in {"sum", "mean"})
        return any(shape_of(total.args[0], self.shapes) for total in totals)

    def _entry_links(self, step: Step, entry: Expr) -> list[ChainLink]:
        """The line with every number put in, and for a sum its terms."""
        if nothing_to_compute(entry):
            return []
        factor, inner = factored(entry)
        terms = terms_of(inner)
        long = Addends(terms, step.name, self.most_terms, factor) if len(terms) > LONG_SUM else None
        links = [ChainLink(Relation("put in", nodes=leaves(entry)), long or Formula(entry, numbers=True))]
        if factor is None and len(terms) > 1 and any(isinstance(term, Apply) for term, _ in terms):
            links.append(ChainLink(Relation("terms", name=step.name, terms=terms), Terms(terms, step.name, long)))
        return links

    def _worth_lines(self, step: Step, shown: Expr) -> bool:
        """Whether an entry has anything to compute."""
        if isinstance(shown, Ref | Number) or (step.rule.is_local and not names_in(shown)):
            return False
        if isinstance(shown, Apply) and shown.op == "times" and all(isinstance(arg, Ref) for arg in shown.args):
            return False
        entry = entry_of(shown, self.shapes, indices(step.shape)[0])
        if not isinstance(entry, Apply) or nothing_to_compute(entry):
            return False
        return not row_of(entry).plain

    def _grid(self, step: Step, shown: Expr) -> list[ChainLink]:
        fits = prod(step.shape) <= self.largest_grid and len(step.shape) <= 2
        written = with_dots(shown, self.derivation.alike)
        if self.short or not fits or not self._worth_lines(step, written):
            return []
        exprs = tuple(map(entries_of(written, self.shapes), indices(step.shape)))
        if any(nodes_with(shown, lambda row: row.sparse)):
            exprs = tuple(map(tidy, exprs))  # off the diagonal the term that is 0 is left out
        return [ChainLink(Relation("put in", nodes=leaves(shown)), EntryGrid(exprs, step.name))]

    def _result(self, step: Step, before: list[ChainLink], index: Index | None = None) -> ChainLink:
        """The value, with the sign that is true after the links before it."""
        last = before[-1].shown if before else None
        formula = last is None or (isinstance(last, Formula) and not last.numbers)
        terms = last.terms if isinstance(last, Terms) else ()
        relation = Relation("result", (), step.expr, step.name, index, formula, terms)
        final = step.phase == "loss" or step.name in self.gradients or self._is_new_parameter(step)
        return ChainLink(relation, Result(step.name, index, final and index is None))

    def _is_new_parameter(self, step: Step) -> bool:
        """Whether an update gives a parameter its new value, not a mean or a rate on the way there."""
        return step.phase == "update" and isinstance(step.name, Symbol) and step.name.before in self.given

    def _entry_by_entry(self, step: Step, first: list[ChainLink], shown: Expr) -> Iterator[StepPart]:
        """The formula, a line for each entry, the array; of much working only the first lines."""
        if first:
            yield Chain(step.name, tuple(first))
        places, entry = indices(step.shape), cache(entries_of(shown, self.shapes))
        samples = (entry(places[i]) for i in (0, len(places) // 2, -1))
        written = self._written(step, len(places), samples) if self._mixes(step.expr) else self._of_many
        chains = []
        for index in places[:written]:
            links = self._entry_links(step, entry(index))
            chains.append(Chain(step.name, (*links, self._result(step, links, index)), index))
        yield Lines(tuple(chains), whole=written == len(places))
        if written < len(places):
            yield Sentence("notes.likewise")
        yield Chain(step.name, (self._result(step, []),))

    def _written(self, step: Step, entries: int, samples: Iterable[Expr]) -> int:
        """How many entries are worked out on the page: all of them, or the first ones, where that is much or where a
        reader has seen all of an array that is found by the same rule.
        """
        worked = self.derivation.problem.page.worked
        if worked is None:
            return entries
        if any(entries * len(leaves(sample)) > worked for sample in samples):
            return min(entries, self._of_many)
        if entries <= MOST_AGAIN:
            return entries
        if step.rule in self.notes.said.worked:
            return min(entries, self._of_many)
        self.notes.said.worked.add(step.rule)
        return entries

    @property
    def _of_many(self) -> int:
        """How many entries of an array stand for all of them."""
        return 1 if self.few else MOST_OF_MANY


def chains_in(part: StepPart) -> tuple[Chain, ...]:
    """The chains of a part of a step, in order."""
    if isinstance(part, Joined):
        return (part.chain, *part.explained)
    if isinstance(part, Lines | Beside):
        return part.chains
    return (part,) if isinstance(part, Chain) else ()
