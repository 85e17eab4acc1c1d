"""Everything that came back into the inbox, in order: files are read by the workers, wide tables here, row by row."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from itertools import islice
from typing import TypeVar

from derive.answers.names.step_matching import StepIndex
from derive.classroom.returns.inbox import Inbox
from derive.classroom.returns.owner import Register, named_on_path
from derive.classroom.returns.returned_files import CannotRead, Refused, ReturnedFile, Shelf
from derive.classroom.returns.upload_names import upload_of
from derive.classroom.returns.wide_tables import HEAD_BYTES, Columns, is_wide, rows
from derive.classroom.returns.work_reader import ReturnedWork, read_work
from derive.classroom.workers.engine import Run

T = TypeVar("T")
FILES, BYTES = 32, 16_000_000
"""How many files a worker gets at a time, and about how many bytes at most."""

MOST_ROWS_OF_AN_UPLOAD = 1_000
"""Of a table that a student handed in: one row of it can be the student's own."""

Opened = tuple[ReturnedFile, bytes] | Refused | ReturnedFile


def receive(run: Run, steps: StepIndex, coming: Iterable[ReturnedFile | Refused], inbox: Inbox) -> list[str]:
    """Read what came back; what there is to say about tables that were read."""
    receiver = _Receiver(steps, inbox)
    with Shelf() as shelf:
        found = (item for batch in run(read_batch, _loads(_opened(coming, shelf))) for item in batch)
        inbox.receive(receiver.pieces(found, shelf))
    return receiver.notes


def read_batch(batch: Iterable[Opened]) -> list[ReturnedWork | Refused | ReturnedFile]:
    """The files of a batch read; what comes without its bytes goes back as it is."""
    return [_read(*item) if isinstance(item, tuple) else item for item in batch]


def _read(source: ReturnedFile, raw: bytes) -> ReturnedWork | Refused:
    try:
        return _timed(read_work(source, raw), source)
    except CannotRead as why:
        return Refused(source.shown, str(why), "/".join(filter(None, (source.names, why.printed))))


def _timed(work: ReturnedWork, source: ReturnedFile) -> ReturnedWork:
    """A work with its time: the platform's in the name of the upload, else that of the member or file."""
    upload = upload_of(source.names)
    time = upload.time.timestamp() if upload and upload.time else source.time
    return replace(work, time=time, is_late=bool(upload and upload.late))


def _opened(coming: Iterable[ReturnedFile | Refused], shelf: Shelf) -> Iterator[Opened]:
    """Each file with its bytes; a wide table, which is read as a stream, without them."""
    for source in coming:
        if isinstance(source, Refused):
            yield source
            continue
        try:
            yield source if _is_table(source, shelf) else (source, shelf.read(source))
        except CannotRead as why:
            yield Refused(source.shown, str(why), source.names)


def _is_table(source: ReturnedFile, shelf: Shelf) -> bool:
    if source.ending != ".csv":
        return False
    with shelf.open(source) as file:
        return is_wide(file.read(HEAD_BYTES))


class _Receiver:
    """Turns tables into their rows, and remembers what there is to say about them."""

    def __init__(self, steps: StepIndex, register: Register) -> None:
        self.steps, self.register = steps, register
        self.notes: list[str] = []

    def pieces(
        self, found: Iterable[ReturnedWork | Refused | ReturnedFile], shelf: Shelf
    ) -> Iterator[ReturnedWork | Refused]:
        """Pieces as they are; in the place of a wide table its rows."""
        for item in found:
            if not isinstance(item, ReturnedFile):
                yield item
                continue
            try:
                yield from self._rows(item, shelf)
            except CannotRead as why:
                yield Refused(item.shown, str(why), item.names)

    def _rows(self, table: ReturnedFile, shelf: Shelf) -> Iterator[ReturnedWork | Refused]:
        """The rows of a table that the teacher named, or that lies in a student's upload: of that student then."""
        names = "" if table.is_named else table.names
        if names and not named_on_path(names, self.register):
            hint = "name the table itself, behind the class's folder"
            raise CannotRead("a table of several students lies among what was handed in", hint)
        with shelf.open(table) as file, closing(rows(file, table.shown, self._is_step)) as found:
            for number, row in enumerate(found):
                if names and number > MOST_ROWS_OF_AN_UPLOAD:
                    raise CannotRead(f"a table in an upload has more than {MOST_ROWS_OF_AN_UPLOAD} rows")
                if isinstance(row, ReturnedWork):
                    owned = replace(row, claims=replace(row.claims, names=names), is_row=True)
                    yield _timed(owned, table)
                elif isinstance(row, Refused):
                    yield row
                else:
                    self.notes += _said_of(row, table.shown)

    def _is_step(self, title: str) -> bool:
        return bool(self.steps.match(title)[0])


def _said_of(columns: Columns, shown: str) -> Iterator[str]:
    """What there is to say of a table."""
    if columns.unused:
        yield f"{shown}: columns that are not read: {', '.join(columns.unused)}"
    if columns.assumed:
        yield f"{shown}: this is not UTF-8; it was read as {columns.assumed}"


def batches(items: Iterable[T], size: int) -> Iterator[tuple[T, ...]]:
    """The items in tuples of `size`, the last one perhaps shorter."""
    coming = iter(items)
    while batch := tuple(islice(coming, size)):
        yield batch


def _loads(items: Iterable[Opened]) -> Iterator[tuple[Opened, ...]]:
    """The files in batches of FILES, and of BYTES where they are large."""
    batch: list[Opened] = []
    size = 0
    for item in items:
        batch.append(item)
        size += len(item[1]) if isinstance(item, tuple) else 0
        if len(batch) == FILES or size > BYTES:
            yield tuple(batch)
            batch, size = [], 0
    if batch:
        yield tuple(batch)
