"""The grammar's smallest parts: numbers, entries, blocks, roots, fractions, matrices and sums over a letter."""

from collections.abc import Callable, Mapping
from functools import reduce

from derive.language.cursor import Scope
from derive.language.expressions import Apply, Expr, Number, Options, Ref, Slice, number
from derive.language.numbers import parse_number
from derive.language.repetition import REPEATED, RepetitionReader
from derive.language.tokens import TextError, Token

MAX_PARTS = 10_000
_CLOSING = {"[": "]", "(": ")", "{": "}"}
_IF = frozenset({"if", "for", "when", "falls", "wenn", "si", "pour", "если", "при", "егер"})
_OTHERWISE = frozenset(
    {"otherwise", "else", "sonst", "sinon", "autrement", "si no", "en otro caso", "иначе", "әйтпесе"}
)
"""The words of `cases`, in the languages of pages."""
LONGEST_PHRASE = 3  # words
COMPARISONS = {">": "above", ">=": "at_least", "<": "below", "<=": "at_most", "==": "equal"}
CONTRARY = {"above": "at_most", "at_most": "above", "at_least": "below", "below": "at_least"}


_WHOLE: Slice = (None, None)
_LOOKED_UP: tuple[Options, Options] = ((("axis", "rows"),), ())
"""What is looked up by the first and by the second number in a bracket behind an array: its rows, its columns."""


def _is_contrary(first: Expr, second: Expr) -> bool:
    """Whether one comparison holds where the other does not; `m = 0` where `m = 1` does not."""
    if not isinstance(first, Apply) or not isinstance(second, Apply):
        return False
    if first.op == second.op == "equal" and first.args[0] == second.args[0]:
        return {first.args[1], second.args[1]} == {number(0), number(1)}
    return CONTRARY.get(first.op) == second.op and first.args == second.args


NORMS: Mapping[str, tuple[str, ...]] = {"2": ("norm",), "F": ("norm",), "1": ("abs", "sum"), "infty": ("abs", "max")}
"""The norms by what stands below the double bars: the operations that make them, one after the other."""


class Primaries(RepetitionReader):
    """Reads what an expression is put together from; the grammar says how."""

    def __init__(self, text: str, scope: Scope, tokens: list[Token] | None = None) -> None:
        super().__init__(text, scope, tokens)
        self.parts = self.open_bars = self.open_braces = 0

    def sum(self) -> Expr:
        """A whole expression at the cursor."""
        raise NotImplementedError

    def primary(self) -> Expr:
        """A number, a name or something in brackets at the cursor."""
        raise NotImplementedError

    def quotient(self, left: Expr, right: Expr, start: int) -> Expr:
        """left/right; `start` is where it begins."""
        raise NotImplementedError

    def counted(self) -> None:
        """One more part of the text is read. Raises TextError beyond MAX_PARTS, however often a sum repeats it."""
        self.parts += 1
        if self.parts > MAX_PARTS:
            raise self.error("the expression is too long", f"at most {MAX_PARTS} numbers and names are read")

    def number(self) -> Expr:
        """A number at the cursor."""
        token = self.take()
        try:
            value = parse_number(token.text)
        except ValueError as wrong:
            raise self.error(str(wrong), "", token) from None
        if self.depth == 1 and self.is_op(",") and self.peek().kind == "number":
            raise self.error("a comma cannot stand here", "in equations numbers are written with a point: 0.5")
        return Number(value, not token.text.isdigit(), (token.start, token.end))

    def indexed(self, expr: Expr) -> Expr:
        """`X[:, t]`: a bracket that touches a name indexes."""
        if not (self.is_op("[") and self.token.glued and isinstance(expr, Ref)):
            return expr
        start = expr.span[0] if expr.span else self.token.start
        if found := self._looked_up(expr, start):
            return found
        return Apply("index", (expr,), (("at", self.slices()),), (start, self.tokens[self.at - 1].end))

    def _looked_up(self, array: Expr, start: int) -> Expr | None:
        """`p[a]`, `E[:, t]`, `Q[1, a]`: what given numbers name; None with nothing taken for numbers in the text."""
        mark, places = self.at, list[Expr | Slice]()
        self.take()
        while not self.is_op("]"):
            at = self.token.start
            if self.token.kind != "word" or self.token.text in self.scope.indices:
                places.append(self._slice())
            elif (symbol := self.symbol()).id in self.scope.names:
                places.append(Ref(self.scope.names[symbol.id], (at, self.tokens[self.at - 1].end)))
            if not self.accept(","):
                break
        if len(places) > len(_LOOKED_UP) or not any(isinstance(each, Expr) for each in places) or not self.accept("]"):
            self.at = mark
            return None
        for before, each in reversed(list(enumerate(places))):
            span = (start, self.tokens[self.at - 1].end)
            if isinstance(each, Expr):
                array = Apply("embedding", (array, each), _LOOKED_UP[before], span)
            elif each != _WHOLE:
                array = Apply("index", (array,), (("at", (_WHOLE,) * before + (each,)),), span)
        return array

    def slices(self) -> tuple[Slice, ...]:
        """`[2:3, 1]`: for each axis a position, or from where to where."""
        opened = self.take()
        slices = [self._slice()]
        while self.accept(","):
            slices.append(self._slice())
        self.expect("]", opened)
        return tuple(slices)

    def _slice(self) -> Slice:
        start = None if self.is_op(":") else self._position()
        if not self.accept(":"):
            if start is None:
                raise self.unexpected("a number or `:`")
            return start
        stop = None if self.is_op(",", "]") else self._position()
        return (start, stop)

    def _position(self) -> int:
        value = self.count()
        if value < 1:
            raise self.error("entries count from 1", "", self.tokens[self.at - 1])
        return value

    def blocks(self) -> Expr:
        """`[x; h]` stacks, `[H_1, H_2]` stands side by side."""
        opened = self.take()
        rows = [self._block_row()]
        while self.accept(";"):
            rows.append(self._block_row())
        self.expect("]", opened)
        span = (opened.start, self.tokens[self.at - 1].end)
        return rows[0] if len(rows) == 1 else Apply("stack", tuple(rows), span=span)

    def compared(self) -> Expr:
        """An expression, or a comparison of two: 1 where it holds, else 0."""
        left = self.sum()
        op = COMPARISONS.get(self.token.text) if self.token.kind == "op" else None
        if op is None:
            return left
        sign = self.take()
        return Apply(op, (left, self.sum()), span=(sign.start, sign.end))

    def _block_row(self) -> Expr:
        start, items = self.token.start - 1, [self.compared()]
        while self.accept(","):
            items.append(self.compared())
        if len(items) > 1 and all(isinstance(item, Apply) and item.op == "beside" for item in items):
            hint = "write `[a, b; c, d]` for a matrix, `[a, b, c, d]` for a row"
            raise TextError("brackets in brackets can be read in two ways", hint, start, self.token.end)
        return items[0] if len(items) == 1 else Apply("beside", tuple(items), span=(start, self.token.end))

    def root(self) -> Expr:
        """`√x`."""
        self.take()
        self.deeper()
        inner = self.primary()
        self.depth -= 1
        return Apply("sqrt", (inner,))

    def inner_product(self) -> Expr:
        """`⟨w, x⟩`."""
        opened = self.take()
        left = self.sum()
        self.expect(",")
        right = self.sum()
        self.expect("⟩", opened)
        return Apply("dot", (left, right), span=(opened.start, self.tokens[self.at - 1].end))

    def indicator(self) -> Expr:
        """`\\mathbb{1}[j = k]`, `\\mathbb{1}_{z > 0}`: 1 where a condition holds, else 0."""
        self.take()
        self.accept("_")
        closing = _CLOSING.get(self.token.text)
        if closing is None:
            raise self.unexpected("a condition in brackets, as in `[z > 0]`")
        opened = self.take()
        (condition,) = self._condition() or [self.sum()]
        self.expect(closing, opened)
        return condition

    def bars(self) -> Expr:
        """`|x|`."""
        opened = self.take()
        inner = self._between_bars()
        if self.is_op("||"):
            self.split(self.at, 1)  # |x||y| is a product
        self.expect("|", opened)
        return Apply("abs", (inner,))

    def norm(self) -> Expr:
        """`||v||`, also with the norm's name below: `||v||_1`. `||a| - 1|` are two bars one after the other."""
        start, opened = self.at, self.token
        self.take()
        try:
            inner = self._between_bars()
            closed = self.accept("||")
        except TextError:
            closed = False
        if closed:
            return self._norm_of(inner, opened)
        self.at = start
        self.split(start, 1)
        return self.bars()

    def _between_bars(self) -> Expr:
        self.open_bars += 1
        try:
            return self.sum()
        finally:
            self.open_bars -= 1

    def _norm_of(self, inner: Expr, opened: Token) -> Expr:
        """A norm by what stands below the bars at the cursor: the sum of absolute values, the largest, or the root."""
        kind = "2"
        if self.accept("_"):
            braced = self.accept("{")
            kind = self.take().text
            if braced:
                self.expect("}")
        if kind not in NORMS:
            raise self.error(f"there is no norm `{kind}`", f"one of: {', '.join(NORMS)}", self.tokens[self.at - 1])
        span = (opened.start, self.tokens[self.at - 1].end)
        return reduce(lambda expr, op: Apply(op, (expr,), span=span), NORMS[kind], inner)

    def slope(self) -> Expr | None:
        """A derivative at the cursor, or None with nothing taken."""
        start = self.token.start
        derivative = self.derivative()
        return Ref(derivative, (start, self.tokens[self.at - 1].end)) if derivative else None

    def command(self) -> Expr:
        """A LaTeX command that builds an expression."""
        token = self.token
        if token.text == "frac":
            if slope := self.slope():
                return slope
            self.take()
            top, bottom = self._group(), self._group()
            return self.quotient(top, bottom, token.start)
        if token.text == "sqrt":
            self.take()
            return Apply("sqrt", (self._group(),))
        if token.text in REPEATED:
            return self.repeated()
        if token.text == "begin":
            return self.environment()
        raise self.unexpected("a number, a name or `(`")

    def _group(self) -> Expr:
        """`{…}`, or as in TeX one digit: `\\frac12`."""
        if self.token.kind == "number" and self.token.text.isdigit():
            self.split(self.at, 1)
            return self.number()
        if not self.is_op("{"):
            raise self.unexpected("`{`")
        return self.enclosed("}")

    def parentheses(self) -> Expr:
        """What stands between parentheses: `(z > 0)` is a condition too."""
        return self.enclosed(")", self.compared)

    def enclosed(self, closing: str, read: Callable[[], Expr] | None = None) -> Expr:
        """What stands between the bracket at the cursor and `closing`."""
        opened = self.take()
        inner = (read or self.sum)()
        self.expect(closing, opened)
        return inner

    def environment(self) -> Expr:
        """`\\begin{bmatrix} a & b \\\\ c & d \\end{bmatrix}`, of expressions."""
        opened = self.take()
        name = self._environment_name()
        if name == "cases":
            return self._cases(opened)
        rows = [[self.compared()]]
        while not self._is_at_end():
            if self.accept("\\\\"):
                if not self._is_at_end():
                    rows.append([self.compared()])
            elif self.accept("&"):
                rows[-1].append(self.compared())
            else:
                raise self.error(f"`\\begin{{{name}}}` is never closed", f"expected `\\end{{{name}}}`", opened)
        self.take()
        self._environment_name()
        blocks = [row[0] if len(row) == 1 else Apply("beside", tuple(row)) for row in rows]
        return blocks[0] if len(blocks) == 1 else Apply("stack", tuple(blocks))

    def _cases(self, opened: Token) -> Expr:
        """`z & z > 0 \\\\ 0 & otherwise \\end{cases}`: values and their conditions, with words between them."""
        rows: list[list[Expr]] = []
        while not self._is_at_end():
            row = [self.compared()]
            self.accept(",")
            rows.append(row + (self._condition() if self.accept("&") else []))
            self.accept(",", ".")
            if not self.accept("\\\\") and not self._is_at_end():
                raise self.error("`\\begin{cases}` is never closed", "expected `\\end{cases}`", opened)
        self.take()
        self._environment_name()
        return self._by_cases(rows, opened)

    def _condition(self) -> list[Expr]:
        """The condition at the cursor, `z > 0` or `m = 1`; none behind the word for what is left."""
        if self._word_of(_OTHERWISE) or self._ends_a_case():
            return []
        self._word_of(_IF)
        condition = self.compared()
        return [Apply("equal", (condition, self.sum()))] if self.accept("=") else [condition]

    def braces(self) -> Expr:
        """What stands between braces; `{z if z > 0; 0 otherwise}` are values and their conditions."""
        opened = self.take()
        self.open_braces += 1
        try:
            rows = [self._case_in_line()]
            while len(rows[0]) > 1 and self.accept(";"):
                rows.append(self._case_in_line())
        finally:
            self.open_braces -= 1
        self.expect("}", opened)
        return self._by_cases(rows, opened) if len(rows) > 1 else rows[0][0]

    def _case_in_line(self) -> list[Expr]:
        """`z if z > 0`; the value alone behind which no condition stands."""
        value = self.sum()
        return [value, *self._condition()] if self.is_between_cases() else [value]

    def is_between_cases(self) -> bool:
        """Whether a word stands here, between braces, that says when a value holds."""
        return self.open_braces > 0 and self._begins(_IF | _OTHERWISE) > 0

    def _is_at_end(self) -> bool:
        return self.token.kind == "command" and self.token.text == "end"

    def _ends_a_case(self) -> bool:
        """Whether no condition follows."""
        return self.is_op("\\\\", ",", ".", ";", "}") or self.token.kind in {"command", "end"}

    def _word_of(self, words: frozenset[str]) -> bool:
        """Whether one of some words stands here, and no name; it is passed over."""
        found = self._begins(words)
        self.at += found
        return found > 0

    def _begins(self, words: frozenset[str]) -> int:
        """How many tokens at the cursor are one of some words, the longest one; 0 for a name."""
        if self.token.kind != "word" or self.token.text in self.scope.names:
            return 0
        for count in range(LONGEST_PHRASE, 0, -1):
            tokens = self.tokens[self.at : self.at + count]
            if " ".join(token.text for token in tokens) in words:
                return count
        return 0

    def _by_cases(self, rows: list[list[Expr]], opened: Token) -> Expr:
        """Each line but the last under its condition; the last one for what is left."""
        *lines, last = rows or [[]]
        if not last or any(len(row) != 2 for row in lines) or len(last) > 2:
            raise self.error("a line of `cases` is a value, `&` and a condition", "as in `a & z > 0`", opened)
        if len(last) == 2 and not (len(lines) == 1 and _is_contrary(lines[0][1], last[1])):
            raise self.error("the last line of `cases` is for what is left", "leave its condition out", opened)
        found = last[0]
        for value, condition in reversed(lines):
            found = Apply("where", (condition, value, found))
        return found

    def _environment_name(self) -> str:
        self.expect("{")
        if self.token.kind != "word":
            raise self.unexpected("the name of a matrix environment")
        name = self.take().text
        self.expect("}")
        return name
