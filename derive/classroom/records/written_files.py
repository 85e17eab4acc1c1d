"""What `grade` writes, by name, and where it did: a later marking never takes it for work that came back."""

from dataclasses import dataclass, field
from pathlib import Path

from derive.classroom.records.overrides import OVERRIDES
from derive.classroom.records.records import Basis
from derive.files import refusals, save

FEEDBACK, WORK = "feedback", ".marking"
BEFORE = "before"
"""In WORK: the record of marks as it was when a marking was begun."""
GRADES, RETURNS, CHANGES, RECORD, REPORT = "grades.csv", "returns.csv", "changes.csv", "marks.jsonl", "report"
PLATFORMS = ("moodle", "canvas", "blackboard", "brightspace", "ilias", "openolat")
"""Whose gradebooks can be written."""
GRADEBOOKS = {platform: f"gradebook-{platform}.csv" for platform in PLATFORMS}
FEEDBACK_ZIP = "moodle-feedback.zip"
NAMES = frozenset({FEEDBACK, WORK, GRADES, RETURNS, CHANGES, RECORD, OVERRIDES, f"{REPORT}.html", f"{REPORT}.pdf",
                   *GRADEBOOKS.values(), FEEDBACK_ZIP})  # fmt: skip


@dataclass
class WrittenFiles:
    """Knows the files that a marking wrote: in its `output`, which is not complete after a crash, and in every folder
    that holds a record of marks. The folders of which something was left out are in `left_out`.
    """

    output: Path | None = None
    left_out: list[Path] = field(default_factory=list)

    def without(self, folder: Path) -> list[Path]:
        """What is in a folder and was not written by a marking."""
        inside = list(folder.iterdir())
        if not self._holds_marks(folder):
            return inside
        kept = [path for path in inside if path.name not in NAMES]
        if len(kept) < len(inside):
            self.left_out.append(folder)
        return kept

    def _holds_marks(self, folder: Path) -> bool:
        if self.output is not None and folder.resolve() == self.output.resolve():
            return True
        try:
            with (folder / RECORD).open(encoding="utf-8") as lines:
                Basis.read(lines.readline(10_000))
        except (OSError, ValueError):
            return False
        return True


def keep_record(output: Path) -> None:
    """Keep the record of marks as it is when a marking is begun: one that goes on after a crash compares with that."""
    work, record = output / WORK, output / RECORD
    if not (work / BEFORE).exists():
        save(work, {BEFORE: record.read_bytes() if record.is_file() else b""})


def finish(work: Path) -> None:
    """Take away the folder of a marking, last of all the record of marks before it: until then a marking that was
    killed goes on, and compares with that. Raises DeriveError.
    """
    with refusals("remove", work, "remove it by hand"):
        for path in work.iterdir():
            if path.name != BEFORE:
                path.unlink()
        (work / BEFORE).unlink()
        work.rmdir()
