"""The public way in: a problem worked out, looked up by step, and written in any format."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, partial
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, Unpack

from flint import fmpq

from derive.derivation.derive import derive
from derive.derivation.short_rules import Short, shortcuts_of
from derive.derivation.step_settings import check_ids
from derive.derivation.steps import Derivation, Step
from derive.errors import Fault, InputError, suggestion
from derive.files import PDF
from derive.language.expressions import Index, Shape
from derive.language.names import Name
from derive.language.step_ids import StepId
from derive.memory import rarely_collecting
from derive.notation.matrices import nested
from derive.notation.notations import ASCII
from derive.notation.printer import formula
from derive.page.document import Document
from derive.page.run import PageRun
from derive.page.tabled_passes import tabled
from derive.page.workings import Workings
from derive.problem.overriding import Overrides, overridden
from derive.problem.problem import Problem
from derive.problem.training.model import STEP
from derive.prose.catalogue import check_language
from derive.values.stopping import counted_steps
from derive.values.tape import Tape
from derive.values.values import Values
from derive.verification.verify import Verification, verify
from derive.writers import FORMATS, WRITERS, check_formats, formats_of
from derive.writers.page_context import PageContext

if TYPE_CHECKING:
    from derive.verification.closed_form import ClosedForm

MOST_KEPT = 100

Nested: TypeAlias = Any
"""A scalar, or tuples of them nested as the shape says."""


@dataclass(frozen=True, repr=False)
class Blueprint:
    """What of a worked problem does not depend on its numbers: built once, solved for any of the same shapes. `only` is
    the one step that its page has, with the pass; None for all of them.
    """

    derivation: Derivation
    tape: Tape
    page: PageContext
    closed: ClosedForm | None = None
    only: tuple[Name, int] | None = None
    compiled: dict[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<Blueprint of {self.derivation.problem.label}: {len(tuple(self.derivation.steps))} steps>"

    def __reduce__(self) -> tuple[Any, ...]:
        """How it crosses to another process: what was compiled is compiled there again."""
        return _built, (self.derivation, self.only)

    @staticmethod
    @rarely_collecting
    def of(problem: Problem | Derivation, symbolic: bool = True) -> Blueprint:
        """The blueprint of a problem; with its closed form, if that is `symbolic` and affordable. Raises InputError for
        a language without a catalogue.
        """
        derivation = counted_steps(problem if isinstance(problem, Derivation) else derive(problem))
        problem = derivation.problem
        check_ids(derivation)
        check_language(problem.language, problem.place("language"))
        closed = _closed_form(derivation) if symbolic else None
        page = PageContext(derivation, problem.numbers.decimal, problem.numbers.multiplication)
        return Blueprint(derivation, Tape.of(derivation), page, closed)

    @cached_property
    def document(self) -> Document:
        """The page."""
        from derive.page.blocks.compose import compose
        from derive.page.blocks.one_step import one_step

        if self.only is not None:
            return one_step(self.derivation, self.derivation.problem, *self.only)
        return compose(self.derivation, self.derivation.problem, self.closed)

    @property
    def workings(self) -> Workings:
        """The expressions of the page that are compiled."""
        return self.page.workings

    @property
    def shortcuts(self) -> Mapping[Name, Short]:
        """The short rules that there are, by the gradients that they give."""
        return self.derivation.once(shortcuts_of)

    @rarely_collecting
    def solve(self, problem: Problem | None = None, symbolic: bool = True) -> Solution:
        """The problem with its numbers (or those of another one of the same structure), verified: by differences, and,
        if `symbolic`, by the closed form where that is affordable, as its page says.

        Raises InputError for a value that does not exist, VerificationError if a gradient cannot be confirmed.
        """
        solution = self.evaluate(problem)
        return replace(
            solution, run=PageRun(solution.values, verify(solution.exact, self.closed if symbolic else None))
        )

    def evaluate(self, problem: Problem | None = None) -> Solution:
        """The same, not verified: for work on numbers that were verified before they were handed out.

        Raises InputError for a value that does not exist.
        """
        problem = problem or self.derivation.problem
        values = self.values(problem)
        exact = (
            values
            if values.carry == "exact" and not values.rounds
            else Values(self.tape, problem, _kept(problem), carry="exact")
        )
        return Solution(self, problem, PageRun(values), exact)

    def values(self, problem: Problem) -> Values:
        """The values of a problem of this structure, not verified. Raises InputError for one that does not exist."""
        return Values(self.tape, problem, _kept(problem), tabled=tabled(problem.update, problem.samples))

    @rarely_collecting
    def text(self, name: str, run: PageRun) -> str:
        """The page in a text format for a run."""
        return WRITERS[name].render(self._compiled(name), run)

    def file(self, name: str, run: PageRun) -> bytes:
        """The page in any format that has a writer, as the bytes of a file. Raises ToolError for a missing tool."""
        return WRITERS[name].finished(self._compiled(name), run)

    def _compiled(self, name: str) -> Any:
        if name not in self.compiled:
            self.compiled[name] = WRITERS[name].compile(self.document, self.page)
        return self.compiled[name]


def _built(derivation: Derivation, only: tuple[Name, int] | None) -> Blueprint:
    return replace(Blueprint.of(derivation), only=only)


def _kept(problem: Problem) -> Iterable[int]:
    """The passes whose values are kept: all of a short training, else those shown."""
    if problem.update is None:
        return ()
    if problem.update.steps <= MOST_KEPT and not problem.update.show:
        return range(1, problem.update.steps + 2)
    return problem.update.shown()


@dataclass(frozen=True)
class StepValue:
    """One step of a solution: `id`, `equation`, `phase`, `rule`, `shape`, and its value in three forms.

    value       exact `Fraction`s, or `Decimal`s with at least 17 proven digits; tuples nested as the shape says
    value_text  the same as text, with a point
    printed     as it stands on the page
    """

    id: str
    equation: str
    phase: str
    rule: str
    shape: Shape
    value: Nested
    value_text: Nested
    printed: Nested


@dataclass(frozen=True, repr=False)
class Solution:
    """A problem worked out and verified. `solution["dL/dW_1"]` is a step; `write` makes the files."""

    blueprint: Blueprint
    problem: Problem
    run: PageRun
    exact: Values

    def __repr__(self) -> str:
        found = self.run.verification
        checked = f", {found.entries} gradient entries verified" if found else ""
        return f"<Solution of {self.problem.label}: {len(self.ids)} values{checked}>"

    def __reduce__(self) -> tuple[Any, ...]:
        """How it crosses to another process: the numbers are worked out there again, what was verified is known."""
        return _evaluated, (self.blueprint, self.problem, self.run.verification)

    def __copy__(self) -> Solution:
        return self

    def __deepcopy__(self, memo: object) -> Solution:
        """Itself: nobody can change it."""
        return self

    @property
    def values(self) -> Values:
        """The values as the page carries them on; `exact` are those that no rounding touched."""
        return self.run.values

    @property
    def verification(self) -> Verification:
        """What was confirmed, and by which routes."""
        assert self.run.verification is not None
        return self.run.verification

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """The ids of all steps, in order: given values, then pass by pass."""
        return tuple(self.index)

    @cached_property
    def index(self) -> Mapping[str, tuple[Name, int, Step | None]]:
        """For each id the name, the pass that holds its value, and the step (None for given values)."""
        derivation = self.blueprint.derivation
        index: dict[str, tuple[Name, int, Step | None]] = {}
        for name, parameter in derivation.givens:
            index[name.id] = (name, 1, None)
            if parameter and derivation.updates:
                index[str(StepId(name.id, 0))] = (name, 1, None)
        index |= {name.id: (name, 1, None) for name in derivation.constants if name != STEP}
        index |= {derivation.id_in(name, 1): (name, 1, None) for name in derivation.states}
        for k in self.values.worked:
            index |= {derivation.id_in(name, k): (name, k, None) for name in derivation.turning if k > 1}
            for step in derivation.worked(k, self.values.updates):
                index[derivation.id_in(step.name, k)] = (step.name, k, step)
        return index

    def __getitem__(self, step: str) -> StepValue:
        """A step, or one entry of it (`dL/dW_1[2,3]`). Raises KeyError with a suggestion."""
        asked = StepId.parse(step)
        base = str(asked.whole)
        if base not in self.index:
            raise KeyError(f"no step `{base}`; {suggestion(base, self.ids) or 'see solution.ids'}")
        name, k, found = self.index[base]
        shape = self.blueprint.derivation.shapes[name]
        counts = zip(asked.entry, shape, strict=False)
        if asked.entry and not (len(asked.entry) == len(shape) and all(1 <= i <= size for i, size in counts)):
            raise KeyError(f"`{step}`: no such entry; entries count from 1, the shape is {list(shape)}")
        return self._value(base, name, k, found, asked.index)

    def alone(self, step: str) -> Solution:
        """The same solution with a page of one step, without a title. Raises InputError for what is not worked out."""
        name, k, found = self.index.get(str(StepId.parse(step)), (None, 1, None))
        if name is None or found is None:
            steps = [known for known, (_, _, worked) in self.index.items() if worked]
            hint = "its value is given" if name else suggestion(step, steps) or f"there are: {', '.join(steps)}"
            raise InputError([Fault(f"there is no step `{step}`", hint)])
        return replace(self, blueprint=replace(self.blueprint, only=(found.name, k), compiled={}))

    def _value(self, step_name: str, name: Name, k: int, step: Step | None, index: Index) -> StepValue:
        shapes = self.blueprint.derivation.shapes
        shape = shapes[name]
        flat, texts = self.values.flat(name, k), self.values.decimals(name, k)
        printed = [number.text(self.values.numbers.decimal) for number in self.values.printed(name, k)]
        forms: list[list[Any]] = [[_number(x, text) for x, text in zip(flat, texts, strict=True)], texts, printed]
        value, text, shown = (_tuples(nested(form, shape)) for form in forms)
        for i in index:
            value, text, shown = value[i], text[i], shown[i]
        equation = f"{ASCII.name(step.name)} = {formula(step.expr, ASCII, shapes)}" if step else step_name
        return StepValue(step_name, equation, step.phase if step else "given", step.rule if step else "given",
                         () if index else shape, value, text, shown)  # fmt: skip

    @property
    def formats(self) -> tuple[str, ...]:
        """The formats that its page can be written in: a single step is no spreadsheet, notebook or problem file."""
        single = self.blueprint.only is not None
        return tuple(name for name in formats_of("solution") if not single or FORMATS[name].has_single_steps)

    def text(self, name: str = "md") -> str:
        """The page in a text format. Raises DeriveError for one that does not exist."""
        check_formats((name,), tuple(known for known in self.formats if FORMATS[known].is_text))
        return self.blueprint.text(name, self.run)

    def file(self, name: str) -> bytes:
        """The page in any format but PDF, as the bytes of a file. Raises DeriveError for a format that does not exist,
        ToolError where what makes it is not installed.
        """
        check_formats((name,), tuple(known for known in self.formats if known != PDF))
        return self.blueprint.file(name, self.run)

    def pictures(self, name: str) -> dict[str, str]:
        """The pictures that a format refers to, by the end of their file's name: SVG beside Markdown."""
        return WRITERS[name].pictures(self.blueprint.document, self.blueprint.page, self.run)

    def write(
        self, folder: str | Path = "output", formats: Iterable[str] = ("pdf", "tex", "md"), name: str = ""
    ) -> list[Path]:
        """Write the page in several formats into `folder`; the files, in order. Raises DeriveError, ToolError."""
        from derive.pdf.pdf_source import pdf_source
        from derive.pdf.text_files import write_texts

        formats = tuple(formats)
        check_formats(formats, self.formats)
        name = name or self.problem.name or "solution"
        files: dict[str, Callable[[], str | bytes]] = {}
        for wanted in formats:
            source = pdf_source(self.problem) if wanted == PDF else wanted
            files[FORMATS[wanted].file(name)] = partial(self.text if FORMATS[source].is_text else self.file, source)
            pictures = self.pictures(source)
            files |= {f"{name}-{picture}": partial(pictures.__getitem__, picture) for picture in pictures}
        return write_texts(
            Path(folder), files, [self.blueprint.derivation.id_in(*step) for step in self.blueprint.document.numbered]
        )

    def _repr_html_(self) -> str:
        """The page for a notebook, in a frame, so that neither's look changes the other's."""
        page = escape(self.text("html"))
        return f'<iframe title="{escape(self.problem.title)}" srcdoc="{page}" width="100%" height="720"></iframe>'

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        """The page in each of the forms that a notebook may show, of which it takes the richest."""
        return {"text/html": self._repr_html_(), "text/markdown": self._repr_markdown_(), "text/plain": repr(self)}

    def _repr_markdown_(self) -> str:
        """The page for a notebook, its pictures inside the text."""
        from derive.writers.markdown import with_pictures_inside

        return with_pictures_inside(self.text("md"), self.problem.name, self.pictures("md"))


def _closed_form(derivation: Derivation) -> ClosedForm | None:
    """The closed form, where it is affordable; what differentiates it is loaded where one is wanted."""
    from derive.verification.closed_form import ClosedForm, affordable

    return ClosedForm(derivation) if affordable(derivation) else None


def _evaluated(blueprint: Blueprint, problem: Problem, verification: Verification | None) -> Solution:
    solution = blueprint.evaluate(problem)
    return replace(solution, run=PageRun(solution.values, verification))


def _number(x: Any, text: str) -> Fraction | Decimal:
    return Fraction(int(x.p), int(x.q)) if isinstance(x, fmpq) else Decimal(text)


def _tuples(value: Any) -> Nested:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


def solve(problem: str | Path | Problem | Derivation, **overrides: Unpack[Overrides]) -> Solution:
    """Work a problem out: a file's path, a Problem, or a Derivation. Keywords override the file's settings:
    `significant` or `decimals`, `carry`, `decimal`, `detail`, `language`, `accessible`.

    Raises InputError (every fault of the file, or a value that does not exist) and VerificationError.
    """
    if isinstance(problem, Derivation):
        chosen = overridden(problem.problem, overrides)
        return Blueprint.of(problem if chosen == problem.problem else chosen).solve()
    source = problem if isinstance(problem, Problem) else Problem.load(problem)
    return Blueprint.of(overridden(source, overrides)).solve()
