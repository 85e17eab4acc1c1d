"""The page of the studio: a problem file and its worked page side by side, readable before the engine has started."""

from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from derive import examples
from derive.files import save
from derive.interactive.exercise import Exercise, Source
from derive.interactive.licences import licences
from derive.interactive.one_file import judging_parts, one_file
from derive.interactive.practice_page import page_words
from derive.prose.catalogue import catalogue
from derive.studio.code_editor import SHIPPED, code_editor
from derive.studio.studio_desk import gallery
from derive.studio.vocabulary import vocabulary

FRAME, FILE, TABLE = "studio.html", "studio.html", "studio."
DESK = "derive.studio.studio_desk:StudioDesk"


def studio_page(
    opened: Source, language: str, parts: Mapping[str, str], server: Mapping[str, Any] | None = None
) -> str:
    """The page as text, with a problem laid open and the `parts` that it unpacks. With `server` a server answers, about
    which it tells the page; else a worker does, with derive inside, and until that has started the page stands there
    as it was when this was made.

    Raises InputError for a language without a catalogue.
    """
    said = catalogue(language)
    words = {**page_words(said), **page_words(said, TABLE)}
    shown = None if server else Exercise.of(opened)
    return one_file(
        FRAME, "studio",
        {"words": words, "vocabulary": vocabulary(), "gallery": gallery(), "desk": DESK, "server": server,
         "open": {"problem": opened.problem, "name": opened.name}},
        parts, () if server else (*licences(), SHIPPED),
        language=language, words={key: escape(text) for key, text in words.items()},
        problem=escape(opened.problem), name=escape(opened.name), page=shown.page() if shown else "",
        page_language=shown.solution.problem.language if shown else language,
    )  # fmt: skip


def write_studio(folder: Path, language: str = "en") -> Path:
    """Write the page into a folder, with the handwritten notes laid open; its file.

    Raises InputError for a language without a catalogue, and ToolError if what the page needs cannot be fetched.
    """
    catalogue(language)
    opened = Source(examples.path(examples.DEFAULT).read_text("utf-8"), examples.DEFAULT)
    page = studio_page(opened, language, {"code": code_editor(), **judging_parts()})
    (path,) = save(folder, {FILE: page.encode()})
    return path
