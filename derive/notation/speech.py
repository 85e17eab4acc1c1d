"""Mathematics in words, as one says it aloud: "d L by d W 1 equals …". For those who do not see the formula.

The words are those of the page's language, under `speech` in its catalogue.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from derive.language.names import GREEK, SubscriptItem, Symbol
from derive.notation.notations import Layout, Notation, entry_base
from derive.values.digits import Printed

Words = Callable[[str], str]
"""The word of the language for a key, as `over`."""

_SPOKEN = {
    "product": "times", "product ×": "times", "thin": "times", "times": "elementwise", "add": "plus",
    "subtract": "minus", "negate": "minus", "=": "equals", "≈": "about", "<-": "becomes", "transpose": "transposed",
    "(": "open", ")": "close", "big(": "open", "big)": "close", "long(": "open", "long)": "close",
    "|": "absolute", "|.": "end", "×": "by", "dots": "dots", "and so on": "dots", "unknown": "blank",
    "vdots": "dots", "ddots": "dots",
    "blank": "blank",
}  # fmt: skip
"""The key of the word for an operator."""


def speech(words: Words) -> Notation:
    """The notation that speaks with these words."""
    operators = {sign: f" {words(key)} " for sign, key in _SPOKEN.items()}
    operators |= {"d": "d", "∂": words("partial"), "comma": ", ", "semicolon": "; ", "listed": ", "}
    operators |= dict.fromkeys(("[", "]", "big[", "big]", "long[", "long]"), " ")
    end = f" {words('end')} "
    layout = Layout(
        fraction=(" ", f" {words('over')} ", end), root=(f" {words('root')} ", end),
        raised=(f" {words('power')} ", " "), lowered=(" ", " "), tag=(" ", " "),
        exponential=(f" e {words('power')} ", " "),
        total=(f" {words('sum')} ", " "), blocks=(f" {words('matrix')} ", ", ", end), newline=("; ", "; "),
        cases=(" ", f" {words('if')} ", " ", "; ", end), word=("", ""),
        comma=",", function=lambda look: f" {look.text} ",
    )  # fmt: skip
    return Notation(layout, partial(_symbol, words), partial(_derivative, words), partial(_number, words), operators)


def spoken_matrix(words: Words, rows: Sequence[Sequence[str]]) -> str:
    """A matrix, row by row."""
    if all(len(row) == 1 for row in rows):
        return f" {words('column')} {', '.join(row[0] for row in rows)} {words('end')} "
    said = "; ".join(f"{words('row')} {i}: {', '.join(row)}" for i, row in enumerate(rows, 1))
    return f" {words('matrix')} {said} {words('end')} "


def _symbol(words: Words, symbol: Symbol, more: Sequence[str], small: bool) -> str:
    base = entry_base(symbol, small)
    spoken = [GREEK.get(base, base)]
    spoken += [words(symbol.accent)] if symbol.accent else []
    spoken += [words("prime")] * symbol.primes
    spoken += [_item(words, item) for item in symbol.subscript]
    spoken += [" ".join(item) if item.isalpha() else item for item in more]
    above = symbol.superscript.strip("[]()")
    spoken += [f"{words('above')} {above}"] if above else []
    spoken += [f"{words('helper')} {symbol.helper}"] if symbol.helper else []
    return " ".join(spoken)


def _item(words: Words, item: SubscriptItem) -> str:
    return _symbol(words, item, (), False) if isinstance(item, Symbol) else GREEK.get(str(item), str(item))


def _derivative(words: Words, times: str, above: str, d: str, below: str, via: str) -> str:
    said = f"{times} {above} {words('by')} {d} {below}"
    return f"{said} {words('through')} {via}" if via else said


def _number(words: Words, number: Printed, decimal: str, times: str) -> str:
    minus = f"{words('minus')} " if number.negative else ""
    if number.fraction:
        top, bottom = number.fraction
        return f"{minus}{abs(top)} {words('over')} {bottom}"
    mantissa = number.mantissa.replace(".", decimal)
    if number.exponent is None:
        return minus + mantissa
    exponent = f"{words('minus')} {-number.exponent}" if number.exponent < 0 else str(number.exponent)
    power = f"10 {words('power')} {exponent}"
    return minus + (power if mantissa == "1" else f"{mantissa}{times}{power}")


def words_of(sentences: Mapping[str, str]) -> Words:
    """The words of a catalogue."""
    return lambda key: sentences[f"speech.{key}"]
