"""The page of the studio: a problem file and its worked page side by side, readable before the engine has started."""

from __future__ import annotations

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
from derive.prose.catalogue import Catalogue, catalogue
from derive.studio.code_editor import SHIPPED, code_editor
from derive.studio.studio_desk import gallery
from derive.studio.vocabulary import vocabulary

FRAME, FILE, TABLE = "studio.html", "studio.html", "studio."
DESK = "derive.studio.studio_desk:StudioDesk"


def studio_page(source: Source | None = None, language: str = "en", server: Mapping[str, Any] | None = None) -> str:
    """The page as text, with a problem laid open: the handwritten notes, or that of `source`. With `server` a server
    answers, about which it tells the page; else a worker does, with derive inside.

    Raises InputError for a language without a catalogue, and ToolError if what the page needs cannot be fetched.
    """
    words = {**page_words(catalogue(language)), **_studio_words(catalogue(language))}
    opened = source or Source(examples.path(examples.DEFAULT).read_text("utf-8"), examples.DEFAULT)
    shown = Exercise.of(opened)
    return one_file(
        FRAME, "studio",
        {"words": words, "vocabulary": vocabulary(), "gallery": gallery(), "desk": DESK, "server": server,
         "open": {"problem": opened.problem, "name": opened.name}},
        {"code": code_editor(), **({} if server else judging_parts())}, (*licences(), SHIPPED),
        language=language, words={key: escape(text) for key, text in words.items()},
        problem=escape(opened.problem), name=escape(opened.name), page=shown.page(),
        page_language=shown.solution.problem.language,
    )  # fmt: skip


def write_studio(folder: Path, language: str = "en") -> Path:
    """Write the page into a folder; its file."""
    (path,) = save(folder, {FILE: studio_page(language=language).encode()})
    return path


def _studio_words(words: Catalogue) -> Mapping[str, str]:
    return {key.removeprefix(TABLE): text for key, text in words.sentences.items() if key.startswith(TABLE)}
