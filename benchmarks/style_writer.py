"""Writes steps of a solution as a student does: in one value of each dimension of styles, by a table of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from functools import cached_property
from random import Random

import style_pages as pages
import style_table as table
from flint import fmpq
from style_table import Style

from derive.calculus.differentiation import entry_of
from derive.calculus.kernels import Flat, ShapeFault
from derive.calculus.scalars import Num, is_minus_infinity
from derive.calculus.shapes import as_matrix, indices
from derive.derivation.steps import Step
from derive.language.expressions import Expr, Shape
from derive.language.names import Derivative, Symbol
from derive.notation.notations import ASCII, TEX, UNICODE, Notation
from derive.notation.printer import FormulaPrinter, formula
from derive.notation.vocabulary import Slot, numbers
from derive.solution import Solution

MOST_SLOTS, LONGEST = 10, 160
WORLDS = ("text", "text", "tex", "code")
PLAIN = re.compile(r"([A-Za-z]+)(?:_(\w+))?")
DIMENSIONS: Mapping[str, Mapping[str, Style]] = {
    "length": table.LENGTHS,
    "decimal": table.DECIMALS,
    "power": table.POWERS,
    "look": table.LOOKS,
    "ends": table.ENDS,
    "exact": table.EXACT,
    "array": table.ARRAYS,
    "name": table.NAMES,
    "slope": table.SLOPES,
    "renewed": table.RENEWED,
    "relation": table.RELATIONS,
    "chain": table.CHAINS,
    "times": table.TIMES,
    "exponential": table.EXPONENTIALS,
    "joint": pages.JOINTS,
    "line": pages.LINES,
    "whole": pages.WHOLES,
    "gap": pages.GAPS,
    "order": pages.ORDERS,
    "phases": pages.PHASES,
    "pass": pages.PASSES,
}
USUAL = {
    "look": 0.6,
    "exact": 0.7,
    "joint": 0.4,
    "line": 0.4,
    "whole": 0.5,
    "order": 0.5,
    "phases": 0.5,
    "relation": 0.5,
    "chain": 0.3,
    "name": 0.3,
    "slope": 0.3,
    "renewed": 0.3,
}
"""How often the first value of a dimension that the world has is taken anyway."""


@dataclass(frozen=True, slots=True)
class Told:
    """A step that a work states: its numbers, flat, in which pass."""

    step: Step
    id: str
    k: int
    values: Flat


@dataclass
class Writer:
    """Writes the steps of a solution in chosen styles; `forced` are those that are asked for, by dimension."""

    solution: Solution
    random: Random
    forced: Mapping[str, str] = field(default_factory=dict)
    world: str = ""
    keys: dict[str, str] = field(default_factory=dict)
    chosen: dict[str, Style] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.derivation = self.solution.blueprint.derivation
        asked = [DIMENSIONS[dimension][key] for dimension, key in self.forced.items()]
        pointed = any(style.point for style in asked)
        worlds = [world for world in WORLDS if all(world in style.worlds.split() for style in asked)]
        self.world, low = self.random.choice(worlds), self.random.random() < 0.5
        low = any(style.low for style in asked) or (low and not any(style.high for style in asked))
        for dimension, values in DIMENSIONS.items():
            here = {
                key: style
                for key, style in values.items()
                if self.world in style.worlds.split()
                and not (style.high if low else style.low and dimension != "chain")
                and not (style.point and self.chosen["decimal"].made == ",")
            }
            usual = self.random.random() < USUAL.get(dimension, 0)
            usual |= dimension in {"joint", "line"} and self.chosen["chain"].alone
            key = next(iter(here)) if usual else self.random.choice([*here])
            key = self.forced.get(dimension, "point" if dimension == "decimal" and pointed else key)
            self.keys[dimension], self.chosen[dimension] = key, values[key]
        self._fair()
        self._fair_signs()

    def _fair(self) -> None:
        """Take back what no reader would understand together."""
        rows = self.keys["whole"] in pages.ALIGNED
        if rows:
            self._choose("phases", "none")
        beside = rows or self.keys["joint"] != "one a line" or self.keys["line"] != "bare"
        if self.chosen["chain"].alone and beside:
            self._choose("chain", "name = value")
        if rows or self.keys["line"] == pages.ROWS:
            self._choose("line", pages.ROWS if rows else "bare")
        if "\n" in (self.chosen["chain"].made or "") and self.keys["array"] in table.CORNERS:
            self._choose("array", "[a; b]")
        if self.chosen["chain"].low and self.chosen["array"].high:
            self._choose("array", "[[a, b], [c, d]]")
        if not set("=≈~").intersection(self.keys["relation"]) and r"\approx" not in self.keys["relation"]:
            chain = self.chosen["chain"].made or ""
            if "\n" in chain or (self.keys["relation"].strip() in {":", "<-"} and "{name}{is}" not in chain):
                self._choose("relation", " = ")

    def _fair_signs(self) -> None:
        """The same of words that are names, of signs that mean two things, of programs in one another."""
        for dimension, plain in (("joint", "one a line"), ("line", "bare")):
            if self._names_something(str(self.chosen[dimension].made)):
                self._choose(dimension, plain)
        if self.keys["chain"] in table.TURNED and self.keys["joint"] in pages.OPERATING:
            self._choose("joint", "one a line")
        if self.keys["look"] == "space behind minus" and self.keys["array"] in table.SPACED:
            self._choose("look", "as it is")
        if self.keys["chain"] in table.OF_OTHERS and self.keys["array"] in table.OF_ONE:
            self._choose("array", "[[a, b], [c, d]]")

    def _names_something(self, template: str) -> bool:
        """Whether a word of a template is a name of the problem, or of a gradient: `da` where there is an a."""
        known = {name.id for name in self.derivation.shapes}
        words = re.findall(r"[^\W\d_]+", re.sub(r"\{\w+(?::\w+)?\}", " ", template))
        return any(word in known or word.removeprefix("d") in known for word in words)

    def _choose(self, dimension: str, key: str) -> None:
        self.keys[dimension], self.chosen[dimension] = key, DIMENSIONS[dimension][key]

    # --- names and formulas ------------------------------------------------------------------------------------------

    @cached_property
    def notation(self) -> Notation:
        """How the work writes formulas."""
        base = {"tex": TEX, "code": ASCII}.get(self.world, UNICODE if self.random.random() < 0.5 else ASCII)
        return replace(base, aliases=self.names)

    @cached_property
    def names(self) -> dict[str, str]:
        """What the work calls each quantity, by its id; what two quantities would be called is left as it is."""
        shapes, spelled = self.derivation.shapes, dict[str, str]()
        plain = {
            name.id: found
            for name in shapes
            if isinstance(name, Symbol) and (found := PLAIN.fullmatch(name.id)) and found[2]
        }
        for known, found in plain.items():
            helper = ":".join(filter(None, found.groups())) in {name.id for name in shapes}
            if helper:
                continue
            if self.keys["name"] != "W[1]" or found[1] not in plain | {name.id: None for name in shapes}:
                spelled[known] = self.chosen["name"].made(*found.groups())
        taken = Counter([*spelled.values(), *(name.id for name in shapes if name.id not in spelled)])
        spelled = {known: text for known, text in spelled.items() if taken[text] == 1}
        base = TEX if self.world == "tex" else ASCII
        slopes = {name.id: self.slope(name, base, spelled) for name in shapes if isinstance(name, Derivative)}
        taken = Counter(slopes.values())
        return spelled | {known: text for known, text in slopes.items() if taken[text] == 1}

    def slope(self, name: Derivative, base: Notation, spelled: Mapping[str, str]) -> str:
        """A derivative, as the work writes it."""
        plain = not isinstance(name.of, Symbol) or not isinstance(name.by, Symbol) or name.via
        if plain or name.of != self.derivation.loss:
            return spelled.get(name.id) or base.name(name)
        of, by = (spelled.get(each.id) or base.name(each) for each in (name.of, name.by))
        return str(self.chosen["slope"].made.format(of=of, by=by))

    def name(self, told: Told) -> str:
        """The left side of a step."""
        name = told.step.name
        text = self.names.get(name.before.id if isinstance(name, Symbol) else name.id) or self.notation.name(name)
        return str(self.chosen["renewed"].made.format(name=text)) if self._is_renewed(told) else text

    def _is_renewed(self, told: Told) -> bool:
        return isinstance(told.step.name, Symbol) and told.step.name.updated

    def formula(self, expr: Expr) -> str:
        """The right side of an equation."""
        return formula(expr, self.notation, self.derivation.shapes)

    def letters(self, told: Told) -> str:
        """The chain rule in letters; the formula where it has no two factors."""
        name, steps = told.step.name, self.derivation.forward
        if isinstance(name, Derivative) and isinstance(name.by, Symbol):
            through = [step.name for step in steps if name.by in step.uses]
            if len(through) == 1 and through[0] != name.of:
                d, over = ("∂", "/") if self.world == "text" else ("d", "/")
                of, by, via = (
                    self.names.get(each.id) or self.notation.name(each) for each in (name.of, name.by, through[0])
                )
                pair = (f"{d}{of}{over}{d}{via}", f"{d}{via}{over}{d}{by}")
                if self.world == "tex":
                    pair = (rf"\frac{{\partial {of}}}{{\partial {via}}}", rf"\frac{{\partial {via}}}{{\partial {by}}}")
                return self.chosen["times"].made.join(pair)
        return self.formula(told.step.expr)

    def substituted(self, expr: Expr, k: int) -> str:
        """A line with every number put in; "" for a long one, or for what has no such line."""
        printer = FormulaPrinter(TEX if self.world == "tex" else UNICODE, self.derivation.shapes, numbers)
        pieces = printer.pieces(expr)
        if sum(isinstance(piece, Slot) for piece in pieces) > MOST_SLOTS:
            return ""
        texts = [self._times(piece) if isinstance(piece, str) else self._slot(piece, k) for piece in pieces]
        return "" if None in texts else "".join(map(str, texts))

    def _times(self, text: str) -> str:
        return text.replace("·", self.chosen["times"].made).replace(r" \cdot ", self.chosen["times"].made)

    def _slot(self, slot: Slot, k: int) -> str | None:
        evaluated = self._evaluator(k).get(slot.node)
        if evaluated is None or is_minus_infinity(evaluated):
            return None
        text = self.number(evaluated)
        if slot.position == "minus" and evaluated != 0:
            return f"-({text})" if evaluated < 0 else f"-{text}"
        bare = re.fullmatch(r"[\d.,]+", text) or slot.position == "leading"
        return text if bare else rf"\left({text}\right)" if self.world == "tex" and "frac" in text else f"({text})"

    def _evaluator(self, k: int) -> Mapping[Expr, Num]:
        return _Lookup(self.solution, k)

    # --- numbers and arrays ------------------------------------------------------------------------------------------

    def number(self, value: Num) -> str:
        """A value, rounded to the length of the work's numbers."""
        exact = self.chosen["exact"].made
        if exact and type(value) is fmpq and 1 < value.q < 1000 and abs(value.p) < 10_000:
            text = exact.format(a=abs(int(value.p)), b=int(value.q))
            return f"-{text}" if value < 0 else text
        text = table.number(rounded(value, self.chosen["length"].made), self.chosen)
        return text.replace(".", ",") if self.chosen["decimal"].made == "," else text

    def value(self, values: Flat, shape: Shape) -> str:
        """A number, or an array of them."""
        texts = [self.number(x) for x in values]
        if not shape:
            return texts[0]
        if len(shape) > 2:
            return self._deep(texts, shape)
        rows, columns = as_matrix(shape)
        return str(self.chosen["array"].made([texts[i * columns : (i + 1) * columns] for i in range(rows)]))

    def _deep(self, texts: Sequence[str], shape: Shape) -> str:
        if not shape:
            return texts[0]
        size = len(texts) // shape[0]
        return f"[{', '.join(self._deep(texts[i * size : (i + 1) * size], shape[1:]) for i in range(shape[0]))}]"

    # --- statements --------------------------------------------------------------------------------------------------

    def statements(self, told: Told) -> Iterator[str]:
        """A step as the work states it: one statement, or one for each entry."""
        chain, shape = self.chosen["chain"].made, told.step.shape
        by_entry = self.keys["chain"].startswith("entries") and 0 < len(shape) < 3 and len(told.values) <= 6
        if by_entry:
            yield from self._entries(told)
        else:
            chain = chain or "{name}{is}{value}"
            yield self._stated(chain, self.name(told), told, told.values, shape, told.step.expr)

    def _entries(self, told: Told) -> Iterator[str]:
        chain = "{name} = {numbers}{is}{value}" if "numbers" in self.keys["chain"] else "{name}{is}{value}"
        for i, index in enumerate(indices(told.step.shape)):
            expr = self._entry(told.step.expr, index)
            name = f"{self.name(told)}[{','.join(str(n + 1) for n in index)}]"
            if self.world == "tex":
                name = f"{self.name(told)}_{{{','.join(str(n + 1) for n in index)}}}"
                name = (
                    name
                    if "_" not in self.name(told)
                    else f"\\left({self.name(told)}\\right)_{{{','.join(str(n + 1) for n in index)}}}"
                )
            yield self._stated(chain, name, told, [told.values[i]], (), expr)

    def _entry(self, expr: Expr, index: tuple[int, ...]) -> Expr | None:
        try:
            return entry_of(expr, self.derivation.shapes, index)
        except (ShapeFault, AssertionError, ValueError, IndexError, KeyError):
            return None

    def _stated(self, chain: str, name: str, told: Told, values: Flat, shape: Shape, expr: Expr | None) -> str:
        put_in = ""
        if "{numbers}" in chain and not shape and (entry := self._entry(expr, ()) if expr else None):
            put_in = self.substituted(entry, told.k)
        if not put_in:
            chain = (
                chain.replace("{numbers}{is}", "{is}")
                .replace(" = {numbers}", "")
                .replace(" = {is}", "{is}")
                .replace("    = {numbers}\n", "")
                .replace("\n\n", "\n")
                if "{numbers}" in chain
                else chain
            )
        if "{rough}" in chain and shape:
            chain = "{name}{is}{value}"
        rough = format(float(rounded(values[0], 2)), ".2g").replace(".", self.chosen["decimal"].made)
        made = self.formula(expr) if "{formula}" in chain and expr else ""
        said = self.letters(told) if "{letters}" in chain else ""
        if len(made) > LONGEST:
            chain = "{name}{is}{value}"
        relation = self.chosen["relation"].made
        return chain.format(
            name=name,
            value=self.value(values, shape),
            formula=made,
            letters=said,
            numbers=put_in,
            rough=rough,
            **{"is": relation},
        )


class _Lookup(dict):  # type: ignore[type-arg]
    """The true value of an entry or a number of a solution in a pass."""

    def __init__(self, solution: Solution, k: int) -> None:
        super().__init__()
        self.solution, self.k = solution, k

    def get(self, node: Expr, default: None = None) -> Num | None:  # type: ignore[override]
        tape, env = self.solution.blueprint.tape, self.solution.exact.env(self.k)
        name = getattr(node, "name", None)
        if name is None or name not in tape.slots or not env[tape.slots[name]]:
            return None
        index = getattr(node, "index", ())
        shape, at = self.solution.blueprint.derivation.shapes[name], 0
        for n, i in zip(shape, index, strict=False):
            at = at * n + i
        return env[tape.slots[name]][at]


def rounded(value: Num, digits: int) -> Decimal:
    """A value to so many significant digits."""
    with localcontext(Context(prec=60)):
        exact = (
            Decimal(int(value.p)) / Decimal(int(value.q))
            if type(value) is fmpq
            else Decimal(value.mid().str(40, radius=False))
        )
        if exact == 0:
            return Decimal(0)
        found = exact.quantize(Decimal(1).scaleb(exact.adjusted() - digits + 1), ROUND_HALF_UP)
        return found.normalize() if found == exact and found == found.to_integral() and abs(found) < 100_000 else found
