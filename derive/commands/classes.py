"""`derive class`: a sheet and a key for each student of a roster."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING

from derive.commands.options import Arguments, chosen_formats, engine_options, format_option, problem_argument
from derive.errors import DeriveError, Fault

if TYPE_CHECKING:
    from derive.classroom.folder.classroom import Classroom
    from derive.classroom.papers.production import Outcome

_MOST = 20
"""Messages that are written out; the others are counted."""


def add(parser: ArgumentParser) -> None:
    """The options."""
    problem_argument(parser, ", whose [variants] say what is drawn; or a class folder, to make it again")
    parser.add_argument("--roster", metavar="FILE", help="the class list (CSV): student_id,last_name,first_name,email")
    parser.add_argument("-o", "--output", metavar="DIR", help="the folder of the class (default: output/class)")
    format_option(parser, "sheet", more="(default: pdf)")
    parser.add_argument("--seed", metavar="S", help="decides all numbers (default: a new one, kept in the folder)")
    for key, what in (("id", "id"), ("name", "whole name")):
        parser.add_argument(f"--{key}-column", metavar="HEADING", help=f"the roster's column that holds the {what}")
    parser.add_argument("--replace", action="store_true", help="make sheets anew whose numbers are others now")
    parser.add_argument("--only", metavar="ID", help="only the student with this id")
    engine_options(parser)
    parser.set_defaults(run=run)


def run(options: Arguments) -> int:
    """Make the class; the exit status. Without --to a class keeps the formats that it has."""
    from derive.classroom.folder.classroom import AGAIN, PARTLY, Classroom
    from derive.classroom.papers.production import produce
    from derive.classroom.papers.replaced_sheets import check_replacement
    from derive.classroom.workers.engine import engine
    from derive.files import PDF
    from derive.pdf.pdf_source import without_fields

    formats = chosen_formats(options.to, "pdf", "sheet") if options.to is not None else ()
    problem, roster, folder = _places(options)
    if not options.replace:
        check_replacement(folder, problem, roster, options.seed)
    how = PARTLY if options.only is not None else AGAIN if options.replace else ""
    classroom = Classroom.create(folder, problem, roster, seed=options.seed, formats=formats, how=how,
                                 columns=_columns(options))  # fmt: skip
    lacking = without_fields(classroom.problem, sheet=True) if PDF in classroom.manifest.formats else None
    for warning in (*classroom.problem.warnings, *filter(None, [lacking])):
        print(f"warning: {warning}", file=sys.stderr)
    with engine(options.workers, options.cluster) as calls:
        outcome = produce(classroom, calls, options.only, formats)
    _report([*outcome.warnings, *outcome.faults])
    print("\n".join(_summary(classroom, outcome)))
    return max(outcome.statuses, default=0)


def _columns(options: Arguments) -> dict[str, str]:
    """The columns of the roster that were chosen, by what they hold."""
    chosen = {"id": options.id_column, "name": options.name_column}
    return {key: heading for key, heading in chosen.items() if heading}


def _places(options: Arguments) -> tuple[Path, Path, Path]:
    """The files and the folder; a class is made again from its own folder."""
    from derive.classroom.folder.classroom import Classroom
    from derive.classroom.folder.manifest import PROBLEM, ROSTER

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
