"""What answers in the studio on a computer: beside all that the page's own desk does, files on disk.

A page is worked out as `derive solve` does it, with SymPy; PDF, sheet and class are those of the commands.
"""

import base64
import binascii
import re
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from derive.errors import DeriveError
from derive.files import PDF, save
from derive.interactive.desk import Action, Reply, Request, requested
from derive.interactive.exercise import Source
from derive.interactive.practice_page import practice_page
from derive.problem.reading.array_files import with_array_files
from derive.sheets.sheet_files import copy_of, write_sheet
from derive.solution import solve
from derive.studio.studio_desk import StudioDesk, downloaded
from derive.writers import FORMATS

NAME = re.compile(r"\w[\w .-]{0,99}")
"""What a file may be called: nothing that leads to another folder."""
SHEET_FORMATS = (PDF, "md", "toml")
CLASS_FORMATS = (PDF,)


class ServerDesk(StudioDesk):
    """A desk with a place for problem files (`folder`) and one for what is made of them (`output`).

    `made` are the files that were made, by name: what the page may show. `last` is the problem file that was laid open,
    or the one that was saved last; none as long as a built-in problem does.
    """

    def __init__(self, folder: Path, output: Path, last: Path | None = None) -> None:
        super().__init__()
        self.folder, self.output, self.last = folder, output, last
        self.made: dict[str, Path] = {}

    @property
    def actions(self) -> Mapping[str, Action]:
        """What this desk does: what a desk of the studio does, and SERVER_ACTIONS."""
        return {**super().actions, **SERVER_ACTIONS}

    def source(self, request: Request) -> Source:
        """The problem that a request brings, with the arrays of files beside it."""
        source = requested(request)
        return replace(source, problem=with_array_files(source.problem, self.path(source.name)))

    def path(self, name: str) -> Path:
        """Where a problem file of that name lies. Raises DeriveError for what is no name."""
        if not NAME.fullmatch(name):
            raise DeriveError(f"`{name[:100]}` is no name for a file", "use letters, digits, spaces, _ and -")
        return self.folder / f"{name}.toml"

    def finished(self, files: Iterable[Path]) -> Reply:
        """What was written; the page may show it now."""
        found = {file.name: file for file in files}
        self.made |= found
        return {"files": [{"name": name, "path": str(file)} for name, file in found.items()]}


def _save(desk: ServerDesk, request: Request) -> Reply:
    """Write the file, unless that on disk is another than the one that was opened (`known`) and nobody said `over`."""
    path = desk.path(request["name"])
    found = path.read_text("utf-8") if path.is_file() else ""
    if found not in {"", request.get("known", ""), request["problem"]} and not request.get("over"):
        return {"exists": path.name}
    save(path.parent, {path.name: request["problem"].encode()})
    desk.last = path
    return {"file": path.name}


def _download(desk: ServerDesk, request: Request) -> Reply:
    """The page in a text format as one file, verified as `derive solve` does."""
    return downloaded(solve(desk.source(request).read()), request["format"])


def _practice(desk: ServerDesk, request: Request) -> Reply:
    """The page to practise the problem in, whole."""
    source = desk.source(request)
    solve(source.read())
    return {"file": FORMATS["practice"].file(source.name), "text": practice_page(source)}


def _pdf(desk: ServerDesk, request: Request) -> Reply:
    """The page as PDF. Raises ToolError where no engine makes it; its text is written then."""
    return desk.finished(solve(desk.source(request).read()).write(desk.output, (PDF,), request["name"]))


def _sheet(desk: ServerDesk, request: Request) -> Reply:
    """The exercise, its key and an answer file."""
    return desk.finished(write_sheet(copy_of(desk.source(request).read()), desk.output, SHEET_FORMATS))


def _class(desk: ServerDesk, request: Request) -> Reply:
    """Sheets and keys for the students of a roster, which comes with the request."""
    from derive.classroom.folder.classroom import Classroom
    from derive.classroom.papers.production import produce
    from derive.classroom.papers.replaced_sheets import check_replacement
    from derive.classroom.workers.engine import engine

    folder = desk.output / f"{desk.path(request['name']).stem}-class"
    with tempfile.TemporaryDirectory() as taken:
        files = {f"{request['name']}.toml": desk.source(request).problem.encode(), **_roster(request["roster"])}
        problem, roster = save(Path(taken), files)
        check_replacement(folder, problem, roster, None)
        classroom = Classroom.create(folder, problem, roster, formats=CLASS_FORMATS)
    with engine() as calls:
        outcome = produce(classroom, calls)
    faults = [*outcome.warnings, *outcome.faults]
    return {"files": [{"name": "", "path": str(folder)}], "students": outcome.students, "made": outcome.made,
            "kept": outcome.kept, "messages": list(map(str, faults))}  # fmt: skip


def _roster(sent: Mapping[str, str]) -> dict[str, bytes]:
    """The class list as a file of the kind that was chosen. Raises DeriveError for what is none."""
    try:
        return {f"roster{Path(sent['name']).suffix}": base64.b64decode(sent["data"], validate=True)}
    except binascii.Error:
        raise DeriveError("the class list did not arrive whole", "choose it again") from None


SERVER_ACTIONS: dict[str, Action] = {
    "store": _save,
    "download": _download,
    "practice": _practice,
    "pdf": _pdf,
    "sheet": _sheet,
    "class": _class,
}
"""What can be asked beside STUDIO_ACTIONS, or is done otherwise; `docs/practice.md` tells what each takes and gives."""
