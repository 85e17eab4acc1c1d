"""The notation of MathML Core: the elements of a formula, without the `math` around it.

Every name carries its id as `data-name`, so that a page can show where it is defined and used.
"""

import re
from collections.abc import Sequence
from html import escape

from derive.calculus.operation_rows import Look
from derive.language.names import GREEK, Name, SubscriptItem, Symbol
from derive.notation.notations import Layout, Notation, entry_base
from derive.values.digits import Printed

MINUS = '<mo form="prefix">−</mo>'
_ACCENTS = {"hat": "^", "tilde": "~", "bar": "¯", "dot": "˙", "vec": "→"}
_TOKENS = re.compile(r"\d+(?:[.,]\d+)?|[^\W\d_]|.")


def tokens(text: str) -> str:
    """What stands in an index: digits as numbers, letters as variables, signs as operators."""
    return "".join(map(_token, _TOKENS.findall(text)))


def _token(text: str) -> str:
    tag = "mn" if text[0].isdigit() else "mi" if text.isalpha() else "mo"
    return f"<{tag}>{escape(text)}</{tag}>"


def _symbol(symbol: Symbol, more: Sequence[str], small: bool) -> str:
    base = entry_base(symbol, small)
    text = f"<mi>{GREEK.get(base, base)}</mi>"
    if symbol.accent:
        text = f'<mover accent="true">{text}<mo stretchy="false">{_ACCENTS[symbol.accent]}</mo></mover>'
    lower = "<mo>,</mo>".join([*map(_item, symbol.subscript), *map(tokens, more)])
    helper = f"({symbol.helper})" if symbol.helper else ""
    upper = "<mo>′</mo>" * symbol.primes + tokens(symbol.superscript + helper)
    if lower and upper:
        return f"<msubsup>{text}{_row(lower)}{_row(upper)}</msubsup>"
    if upper:
        return f"<msup>{text}{_row(upper)}</msup>"
    return f"<msub>{text}{_row(lower)}</msub>" if lower else text


def _row(elements: str) -> str:
    return f"<mrow>{elements}</mrow>"


def _item(item: SubscriptItem) -> str:
    if isinstance(item, Symbol):
        return _symbol(item, (), False)
    text = GREEK.get(str(item), str(item))
    return tokens(text) if len(text) <= 2 or text.isdigit() else f"<mi>{escape(text)}</mi>"


def _derivative(times: str, above: str, d: str, below: str, via: str) -> str:
    fraction = f"<mfrac><mrow>{times}{above}</mrow><mrow>{d}{below}</mrow></mfrac>"
    return f'<msub><mrow>{fraction}<mo form="postfix" fence="true">|</mo></mrow>{_row(via)}</msub>' if via else fraction


def _number(number: Printed, decimal: str, times: str) -> str:
    sign = MINUS if number.negative else ""
    if number.fraction:
        top, bottom = number.fraction
        return f"{sign}<mfrac><mn>{abs(top)}</mn><mn>{bottom}</mn></mfrac>"
    mantissa = f"<mn>{number.mantissa.replace('.', decimal)}</mn>"
    if number.exponent is None:
        return sign + mantissa
    exponent = f"{MINUS if number.exponent < 0 else ''}<mn>{abs(number.exponent)}</mn>"
    power = f"<msup><mn>10</mn>{_row(exponent)}</msup>"
    return sign + (power if number.mantissa == "1" else f"{mantissa}{times}{power}")


def _function(look: Look) -> str:
    name = look.text.rstrip("'′")
    if not name.replace(" ", "").replace("_", "").isalpha():
        return f"<mo>{escape(look.text)}</mo>"
    function = f"<mi>{name}</mi>"
    return f"<msup>{function}<mo>′</mo></msup>" if name != look.text else function


def _marked(text: str, name: Name) -> str:
    """The name's id in its first element."""
    return text.replace(">", f' data-name="{escape(name.id)}">', 1)


OPERATORS = {
    "d": "<mi>d</mi>", "∂": "<mi>∂</mi>", "product": '<mo form="infix">·</mo>', "product ×": '<mo form="infix">×</mo>',
    "thin": '<mspace width=".17em"/>',
    "times": '<mo form="infix">⊙</mo>', "add": '<mo form="infix">+</mo>', "subtract": '<mo form="infix">−</mo>',
    "negate": MINUS,
    "=": '<mo form="infix">=</mo>', "≈": '<mo form="infix">≈</mo>', "<-": '<mo form="infix" stretchy="false">←</mo>',
    "(": '<mo form="prefix" stretchy="false">(</mo>', ")": '<mo form="postfix" stretchy="false">)</mo>',
    "big(": "<mrow><mo>(</mo>", "big)": "<mo>)</mo></mrow>",
    "long(": '<mo form="prefix" minsize="2.4em" maxsize="2.4em">(</mo>',
    "long)": '<mo form="postfix" minsize="2.4em" maxsize="2.4em">)</mo>',
    "|": '<mrow><mo form="prefix" fence="true">|</mo>', "|.": '<mo form="postfix" fence="true">|</mo></mrow>',
    "big[": "<mrow><mo>[</mo>", "big]": "<mo>]</mo></mrow>",
    "long[": '<mo form="prefix" minsize="2.4em" maxsize="2.4em">[</mo>',
    "long]": '<mo form="postfix" minsize="2.4em" maxsize="2.4em">]</mo>',
    "[": '<mo form="prefix" stretchy="false">[</mo>', "]": '<mo form="postfix" stretchy="false">]</mo>',
    "comma": "<mo>,</mo>", "semicolon": '<mo separator="true">;</mo>', "listed": '<mo separator="true">,</mo>',
    "×": "×", "dots": "<mo>…</mo>", "vdots": "<mo>⋮</mo>", "ddots": "<mo>⋱</mo>", "and so on": "<mo>…</mo>",
    "unknown": "<mo>?</mo>", "blank": "<mi>□</mi>",
    "transpose": "</mrow><mrow><mi>T</mi></mrow></msup>",
}  # fmt: skip

LAYOUT = Layout(
    fraction=("<mfrac><mrow>", "</mrow><mrow>", "</mrow></mfrac>"), root=("<msqrt>", "</msqrt>"),
    raised=("</mrow><mrow>", "</mrow></msup>"), lowered=("</mrow><mrow>", "</mrow></msub>"),
    tag=("</mrow><mrow><mtext>", "</mtext></mrow></msub>"),
    base=("<msup><mrow>", "<msub><mrow>"), exponential=("<msup><mi>e</mi><mrow>", "</mrow></msup>"),
    total=("<munder><mo>∑</mo><mrow>", "</mrow></munder>"),
    blocks=("<mrow><mo>[</mo><mtable><mtr><mtd>", "</mtd><mtd>", "</mtd></mtr></mtable><mo>]</mo></mrow>"),
    cases=('<mrow class="cases"><mo>{</mo><mtable><mtr><mtd>', "</mtd><mtd>", "</mtd><mtd>",
           "</mtd></mtr><mtr><mtd>", "</mtd></mtr></mtable></mrow>"),
    newline=("</mtd></mtr><mtr><mtd>",) * 2, word=("<mtext>", "</mtext>"), comma=",", function=_function,
    digits=lambda text: f"<mn>{text}</mn>", slash="<mo>/</mo>", index=tokens, mark=_marked, high=("<mfrac", "<mtable"),
    exponents=("<msup", "<msubsup"), markup=re.compile(r"<[^<>]*>|\s"),
)  # fmt: skip

MATHML = Notation(LAYOUT, _symbol, _derivative, _number, OPERATORS)
