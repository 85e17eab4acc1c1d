"""Two notations at once: each text holds what one writes beside what the other does, and is unpaired again at the end.

A page that is read aloud needs each formula twice, set and spoken. With texts in pairs both come from one pass of the
same printer over the same expression, so that they can not disagree.
"""

from dataclasses import replace
from typing import Any

from derive.notation.notations import Notation

OPEN, BETWEEN, CLOSE = "\x02", "\x1f", "\x03"
TEXTS = ("fraction", "root", "raised", "lowered", "tag", "exponential", "total", "blocks", "newline", "cases", "word",
         "comma", "base")  # fmt: skip
"""The fields of a layout that are texts."""


def pair(first: str, second: str) -> str:
    """Two texts as one."""
    return f"{OPEN}{first}{BETWEEN}{second}{CLOSE}"


def unpaired(text: str) -> tuple[str, str]:
    """The first texts and the second texts; what stands outside of pairs belongs to both."""
    head, *pairs = text.split(OPEN)
    first, second = [head], [head]
    for each in pairs:
        one, _, rest = each.partition(BETWEEN)
        other, _, both = rest.partition(CLOSE)
        first += [one, both]
        second += [other, both]
    return "".join(first), "".join(second)


def paired(first: Notation, second: Notation) -> Notation:
    """The notation that writes two at once."""
    assert first.layout is not None
    assert second.layout is not None
    a, b = first.layout, second.layout
    texts: dict[str, Any] = {name: _paired(getattr(a, name), getattr(b, name)) for name in TEXTS}
    layout = replace(
        a, **texts,
        function=lambda look: pair(a.function(look), b.function(look)),
        digits=lambda text: pair(a.digits(text), b.digits(text)),
        index=lambda text: pair(a.index(text), b.index(text)),
    )  # fmt: skip
    return replace(
        first,
        layout=layout,
        symbol_text=lambda symbol, more, small: pair(
            first.symbol_text(symbol, more, small), second.symbol_text(symbol, more, small)
        ),
        derivative_text=lambda *parts: pair(
            first.derivative_text(*(unpaired(part)[0] for part in parts)),
            second.derivative_text(*(unpaired(part)[1] for part in parts)),
        ),
        number=lambda number, decimal, times: pair(
            first.number(number, decimal, unpaired(times)[0]), second.number(number, decimal, unpaired(times)[1])
        ),
        operators={sign: pair(text, second.operators[sign]) for sign, text in first.operators.items()},
    )


def _paired(one: str | tuple[str, ...], other: str | tuple[str, ...]) -> str | tuple[str, ...]:
    if isinstance(one, str) and isinstance(other, str):
        return pair(one, other) if one != other else one
    return tuple(map(pair, one, other))
