"""Tables in a piece of work → statements: a line `step = value` for each row of steps and their values, and for each
sample, in a row, `z^{(3)} = value` under a head `z^{(i)}`.
"""

import re
from collections.abc import Callable, Sequence
from functools import partial

from derive.answers.files.columns import LEFT, RIGHT
from derive.answers.pages.separators import NEXT, SYMBOL

_RULE = re.compile(r"^[ \t>]*+\|?[ \t]*+:?-++:?[ \t]*+(?:\|[ \t]*+:?-++:?[ \t]*+)++\|?[ \t]*+$", re.MULTILINE)
_BAR = re.compile(r"(?<!\\)\|")
_RELATION = re.compile(r"[=≈]|\\approx")
_BEGINS = re.compile(r"[\s$]*(?:[=≈]|\\approx)")
_STATES = re.compile(rf"(?!{_BEGINS.pattern})[^=≈+*·⊙−]*?[^\W\d_][^=≈+*·⊙−]*?(?:[=≈]|\\approx)")
_NAME = re.compile(rf"\$?(?:{SYMBOL})[^=≈|\s]{{0,60}}(?: [^=≈|\s]{{1,20}}){{0,2}}\$?")
_VALUE = re.compile(r"[\s$]*(?:[=≈]\s*)?(?:[-+−–]?\s*[\d.,½]|\\(?:begin|left|frac|dfrac|approx)|[\[({]|[-−]?\\?frac)")
_NUMBER = re.compile(r"[-+−–]?\d[\d.,]*(?:[eE][-+]?\d+)?%?")
_TABULAR = re.compile(r"\\begin\{(?P<kind>tabular[x*]?|longtable|array)\}.*?\\end\{(?P=kind)\}", re.DOTALL)
_TABULAR_EDGE = re.compile(r"\\(?:begin\{(?:tabular[x*]?|longtable|array)\}(?:\{[^{}\n]*\}){0,2}|end\{\w+\*?\})")
_BARS = str.maketrans(dict.fromkeys("│┃║", "|"))
_DRAWN = re.compile("[│┃║]|^[ \\t]*\\+[-=+]{3,}\\+[ \\t]*$", re.MULTILINE)
_DRAWN_RULE = re.compile(r"^[ \t]*[+\u2500-\u257f|][-=+|\u2500-\u257f]{2,}[+\u2500-\u257f|][ \t]*$", re.MULTILINE)
_CROSSING = re.compile(r"[+|]|[^-=─━═╌╍\s]")
_LETTER = re.compile(r"[^\W\d_]")
_BETWEEN_NAMES = (("\t", _VALUE.match), ("|", _VALUE.match), (";", _NUMBER.fullmatch), (",", _NUMBER.fullmatch),
                  ("  ", _NUMBER.fullmatch))  # fmt: skip
"""What parts names above a row, and what stands below them."""
_ENTRIES = re.compile(
    r"\$?[ijn]\$?|[#№]|units?|neurons?|samples?|einheit|beispiel|нейрон|пример|neurone|unité", re.IGNORECASE
)
"""What numbers of entries count."""
MAX_COLUMNS = 50
EACH = "(i)"


def tables_read(text: str) -> str:
    """A text with the rows of its tables as statements; the lines stay as many as they are."""
    text = _TABULAR.sub(_stated, text) if r"\begin" in text else text
    text = _DRAWN_RULE.sub(_rule, text.translate(_BARS)) if _DRAWN.search(text) else text  # `+---+` or `├──┤`
    lines = _separated(_wide_rows([_columns(line) if "\t" in line else line for line in text.split("\n")]))
    if "|" not in text:
        return "\n".join(lines)
    if "-" in text and _RULE.search(text):
        _headed(lines)
    return "\n".join((_bare_row(line) or line) if "|" in line else line for line in lines)


def _rule(match: re.Match[str]) -> str:
    return "|" + "---|" * (len(_CROSSING.findall(match.group())) - 1)


def _bare_row(line: str) -> str | None:
    """A row of a table without a head, a name (or a formula of it) and its value, as a statement; None for no such."""
    cells, row = _cells(line), line.strip()
    if len(cells) < 2 or row.startswith("|") != row.endswith("|") or not _VALUE.match(cells[-1]):
        return None
    named = _NAME.fullmatch(cells[0].strip("*_`")) and not _RELATION.search(line)
    return _row((-1, -1), cells) if named or (row.startswith("|") and _STATES.match(cells[0])) else None


def _headed(lines: list[str]) -> None:
    """Make statements of the rows of tables with a head, in their places."""
    at = 1
    while at < len(lines):
        if (
            "|" in lines[at - 1]
            and _RULE.match(lines[at])
            and (row := _reader(head := _cells(lines[at - 1]), _is_single(lines, at)))
        ):
            lines[at - 1] = NEXT.join(filter(_RELATION.search, head)) or _bare_row(lines[at - 1]) or ""
            while at < len(lines) and "|" in lines[at]:
                lines[at] = "" if _RULE.match(lines[at]) else row(_cells(lines[at]))
                at += 1
        at += 1


def _stated(match: re.Match[str]) -> str:
    """A LaTeX `tabular`, or an `array` that is one, as statements; the lines stay as many as they are."""
    inside = re.sub(r"\\(?:hline|toprule|midrule|bottomrule)(?![A-Za-z])", "", _TABULAR_EDGE.sub("", match.group()))
    texts = re.split(r"\\\\(?:\[[^\]]*\])?", inside)
    rows = [[cell.strip() for cell in re.split(r"(?<!\\)&", text)] for text in texts]
    if match["kind"] == "array" and not all(_NAME.fullmatch(row[0]) for row in rows if row != [""]):
        return match.group()
    head, values = rows[0], rows[1] if len(rows) > 1 else []
    stated = list(map(_tabular_row, rows))
    if _counts_columns(head):
        stated = ["", *(_lying(head[0], row) for row in rows[1:])]
    elif 1 < len(head) == len(values) and all(map(_NAME.fullmatch, head)) and all(map(_VALUE.match, values)):
        stated[:2] = ["", _wide(head, values)]
    return "".join("\n" * text.count("\n") + NEXT + row for text, row in zip(texts, stated, strict=True))


def _counts_columns(head: Sequence[str]) -> bool:
    """Whether a head counts the entries: `i | 1 | 2 | 3`."""
    numbers = [cell.strip("$ ") for cell in head[1:]]
    return len(numbers) > 1 and _ENTRIES.fullmatch(head[0]) is not None and numbers == [*map(str, range(1, len(head)))]


def _lying(counted: str, cells: Sequence[str]) -> str:
    """A row of entries below their numbers as a statement: `p_i | 2 | 3.5 | 5`."""
    if len(cells) < 3 or not all(map(_VALUE.match, cells[1:])):
        return ""
    letter = re.escape(counted.strip("$ "))
    name = re.sub(rf"_(?:{letter}|{{{letter}}})(?![A-Za-z])|,\s?{letter}(?=\}})", "", cells[0])
    return f"{name} = ({'; '.join(cells[1:])})"


def _tabular_row(cells: Sequence[str]) -> str:
    """A row of a tabular as a statement where its last cell is a value."""
    return _row((0, len(cells) - 1), cells) if len(cells) > 1 and _VALUE.search(cells[-1]) else ""


def _separated(lines: list[str]) -> list[str]:
    """Rows as spreadsheets and programs save them, `z_1;3,9;12,1`, two of them at least, alike: a statement each."""
    for sign, point in ((";", ""), (",", ".")):
        rows = {i: _separated_cells(line, sign) for i, line in enumerate(lines) if sign in line}
        told = any(point in cell for cells in rows.values() for cell in cells[1:])
        for i, cells in rows.items():
            beside = [len(rows.get(j, ())) for j in (i - 1, i + 1)]
            if told and cells and len(cells) in beside:
                values = [cell for cell in cells[1:] if cell]
                lines[i] = f"{cells[0]} = " + (values[0] if len(values) == 1 else f"({'; '.join(values)})")
    return lines


def _separated_cells(line: str, sign: str) -> list[str]:
    """A name and its values between signs; nothing for any other line."""
    first, *others = line.split(sign)
    name = first.strip().strip('"')
    if not _NAME.fullmatch(name) or _RELATION.search(line):
        return []
    values = [cell.strip().strip('"') for cell in others]
    whole = any(values) and all(not cell or _NUMBER.fullmatch(cell) for cell in values)
    return [name, *values] if whole else []


def _wide_rows(lines: list[str]) -> list[str]:
    """Names with tabs, bars, wide gaps or the signs of spreadsheets between them, and below them as many values: a
    statement each.
    """
    for i, line in enumerate(lines[:-1]):
        for sign, value in _BETWEEN_NAMES if line and _NAME.match(line.lstrip(" \t|")) else ():
            names = _parted(line, sign) if sign in line and sign in lines[i + 1] else []
            if len(names) > 1 and all(map(_NAME.fullmatch, names)):
                values = _parted(lines[i + 1], sign)
                if len(values) == len(names) and all(map(value, values)):
                    lines[i], lines[i + 1] = "", _wide(names, values)
    return lines


def _parted(line: str, sign: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split(sign) if cell.strip()]


def _columns(line: str) -> str:
    """Text with tabs between a name and its value as a statement."""
    cells = _parted(line, "\t")
    if len(cells) > 1 and cells[0].rstrip(".)").isdecimal():
        cells = cells[1:]
    if len(cells) < 2 or _RELATION.search(line) or not _NAME.fullmatch(cells[0]) or not _VALUE.match(cells[-1]):
        return line
    return f"{cells[0]} = {cells[-1]}"


def row_stated(cells: Sequence[str]) -> str:
    """The cells of a row without a head as a statement."""
    return _row((-1, -1), cells) if len(cells) > 1 else "".join(cells)


def _is_single(lines: Sequence[str], rule: int) -> bool:
    """Whether a table has one row below its head."""
    return "|" not in "".join(lines[rule + 2 : rule + 3])


def _cells(line: str) -> list[str]:
    """The cells of a row, without the bars at its ends."""
    return [cell.strip().replace(r"\vert", "|") for cell in _BAR.split(line.strip().strip("|"), MAX_COLUMNS)]


def _reader(head: Sequence[str], single: bool) -> Callable[[Sequence[str]], str] | None:
    """What makes statements of the cells of a row; None for a table of something else."""
    if any(EACH in cell for cell in head[1:]):
        return partial(_sample, head)
    if _counts_columns(head):
        return partial(_lying, head[0])
    pair = _pair(head)
    named = [_NAME.fullmatch(cell) is not None for cell in head]
    if pair is None and sum(named) > 1:
        rest = [cell.lower() for cell, is_name in zip(head, named, strict=True) if not is_name]
        return partial(_wide, head) if single and {"", "#", *RIGHT}.issuperset(rest) else None
    return partial(_row, pair or (-1, -1))


def _pair(head: Sequence[str]) -> tuple[int, int] | None:
    """In which columns the steps and their values stand: of two, in these; of more, where the head says so."""
    words = [cell.strip("*_` ").lower() for cell in head]
    left = next((i for i, word in enumerate(words) if word in LEFT), None)
    right = next((i for i, word in enumerate(words) if word in RIGHT), None)
    if left is not None and right is not None:
        return left, right
    return (0, 1) if len(head) == 2 and not all(map(_NAME.fullmatch, head)) else None


def _wide(head: Sequence[str], cells: Sequence[str]) -> str:
    """The row of a table whose head names the steps."""
    pairs = zip(head, cells, strict=False)
    return NEXT.join(f"{name} = {value}" for name, value in pairs if _NAME.fullmatch(name) and _VALUE.match(value))


def _sample(head: Sequence[str], cells: Sequence[str]) -> str:
    """The row of a sample, whose number stands in front, as statements; none where dots stand for several."""
    if not cells[0].isdecimal():
        return ""
    names = (name.replace(EACH, f"({cells[0]})") for name in head[1:])
    stated = (f"{name.strip('$')} = {value.strip('$')}" for name, value in zip(names, cells[1:], strict=False) if value)
    return NEXT.join(f"${statement}$" for statement in stated)


def _row(pair: tuple[int, int], cells: Sequence[str]) -> str:
    """A row as a statement; cells that state something themselves stay alone.

    Where the head does not tell the columns, the name is the first cell that can be one, the value the last.
    """
    left, right = pair
    if left < 0:
        left = next((i for i, cell in enumerate(cells) if _NAME.fullmatch(cell.strip("*_`"))), len(cells))
        right = next((i for i in range(len(cells) - 1, left, -1) if _VALUE.match(cells[i])), len(cells))
    stated = NEXT.join(cell for cell in cells if _STATES.match(cell))
    if stated == cells[0] and _VALUE.match(cells[-1]) and _LETTER.search(_STATES.sub("", stated)):
        return f"{stated} = {cells[-1]}"
    if len(cells) <= max(left, right):
        return stated
    if stated or _RELATION.search(cells[left]):
        return stated or cells[left]
    return f"{cells[left]} {'' if _BEGINS.match(cells[right]) else '= '}{cells[right]}"
