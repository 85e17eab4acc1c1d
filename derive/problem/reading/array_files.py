"""Arrays that lie in files beside a problem file: `x = { file = "digit.csv" }` stands for the numbers in it.

They are put into the problem file's text before it is read, each in the line that names it: what is read, copied into a
class's folder or packed into a page to practise in is the whole problem.
"""

import csv
import re
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from derive.errors import Fault, InputError, Place, ToolError
from derive.problem.reading.array_values import toml_array, without_numpy

MOST_BYTES = 50_000_000
_LINE = re.compile(
    r"""^(?P<before>\s*[\w."'-]+\s*=\s*)\{\s*file\s*=\s*(?P<quote>["'])(?P<file>[^"'\n]*)(?P=quote)\s*\}(?P<after>\s*(?:\#.*)?)$""",
    re.MULTILINE,
)


def with_array_files(text: str, file: Path) -> str:
    """A problem file's text with the arrays of other files put in. Raises InputError with the line that names one that
    cannot be used, ToolError where reading it takes NumPy, which is not installed.
    """

    def array(match: re.Match[str]) -> str:
        line = text.count("\n", 0, match.start("file")) + 1
        place = Place(file.name, line, match[0].strip("\n"), None, 1)
        return f"{match['before']}{toml_array(_read(file.parent, match['file'], place))}{match['after']}"

    return _LINE.sub(array, text)


def self_contained(file: Path) -> bytes:
    """The bytes of a problem file, with the arrays of other files put in where it names such."""
    raw = file.read_bytes()
    text = raw.decode("utf-8-sig", "surrogateescape")
    whole = with_array_files(text, file)
    return raw if whole == text else whole.encode("utf-8", "surrogateescape")


def _read(folder: Path, name: str, place: Place) -> Any:
    """The numbers in a file below the problem file's folder, as nested lists of texts."""
    path = folder / name
    if Path(name).is_absolute() or not path.resolve().is_relative_to(folder.resolve()):
        raise InputError(
            [Fault(f"`{name}` does not lie beside the problem file", "put it into the same folder", place)]
        )
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise InputError([Fault(f"`{name}` is not read", f"known: {', '.join(_READERS)}", place)])
    try:
        if path.stat().st_size > MOST_BYTES or not path.is_file():
            raise InputError([Fault(f"`{name}` is too large, or no file", f"at most {MOST_BYTES} bytes", place)])
        return reader(path)
    except OSError as error:
        raise InputError([Fault(f"`{name}` cannot be read: {error.strerror}", "", place)]) from None
    except ValueError as error:
        raise InputError([Fault(f"`{name}`: {error}", "expected numbers, or rows of numbers", place)]) from None


def _comma_separated(path: Path) -> Any:
    """The rows of a table of numbers; one row or one column is a column. Raises ValueError."""
    text = path.read_text("utf-8-sig")
    sign = next((sign for sign in ";\t" if sign in text), ",")
    rows = [
        [_number(cell, sign != ",") for cell in row] for row in csv.reader(text.splitlines(), delimiter=sign) if row
    ]
    if not rows:
        raise ValueError("the file is empty")
    if len(rows) == 1:
        return rows[0] if len(rows[0]) > 1 else rows[0][0]
    return [row[0] for row in rows] if all(len(row) == 1 for row in rows) else rows


def _number(cell: str, comma: bool) -> str:
    """A cell's number; its decimal sign may be a comma where no comma parts the cells. Raises ValueError."""
    text = cell.strip().replace("−", "-")
    text = text.replace(",", ".") if comma else text
    float(text)
    return text


def _numpy(path: Path) -> Any:
    """The array of an `.npy` file, each number as the shortest text that means it in its type. Raises ValueError."""
    try:
        numpy = import_module("numpy")
    except ImportError:
        raise ToolError(f"{path.name} takes NumPy to read", "pip install numpy, or save the array as .csv") from None
    array = numpy.load(path, allow_pickle=False)
    if array.dtype.kind not in "fiu":
        raise ValueError(f"an array of {array.dtype}")
    return without_numpy(array)


_READERS: dict[str, Callable[[Path], Any]] = {".csv": _comma_separated, ".npy": _numpy}
