"""The notations that mathematics is written in: TeX, Unicode for a terminal, and ASCII, the language itself.

A notation says how names, numbers and operators look; how an expression is put together from them is in printer.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from derive.calculus.operation_rows import Look
from derive.language.expressions import Index, Shape
from derive.language.names import ACCENTS, GREEK, Name, SubscriptItem, Symbol
from derive.values.digits import INFINITE, Printed

WORDS = {"if": "if", "otherwise": "otherwise", "rows": "rows", "columns": "columns", "channels": "channels"}
"""The words inside mathematics, in English."""
_SUBSCRIPTS = "0123456789ijkl,"
_SUBSCRIPT_TABLE = str.maketrans("0123456789ijkl=", "₀₁₂₃₄₅₆₇₈₉ᵢⱼₖₗ₌")
_SUPERSCRIPT_DIGITS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


@dataclass(frozen=True, slots=True)
class Layout:
    """How a notation sets what is higher than a line: the texts before, between and behind the parts.

    fraction     before the numerator, between the two, behind the denominator
    root         around the radicand
    raised       around an exponent
    lowered      around a subscript
    tag          around words below a function's name, as the axis that it goes along
    exponential  around the exponent of e
    total        around the letters that a sum runs over
    blocks       before a matrix of blocks, between blocks side by side, behind it
    newline      between rows; between those of what is high
    cases        before values and their conditions: a brace; before a condition, before the word for what is left,
                 between lines, behind it all
    word         around a word inside mathematics
    comma        a decimal comma
    function     what the look of an operation is called
    base         before what an exponent or a subscript stands at: before an exponent's base, before a subscript's
    digits       a number without a sign
    slash        between what is divided in one line, as in a derivative by a derivative
    index        what stands in an index: letters, digits, commas
    mark         a name, marked as that of a quantity
    high         what else than fractions and sums is higher than a line
    exponents    what a text has that is raised already
    markup       what of a text takes no room
    """

    fraction: tuple[str, str, str]
    root: tuple[str, str]
    raised: tuple[str, str]
    lowered: tuple[str, str]
    tag: tuple[str, str]
    exponential: tuple[str, str]
    total: tuple[str, str]
    blocks: tuple[str, str, str]
    newline: tuple[str, str]
    cases: tuple[str, str, str, str, str]
    word: tuple[str, str]
    comma: str
    function: Callable[[Look], str]
    base: tuple[str, str] = ("", "")
    digits: Callable[[str], str] = str
    slash: str = "/"
    index: Callable[[str], str] = str
    mark: Callable[[str, Name], str] = lambda text, name: text
    high: tuple[str, ...] = ()
    exponents: tuple[str, ...] = ("^",)
    markup: re.Pattern[str] = re.compile(r"\\[A-Za-z]+|\\.|[{}_^&$ ]")

    def is_high(self, text: str) -> bool:
        """Whether a text holds what is higher than a line: a fraction or a sum."""
        return any(sign in text for sign in (self.fraction[0], self.total[0], self.cases[0], *self.high))

    def at(self, base: str, items: str) -> str:
        """A text with an index."""
        return f"{self.base[1]}{base}{self.index(items).join(self.lowered)}"

    def over(self, top: str, bottom: str) -> str:
        """A fraction of two texts."""
        before, between, behind = self.fraction
        return f"{before}{top}{between}{bottom}{behind}"


@dataclass(frozen=True, slots=True)
class Notation:
    """How mathematics looks.

    layout    how fractions, roots and matrices are set in two dimensions; None for a notation in one line
    decimal   the decimal sign of printed numbers
    grouping  what stands between groups of three digits of a whole number in a sentence
    symbol    the d of derivatives
    taken     small letters that the entries of matrices do not have
    matrices  letters of matrices: what is called by the same letter has its entries written alike
    words     the words inside mathematics, by their keys
    alike     what each sample of a batch has: of a long sum of such there are the first ones, dots and the last
    aliases   step id → the name it is printed under (already in this notation)
    """

    layout: Layout | None
    symbol_text: Callable[[Symbol, Sequence[str], bool], str]
    derivative_text: Callable[[str, str, str, str, str], str]
    number: Callable[[Printed, str, str], str]
    operators: Mapping[str, str]
    decimal: str = "."
    grouping: str = ","
    symbol: str = "d"
    aliases: Mapping[str, str] = field(default_factory=dict)
    taken: frozenset[str] = frozenset()
    matrices: frozenset[str] = frozenset()
    words: Mapping[str, str] = field(default_factory=lambda: dict(WORDS))
    alike: frozenset[Name] = frozenset()

    @property
    def in_line(self) -> Notation:
        """The same with derivatives in one line: dL/dW."""
        return replace(self, derivative_text=_tex_slope if self.layout else _unicode_derivative)

    @property
    def is_language(self) -> bool:
        """Whether what is written can be read again as an equation."""
        return self.operators is ASCII_OPERATORS

    def name(self, name: Name) -> str:
        """A name, as it is printed."""
        return self.aliases.get(name.id) or self.with_items(name, ())

    def entry(self, name: Name, index: Index, shapes: Mapping[Name, Shape]) -> str:
        """One entry of a name; `index` counts from 0."""
        if not index:
            return self.name(name)
        if self.is_language:
            return f"{self.name(name)}[{','.join(str(i + 1) for i in index)}]"
        shape = shapes[name]
        return self.lettered(name, entry_items(index, shape), shapes, small=len(shape) >= 2)

    def part(self, formula: str, index: Index, shape: Shape) -> str:
        """One entry of what a formula writes, by the letters of its sums: (Σ_i exp(r_ij)) where j = 1."""
        sizes = zip("ij", index, shape, strict=False)
        items = ",".join(f"{letter}={i + 1}" for letter, i, size in sizes if size > 1)
        whole = f"{self.operators['big(']}{formula}{self.operators['big)']}"
        return self.layout.at(whole, items) if self.layout else whole + items.translate(_SUBSCRIPT_TABLE)

    def lettered(self, name: Name, items: Sequence[str], shapes: Mapping[Name, Shape], small: bool = False) -> str:
        """A name with indices: of dp/dw those parts carry them that are arrays."""
        if isinstance(name, Symbol) or not shapes.get(name.of):
            return self.with_items(name, items, (), small)
        return self.with_items(name, _along(items, shapes[name.of], shapes.get(name.by, ())), items, small)

    def with_items(self, name: Name, items: Sequence[str], above: Sequence[str] = (), small: bool = False) -> str:
        """A name with further items in its subscript, for a derivative below and above."""
        if isinstance(name, Symbol):
            return self._marked(self.symbol_text(name, items, self._is_small(name, items, small)), name)
        of, order = name.repeated
        top, bottom = self._part_of_slope(of, above, small), self._part_of_slope(name.by, items, small)
        via = self._part_of_slope(name.via, (), False) if name.via else ""
        d = self.operators[self.symbol]
        raised = self._raised(bottom, order)
        return self._marked(self.derivative_text(self._raised(d, order), top, d, raised, via), name)

    def _part_of_slope(self, name: Name, items: Sequence[str], small: bool) -> str:
        """What is differentiated, or by what; a derivative itself in parentheses."""
        if isinstance(name, Symbol):
            return self.symbol_text(name, items, self._is_small(name, items, small))
        if self.layout is None or name.via:
            return f"{self.operators['(']}{self.with_items(name, items, (), small)}{self.operators[')']}"
        of, order = name.repeated
        d, bottom = self.operators[self.symbol], self._part_of_slope(name.by, items, small)
        top = f"{self._raised(d, order)} {self._part_of_slope(of, (), small)}"
        return f"{self.operators['(']}{top}{self.layout.slash}{d} {self._raised(bottom, order)}{self.operators[')']}"

    def _raised(self, text: str, order: int) -> str:
        """A text with the number of times as its exponent; without one for once."""
        if order == 1:
            return text
        if self.layout is None:
            return f"{text}^{order}" if self.is_language else f"{text}{superscript(order)}"
        return (
            f"{self.layout.base[0]}{text}{self.layout.raised[0]}{self.layout.digits(str(order))}{self.layout.raised[1]}"
        )

    def _marked(self, text: str, name: Name) -> str:
        return self.layout.mark(text, name) if self.layout else text

    def digits(self, text: str) -> str:
        """A number without a sign, with the decimal sign."""
        comma = self.layout.comma if self.layout and self.decimal == "," else self.decimal
        text = text.replace(".", comma)
        return self.layout.digits(text) if self.layout else text

    def _is_small(self, symbol: Symbol, items: Sequence[str], small: bool) -> bool:
        """Whether a name with these indices has a small letter, as the entries of a matrix do, but no block of it."""
        lower, matrix = symbol.base.lower(), small or symbol.base in self.matrices
        entry = bool(items) and not any(":" in item for item in items)
        return entry and matrix and (lower == symbol.base or lower not in self.taken)

    def block(self, name: Name, items: Sequence[str], shapes: Mapping[Name, Shape]) -> str:
        """A block cut out of a name: `X[:,1]`."""
        return self.lettered(name, items, shapes) if self.layout else f"{self.name(name)}[{','.join(items)}]"

    def word(self, text: str) -> str:
        """A word inside mathematics, in the page's language."""
        text = self.words.get(text, text)
        return text.join(self.layout.word) if self.layout else text

    def count(self, number: int) -> str:
        """A whole number in a sentence, in groups of three digits from five digits on: 10,000."""
        return f"{number:,}".replace(",", self.grouping) if number >= 10_000 else str(number)

    def printed(self, number: Printed) -> str:
        """A printed number, with its sign."""
        if number.gap is None:
            return self._number(number)
        sign = self.operators["add" if number.negative else "subtract"]
        return self._number(replace(number, gap=None)) + sign + self._number(number.gap)

    def _number(self, number: Printed) -> str:
        return self.number(number, self.decimal, self.operators["product"])


def _along(items: Sequence[str], whole: Shape, part: Shape) -> Sequence[str]:
    """Of the indices of a matrix those that an array has that goes along one of its axes: of a column the first."""
    if not part:
        return ()
    each = [*items[0]] if len(items) == 1 else items
    if len(whole) != 2 or len(each) != 2 or whole == part:
        return items
    return each[:1] if len(part) == 1 else each[1:] if part[0] == 1 else items


def superscript(number: int) -> str:
    """A whole number raised: `⁻⁷`."""
    return str(number).translate(_SUPERSCRIPT_DIGITS)


def entry_items(index: Index | None, shape: Shape) -> list[str]:
    """What an entry's index adds to a name's subscript: `23` for (1, 2), one number for vectors and rows."""
    if not index:
        return []
    if len(index) == 2 and shape and shape[0] == 1:
        index = index[1:]
    ones = [str(i + 1) for i in index]
    return ["".join(ones)] if all(n <= 9 for n in shape) else ones


def letters_of(shape: Shape) -> str:
    """The letters of an array's indices: one for a column or a row."""
    return "i" if len(shape) <= 2 and 1 in (*shape, 1)[:2] else "ijkl"[: len(shape)]


def entry_base(symbol: Symbol, small: bool) -> str:
    """Entries of a matrix are written with a small letter: W has entries w."""
    return symbol.base.lower() if small and len(symbol.base) == 1 else symbol.base


# --- TeX ----------------------------------------------------------------------------------------------------------


def _tex_symbol(symbol: Symbol, more: Sequence[str], small: bool) -> str:
    base = entry_base(symbol, small)
    text = f"\\{base}" if base in GREEK else base if len(base) == 1 else rf"\mathrm{{{base}}}"
    if symbol.accent:
        text = rf"\{symbol.accent}{{{text}}}"
    items = [*map(_tex_item, symbol.subscript), *more]
    sub = f"_{{{','.join(items)}}}" if items else ""
    marks = "\\prime" * symbol.primes + symbol.superscript + (f"({symbol.helper})" if symbol.helper else "")
    return f"{text}{sub}" + (f"^{{{marks}}}" if marks else "")


def _tex_item(item: SubscriptItem) -> str:
    if isinstance(item, Symbol):
        return _tex_symbol(item, (), False)
    text = str(item)
    if text in GREEK:
        return f"\\{text}"
    return text if len(text) <= 2 or text.isdigit() else rf"\mathrm{{{text}}}"


def _tex_derivative(times: str, above: str, d: str, below: str, via: str) -> str:
    fraction = rf"\frac{{{times} {above}}}{{{d} {below}}}"
    return rf"\left.{fraction}\right|_{{{via}}}" if via else fraction


def _tex_slope(times: str, above: str, d: str, below: str, via: str) -> str:
    return f"{times} {above}/{d} {below}" + (f"|_{{{via}}}" if via else "")


def _tex_number(number: Printed, decimal: str, times: str) -> str:
    if number.fraction:
        top, bottom = number.fraction
        return rf"{'-' if number.negative else ''}\frac{{{abs(top)}}}{{{bottom}}}"
    mantissa = number.mantissa.replace(".", "{,}" if decimal == "," else ".").replace(INFINITE, r"\infty")
    sign = "-" if number.negative else ""
    if number.exponent is None:
        return sign + mantissa
    power = f"10^{{{number.exponent}}}"
    return sign + (power if mantissa == "1" else f"{mantissa}{times.strip()} {power}")


TEX_OPERATORS = {
    "d": "d", "∂": r"\partial", "product": r" \cdot ", "product ×": r" \times ", "thin": r"\,",
    "times": r" \odot ", "add": " + ", "subtract": " - ", "negate": "-", "=": "=", "≈": r"\approx",
    "<-": r"\leftarrow", "transpose": "^{T}",
    "(": "(", ")": ")", "big(": r"\left(", "big)": r"\right)",
    "long(": r"\Bigl(", "long)": r"\Bigr)", "|": r"\left|", "|.": r"\right|",
    "comma": ", ", "semicolon": "; ", "×": r" \times ", "dots": r"\cdots",
    "vdots": r"\vdots", "ddots": r"\ddots",
    "blank": r"\square", "[": "[", "]": "]", "big[": r"\left[", "big]": r"\right]", "long[": r"\Bigl[",
    "long]": r"\Bigr]", "and so on": "…", "unknown": "?", "listed": ", ",
}  # fmt: skip

# --- Unicode ------------------------------------------------------------------------------------------------------


def _unicode_symbol(symbol: Symbol, more: Sequence[str], small: bool) -> str:
    text = GREEK.get(base := entry_base(symbol, small), base)
    text += ACCENTS.get(symbol.accent, "") + "′" * symbol.primes
    joined = ",".join([*map(_unicode_item, symbol.subscript), *more])
    if all(c in _SUBSCRIPTS for c in joined):
        sub = joined.translate(_SUBSCRIPT_TABLE)
    else:
        sub = f"_{{{joined}}}" if "," in joined else f"_{joined}"
    if symbol.superscript and symbol.helper:
        return f"{text}{sub}^{{{symbol.superscript}({symbol.helper})}}"
    helper = f"⁽{superscript(symbol.helper)}⁾" if symbol.helper else ""
    top = f"^{symbol.superscript}" if symbol.superscript else ""
    return f"{text}{sub}{top}{helper}"


def _unicode_item(item: SubscriptItem) -> str:
    return _unicode_symbol(item, (), False) if isinstance(item, Symbol) else GREEK.get(str(item), str(item))


def _unicode_derivative(times: str, above: str, d: str, below: str, via: str) -> str:
    return f"{times}{above}/{d}{below}" + (f"|{via}" if via else "")


def _unicode_number(number: Printed, decimal: str, times: str) -> str:
    if number.fraction:
        return number.text().replace("-", "−")
    sign = "−" if number.negative else ""
    mantissa = number.mantissa.replace(".", decimal)
    if number.exponent is None:
        return sign + mantissa
    power = f"10{superscript(number.exponent)}"
    return sign + (power if mantissa == "1" else f"{mantissa}{times}{power}")


UNICODE_OPERATORS = {
    "d": "d", "∂": "∂", "product": "·", "thin": "·", "product ×": " × ", "thin ×": " × ",
    "times": " ⊙ ", "add": " + ", "subtract": " − ", "negate": "−",
    "=": "=", "≈": "≈", "<-": "←", "transpose": "ᵀ", "(": "(", ")": ")", "big(": "(", "big)": ")",
    "long(": "(", "long)": ")", "|": "|", "|.": "|",
    "comma": ", ", "semicolon": "; ",
    "×": "×", "dots": "…", "vdots": "⋮", "ddots": "⋱",
    "blank": "□", "[": "[", "]": "]", **dict.fromkeys(("big[", "long["), "["),
    **dict.fromkeys(("big]", "long]"), "]"), "and so on": "…", "unknown": "?", "listed": ", ",
}  # fmt: skip

# --- ASCII: the language of problem files ---------------------------------------------------------------------------


ASCII_OPERATORS = {
    "d": "d", "∂": "d", "product": " ", "thin": " ", "times": " ⊙ ", "add": " + ", "subtract": " - ",
    "negate": "-", "=": "=", "≈": "≈", "<-": "<-", "transpose": "^T", "(": "(", ")": ")", "big(": "(", "big)": ")",
    "long(": "(", "long)": ")",
    "|": "abs(", "|.": ")",
    "comma": ", ", "semicolon": ", ",
    "blank": "?", "[": "[", "]": "]", **dict.fromkeys(("big[", "long["), "["),
    **dict.fromkeys(("big]", "long]"), "]"), "and so on": "…", "unknown": "?", "listed": ", ",
}  # fmt: skip


TEX_LAYOUT = Layout(
    fraction=(r"\frac{", "}{", "}"), root=(r"\sqrt{", "}"), raised=("^{", "}"), lowered=("_{", "}"),
    tag=(r"_{\text{", "}}"),
    exponential=("e^{", "}"), total=(r"\sum_{", "} "), blocks=(r"\begin{bmatrix} ", " & ", r" \end{bmatrix}"),
    newline=(r" \\ ", r" \\[10pt] "), cases=(r"\begin{cases} ", " & ", " & ", r" \\ ", r" \end{cases}"),
    word=(r"\text{", "}"), comma="{,}", function=lambda look: look.tex,
    index=lambda text: text.replace("×", r" \times "),
)  # fmt: skip

TEX = Notation(TEX_LAYOUT, _tex_symbol, _tex_derivative, _tex_number, TEX_OPERATORS)
UNICODE = Notation(None, _unicode_symbol, _unicode_derivative, _unicode_number, UNICODE_OPERATORS)
ASCII = Notation(
    None, lambda symbol, more, small: symbol.spelling, _unicode_derivative,
    lambda number, decimal, times: number.text(decimal, times="e"), ASCII_OPERATORS,
)  # fmt: skip
