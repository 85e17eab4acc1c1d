"""The page to practise in: a problem's exercise that can be read at once, and all that makes it answer."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from derive.derivation.steps import Derivation
from derive.files import save
from derive.practice.exercise import Exercise, Source
from derive.practice.one_file import one_file
from derive.practice.verdicts import verdicts
from derive.problem.problem import Problem
from derive.prose.catalogue import Catalogue, catalogue
from derive.sheets.answer_file import NOBODY
from derive.solution import Solution, solve
from derive.writers.identity import Identity

FRAME = "practice.html"
ENDING = "practice.html"
TABLE = "practice."


def practice_page(source: Source) -> str:
    """The page of an exercise: its gradients are verified, by the closed form too where that is affordable.

    Raises InputError, VerificationError, and ToolError if what the page needs cannot be fetched.
    """
    solve(source.read())
    exercise = Exercise.of(source)
    told, identity = exercise.description(), source.identity
    words = {key: escape(text) for key, text in page_words(catalogue(told["language"])).items()}
    shown = told.pop("exercise")
    return one_file(
        FRAME, "practice",
        {"open": opening(source), "words": page_words(catalogue(told["language"])), "description": told,
         "of": verdicts(exercise, {})["of"]},
        title=escape(told["title"]), language=told["language"], words=words,
        exercise=shown, marks=identity.marks if identity.code else (),
        student=escape(" · ".join(filter(None, (identity.name, identity.student)))),
    )  # fmt: skip


def opening(source: Source) -> dict[str, Any]:
    """The request that opens an exercise."""
    values = {key: [str(each) for each in flat] for key, flat in source.values.items()}
    identity = source.identity
    return {
        "problem": source.problem, "name": source.name, "settings": dict(source.settings), "values": values,
        "code": identity.code, "student": identity.student, "person": identity.name, "numbers": identity.numbers,
    }  # fmt: skip


def page_words(words: Catalogue) -> Mapping[str, str]:
    """The sentences of pages that answer, by key."""
    return {key.removeprefix(TABLE): text for key, text in words.sentences.items() if key.startswith(TABLE)}


def source_of_problem(problem: str | Path | Problem | Derivation | Solution, identity: Identity = NOBODY) -> Source:
    """A problem as a page keeps it: the text of its file, or the file that is written for it."""
    if isinstance(problem, str | Path):
        path = Path(problem)
        Problem.load(path)
        return Source(path.read_text("utf-8-sig"), path.stem, identity=identity)
    solution = problem if isinstance(problem, Solution) else solve(problem)
    return Source(solution.text("toml"), solution.problem.name or "problem", identity=identity)


class Practice:
    """A page to practise in. `write` saves it as NAME-practice.html; a notebook shows it."""

    def __init__(self, source: Source) -> None:
        self.source = source

    def __repr__(self) -> str:
        return f"<Practice of {self.source.name}>"

    def html(self) -> str:
        """The page. Raises InputError, VerificationError and ToolError."""
        return practice_page(self.source)

    def write(self, folder: str | Path = "output") -> Path:
        """Write the page into a folder; its file."""
        (path,) = save(Path(folder), {f"{self.source.name}-{ENDING}": self.html().encode()})
        return path

    def _repr_html_(self) -> str:
        page = escape(self.html())
        return f'<iframe title="{escape(self.source.name)}" srcdoc="{page}" width="100%" height="820"></iframe>'


def practice(problem: str | Path | Problem | Derivation | Solution) -> Practice:
    """A page to practise a problem in: a file's path, a Problem, a Derivation, or a Solution."""
    return Practice(source_of_problem(problem))
