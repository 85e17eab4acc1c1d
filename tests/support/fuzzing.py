"""The guided fuzzer: atheris turns the bytes it finds into answers, working and files until something raises.

    python tests/support/fuzzing.py -runs=20000 [libFuzzer's options]

It ends with an error for anything but a verdict or an InputError, and for what takes more than a few seconds.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["derive.answers", "derive.language"]):
    from derive.answers.feedback.report import report
    from derive.answers.files.answer_file import read_file
    from derive.answers.marking.judging import judge
    from derive.answers.names.step_matching import StepIndex
    from derive.answers.reading.answer_reader import read_answer
    from derive.answers.working.free_working import read_working

from derive import examples, solve
from derive.errors import InputError

SOLUTION = solve(examples.path("notes"))
INDEX = StepIndex.of(SOLUTION)
FOLDER = Path(tempfile.mkdtemp())
SHAPES = ((), (3,), (1, 3), (3, 3), None)
ENDINGS = ("toml", "json", "csv")


def one(data: bytes) -> None:
    """The first byte chooses what the rest is taken for."""
    kind, rest = (data[0], data[1:]) if data else (0, b"")
    text = rest.decode("utf-8", "replace")
    if kind % 4 == 0:
        file = FOLDER / f"work.{ENDINGS[kind // 4 % 3]}"
        file.write_bytes(rest)
        try:
            answers = read_file(file, SOLUTION)
        except InputError:
            return
    elif kind % 4 == 1:
        answers = read_working(text, SOLUTION)
    else:
        read_answer(text, SHAPES[kind // 4 % len(SHAPES)], INDEX.lexicon, ",."[kind // 32 % 2])
        INDEX.match(text)
        return
    report(SOLUTION, judge(SOLUTION, answers), answers)


if __name__ == "__main__":
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()
