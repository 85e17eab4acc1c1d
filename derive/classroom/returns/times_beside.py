"""When something was handed in, by what a platform writes beside it: Sakai a `timestamp.txt` in each student's folder,
Brightspace an `index.html` beside the uploads. Neither was handed in by anybody.
"""

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from html import unescape
from pathlib import PurePosixPath
from urllib.parse import unquote

from derive.classroom.returns.upload_names import time_of_day, upload_name

STAMP, INDEX = NAMES = "timestamp.txt", "index.html"
MAX_BYTES = 4_000_000
"""Of what is read of such a file."""
_ROW = re.compile(r"<tr\b", re.IGNORECASE)
_LINK = re.compile(r"href\s*=\s*[\"']([^\"'#?]+)", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")

Read = Callable[[], bytes]


class TimesBeside:
    """The times of folders and files, by their paths in a zip or below a folder; what stands in a student's own upload
    is no platform's.
    """

    def __init__(self) -> None:
        self._times: dict[str, float] = {}

    def learn(self, path: str, siblings: Iterable[str], read: Read) -> bool:
        """Whether a file is a platform's, which says when what lies beside it was handed in."""
        folder, name = PurePosixPath(path).parent, PurePosixPath(path).name.casefold()
        if any(map(_by, folder.parts[:-1])):
            return False
        if name == STAMP and _by(folder.name) == "Sakai":
            found = {"": _stamped(read())}
        elif name == INDEX and not _by(folder.name) and "Brightspace" in map(_by, siblings):
            found = _listed(read())
        else:
            return False
        self._times |= {(folder / inner).as_posix(): time for inner, time in found.items() if time}
        return True

    def of(self, path: str) -> float:
        """The time of a file, its own or that of the outermost folder that has one; 0 where none is known."""
        parts = PurePosixPath(path).parts
        paths = ("/".join(parts[:end]) for end in range(1, len(parts) + 1)) if self._times else ()
        return next((self._times[each] for each in paths if each in self._times), 0)


def _by(name: str) -> str:
    """The platform that gave a name, "" for none."""
    found = upload_name(name)
    return found.platform if found else ""


def _stamped(raw: bytes) -> float:
    """The time in a `timestamp.txt`, `20260304235907123` or as ISO has it, in UTC where it says nothing else."""
    text = raw[:100].decode("utf-8", "replace").strip()
    with suppress(ValueError):
        time = datetime.fromisoformat(text) if "-" in text else datetime.strptime(text[:14], "%Y%m%d%H%M%S")
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()
    return 0


def _listed(raw: bytes) -> dict[str, float]:
    """The uploads that an `index.html` lists, a row each, with the last time in the row."""
    found = dict[str, float]()
    for row in _ROW.split(raw.decode("utf-8", "replace")):
        time = time_of_day(unescape(_TAG.sub(" ", row)))
        for link in _LINK.findall(row) if time else ():
            found[unquote(unescape(link)).removeprefix("./").split("/")[0]] = time.timestamp() if time else 0
    return found
