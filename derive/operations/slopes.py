"""f′(z) for every function of one argument: what its derivative stands for, under the name with a prime."""

import re
from collections.abc import Iterator

from derive.calculus.operation_rows import FUNCTIONS, ROWS, Macro, Row, register_rows

_VALUE = re.compile(r"\by\b")


def _slope(row: Row) -> Macro:
    """The derivative of a row, its value written as the function again."""
    name, (param,) = row.spellings[0], row.params
    passed = "".join(f", {setting} = {setting}" for setting in row.defaults)
    return Macro(
        key=f"{row.key}'",
        spellings=tuple(f"{spelling}'" for spelling in row.spellings),
        summary=f"derivative of {name}",
        example=f"{name}'(z)",
        params=row.params,
        body=_VALUE.sub(f"{name}({param}{passed})", row.derivative[0]),
        defaults=row.defaults,
    )


def _functions() -> Iterator[Row]:
    """The functions of one argument that have a slope but no name for it yet."""
    for row in tuple(ROWS.values()):
        named = bool(row.spellings) and not row.prime_of and f"{row.spellings[0]}'" not in FUNCTIONS
        if row.elementwise and len(row.params) == 1 and row.derivative != ("0",) and named:
            yield row


register_rows([_slope(row) for row in _functions()])
