"""What an entry's formula is made of: the names that numbers are put in for, the number before a sum."""

from derive.language.expressions import Apply, Entry, Expr, Number, Ref, number, walk


def leaves(expr: Expr) -> tuple[Expr, ...]:
    """The names and entries that numbers are put in for."""
    return tuple(dict.fromkeys(node for node in walk(expr) if isinstance(node, Ref | Entry)))


def factored(entry: Expr) -> tuple[Number | None, Expr]:
    """The number in front of a sum, and the sum."""
    if isinstance(entry, Apply) and entry.op == "product" and isinstance(entry.args[0], Number):
        return entry.args[0], entry.args[1]
    if isinstance(entry, Apply) and entry.op == "negate":
        return number(-1), entry.args[0]
    return None, entry


def nothing_to_compute(entry: Expr) -> bool:
    """Whether the numbers put in would be the result again: a number, an entry, minus an entry."""
    bare = entry.args[0] if isinstance(entry, Apply) and entry.op == "negate" else entry
    return isinstance(bare, Entry | Number)
