"""`derive class` and `derive grade` killed by SIGKILL at one moment after the other, and run again: the same files?

    python benchmarks/kills.py [MOMENTS]     (0: every moment)

A moment is the opening, renaming or removal of a file in the folder that is written; MOMENTS of them are tried, spread
over the run. Files are compared byte for byte, `changes.csv` too, with those of a run that nobody
killed.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from hashlib import sha256
from pathlib import Path

from measure import table, target

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from support.classes import SmallClass, answer_file

MOMENTS = 12
PROGRAM = """
import os, sys
from pathlib import Path
task, folder, moment, *more = sys.argv[1:]
seen = [0]
def traced(event, arguments):
    if event in {"open", "os.rename", "os.remove", "os.mkdir"} and folder in str(arguments[0]):
        seen[0] += 1
        if seen[0] == int(moment):
            os.kill(os.getpid(), 9)
from derive.classroom.folder.classroom import Classroom
from derive.classroom.grading import GradingOptions, grade
from derive.classroom.papers.production import produce
from derive.classroom.reports import class_files
from derive.errors import ToolError
class_files.make_pdfs = lambda texts: [ToolError("no PDF of the report")]
sys.addaudithook(traced)
if task == "grade":
    grade(Path(more[0]), [Path(more[1])], Path(folder), GradingOptions(("md",), workers=1))
else:
    sources = Path(more[0]), Path(more[1])
    produce(Classroom.create(Path(folder), *sources, seed="a seed", formats=("toml", "md"), how="again"), map)
print(seen[0])
"""


def run(task: str, folder: Path, moment: int, *more: Path) -> subprocess.CompletedProcess[str]:
    """The task in a process of its own, killed at a moment; 0 for never."""
    command = [sys.executable, "-c", PROGRAM, task, str(folder), str(moment), *map(str, more)]
    return subprocess.run(command, check=False, capture_output=True, text=True)


def files(folder: Path) -> dict[str, str]:
    """The files of a folder, by their contents."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest() for path in found}


def tried(task: str, before: Path, most: int, *more: Path) -> tuple[int, int]:
    """How many moments were tried, and after how many of them the files were others."""
    home = before.parent
    whole = home / f"{task} whole"
    shutil.copytree(before, whole)
    finished = run(task, whole, 0, *more)
    assert finished.returncode == 0, finished.stderr
    wanted, count = files(whole), int(finished.stdout)
    moments = sorted(
        {round(1 + i * (count - 1) / max(1, most - 1)) for i in range(most)} if most else range(1, count + 1)
    )
    others = 0
    for moment in moments:
        folder = home / f"{task} {moment}"
        shutil.copytree(before, folder)
        assert run(task, folder, moment, *more).returncode, f"moment {moment} of {count} came never"
        again = run(task, folder, 0, *more)
        assert again.returncode == 0, again.stderr
        if files(folder) != wanted:
            others += 1
            differ = {name for name in {*wanted, *files(folder)} if files(folder).get(name) != wanted.get(name)}
            print(f"{task}, moment {moment}: {', '.join(sorted(differ))}")
        shutil.rmtree(folder)
    return len(moments), others


def main() -> None:
    """Print how many kills left other files."""
    most = int(sys.argv[1]) if len(sys.argv) > 1 else MOMENTS
    with tempfile.TemporaryDirectory() as place:
        home = Path(place)
        small = SmallClass(home / "small", people=("Byron,Ada", "Noether,Emmy", "Hopper,Grace"))
        back = home / "back"
        back.mkdir()
        for student in ("p100", "p101"):
            (back / f"{student}.toml").write_text(answer_file(small.answers(student, "L")), "utf-8")
        small.marked(back)
        (back / "p100 (1).toml").write_text(answer_file(small.answers("p100")), "utf-8")
        sources = small.folder / "hidden.toml", small.folder / "roster.csv"
        marked, marks_differ = tried("grade", small.grades, most, small.room.folder, back)
        (small.folder / "hidden.toml").write_text(small.problem.replace("Y = 1", "Y = 2"), "utf-8")
        made, papers_differ = tried("class", small.room.folder, most, *sources)
    table("Killed and run again: moments after which a file was another one", [
        ("derive class", f"{papers_differ} of {made}", target(0, papers_differ, str)),
        ("derive grade", f"{marks_differ} of {marked}", target(0, marks_differ, str)),
    ])  # fmt: skip


if __name__ == "__main__":
    main()
