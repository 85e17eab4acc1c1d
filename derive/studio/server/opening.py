"""The studio opened with a file: its text, where it is kept, and the server of its page."""

import sys
from pathlib import Path

from derive import examples
from derive.errors import Fault, InputError, Place, ToolError
from derive.files import utf8_text
from derive.interactive.exercise import Source
from derive.prose.catalogue import catalogue
from derive.studio.code_editor import code_editor
from derive.studio.server.gate import Gate
from derive.studio.server.server_desk import ServerDesk
from derive.studio.server.studio_server import ASK, MADE, StudioServer
from derive.studio.studio_page import studio_page

ENDING = ".toml"


def studio_server(problem: Path | None, output: Path, port: int = 0, language: str = "en") -> StudioServer:
    """The server of a problem file, which may be new; without one of the handwritten notes, to save where one is.

    Raises DeriveError for a file that cannot be opened, a port that is taken, a language without a catalogue.
    """
    catalogue(language)
    desk = ServerDesk(problem.parent if problem else Path(), output, problem)
    desk.path(_opened(problem).name)
    parts = _editor()

    def page(gate: Gate) -> str:
        opened = _opened(desk.last)
        known = opened.problem if desk.last else ""
        return studio_page(opened, language, parts, {"address": ASK, "made": MADE, "token": gate.token, "known": known})

    return StudioServer(desk, page, port)


def _opened(problem: Path | None) -> Source:
    if problem is None:
        return Source(examples.path(examples.DEFAULT).read_text("utf-8"), examples.DEFAULT)
    return opened_file(problem)


def opened_file(problem: Path) -> Source:
    """What a file says; of a new one nothing. Raises InputError for one that cannot be read or is no problem file."""
    if problem.suffix != ENDING:
        raise InputError([Fault("this is no problem file", f"its name ends in {ENDING}", Place(str(problem)))])
    if not problem.exists():
        return Source("", problem.stem)
    return Source(utf8_text(problem).replace("\r\n", "\n"), problem.stem)


def _editor() -> dict[str, str]:
    """The editor; where it cannot be fetched that is said, and the page has a plain field."""
    try:
        return {"code": code_editor()}
    except ToolError as error:
        print(f"warning: the page has a plain field in place of its editor: {error}", file=sys.stderr)
        return {}
