"""One side of a written equation → an expression. Every number keeps the place where it stands, every array is a name.

The grammar is that of students: decimal commas, `·10^-7`, arrays in any brackets, subscripts behind brackets, `a/b c`.
Nothing is evaluated; length and nesting are bounded. Raises TextError for what cannot be read.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field, replace
from fractions import Fraction

from flint import fmpq

from derive.answers.lexicon import Lexicon, Quantity
from derive.answers.model import EXACT_DIGITS, Written
from derive.language.cursor import MAX_NESTING, Cursor, Scope
from derive.language.expressions import Apply, Expr, Number, Ref, Shape, Span, number
from derive.language.grammar import MAX_DIGITS, MAX_EXPONENT, parse_number
from derive.language.names import ACCENTS, Name, Symbol
from derive.language.tokens import TextError, Token, tokenize
from derive.operations.shapes import as_matrix, normal

MAX_LINK = 6_000
MAX_CELLS = 2_000
_NOTHING = Scope({}, {})


@dataclass(frozen=True, slots=True)
class Grid:
    """An array as it was written: its cells row by row, and whether it stands as one row."""

    shape: Shape
    cells: tuple[Expr, ...]
    span: Span

    @property
    def literal(self) -> bool:
        """Whether every cell is a number."""
        return all(isinstance(cell, Number) for cell in self.cells)

    def turned(self) -> Grid:
        """The transpose."""
        rows, columns = as_matrix(self.shape)
        cells = tuple(self.cells[i * columns + j] for j in range(columns) for i in range(rows))
        return replace(self, shape=normal((columns, rows)), cells=cells)


@dataclass(slots=True)
class Reading:
    """What was read of a text: the expression, the arrays in it by the names that stand for them."""

    text: str
    expr: Expr
    grids: dict[Name, Grid] = field(default_factory=dict)
    numbers: dict[Span | None, Written] = field(default_factory=dict)

    def grid(self, expr: Expr) -> Grid | None:
        """The array that an expression is."""
        return self.grids.get(expr.name) if isinstance(expr, Ref) else None

    def kept(self, grid: Grid) -> Ref:
        """An array under a name of its own."""
        name = Symbol("array", subscript=(len(self.grids) + 1,), helper=1)
        self.grids[name] = grid
        return Ref(name)

    def written(self, number: Number) -> Written:
        """A number with its length, as it stands in the text."""
        found = self.numbers.get(number.span)
        if found is None:
            start, end = number.span or (0, 0)
            found = self.numbers[number.span] = written_number(number, self.text[start:end].strip())
        return found


def written_number(number: Number, text: str) -> Written:
    """A number with the digits and the last place of its text."""
    value = fmpq(number.value.numerator, number.value.denominator)
    digits = re.match(r"[-+−\s({]*(\d*)[.,]?(\d*)", text)
    if digits is None or not any(digits.groups()):
        return Written(value, fmpq(0), EXACT_DIGITS, text)
    whole, broken = digits.groups()
    mantissa = fmpq(int(whole + broken), 10 ** len(broken))
    power = abs(value) / mantissa if mantissa != 0 else fmpq(1)
    return Written(value, power / 10 ** len(broken), max(1, len((whole + broken).lstrip("0"))), text)


def read(text: str, lexicon: Lexicon, decimal: str) -> Reading:
    """What a text says. Raises TextError."""
    if len(text) > MAX_LINK:
        raise TextError(f"this has {len(text)} characters", f"at most {MAX_LINK} are read")
    text = _prepared(text)
    reading = Reading(text, number(0))
    text = _pointed(text, decimal)
    found = _number_in(text, 0, len(text)) or _plain_array(text, reading)
    reading.expr = found or Hand(text, tokenize(text), lexicon, reading).whole()
    return reading


_LITERAL = re.compile(
    r"\s*(?P<sign>[-−]?)(?P<number>\d{1,300}(?:\.\d{0,300})?)"
    r"(?:\s*(?:\\cdot|[·*⋅])\s*10\^(?P<open>\{)?\s*(?P<power>[-−]?\d{1,3})\s*(?(open)\}))?\s*"
)
_PLAIN = re.compile(r"\s*(?:\\begin\{[bp]matrix\}([^\[\]()]*)\\end\{[bp]matrix\}|\[([^\[\]()]*)\])\s*")


def _number_in(text: str, start: int, end: int) -> Number | None:
    """The plain number between two positions, or None: what most cells are needs no grammar."""
    match = _LITERAL.fullmatch(text, start, end)
    if match is None:
        return None
    value = Fraction(match["number"]) * Fraction(10) ** int((match["power"] or "0").replace("−", "-"))
    inside = match.group()
    first = match.start() + len(inside) - len(inside.lstrip())
    return Number(-value if match["sign"] else value, span=(first, match.start() + len(inside.rstrip())))


def _plain_array(text: str, reading: Reading) -> Expr | None:
    """An array of plain numbers, or None."""
    match = _PLAIN.fullmatch(text)
    if match is None or r"\begin" in (inner := match.group(1) or match.group(2) or ""):
        return None
    first = match.start(1 if match.group(1) is not None else 2)
    rows = [[_number_in(text, first + a, first + b) for a, b in row] for row in cells_of(inner)]
    cells = tuple(cell for row in rows for cell in row if cell is not None)
    if len({len(row) for row in rows}) != 1 or len(cells) != sum(map(len, rows)) or len(cells) > MAX_CELLS:
        return None
    return reading.kept(Grid(normal((len(rows), len(rows[0]))), cells, (0, len(text))))


def _prepared(text: str) -> str:
    """Spellings that the tokens do not know, in ones that they do."""
    text = re.sub(r"\\([dt]?)frac\s*(\d)\s*(\d)", r"\\frac{\2}{\3}", text)
    text = re.sub(r"\\(?:,|;|!|:|quad|qquad|ldotp)\s*$", "", text)
    text = re.sub(r"\\(?:thinspace|medspace|thickspace|enspace|displaystyle)(?![a-zA-Z])|\\(?:boxed|result|fbox|underline)(?=\s*\{)", " ", text)
    text = re.sub(r"\\(?:left|right|[bB]igg?[lrm]?)(?![a-zA-Z])\s*\.?", " ", text)
    text = re.sub(r"(?<=\d)\s*[x×]\s*(?=10\s*(?:\^|[⁻⁰¹²³⁴-⁹]))", "*", text)
    return re.sub(r"\bmax\s*(\(|\\\{)\s*0\s*,", r"max\g<1>0;", text).replace("~", " ").strip()


def _pointed(text: str, decimal: str) -> str:
    """The same text, as long, with points in its numbers."""

    def pointed(match: re.Match[str]) -> str:
        found = match.group()
        return found.replace(",", ".") if found.count(",") == 1 and found[0] != "_" else found

    return re.sub(r"_\{[^{}]*\}|\d+(?:,\d+)+", pointed, text) if decimal == "," else text


class Hand(Cursor):
    """Recursive descent over a student's tokens: those of a whole text, or of one cell in it."""

    def __init__(  # the tokens are there already: those of a cell are not read again
        self, text: str, tokens: list[Token], lexicon: Lexicon, reading: Reading, depth: int = 0
    ) -> None:
        self.text, self.tokens, self.scope = text, tokens, _NOTHING
        self.at, self.depth = 0, depth
        self.lexicon, self.reading = lexicon, reading
        self.minus: int | None = None

    def whole(self) -> Expr:
        """The expression, to the end."""
        expr = self.sum()
        if self.token.kind != "end":
            raise self.unexpected("an operator or the end")
        return expr

    def span(self, start: int) -> Span:
        """From a position to the last token taken."""
        return start, self.tokens[self.at - 1].end

    # --- sums, products, powers --------------------------------------------------------------------------------------

    def sum(self) -> Expr:
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise self.error("this is nested too deeply", f"at most {MAX_NESTING} levels are read")
        left = self._signed()
        while self.is_op("+", "-"):
            op = "add" if self.take().text == "+" else "subtract"
            left = Apply(op, (left, self._signed()))
        self.depth -= 1
        return left

    def _signed(self) -> Expr:
        minus = None
        while self.is_op("+", "-"):
            token = self.take()
            if token.text == "-":
                minus = token.start if minus is None else None
        return self._negative(minus, self._product)

    def _negative(self, minus: int | None, read: object) -> Expr:
        """What `read` reads with a sign before it; a number takes the sign into itself."""
        assert callable(read)
        self.minus = minus if self.token.kind == "number" else None
        taken = self.minus is not None
        expr: Expr = read()
        if minus is None or (taken and self.minus is None):
            return expr
        self.minus = None
        return Apply("negate", (expr,))

    def _product(self) -> Expr:
        left = self._power()
        while True:
            if self.accept("*"):
                left = Apply("product", (left, self._factor()))
            elif self.accept("⊙"):
                left = Apply("times", (left, self._factor()))
            elif self.accept("/"):
                left = Apply("divide", (left, self._factor()))
            elif self._starts_factor():
                left = Apply("product", (left, self._power()))
            else:
                return left

    def _factor(self) -> Expr:
        minus = None
        while self.is_op("+", "-"):
            token = self.take()
            if token.text == "-":
                minus = token.start if minus is None else None
        return self._negative(minus, self._power)

    def _starts_factor(self) -> bool:
        token = self.token
        if token.kind == "command":
            return token.text != "end"
        return token.kind == "word" or (token.kind == "op" and token.text in {"(", "[", "√"})

    def _power(self) -> Expr:
        minus, self.minus = self.minus, None
        if self.token.kind == "number":
            base = self._number(minus)
        else:
            base = self._primary()
        while self.is_op("^", "_"):
            if self.take().text == "_":
                self._skip_subscript()
            else:
                base = self._raised(base)
        return base

    def _skip_subscript(self) -> None:
        """A subscript behind a bracket means nothing here: `(…)_2`."""
        braced = self.accept("{")
        while self.token.kind in {"number", "word"} or (braced and self.is_op(",", "*", "+", "-")):
            self.take()
            if not braced:
                return
        if braced:
            self.expect("}")

    def _raised(self, base: Expr) -> Expr:
        at = self.token
        braced = self.is_op("{")
        word = self.peek(1) if braced else self.token
        if word.kind == "word" and word.text in {"T", "t"} and (not braced or self.peek(2).text == "}"):
            for _ in range(3 if braced else 1):
                self.take()
            return self._turned(base)
        exponent = self._exponent()
        if isinstance(exponent, Number) and abs(exponent.value) > MAX_EXPONENT:
            raise self.error("the exponent is too large", f"at most {MAX_EXPONENT}", at)
        return Apply("power", (base, exponent))

    def _turned(self, base: Expr) -> Expr:
        grid = self.reading.grid(base)
        return self.reading.kept(grid.turned()) if grid else Apply("transpose", (base,))

    def _exponent(self) -> Expr:
        if self.is_op("{", "("):
            return self._enclosed({"{": "}", "(": ")"}[self.token.text])
        return self._factor()

    def _enclosed(self, closing: str) -> Expr:
        opened = self.take()
        inner = self.sum()
        self.expect(closing, opened)
        return inner

    # --- numbers -----------------------------------------------------------------------------------------------------

    def _number(self, minus: int | None) -> Expr:
        """A number with its power of ten. The sign before it is part of it unless it is raised."""
        token = self.take()
        if len(token.text) > MAX_DIGITS:
            raise self.error("the number has too many digits", "", token)
        try:
            value = parse_number(token.text)
        except ValueError as wrong:
            raise self.error(str(wrong), "", token) from None
        if token.text == "10" and (power := self._ten()) is not None:
            value = value ** power  # 10^-7 alone
        elif self.is_op("*") and self.peek().text == "10" and (power := self._ten(2)) is not None:
            value *= type(value)(10) ** power
        if self.token.kind == "number":
            raise self.error("two numbers side by side", "put an operator between them")
        if self.is_op("^"):
            self.minus = minus
            return Number(value, span=self.span(token.start))
        start = token.start if minus is None else minus
        return Number(value if minus is None else -value, span=self.span(start))

    def _ten(self, skip: int = 0) -> int | None:
        """The exponent of a power of ten whose `^` is `skip` tokens ahead; None with nothing taken."""
        ahead = [self.peek(skip + i) for i in range(5)]
        if ahead[0].text != "^":
            return None
        texts = [token.text for token in ahead[1:]]
        braced = texts[0] == "{"
        texts = texts[1:] if braced else texts
        negative = texts[0] in "+-" if texts[0] else False
        digits = texts[1] if negative else texts[0]
        if not digits.isdigit() or len(digits) > 3:
            return None
        for _ in range(skip + 2 + negative + 2 * braced):
            self.take()
        return -int(digits) if negative and texts[0] == "-" else int(digits)

    # --- names and functions -----------------------------------------------------------------------------------------

    def _primary(self) -> Expr:
        token = self.token
        if token.kind == "word" or (token.kind == "command" and token.text in ACCENTS):
            return self._named()
        if token.kind == "command":
            return self._command()
        if token.kind == "op" and token.text == "(":
            return self._list(token) or self._enclosed(")")
        if token.kind == "op" and token.text == "{":
            return self._enclosed("}")
        if token.kind == "op" and token.text == "[":
            return self._bracket()
        if self.accept("√"):
            return Apply("sqrt", (self._primary() if self.token.kind != "number" else self._number(None),))
        if token.kind == "op" and token.text == "|":
            return Apply("abs", (self._bars(),))
        raise self.unexpected("a number, a name or `(`")

    def _bars(self) -> Expr:
        opened = self.take()
        inner = self.sum()
        self.expect("|", opened)
        return inner

    def _named(self) -> Expr:
        start = self.at
        for attempt in (self._exponential, self._slope, self._call, self._quantity, self._letters, self._special):
            found = attempt()
            if found is not None:
                return found
            self.at = start
        token = self.token
        raise self.error(f"`{self.written(token)}` is not known in this problem", "", token)

    def _quantity(self) -> Expr | None:
        return self.lexicon.symbol(self._whole_symbol())

    def _whole_symbol(self, base: str | None = None) -> Symbol:
        """A symbol; a number that touches the letters is its subscript: `W2`."""
        symbol = self.symbol(base)
        after = self.token
        if after.kind == "number" and after.glued and after.text.isdigit() and len(after.text) < 5:
            self.take()
            rest = self.symbol("x").subscript if self.is_op("_") else ()
            return replace(symbol, subscript=(*symbol.subscript, int(after.text), *rest))
        return symbol

    def _slope(self) -> Expr | None:
        """`dL/dW_1` with a slash."""
        of = self._differential()
        if of is None or not self.accept("/"):
            return None
        by = self._differential()
        return self._through(self.lexicon.derivative(of, by))

    def _through(self, slope: Quantity | None) -> Quantity | None:
        """`|_{z_2}` or `|z_2` behind a derivative: the part of it that comes through z_2."""
        after = self.peek()
        if slope is None or not self.is_op("|") or not (after.text == "_" or (after.kind == "word" and after.glued)):
            return slope
        self.take()
        braced = self.accept("_") and self.accept("{")
        name = self.lexicon.names.get(f"{slope.name.id}|{self.symbol().id}")
        if braced:
            self.expect("}")
        return Ref(name) if name is not None else None

    def _differential(self) -> Quantity | None:
        """`dL` or `d L` as the quantity behind the d."""
        token = self.token
        if token.kind != "word" or not token.text.startswith("d"):
            return None
        self.take()
        if token.text != "d":
            return self.lexicon.symbol(self._whole_symbol(token.text[1:]))
        word = self.token.kind == "word" or (self.token.kind == "command" and self.token.text in ACCENTS)
        return self.lexicon.symbol(self._whole_symbol()) if word else None

    def _call(self) -> Expr | None:
        """`f(…)`, `f'(…)`."""
        word, primes = self.take(), 0
        if word.kind != "word":
            return None
        while self.is_op("'") or (self.is_op("^") and self.peek().text == "'"):
            primes += self.take().text == "'"
        if not self.is_op("("):
            return self._applied_bare(word, primes)
        if primes == 0 and word.text in self.lexicon.names:
            return None
        opened = self.take()
        args = [self.sum()]
        while self.accept(",", ";"):
            args.append(self.sum())
        self.expect(")", opened)
        return self.lexicon.function(word.text, primes, tuple(args))

    def _applied_bare(self, word: Token, primes: int) -> Expr | None:
        """`exp` and the like before a braced argument; else nothing."""
        if primes == 0 and word.text in {"exp", "ln", "log"} and self.token.kind in {"word", "number"}:
            return self.lexicon.function(word.text, 0, (self._power(),))
        return None

    def _letters(self) -> Expr | None:
        """Several letters as a product of names of one letter."""
        word = self.token
        if word.kind != "word" or not 1 < len(word.text) < 5:
            return None
        self.take()
        first = [self.lexicon.symbol(Symbol(letter)) for letter in word.text[:-1]]
        last = self.lexicon.symbol(self.symbol(word.text[-1]))
        if last is None or any(found is None for found in first):
            return None
        product: Expr | None = None
        for factor in (*first, last):
            assert factor is not None
            product = factor if product is None else Apply("product", (product, factor))
        return product

    def _exponential(self) -> Expr | None:
        """`e^…` where nobody defined an e."""
        if self.take().text == "e" and "e" not in self.lexicon.names and self.accept("^"):
            return Apply("exp", (self._exponent(),))
        return None

    def _special(self) -> Expr | None:
        return Apply("pi", ()) if self.take().text == "pi" else None

    # --- commands ----------------------------------------------------------------------------------------------------

    def _command(self) -> Expr:
        token = self.take()
        if token.text == "frac":
            return self._fraction()
        if token.text == "sqrt":
            return Apply("sqrt", (self._group(),))
        if token.text == "begin":
            return self._environment(token)
        raise self.error(f"`{self.written(token)}` has no meaning here", "", token)

    def _fraction(self) -> Expr:
        start = self.at
        slope = self._fraction_slope()
        if slope is not None:
            return slope
        self.at = start
        return Apply("divide", (self._group(), self._group()))

    def _fraction_slope(self) -> Expr | None:
        """`\\frac{dL}{dW_1}`; the quantity may stand behind it: `\\frac{d}{dw} L`."""
        if not self.accept("{"):
            return None
        of = self._differential()
        if of is None or not self.accept("}") or not self.accept("{"):
            return None
        by = self._differential()
        return self._through(self.lexicon.derivative(of, by)) if self.accept("}") else None

    def _group(self) -> Expr:
        if not self.is_op("{"):
            raise self.unexpected("`{`")
        return self._enclosed("}")

    # --- arrays ------------------------------------------------------------------------------------------------------

    def _environment(self, opened: Token) -> Expr:
        start = self._environment_name()
        depth, at = 1, self.at
        while depth:
            token = self.take()
            if token.kind == "end":
                raise self.error("the matrix is never closed", "expected `\\end{…}`", opened)
            if token.kind == "command" and token.text in {"begin", "end"}:
                depth += 1 if token.text == "begin" else -1
                at = self.at - 1
        end = self.tokens[at].start
        self._environment_name()
        return self._array(opened.start, start, end)

    def _environment_name(self) -> int:
        """Takes `{bmatrix}` (and the columns of an `array`); where the content begins."""
        self.expect("{")
        name = self.take().text
        self.accept("*")
        end = self.expect("}").end
        if name == "array" and self.accept("{"):
            while not self.is_op("}") and self.token.kind != "end":
                self.take()
            end = self.expect("}").end
        return end

    def _bracket(self) -> Expr:
        opened = self.take()
        end = self._close(opened, "[", "]")
        return self._array(opened.start, opened.end, end)

    def _close(self, opened: Token, left: str, right: str) -> int:
        depth = 1
        while depth:
            token = self.take()
            if token.kind == "end":
                raise self.error(f"`{left}` is never closed", f"expected `{right}`", opened)
            if token.kind == "op":
                depth += (token.text == left) - (token.text == right)
        return self.tokens[self.at - 1].start

    def _list(self, opened: Token) -> Expr | None:
        """A vector in round brackets, or None with nothing taken."""
        mark = self.at
        self.take()
        try:
            end = self._close(opened, "(", ")")
        except TextError:
            end = opened.end
        inner = self.text[opened.end : end]
        several = re.search(r"[;&]|\\\\", inner) or re.fullmatch(r"[^a-zA-Z()|]*(?:[|,][^a-zA-Z()|]*)+", inner)
        if several and not re.search(r"[(\[{]", inner.replace("^{", "")):
            return self._array(opened.start, opened.end, end)
        self.at = mark
        return None

    def _array(self, start: int, first: int, last: int) -> Expr:
        """The array whose cells stand between two positions of the text."""
        rows = cells_of(self.text[first:last])
        if sum(map(len, rows)) > MAX_CELLS:
            raise self.error("the array is too large", f"at most {MAX_CELLS} entries are read")
        read = [[self._cell(first + a, first + b) for a, b in row] for row in rows]
        if len({len(row) for row in read}) != 1:
            raise TextError("the rows of the array differ in length", "", start, last)
        return self.reading.kept(self._grid(read, self.span(start)))

    def _cell(self, start: int, end: int) -> Expr:
        if (plain := _number_in(self.text, start, end)) is not None:
            return plain
        first, last = (bisect_left(self.tokens, at, key=_start) for at in (start, end))
        tokens = [*self.tokens[first:last], Token("end", "", end, end)]
        return Hand(self.text, tokens, self.lexicon, self.reading, self.depth).whole()

    def _grid(self, rows: list[list[Expr]], span: Span) -> Grid:
        """The array of cells; lists of lists are rows."""
        inner = [self.reading.grid(cell) for row in rows for cell in row]
        if all(inner) and (len(rows) == 1 or len(rows[0]) == 1):
            grids = [grid for grid in inner if grid]
            if len({grid.shape for grid in grids}) == 1:
                cells = tuple(cell for grid in grids for cell in grid.cells)
                return Grid(normal((len(grids), len(grids[0].cells))), cells, span)
        return Grid(normal((len(rows), len(rows[0]))), tuple(cell for row in rows for cell in row), span)


# --- cells ----------------------------------------------------------------------------------------------------------

_NESTED = re.compile(r"\\begin|\\end|[\[\](){}]")
_ROW = re.compile(r"\\\\|;")
_CELL = re.compile(r"&|,|\\q?quad|\|")
_GAP = re.compile(r"(?<=[\d}\])])(?:\s|\\[,;:! ])+(?=[-+−]?[\d.(\[])")


def _start(token: Token) -> int:
    return token.start


def cells_of(text: str) -> list[list[Span]]:
    """Where the cells of an array stand, row by row."""
    rows = _split(text, 0, len(text), _ROW)
    if len(rows) == 1 and "\n" in text.strip():
        rows = _split(text, 0, len(text), re.compile(r"\n+"))
    separated = _CELL if any(len(_split(text, a, b, _CELL)) > 1 for a, b in rows) else _GAP
    return [_split(text, a, b, separated) for a, b in rows]


def _split(text: str, start: int, end: int, separator: re.Pattern[str]) -> list[Span]:
    """The parts between separators that stand outside of brackets, without empty ones."""
    parts, at = [], start
    depths = _depths(text)
    for match in separator.finditer(text, start, end):
        if depths[match.start()] == 0:
            parts.append((at, match.start()))
            at = match.end()
    parts.append((at, end))
    return [(a, b) for a, b in parts if text[a:b].replace(r"\hline", "").strip()] or [(start, end)]


def _depths(text: str) -> list[int]:
    """How deep each position lies in brackets."""
    depths, depth, at = [0] * (len(text) + 1), 0, 0
    for match in _NESTED.finditer(text):
        depths[at : match.start() + 1] = [depth] * (match.start() + 1 - at)
        depth += 1 if match.group() in {r"\begin", "[", "(", "{"} else -1
        at = match.start() + 1
    depths[at:] = [depth] * (len(depths) - at)
    return depths
