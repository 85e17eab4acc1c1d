"""Conditions on a draw, in the language of equations: `0.05 < A_2 < 0.95`, `count(z_1 < 0) = 1`, `dL/dW_1 has no 0`.

A comparison of arrays holds where it holds for every entry. Values are proven: a comparison that the working precision
does not decide raises Undecided, and is asked again with more bits.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from derive.calculus.applications import misapplied, with_settings
from derive.calculus.differentiation import expand_macros, shape_of
from derive.calculus.kernels import Branches, Flat, ShapeFault
from derive.calculus.scalars import Num, ValueFault, sign
from derive.derivation.steps import Derivation
from derive.errors import Fault, InputError, suggestion
from derive.language.cursor import Scope
from derive.language.expressions import Apply, Expr, Ref, Shape, walk
from derive.language.grammar import parse
from derive.language.names import Derivative
from derive.language.tokens import TextError, Token, tokenize
from derive.operations import FUNCTIONS
from derive.problem.reading.variants_table import Requirement
from derive.values.tape import CompiledExpr, Env, Tape, compile_expr
from derive.values.values import Values

RELATIONS: Mapping[str, Callable[[int], bool]] = {
    "<": lambda sign: sign < 0, "<=": lambda sign: sign <= 0, "=": lambda sign: sign == 0,
    ">": lambda sign: sign > 0, ">=": lambda sign: sign >= 0,
}  # fmt: skip
_OPENING, _CLOSING = "([{", ")]}"
_EXPECTED = 'expected for example "0.05 < A_2 < 0.95", "count(z_1 < 0) = 1" or "dL/dW_1 has no 0"'

Test = Callable[[Env], list[bool]]


@dataclass(frozen=True, slots=True)
class DrawCondition:
    """A condition as it was written, and whether some values meet it."""

    text: str
    test: Test

    def holds(self, values: Values) -> bool:
        """Whether the values of the first pass meet it; one that has no value with them is not met."""
        try:
            return values.decided(lambda: all(self.test(values.env())))
        except (InputError, ValueFault, ZeroDivisionError):
            return False


def read_condition(requirement: Requirement, tape: Tape) -> DrawCondition | Fault:
    """The condition that a text writes, or what is wrong with it."""
    try:
        return DrawCondition(requirement.text, _Reader(requirement.text, tape).condition())
    except TextError as wrong:
        place = requirement.place
        column = None if place.column is None else place.column + wrong.start
        return Fault(wrong.message, wrong.hint or _EXPECTED,
                     replace(place, column=column, length=wrong.end - wrong.start))  # fmt: skip


class _Reader:
    """Splits a condition at its relations; what stands between them is read by the grammar."""

    def __init__(self, text: str, tape: Tape) -> None:
        self.text, self.tape = text, tape
        self.derivation: Derivation = tape.derivation
        self.tokens = tokenize(text)[:-1]

    def condition(self) -> Test:
        has = next((i for i, token in enumerate(self.tokens) if token.text == "has"), None)
        if has is not None and [token.text for token in self.tokens[has + 1 : has + 2]] == ["no"]:
            return self._without(self.tokens[:has], self.tokens[has + 2 :])
        return self._comparison(self.tokens)

    def _without(self, left: list[Token], right: list[Token]) -> Test:
        """`X has no 0`: no entry is that number."""
        run, number = self._side(left)[0], self._side(right)[0]
        return lambda env: [sign(x - y) != 0 for x, y in _entries([run(env), number(env)])]

    def _comparison(self, tokens: list[Token]) -> Test:
        """`a < b <= c`: for each entry, whether every relation holds."""
        parts, relations = self._split(tokens)
        if not relations:
            raise TextError("this compares nothing", _EXPECTED, *_span(tokens, self.text))
        sides = [self._side(part) for part in parts]
        shapes = {shape for _, shape in sides if shape}
        if len(shapes) > 1:
            raise TextError("arrays of different shapes are compared", "compare with a number, or with the same shape",
                            *_span(tokens, self.text))  # fmt: skip
        runs = [run for run, _ in sides]

        def test(env: Env) -> list[bool]:
            entries = _entries([run(env) for run in runs])
            return [
                all(r(sign(x - y)) for (x, y), r in zip(pairwise(entry), relations, strict=True)) for entry in entries
            ]

        return test

    def _split(self, tokens: list[Token]) -> tuple[list[list[Token]], list[Callable[[int], bool]]]:
        """The sides between the relations that stand outside brackets."""
        parts: list[list[Token]] = [[]]
        relations, depth = [], 0
        for token in tokens:
            depth += (token.text in _OPENING) - (token.text in _CLOSING)
            if depth == 0 and token.kind == "op" and token.text in RELATIONS:
                relations.append(RELATIONS[token.text])
                parts.append([])
            else:
                parts[-1].append(token)
        return parts, relations

    def _side(self, tokens: list[Token]) -> tuple[CompiledExpr, Shape]:
        """One side: how many entries meet a comparison, or an expression."""
        words = [token.text for token in tokens]
        if words[:2] == ["count", "("] and words[-1] == ")":
            return self._count(tokens[2:-1]), ()
        start, end = _span(tokens, self.text)
        try:
            scope = Scope({name.id: name for name in self.tape.slots}, FUNCTIONS)
            expr = with_settings(parse(self.text[start:end], scope))
            self._check(expr)
            expr = expand_macros(expr, self.derivation.shapes)
            shape = shape_of(expr, self.derivation.shapes)
        except TextError as wrong:
            raise TextError(wrong.message, wrong.hint, wrong.start + start, wrong.end + start) from None
        except ShapeFault as wrong:
            raise TextError(wrong.message, wrong.hint, start, end) from None
        return compile_expr(expr, self.tape.slots, self.derivation.shapes, Branches()), shape

    def _count(self, tokens: list[Token]) -> CompiledExpr:
        from flint import fmpq

        inner = self._comparison(tokens)
        return lambda env: [fmpq(sum(inner(env)))]

    def _check(self, expr: Expr) -> None:
        """Operations have the arguments they take; derivatives are read wherever both names are known: is it a step of
        this problem? Raises TextError.
        """
        for node in walk(expr):
            if isinstance(node, Apply) and (wrong := misapplied(node)):
                raise TextError(*wrong, *(node.span or (0, 1)))
            if isinstance(node, Ref) and isinstance(node.name, Derivative) and node.name not in self.tape.slots:
                known = [name.id for name in self.tape.slots if isinstance(name, Derivative)]
                hint = suggestion(node.name.id, known) or f"there are: {', '.join(known)}"
                raise TextError(f"`{node.name}` is not worked out in this problem", hint, *(node.span or (0, 1)))


def _entries(flats: Sequence[Flat]) -> Iterator[tuple[Num, ...]]:
    """The sides entry by entry; a scalar stands beside every entry."""
    size = max(map(len, flats))
    return zip(*(flat * (size // len(flat)) for flat in flats), strict=True)


def _span(tokens: list[Token], text: str) -> tuple[int, int]:
    """Where the tokens stand in the text. Raises TextError where there are none."""
    if not tokens:
        raise TextError("something is missing here", _EXPECTED, 0, len(text))
    return tokens[0].start, tokens[-1].end
