"""What every writer of a page is given beside the document."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from derive.calculus.operation_rows import ROWS
from derive.derivation.intermediate import in_full
from derive.derivation.steps import Derivation
from derive.language.expressions import Apply, Ref, Shape
from derive.language.names import Derivative, Name, Symbol
from derive.notation.notations import WORDS, Notation
from derive.notation.printer import formula
from derive.page.document import Document
from derive.page.workings import Workings
from derive.problem.reading.equations import read_name
from derive.prose.catalogue import catalogue


@dataclass(frozen=True, slots=True)
class PageContext:
    """What a writer needs to know beside the document: the structure, the signs of numbers, and what all formats
    compile once.
    """

    derivation: Derivation
    decimal: str
    multiplication: str = "·"
    workings: Workings = field(default_factory=Workings, compare=False)

    @property
    def shapes(self) -> Mapping[Name, Shape]:
        """The shape of every name."""
        return self.derivation.shapes

    def notation(self, base: Notation, document: Document) -> Notation:
        """`base` with the page's decimal sign, its d and its other names."""
        aliases = {step: base.with_items(read_name(text), ()) for step, text in document.aliases.items()}
        matrices, taken = self.derivation.once(_matrices)
        sentences = catalogue(document.language)
        grouping = sentences["format.grouping"]
        return replace(base, operators=self._operators(base), decimal=self.decimal,
                       grouping={",": ".", ".": ","}[grouping] if grouping == self.decimal else grouping,
                       symbol=document.symbol, aliases=aliases, taken=taken,
                       words={key: sentences[f"speech.{key}"] for key in WORDS},
                       matrices=matrices, alike=self.derivation.alike)  # fmt: skip

    def _operators(self, base: Notation) -> Mapping[str, str]:
        """Those of the notation, with the page's sign of multiplication; the language of equations has its own."""
        ending = f" {self.multiplication}"
        own = {sign.removesuffix(ending): text for sign, text in base.operators.items() if sign.endswith(ending)}
        return {**base.operators, **own} if own else base.operators

    def labels(self, notation: Notation) -> dict[Name, str]:
        """Local derivatives of one function under the name σ′(z), as a reader expects them in the chain rule; interim
        results under their formulas.
        """
        labels: dict[Name, str] = {}
        for way in self.derivation.interims.values():
            labels |= {name: formula(expr, notation, self.shapes) for name, expr in in_full(way).items()}
        functions: dict[str, str] = {}
        before, behind = notation.operators["("], notation.operators[")"]
        for step in self.derivation.forward:
            expr = step.form.expr
            if not (isinstance(expr, Apply) and isinstance(expr.args[0], Ref) and len(expr.args) == 1):
                continue
            (arg,), row, look = step.uses, ROWS[expr.op], ROWS[expr.op].notation
            if (
                row.elementwise
                and look.style == "function"
                and isinstance(arg, Symbol)
                and isinstance(step.name, Symbol)
            ):
                if expr.op not in functions:
                    primed = replace(look, tex=f"{look.tex}'", text=f"{look.text}'")
                    functions[expr.op] = notation.layout.function(primed) if notation.layout else f"{look.text}′"
                labels[Derivative(step.name, arg)] = f"{functions[expr.op]}{before}{notation.name(arg)}{behind}"
        return labels


def _matrices(derivation: Derivation) -> tuple[frozenset[str], frozenset[str]]:
    """The letters of matrices, and the small ones that their entries do not have."""
    named = ((name, shape) for name, shape in derivation.shapes.items() if isinstance(name, Symbol))
    shapes = {name: shape for name, shape in named if derivation.places.sample(name) in {None, 0}}  # others are alike
    matrices = frozenset(name.base for name, shape in shapes.items() if len(shape) >= 2)
    return matrices, frozenset(base.lower() for base in matrices) if _have_small_names(shapes) else frozenset()


def _have_small_names(shapes: Mapping[Symbol, Shape]) -> bool:
    """Whether entries of matrices with small letters would be called as something else is: then none has one, so that
    all are written alike.
    """
    known = {(name.base, name.subscript, name.superscript, name.accent, name.primes) for name in shapes}
    for name, shape in shapes.items():
        base, axes = name.base.lower(), sum(size > 1 for size in shape)
        if len(shape) < 2 or len(name.base) > 1 or base == name.base:
            continue
        count, more = len(name.subscript), (name.superscript, name.accent, name.primes)
        for other, items, *rest in known:
            alike = other == base and tuple(rest) == more and items[:count] == name.subscript
            if alike and len(items) - count in {0, axes}:
                return True
    return False
