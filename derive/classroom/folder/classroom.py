"""The folder of a class: what it was made from, and its students."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from secrets import token_hex

from derive.classroom.folder.issues import FOLDER as OLDER
from derive.classroom.folder.manifest import NAME as MANIFEST
from derive.classroom.folder.manifest import PROBLEM, ROSTER, Manifest
from derive.classroom.roster.roster import Roster
from derive.classroom.roster.table_text import table_bytes
from derive.errors import DeriveError
from derive.files import PDF, save
from derive.problem.problem import Problem
from derive.problem.reading.array_files import self_contained

PARTLY, AGAIN = "partly", "again"
"""How the papers of a class that is there are made: of some students alone, or of all with other numbers."""


@dataclass(frozen=True)
class Classroom:
    """A class that was made: `folder` holds the manifest, the problem and the roster it was made from."""

    folder: Path
    manifest: Manifest

    @staticmethod
    def open(folder: str | Path) -> Classroom:
        """The class in a folder. Raises DeriveError where there is none."""
        return Classroom(Path(folder), Manifest.read(Path(folder)))

    @staticmethod
    def create(
        folder: Path,
        problem: Path,
        roster: Path,
        *,
        seed: str | None = None,
        formats: tuple[str, ...] = (),
        how: str = "",
        columns: Mapping[str, str] | None = None,
    ) -> Classroom:
        """The class of a problem and a roster; the folder gets a copy of both and a manifest.

        A folder that was a class already keeps its seed and, where none are named, its formats (at first: PDF). Where
        papers are made PARTLY, for some students alone, it stays the class that it is, with another roster; where they
        are made AGAIN, it may get another seed.

        Raises DeriveError where a file cannot be read or written, or the folder's class has another seed or, of which
        papers are to be made partly, another problem; InputError for a problem or a roster that cannot be used at all.
        """
        Problem.load(problem)
        old = Manifest.read(folder) if (folder / MANIFEST).exists() else None
        own = old is not None and problem.resolve() == (folder / PROBLEM).resolve()
        title = old.title if old and own else problem.stem
        columns = columns or (old.columns if old else {})
        Roster(roster, columns).layout()
        texts = {PROBLEM: self_contained(problem), ROSTER: table_bytes(roster)}
        formats = formats or (old.formats if old else (PDF,))
        manifest = Manifest.of(title, texts[PROBLEM], texts[ROSTER], _seed(old, seed, how == AGAIN), formats, columns)
        if old and how == PARTLY:
            _same_problem(folder, old, manifest)
            manifest = replace(old, roster=manifest.roster, columns=columns)
        elif old:
            manifest = manifest.after(old)
            _keep_replaced(folder, old, manifest)
        save(folder, {**texts, MANIFEST: manifest.text().encode()})
        return Classroom(folder, manifest)

    @property
    def seed(self) -> str:
        """The assignment's seed."""
        return self.manifest.seed

    @cached_property
    def problem(self) -> Problem:
        """The problem that the sheets ask. Raises InputError if the folder's copy was damaged."""
        return Problem.loads((self.folder / PROBLEM).read_text("utf-8-sig"), self.manifest.title, PROBLEM)

    @property
    def roster(self) -> Roster:
        """The students, one at a time; after they were iterated, `faults` says which lines are no students."""
        return Roster(self.folder / ROSTER, self.manifest.columns)


def _keep_replaced(folder: Path, old: Manifest, new: Manifest) -> None:
    """Keep the problem's file that sheets were made from which are made anew. Raises DeriveError."""
    raw = (folder / PROBLEM).read_bytes() if (folder / PROBLEM).is_file() else b""
    if old.issue in new.issues and sha256(raw).hexdigest() == old.problem:
        save(folder / OLDER, {Path(old.issue.file).name: raw})


def _same_problem(folder: Path, old: Manifest, new: Manifest) -> None:
    """Raises DeriveError where papers would be made from another problem than those that are there."""
    if new.problem != old.problem:
        hint = "leave --only out, which makes the papers of all students anew, or choose another folder with -o"
        raise DeriveError(f"the other papers in {folder} were made from another problem", hint)


def _seed(old: Manifest | None, wanted: str | None, again: bool) -> str:
    """The seed that is wanted, else the one that the folder has, else a new one that nobody can guess."""
    if wanted is not None and not wanted.strip():
        raise DeriveError("the seed is empty", "leave --seed out to have one made, or give a long text")
    if old and wanted and wanted != old.seed and not again:
        hint = "leave --seed out to keep it, choose another folder with -o, or replace them all with --replace"
        raise DeriveError("the sheets in this folder were made with another seed", hint)
    return wanted or (old.seed if old else token_hex(16))
