"""The page to practise in: a problem's exercise that can be read at once, and all that makes it answer."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from derive.derivation.steps import Derivation
from derive.files import save
from derive.interactive.exercise import Exercise, Source
from derive.interactive.licences import licences
from derive.interactive.one_file import judging_parts, one_file
from derive.interactive.verdicts import verdicts
from derive.page.run import PageRun
from derive.problem.problem import Problem
from derive.prose.catalogue import Catalogue, catalogue
from derive.sheets.answer_file import NOBODY
from derive.solution import Solution, solve
from derive.writers import FORMATS
from derive.writers.base import Writer
from derive.writers.identity import Identity

if TYPE_CHECKING:
    from derive.problem.overriding import Overrides

FRAME = "practice.html"
TABLE = "practice."


def practice_page(source: Source, parts: Mapping[str, str] | None = None) -> str:
    """The page of an exercise, with what it judges with or with other `parts`: none, for a window that judges, such as
    a notebook.

    Raises InputError, VerificationError, and ToolError if what the page needs cannot be fetched.
    """
    parts = judging_parts() if parts is None else parts
    exercise = Exercise.of(source)
    told, identity = exercise.description(), source.identity
    words = {key: escape(text) for key, text in page_words(catalogue(told["language"])).items()}
    shown = told.pop("exercise")
    return one_file(
        FRAME, "practice",
        {"open": opening_request(source), "words": page_words(catalogue(told["language"])), "description": told,
         "of": verdicts(exercise, {})["of"]},
        parts, licences() if parts else (),
        title=escape(told["title"]), language=told["language"], words=words,
        exercise=shown, marks=identity.marks if identity.code else (),
        student=escape(" · ".join(filter(None, (identity.name, identity.student)))),
    )  # fmt: skip


def opening_request(source: Source) -> dict[str, Any]:
    """The request that opens an exercise."""
    identity = source.identity
    return {
        "problem": source.problem, "name": source.name, "settings": source.settings,
        "values": source.values,
        "code": identity.code, "student": identity.student, "person": identity.name, "numbers": identity.numbers,
    }  # fmt: skip


def page_words(words: Catalogue, table: str = TABLE) -> Mapping[str, str]:
    """The sentences of pages that answer, by their keys in a table of the catalogue."""
    return {key.removeprefix(table): text for key, text in words.sentences.items() if key.startswith(table)}


def source_of(problem: Problem, identity: Identity = NOBODY) -> Source:
    """A problem as a page keeps it: its file's text with what was set beside it, or the file that is written for it."""
    if not problem.text:
        return Source(solve(problem).text("toml"), problem.name or "problem", identity=identity)
    numbers, written = problem.numbers, Problem.loads(problem.text, problem.name)
    digits = {"decimals" if numbers.digits.decimals else "significant": numbers.digits.count}
    settings = {**digits, "carry": numbers.carry, "decimal": numbers.decimal, "detail": problem.page.detail}
    pairs = zip(problem.givens, written.givens, strict=True)
    values = {new.name.id: list(map(str, new.values)) for new, old in pairs if new.values != old.values}
    chosen = cast("Overrides", {**settings, "language": problem.language})
    return Source(problem.text, problem.name, chosen, values, identity)


class PracticeWriter(Writer):
    """A sheet → the page to practise it in."""

    def render(self, compiled: None, run: PageRun, identity: Identity | None = None) -> str:
        return practice_page(source_of(run.values.problem, identity or NOBODY))


class Practice:
    """A page to practise in. `write` saves it as NAME-practice.html; a notebook shows it."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem

    def __repr__(self) -> str:
        return f"<Practice of {self.problem.label}>"

    @cached_property
    def html(self) -> str:
        """The page, of a problem that was verified. Raises InputError, VerificationError and ToolError."""
        solve(self.problem)
        return practice_page(source_of(self.problem))

    def write(self, folder: str | Path = "output") -> Path:
        """Write the page into a folder; its file."""
        name = FORMATS["practice"].file(self.problem.name or "problem")
        (path,) = save(Path(folder), {name: self.html.encode()})
        return path

    def widget(self) -> Any:
        """The page in a notebook, judged by its kernel: light, with nothing to fetch (extra `notebook`).

        Raises InputError, VerificationError, and ToolError where anywidget is not installed.
        """
        from derive.interactive.widget import practice_widget

        solve(self.problem)
        return practice_widget(practice_page(source_of(self.problem), {}), self.problem.title)

    def _repr_html_(self) -> str:
        title = escape(self.problem.title)
        return f'<iframe title="{title}" srcdoc="{escape(self.html)}" width="100%" height="820"></iframe>'


def practice(problem: str | Path | Problem | Derivation | Solution) -> Practice:
    """A page to practise a problem in: a file's path, a Problem, a Derivation, or a Solution. Raises InputError."""
    if isinstance(problem, Derivation | Solution):
        problem = problem.problem
    return Practice(problem if isinstance(problem, Problem) else Problem.load(problem))
