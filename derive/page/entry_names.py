"""What an entry's formula is made of: the names that numbers are put in for, the number before a sum."""

from derive.language.expressions import Apply, Entry, Expr, Number, Ref, bared, number, walk


def leaves(expr: Expr) -> tuple[Ref | Entry, ...]:
    """The names and entries that numbers are put in for."""
    return tuple(dict.fromkeys(node for node in walk(expr) if isinstance(node, Ref | Entry)))


def factored(entry: Expr) -> tuple[Number | None, Expr]:
    """The number in front of a sum, and the sum."""
    match entry:
        case Apply(op="product", args=(Number() as front, total)):
            return front, total
        case Apply(op="negate", args=(total,)):
            return number(-1), total
    return None, entry


def nothing_to_compute(entry: Expr) -> bool:
    """Whether the numbers put in would be the result again: a number, an entry, minus an entry."""
    bare = bared(entry, "negate")
    return isinstance(bare, Entry | Number)
