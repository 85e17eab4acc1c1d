"""The papers of a few students, made on any worker: texts from the blueprint kept there, PDFs in one run.

PDFs that share a run share their fonts, so that a file's bytes depend on the run. Students are therefore always set
with the same neighbours, those of their chunk of the roster, also when only one of them is wanted.
"""

import gc
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from hashlib import sha256

from derive.classroom.roster.printed_names import printed_name
from derive.classroom.roster.students import Student
from derive.errors import DeriveError
from derive.files import PDF
from derive.pdf.pdf_source import pdf_source
from derive.pdf.press import make_pdfs
from derive.problem.problem import Problem
from derive.sheets import Identity, SheetWriter
from derive.sheets.sheet_writer import KEY, SHEET
from derive.solution import Solution
from derive.variants import Assignment, Variant
from derive.writers import FORMATS

CHUNK = 16
FOLDERS = {SHEET: "sheets", KEY: "keys"}


@dataclass(frozen=True, slots=True)
class Job:
    """What is the same for all students: the problem's text and name, the seed, the formats, the version of derive."""

    problem: str
    title: str
    seed: str
    formats: tuple[str, ...]
    version: str

    def inputs(self, student: Student) -> str:
        """A checksum of all that a student's papers depend on."""
        parts = (self.version, self.problem, self.title, self.seed, *self.formats)
        own = (student.id, student.last_name, student.first_name, student.file)
        return sha256("\0".join((*parts, *own)).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Chunk:
    """Neighbours on the roster, and the ids of those whose papers are wanted."""

    students: tuple[Student, ...]
    wanted: frozenset[str]


@dataclass(slots=True)
class Papers:
    """What a student gets.

    code         of the sheet
    files        by their path in the class's folder
    failure      what failed: a variant, which leaves no file, or a PDF
    numbers      a checksum of those that were drawn
    is_nameless  whether no font has the letters of the name
    waiting      the texts, by paper, of PDFs that are not made yet
    """

    student: Student
    code: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    failure: DeriveError | None = None
    numbers: str = ""
    is_nameless: bool = False
    waiting: dict[str, str] = field(default_factory=dict)

    def on_paper(self, identity: Identity) -> Identity:
        """Whose paper it is, as a PDF says it: by the id where no font has the letters of the name."""
        name = printed_name(self.student.name, self.student.id)
        self.is_nameless |= name != self.student.name
        return replace(identity, name=name)


def make(job: Job, chunk: Chunk) -> list[Papers]:
    """The papers of those students of a chunk that are wanted, in its order."""
    maker = paper_maker(job)
    made = [maker.papers(student) for student in chunk.students if PDF in job.formats or student.id in chunk.wanted]
    if PDF in job.formats:
        for paper in FOLDERS:
            _print(paper, [papers for papers in made if not papers.failure])
    return [papers for papers in made if papers.student.id in chunk.wanted]


def _print(paper: str, made: Sequence[Papers]) -> None:
    """Make the PDFs of a paper; what LaTeX cannot set is a failure of that student alone."""
    pdfs = make_pdfs([papers.waiting.pop(paper) for papers in made])
    for papers, pdf in zip(made, pdfs, strict=True):
        if isinstance(pdf, bytes):
            papers.files[_path(paper, papers.student, PDF)] = pdf
        else:
            papers.failure, papers.waiting = pdf, {}


class PaperMaker:
    """What a worker keeps of a job: the assignment and the writer of its pages.

    Raises InputError for a problem, a condition or a [sheet] that cannot be used.
    """

    def __init__(self, job: Job) -> None:
        self.formats, self.title = job.formats, job.title
        self.assignment = Assignment(Problem.loads(job.problem, job.title, f"{job.title}.toml"), job.seed)
        self.writer = SheetWriter.of(self.assignment.blueprint)

    def papers(self, student: Student) -> Papers:
        """A student's papers in all text formats; a variant that cannot be drawn or verified is a failure."""
        try:
            return self._papers(student, self.assignment.draw(student.id))
        except DeriveError as error:
            return Papers(student, failure=error)

    def _papers(self, student: Student, variant: Variant) -> Papers:
        papers, solution = Papers(student, variant.code, numbers=variant.checksum), variant.solution
        identity = Identity(variant.code, student.id, student.name, variant.checksum)
        for paper in FOLDERS:
            for wanted in self.formats:
                if FORMATS[wanted].alone and paper == KEY:
                    continue
                if wanted == PDF:
                    source = pdf_source(solution.problem, sheet=True)
                    papers.waiting[paper] = self.writer.text(paper, source, solution, papers.on_paper(identity))
                else:
                    papers.files |= self._files(paper, wanted, student, solution, identity)
        return papers

    def _files(
        self, paper: str, wanted: str, student: Student, solution: Solution, identity: Identity
    ) -> dict[str, bytes]:
        """A paper in a text format, and the pictures it shows, which are named after the student."""
        text = self.writer.text(paper, wanted, solution, identity)
        pictures = self.writer.pictures(paper, wanted, solution)
        folder = FOLDERS[paper]
        for picture in pictures:
            text = text.replace(f"({self.title}-{picture})", f"({student.file}-{picture})")
        drawn = {f"{folder}/{student.file}-{picture}": svg.encode() for picture, svg in pictures.items()}
        return {_path(paper, student, wanted): text.encode(), **drawn}


@lru_cache(1)
def paper_maker(job: Job) -> PaperMaker:
    """The maker of a job's papers, set up once in a process. Raises InputError as `PaperMaker` does."""
    gc.set_threshold(50_000, 20, 20)
    return PaperMaker(job)


def _path(paper: str, student: Student, ending: str) -> str:
    return f"{FOLDERS[paper]}/{FORMATS[ending].file(student.file)}"
