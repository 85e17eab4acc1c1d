"""What sheets were made from that were made anew later: the marking knows the numbers on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

FOLDER = "older"


@dataclass(frozen=True, slots=True)
class Issue:
    """Sheets that were handed out together.

    seed     of the assignment
    problem  the SHA-256 of the problem's file
    """

    seed: str
    problem: str

    @property
    def file(self) -> str:
        """Where the class's folder keeps the problem's file."""
        return f"{FOLDER}/{self.problem[:16]}.toml"

    @staticmethod
    def read(data: Mapping[str, object]) -> Issue:
        """The issue that a manifest tells of. Raises KeyError, ValueError."""
        seed, problem = data["seed"], data["problem"]
        if not isinstance(seed, str) or not isinstance(problem, str):
            raise ValueError("an issue is told by two texts")
        return Issue(seed, problem)


def kept_issues(folder: Path, issues: Sequence[Issue]) -> list[tuple[Issue, str]]:
    """The issues whose problem's file is there as it was, each with its text."""
    found = []
    for issue in issues:
        path = folder / issue.file
        raw = path.read_bytes() if path.is_file() else b""
        if sha256(raw).hexdigest() == issue.problem:
            found.append((issue, raw.decode("utf-8-sig")))
    return found


def issues_of_files(folder: Path, seed: str) -> tuple[Issue, ...]:
    """The issues whose problem's files are there, as far as they were made with a seed: of a damaged manifest."""
    files = sorted((folder / FOLDER).glob("*.toml"), reverse=True)
    return tuple(Issue(seed, sha256(file.read_bytes()).hexdigest()) for file in files)
