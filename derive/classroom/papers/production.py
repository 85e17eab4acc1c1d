"""The papers of a whole class, streamed to its folder: what is there already is kept, what fails stops no other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice

from derive.classroom.folder.classroom import Classroom
from derive.classroom.folder.issues import FOLDER as OLDER
from derive.classroom.folder.ledger import Ledger, LedgerLine, checksums
from derive.classroom.folder.manifest import PROBLEM, ROSTER
from derive.classroom.papers.paper_maker import CHUNK, FOLDERS, Chunk, Job, Papers, make, paper_maker
from derive.classroom.workers.engine import Run
from derive.classroom.workers.progress import Progress
from derive.errors import DeriveError, Fault, Place, ToolError, suggestion
from derive.files import PDF, clear, locked, save
from derive.pdf import press
from derive.version import VERSION


@dataclass
class Outcome:
    """students  how many the roster has
    kept      how many of those wanted had their papers already
    made      how many got them now
    faults    lines of the roster that are no students, and students whose papers failed
    warnings  what of the roster costs nobody the papers
    gone      students who have papers in the folder and are no longer on the roster
    statuses  the exit statuses of what went wrong
    """

    students: int
    kept: int = 0
    made: int = 0
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)
    statuses: set[int] = field(default_factory=set)


def produce(classroom: Classroom, run: Run, only: str | None = None, formats: tuple[str, ...] = ()) -> Outcome:
    """Make the papers of all students, or of one, that are not there yet; in other `formats` than the class's for once.

    Raises DeriveError for a problem that gives no sheet, an id that is not on the roster, a folder that cannot be
    written, and workers that keep dying.
    """
    job, missing = job_of(classroom, formats)
    paper_maker(job)
    outcome = _begun(classroom, only)
    with locked(classroom.folder):
        _produce(classroom, run, only, job, outcome)
    if missing:
        outcome.faults.append(Fault(missing.message, missing.hint))
        outcome.statuses.add(missing.exit_status)
    return outcome


def _produce(classroom: Classroom, run: Run, only: str | None, job: Job, outcome: Outcome) -> None:
    """Make what is not there yet."""
    for place in (classroom.folder, classroom.folder / OLDER):
        clear(place)
    for folder in FOLDERS.values():
        (classroom.folder / folder).mkdir(exist_ok=True)
    total = outcome.students if only is None else 1
    with Ledger(classroom.folder) as ledger, Progress(total) as progress:
        production = _Production(classroom, job, ledger, outcome, progress, only)
        for batch in run(partial(make, job), production.chunks()):
            production.keep(batch)
        if only is None:
            outcome.gone = ledger.sort(student.id for student in classroom.roster)


def job_of(classroom: Classroom, formats: tuple[str, ...] = ()) -> tuple[Job, ToolError | None]:
    """The job of a class; without PDFs where there is no LaTeX engine, and that error.

    Raises ToolError where PDFs are all that is wanted.
    """
    text, manifest = (classroom.folder / PROBLEM).read_text("utf-8-sig"), classroom.manifest
    formats, missing = formats or manifest.formats, None
    if PDF in formats:
        try:
            press.engines()
        except ToolError as error:
            formats, missing = tuple(wanted for wanted in formats if wanted != PDF), error
            if not formats:
                raise
    return Job(text, manifest.title, manifest.seed, formats, VERSION), missing


def _begun(classroom: Classroom, only: str | None) -> Outcome:
    """The outcome as far as the roster decides it. Raises DeriveError if `only`, or everyone, is missing from it."""
    roster = classroom.roster
    found = False
    students = 0
    for student in roster:
        students += 1
        found |= only in {None, student.id}
    if found:
        return Outcome(students, faults=list(roster.faults), warnings=list(roster.warnings),
                       statuses={2} if roster.faults else set())  # fmt: skip
    told = "\n".join(map(str, roster.faults))
    if only is None:
        raise DeriveError(f"the roster has no student\n{told}".rstrip())
    known = suggestion(only, (student.id for student in roster))
    raise DeriveError(f"no student with the id `{only}` is on the roster", known)


@dataclass
class _Production:
    """One run over a class."""

    classroom: Classroom
    job: Job
    ledger: Ledger
    outcome: Outcome
    progress: Progress
    only: str | None

    def chunks(self) -> Iterator[Chunk]:
        """The chunks of the roster in which papers are missing."""
        students = iter(self.classroom.roster)
        while chunk := tuple(islice(students, CHUNK)):
            asked = [student for student in chunk if self.only in {None, student.id}]
            wanted = {s.id for s in asked if not self.ledger.is_made(s.id, self.job.inputs(s))}
            self.outcome.kept += len(asked) - len(wanted)
            self.progress.skip(len(asked) - len(wanted))
            if wanted:
                yield Chunk(chunk, frozenset(wanted))

    def keep(self, batch: Sequence[Papers]) -> None:
        """Write the papers of a chunk, then that they are there."""
        made = [papers for papers in batch if not papers.failure]
        save(self.classroom.folder, {path: data for papers in batch for path, data in papers.files.items()})
        for papers in batch:
            if papers.files:
                self.ledger.add(self._entry(papers))
            place = Place(f"{ROSTER}, line {papers.student.line}, student {papers.student.id}")
            if papers.is_nameless:
                what, hint = "no font has the letters of the name", "the PDFs show the id in its place"
                self.outcome.warnings.append(Fault(what, hint, place))
            if error := papers.failure:
                self.outcome.faults.append(Fault(error.message, error.hint, place))
                self.outcome.statuses.add(error.exit_status)
        self.outcome.made += len(made)
        self.progress.step(len(batch))

    def _entry(self, papers: Papers) -> LedgerLine:
        """The entry of a student's papers; those that lack a format are made again the next time."""
        inputs = "" if papers.failure else self.job.inputs(papers.student)
        manifest, sums = self.classroom.manifest, checksums(papers.files)
        return LedgerLine(papers.student.id, papers.code, inputs, sums, manifest.problem, papers.numbers,
                          manifest.seed, manifest.title)  # fmt: skip
