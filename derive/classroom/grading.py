"""Marking a class: returns in any mix → a table of grades, feedback for each student, a report on the class.

Everything streams: what came back lies in a database on disk while marking runs, works are marked in batches, and a
batch that is done is not done again after a crash. The result depends on the returns and the class alone.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from math import ceil
from pathlib import Path

from derive.classroom.folder.classroom import Classroom
from derive.classroom.folder.issues import Issue, kept_issues
from derive.classroom.folder.ledger import entries
from derive.classroom.folder.manifest import PROBLEM
from derive.classroom.marking.issued_sheets import IssuedSheets, ask_the_same
from derive.classroom.marking.marking_worker import (
    Orders,
    Submission,
    assignment_of,
    class_marker,
    key_batch,
    mark_batch,
    weigh_batch,
)  # fmt: skip
from derive.classroom.marking.work_marking import Marker
from derive.classroom.papers.outdated_sheets import outdated_students
from derive.classroom.records.overrides import OVERRIDES, Override, read_overrides
from derive.classroom.records.records import Basis
from derive.classroom.records.written_files import FEEDBACK, WORK, WrittenFiles, finish, keep_record
from derive.classroom.reports.class_files import ClassFiles, MarkedClass, keep_feedback
from derive.classroom.reports.gradebook import TableStyle
from derive.classroom.returns.inbox import NO_WORK, Delivery, Inbox
from derive.classroom.returns.intake import batches, receive
from derive.classroom.returns.returned_files import returned_files, writable
from derive.classroom.workers.engine import Run, engine
from derive.classroom.workers.progress import Progress
from derive.errors import DeriveError
from derive.files import clear, locked, refusals, save, utf8_text
from derive.problem.problem import Problem
from derive.problem.settings import GradeRules
from derive.version import VERSION

BATCH = 32
OUTDATED = (
    "the sheet of this student was not made from the class's problem.toml as it is now; put that file back and grade "
    "again, or hand out the sheet that `derive class` makes from the new one"
)


@dataclass(frozen=True, slots=True)
class GradingOptions:
    """formats  of the feedback pages
    hints    whether they tell no expected numbers
    style    of the tables
    workers  how many processes; None for all cores
    cluster  the address of a Dask cluster instead
    problem  a problem file to mark by in place of the class's own
    gradebook  the platform whose gradebook is written beside the tables
    """

    formats: tuple[str, ...] = ("pdf", "md")
    hints: bool = False
    style: TableStyle = field(default_factory=TableStyle)
    workers: int | None = None
    cluster: str | None = None
    problem: Path | None = None
    gradebook: str = ""


def grade(folder: Path, returned: Sequence[Path], output: Path, options: GradingOptions) -> MarkedClass:
    """Mark what came back from the class in `folder`; all files are written into `output`.

    Raises DeriveError for a folder that is no class or cannot be written, InputError for a return that does not exist.
    """
    room = Classroom.open(folder)
    _not_the_class_itself(room, returned)
    written = WrittenFiles(output)
    coming = returned_files(returned, written)
    own, rules = _problems(room, options.problem)
    file = options.problem.name if options.problem else PROBLEM
    graded = Problem.loads(rules or own, room.manifest.title, file).grade
    orders = Orders(own, room.manifest.title, room.seed, options.formats, options.hints, rules, file, graded.late)
    orders, older = _with_older(room, orders)
    basis = Basis(VERSION, sha256((rules or own).encode()).hexdigest())
    class_marker(orders)  # what is wrong with the problem is said before anything is written
    overrides = _overrides(room, class_marker(orders)[1], output)
    work = output / WORK
    with engine(options.workers, options.cluster) as run, locked(output):
        with _inbox(output, orders) as inbox:
            inbox.enrol(room.roster)
            inbox.expect(entries(room.folder))
            unknown = _issue_sheets(room, older, inbox)
            notes = receive(run, class_marker(orders)[1].index, coming, inbox)
            notes += [f"{writable(str(folder))}: what grade wrote there is left out" for folder in written.left_out]
            notes += _left_to_other_problems(unknown, inbox)
            if sheets := inbox.on_older_sheets:
                notes.append(f"{sheets} returns are on older sheets, and are marked by the numbers on them")
            _settle(run, orders, inbox, graded.attempts)
            alone = sum(inbox.delivery(student) is None for student in overrides)
            with Progress(inbox.counted + alone) as progress:
                handed = _handed(room, inbox, graded, overrides)
                parts = mark_all(run, orders, handed, work, output / FEEDBACK, progress)
            keys = _keys_of_absent(run, orders, room, inbox, work)
            books = ClassFiles(room, inbox, orders, basis, output, options.style, options.gradebook)
            marking = replace(books.write(parts, keys), notes=tuple(notes))
        finish(work)
    return marking


def _with_older(room: Classroom, orders: Orders) -> tuple[Orders, list[Issue]]:
    """The orders with the issues of sheets that were made anew since and ask the same; those issues, from 1."""
    problem = assignment_of(orders, 0).problem
    kept = [
        (issue, text)
        for issue, text in kept_issues(room.folder, room.manifest.issues)
        if ask_the_same(Problem.loads(text, orders.name, issue.file), problem)
    ]
    return replace(orders, older=tuple((text, issue.seed) for issue, text in kept)), [issue for issue, _ in kept]


@contextmanager
def _inbox(output: Path, orders: Orders) -> Iterator[Inbox]:
    """An inbox in the folder of the marks, in which nothing unfinished is left. Raises DeriveError."""
    work = output / WORK
    with refusals("write to", work):
        work.mkdir(parents=True, exist_ok=True)
    for folder in (output, output / FEEDBACK, work):
        clear(folder)
    keep_record(output)
    with Inbox(work / "inbox.sqlite", IssuedSheets(orders)) as inbox:
        yield inbox


def _issue_sheets(room: Classroom, older: Sequence[Issue], inbox: Inbox) -> list[str]:
    """Tell the inbox whose sheets are of an older issue, because they were not made anew; the students whose sheets are
    of a problem that is not kept, or asks something else.
    """
    unknown = []
    for student, issue in outdated_students(room).items():
        if issue in older:
            inbox.issued(student, older.index(issue) + 1)
        else:
            unknown.append(student)
    return unknown


def _left_to_other_problems(others: Sequence[str], inbox: Inbox) -> list[str]:
    """Take out what students handed in whose sheets were made from another problem; what there is to say of it."""
    for student in others:
        inbox.refuse(student, OUTDATED)
    if not others:
        return []
    named = ", ".join(sorted(others)[:5]) + (" …" if len(others) > 5 else "")
    return [f"{len(others)} sheets of the class were made from another problem than its {PROBLEM}: {named}"]


def _overrides(room: Classroom, marker: Marker, output: Path) -> Mapping[str, tuple[Override, ...]]:
    """The marks set by hand, from the file in the folder of the marks, else in that of the class. Raises InputError."""
    path = next((place / OVERRIDES for place in (output, room.folder) if (place / OVERRIDES).exists()), None)
    if path is None:
        return {}
    steps = {step for step, _ in marker.steps()}
    return read_overrides(path, {student.id for student in room.roster}, steps)


def _settle(run: Run, orders: Orders, inbox: Inbox, attempts: str) -> None:
    """Decide which returns count, those that may hold no answer looked at."""
    doubtful = batches(inbox.doubtful(), BATCH)
    waiting: deque[tuple[int, ...]] = deque()

    def works() -> Iterator[tuple[tuple[str, str, int], ...]]:
        for positions in doubtful:
            waiting.append(positions)
            yield tuple(map(inbox.at, positions))

    for weights in run(partial(weigh_batch, orders), works()):
        inbox.weigh(waiting.popleft(), weights)
    inbox.settle(attempts)


def _not_the_class_itself(room: Classroom, returned: Sequence[Path]) -> None:
    """Raises DeriveError for a return that lies in the class's folder: its keys are no students' work."""
    home = room.folder.resolve()
    for path in map(Path.resolve, returned):
        if path.is_relative_to(home) or home.is_relative_to(path):
            hint = "name the files and folders that came back, apart from the class"
            raise DeriveError(f"{path} holds the sheets and keys of the class, or lies among them", hint)


def _problems(room: Classroom, other: Path | None) -> tuple[str, str]:
    """The text of the problem that the sheets were made from, and of another one to mark by, "" for none.

    Raises DeriveError where the sheets were made from another problem than the class's folder holds.
    """
    raw = (room.folder / PROBLEM).read_bytes()
    if sha256(raw).hexdigest() != room.manifest.problem:
        hint = "put it back, since each student's numbers depend on it, and mark by the changed one with --problem"
        raise DeriveError(f"{room.folder / PROBLEM} is not the file that the sheets were made from", hint)
    return raw.decode("utf-8-sig"), utf8_text(other) if other else ""


# --- marking --------------------------------------------------------------------------------------------------------


def _handed(
    room: Classroom, inbox: Inbox, rules: GradeRules, overrides: Mapping[str, tuple[Override, ...]]
) -> Iterator[Submission]:
    """Every student's work that counts, in the roster's order; none where marks were set by hand alone."""
    for student in room.roster:
        by_hand = overrides.get(student.id, ())
        if found := inbox.delivery(student.id) or (NO_WORK if by_hand else None):
            days = days_late(found, rules.due)
            yield Submission(student, found.shown, found.payload, days, by_hand, found.issue)


def _keys_of_absent(run: Run, orders: Orders, room: Classroom, inbox: Inbox, work: Path) -> Path:
    """The file of the numbers of those who handed in nothing that counts: others may have theirs."""
    path = work / "keys.jsonl"
    absent = (student.id for student in room.roster if inbox.delivery(student.id) is None)
    with path.open("w", encoding="utf-8") as file:
        for lines in run(partial(key_batch, orders), batches(absent, BATCH)):
            file.writelines(f"{line}\n" for line in lines)
    return path


def days_late(delivery: Delivery, due: datetime | None) -> int:
    """How many days after the deadline it came, begun ones counted; one where a platform says no more than that.

    Days are those of the clock on the wall, also where it was set back or forward meanwhile.
    """
    if due is None:
        return 0
    late = datetime.fromtimestamp(delivery.time, due.tzinfo) - due if delivery.time else timedelta()
    return max(0, ceil(late / timedelta(days=1))) or int(delivery.is_late)


def mark_all(
    run: Run, orders: Orders, handed: Iterable[Submission], work: Path, feedback: Path, progress: Progress
) -> list[Path]:
    """Mark every work; the files in `work` with a record each, a file a batch, by which a crash loses nothing."""
    parts: list[Path] = []
    waiting: deque[Path] = deque()

    def open_batches() -> Iterator[tuple[Submission, ...]]:
        for batch in batches(handed, BATCH):
            parts.append(work / f"{_checksum(orders, batch)}.jsonl")
            if parts[-1].exists():
                progress.skip(len(batch))
            else:
                waiting.append(parts[-1])
                yield batch

    for marked in run(partial(mark_batch, orders), open_batches()):
        for each in marked:
            keep_feedback(feedback, each.student, each.pages)
        progress.step(len(marked))
        save(work, {waiting.popleft().name: "".join(f"{each.line}\n" for each in marked).encode()})
    return parts


def _checksum(orders: Orders, batch: Sequence[Submission]) -> str:
    """Tells a batch marked by certain orders from every other one."""
    digest = sha256(repr((VERSION, orders)).encode())
    for handed in batch:
        digest.update(repr(handed).encode())
    return digest.hexdigest()[:16]
