"""Single values of a problem file written anew, in its text: all else stays as somebody wrote it."""

import re

from derive.problem.reading.toml_file import TomlFile, from_text
from derive.problem.toml_values import toml_key

_LEFT = re.compile(r"""\s*(?:"[^"]*"|'[^']*'|[^\s=#"']+)\s*=\s*""")
_COMMENT = re.compile(r"""(?:"(?:\\.|[^"\\])*"|'[^']*'|[^#"'])*?(\s*#.*)$""")


def with_value(text: str, table: str, key: str, value: str | None) -> str:
    """The file with another value (as TOML) under a key of a table, which is added where it is not there yet, or with
    none. Raises InputError for a text that is not TOML.
    """
    file = from_text(text)
    lines = text.split("\n")
    if (table, key) in file.positions:
        first, last = file.span(table, key)
        lines[first - 1 : last] = [] if value is None else [_entry(lines[first - 1 : last], value)]
    elif value is not None:
        at = _end(file, table)
        new = [f"{toml_key(key)} = {value}"]
        lines[at:at] = new if (table,) in file.positions else [f"[{table}]", *new, ""]
    return "\n".join(lines)


def _entry(lines: list[str], value: str) -> str:
    """The line of a key with another value; what is remarked behind it stays."""
    left, remark = _LEFT.match(lines[0]), _COMMENT.match(lines[-1])
    assert left is not None
    return f"{left[0]}{value}{remark[1] if remark else ''}"


def _end(file: TomlFile, table: str) -> int:
    """Behind which line a table ends; one that is not there stands before the first of the other tables."""
    if (table,) in file.positions:
        own = [file.span(*path)[1] for path in file.positions if path[0] == table and len(path) == 2]
        return max([file.positions[table,], *own])
    return min(line for path, line in file.positions.items() if path[0] in {"model", "network"}) - 1
