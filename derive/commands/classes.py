"""`derive class`: what the command line asks for, and what it is told."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from derive.classroom.folder.classroom import PROBLEM, ROSTER, Classroom
from derive.classroom.papers.making import FORMATS
from derive.classroom.papers.production import Outcome, produce
from derive.classroom.workers.engine import engine
from derive.errors import DeriveError, Fault
from derive.files import known_format

_MOST = 20
"""Messages that are written out; the others are counted."""


def run(options: argparse.Namespace, formats: tuple[str, ...]) -> int:
    """Make the class; the exit status."""
    known_format(formats, FORMATS)
    problem, roster, folder = _places(options)
    classroom = Classroom.create(folder, problem, roster, seed=options.seed, formats=formats,
                                 partly=options.only is not None)  # fmt: skip
    for warning in classroom.problem.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    with engine(options.workers, options.cluster) as calls:
        outcome = produce(classroom, calls, options.only, formats)
    _report(outcome.faults)
    print("\n".join(_summary(classroom, outcome)))
    return max(outcome.statuses, default=0)


def _places(options: argparse.Namespace) -> tuple[Path, Path, Path]:
    """The files and the folder; a class is made again from its own folder."""
    problem = Path(options.problem)
    if problem.is_dir():
        Classroom.open(problem)
        return problem / PROBLEM, Path(options.roster or problem / ROSTER), Path(options.output or problem)
    if options.roster is None:
        raise DeriveError("the roster is missing", "name the class list: --roster roster.csv")
    return problem, Path(options.roster), Path(options.output or "output/class")


def _report(faults: list[Fault]) -> None:
    for fault in faults[:_MOST]:
        print(fault, file=sys.stderr)
    if len(faults) > _MOST:
        print(f"… and {len(faults) - _MOST} more like these", file=sys.stderr)


def _summary(classroom: Classroom, outcome: Outcome) -> list[str]:
    """What is where now."""
    there = f", {outcome.kept} were there" if outcome.kept else ""
    lines = [f"{classroom.folder}: {outcome.students} students; sheets and keys of {outcome.made} made{there}"]
    if outcome.gone:
        lines.append(f"no longer on the roster, their files are left: {', '.join(sorted(outcome.gone)[:_MOST])}")
    if ignored := classroom.roster.layout().ignored:
        lines.append(f"columns of the roster that are not read: {', '.join(ignored)}")
    return lines
