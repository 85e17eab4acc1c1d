"""The guided fuzzer: atheris turns the bytes it finds into answers, working and files until something raises.

    cd tests; python -m support.fuzzing FOLDER RUNS

It begins with the hostile texts and the works of the tests, and keeps in FOLDER what leads it further, and what fails:
anything but a verdict or an InputError, and what takes more than a few seconds or a gigabyte. `.ci/run` has it do ten
times as many runs as the tests.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["derive.answers", "derive.language"]):
    from derive.answers.checking import read_answers
    from derive.answers.feedback.report import report
    from derive.answers.marking.judging import judge
    from derive.answers.names.step_matching import StepIndex
    from derive.answers.reading.answer_reader import read_answer
    from derive.answers.working.free_working import read_working

from derive import examples, solve
from derive.errors import InputError
from support import hostile
from support.places import WORKS

LONGEST = 2_000
"""Bytes of a text."""
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
            answers = read_answers(file, SOLUTION)
        except InputError:
            return
    elif kind % 4 == 1:
        answers = read_working(text, SOLUTION)
    else:
        read_answer(text, SHAPES[kind // 4 % len(SHAPES)], INDEX.lexicon, ",."[kind // 32 % 2])
        INDEX.match(text)
        return
    report(SOLUTION, judge(SOLUTION, answers), answers)


def seeds() -> Iterator[bytes]:
    """What it begins with: each text behind the byte that chooses what it is taken for."""
    for i, text in enumerate((*hostile.ANSWERS.values(), *hostile.WORKS.values())):
        yield bytes([i % 256]) + text[:LONGEST].encode("utf-8", "replace")
    for path in sorted(WORKS.iterdir()):
        yield b"\x01" + path.read_bytes()[:LONGEST]


def main(folder: str, runs: str) -> None:
    corpus = Path(folder) / "corpus"
    corpus.mkdir(parents=True)
    texts = list(seeds())
    for i, seed in enumerate(texts):
        (corpus / f"seed{i}").write_bytes(seed)
    limits = [f"-max_len={LONGEST}", "-timeout=20", "-rss_limit_mb=1000"]
    atheris.Setup(
        [
            sys.argv[0],
            str(corpus),
            f"-runs={len(texts) + int(runs)}",
            "-seed=1",
            *limits,
            f"-artifact_prefix={folder}/",
        ],
        one,
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
