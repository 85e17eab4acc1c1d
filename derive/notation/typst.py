"""Mathematics in Typst's own markup: https://typst.app/docs/reference/math/.

What is no single letter stands in quotes, so that nothing is taken for a name or a function of Typst's. Parentheses are
symbols where a line may break inside them; those that grow with what they hold are Typst's own, and never break.
"""

from collections.abc import Sequence

from derive.language.names import GREEK, SubscriptItem, Symbol
from derive.notation.notations import Layout, Notation, entry_base
from derive.values.digits import Printed

_ACCENTS = {"hat": "hat", "tilde": "tilde", "bar": "macron", "dot": "dot", "vec": "arrow"}


def quoted(text: str) -> str:
    """A text inside mathematics, set upright as it stands."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _letters(text: str) -> str:
    """A single letter as mathematics, anything longer as a text."""
    return text if len(text) == 1 and text.isalpha() else quoted(text)


def _symbol(symbol: Symbol, more: Sequence[str], small: bool) -> str:
    base = entry_base(symbol, small)
    text = GREEK.get(base) or _letters(base)
    if symbol.accent:
        text = f"{_ACCENTS[symbol.accent]}({text})"
    text += "'" * symbol.primes
    items = [*map(_item, symbol.subscript), *map(quoted, more)]
    text += "_(" + " \\, ".join(items) + ")" if items else ""
    above = symbol.superscript + (f"({symbol.helper})" if symbol.helper else "")
    return text + (f"^{quoted(above)} " if above else "")


def _item(item: SubscriptItem) -> str:
    return _symbol(item, (), False) if isinstance(item, Symbol) else GREEK.get(str(item)) or _letters(str(item))


def _derivative(times: str, above: str, d: str, below: str, via: str) -> str:
    fraction = f"frac({times} {above}, {d} {below})"
    return f"lr({fraction} |)_({via})" if via else fraction


def _number(number: Printed, decimal: str, times: str) -> str:
    minus = "−" if number.negative else ""
    if number.fraction:
        top, bottom = number.fraction
        return f"{minus}frac({quoted(str(abs(top)))}, {quoted(str(bottom))})"
    mantissa = number.mantissa.replace(".", decimal)
    if number.exponent is None:
        return quoted(minus + mantissa)
    power = f'"10"^{quoted(str(number.exponent).replace("-", "−"))}'
    return quoted(minus) + power if mantissa == "1" else f"{quoted(minus + mantissa)}{times}{power}"


OPERATORS = {
    "d": "d", "∂": "∂", "product": " ⋅ ", "product ×": " × ", "thin": " thin ", "times": " ⊙ ", "add": " + ",
    "subtract": " − ", "negate": "−", "=": "=", "≈": "≈", "<-": "←", "transpose": "^T ", "(": "\\(", ")": "\\)",
    "big(": "(", "big)": ")", "long(": "\\(", "long)": "\\)", "|": "abs(", "|.": ")",
    "[": "[", "]": "]", "big[": "[", "big]": "]", "long[": "\\[", "long]": "\\]",
    "comma": "\\, ", "semicolon": "\\; ", "listed": "\\, ", "×": " × ", "dots": "⋯",
    "vdots": "⋮", "ddots": "⋱", "and so on": "…", "unknown": "?", "blank": "□",
}  # fmt: skip

LAYOUT = Layout(
    fraction=("frac(", ", ", ")"), root=("sqrt(", ")"), raised=("^(", ")"), lowered=('_("', '")'), tag=('_("', '")'),
    exponential=("e^(", ")"), total=('∑_("', '") '), blocks=('mat(delim: "[", ', ", ", ")"), newline=("; ", "; "),
    cases=("display(cases(", " & quad ", " & quad ", ", ", "))"),
    word=('"', '"'), comma=",", function=lambda look: _letters(look.text.replace("'", "′")),
    digits=quoted, slash=" slash ", high=("frac(",),
)  # fmt: skip

TYPST = Notation(LAYOUT, _symbol, _derivative, _number, OPERATORS)
