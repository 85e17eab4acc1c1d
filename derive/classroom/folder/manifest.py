"""What a class was made from: with the problem and the roster beside it, everything can be made again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from pathlib import Path

from derive.classroom.folder.issues import Issue, issues_of_files
from derive.classroom.folder.ledger import entries
from derive.errors import DeriveError
from derive.version import VERSION

NAME = "manifest.json"
PROBLEM, ROSTER = "problem.toml", "roster.csv"
"""What else a class's folder keeps of what it was made from."""
_TEXTS = ("derive", "title", "seed", "problem", "roster")


@dataclass(frozen=True, slots=True)
class Manifest:
    """derive   the version that made the class
    title    the name of the problem's file, without its ending
    seed     of the assignment: with a student's id it decides the student's variant; kept from students
    formats  of the sheets and keys
    problem  the SHA-256 of the problem's file
    roster   the SHA-256 of the roster's file
    columns  the headings of the columns for `id` and `name` where the teacher chose them
    issues   of sheets that were made anew since, the last one first
    """

    derive: str
    title: str
    seed: str
    formats: tuple[str, ...]
    problem: str
    roster: str
    columns: Mapping[str, str] = field(default_factory=dict)
    issues: tuple[Issue, ...] = ()

    @staticmethod
    def of(
        title: str, problem: bytes, roster: bytes, seed: str, formats: tuple[str, ...], columns: Mapping[str, str]
    ) -> Manifest:
        """The manifest of a class to be made from the contents of two files."""
        sums = sha256(problem).hexdigest(), sha256(roster).hexdigest()
        return Manifest(VERSION, title, seed, formats, *sums, columns)

    @staticmethod
    def read(folder: Path) -> Manifest:
        """The manifest in a folder. Raises DeriveError where there is none, or not one that can be read."""
        path = folder / NAME
        try:
            data = json.loads(path.read_text("utf-8"))
            formats = tuple(map(_text, data["formats"]))
            columns = {key: _text(name) for key, name in data.get("columns", {}).items()}
            issues = tuple(map(Issue.read, data.get("issues", ())))
            return Manifest(
                formats=formats, columns=columns, issues=issues, **{name: _text(data[name]) for name in _TEXTS}
            )
        except OSError as error:
            hint = "a class folder is made by: derive class PROBLEM --roster ROSTER -o FOLDER"
            raise DeriveError(f"{folder} is not the folder of a class: {path.name}: {error.strerror}", hint) from None
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            if mended := Manifest._mended(folder):
                return mended
            raise DeriveError(f"{path} cannot be read: {error}", "make the class again, with its --seed") from None

    @staticmethod
    def _mended(folder: Path) -> Manifest | None:
        """The manifest of a folder whose own is damaged, from the ledger and the files beside it, if they suffice."""
        last = next((entry for entry in reversed(list(entries(folder))) if entry.seed), None)
        problem, roster = folder / PROBLEM, folder / ROSTER
        if last is None or not problem.is_file() or not roster.is_file():
            return None
        formats = tuple(dict.fromkeys(path.rpartition(".")[2] for path in last.files if not path.endswith(".svg")))
        manifest = Manifest.of(last.title, problem.read_bytes(), roster.read_bytes(), last.seed, formats, {})
        return replace(manifest, issues=issues_of_files(folder, last.seed))

    @property
    def issue(self) -> Issue:
        """Of the sheets that are made from it."""
        return Issue(self.seed, self.problem)

    def after(self, old: Manifest) -> Manifest:
        """With the issues of the manifest that it replaces, whose own too, if sheets are made anew."""
        older = (old.issue, *old.issues)
        return replace(self, issues=tuple(dict.fromkeys(issue for issue in older if issue != self.issue)))

    def text(self) -> str:
        """The file's text."""
        data = asdict(self)
        data = {key: value for key, value in data.items() if value or key not in {"columns", "issues"}}
        return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    raise ValueError(f"`{value}` is not a text")
