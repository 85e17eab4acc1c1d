"""The command line. What is heavy is imported inside the commands, so that `--help` is quick."""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from derive import __version__
from derive.errors import DeriveError

if TYPE_CHECKING:
    from derive.problem.problem import Problem

DEFAULT_FORMATS = "pdf,tex,md"
COLLECTED = 100_000, 10, 20  # what a page is made of stays until it is written: looking for garbage is mostly in vain
FORMATS = "pdf,tex,md,txt,html,json,toml"
DEFAULT_SHEET, SHEET_FORMATS = "pdf,md,toml", "pdf,tex,md,txt, and of the answer file toml,csv"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit status (0 done, 2 bad input or usage, 3 verification failed, 4 a tool is missing)."""
    gc.set_threshold(*COLLECTED)
    options = _parser().parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        status: int = options.run(options)
    except DeriveError as error:
        print(error, file=sys.stderr)
        return error.exit_status
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="derive",
        description="Worked solutions for neural networks: forward pass, loss, backward pass, every number put in.",
        epilog="exit status: 0 done, 2 bad input or usage, 3 verification failed, 4 a tool is missing",
    )
    parser.add_argument("--version", action="version", version=f"derive {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    example = commands.add_parser("example", help="work a built-in problem out (default: the handwritten notes)")
    example.add_argument("name", nargs="?", metavar="NAME", help="which one; --list names all")
    example.add_argument("--list", action="store_true", help="list the built-in problems")
    _page_options(example)
    example.set_defaults(run=_example)
    solve = commands.add_parser("solve", help="work a problem file out")
    solve.add_argument("problem", metavar="PROBLEM", help="the problem file (TOML); see docs/problem-file.md")
    _page_options(solve)
    solve.set_defaults(run=_solve)
    sheet = commands.add_parser("sheet", help="write an exercise sheet with blanks, its key and an answer file")
    sheet.add_argument("problem", metavar="PROBLEM", help="the problem file (TOML); [sheet] says what is blank")
    sheet.add_argument("--student", metavar="ID", help="draw this student's numbers as [variants] says")
    sheet.add_argument("--seed", metavar="S", help="the seed of the assignment: a long text that nobody guesses")
    _page_options(sheet, SHEET_FORMATS, DEFAULT_SHEET)
    sheet.set_defaults(run=_sheet)
    check = commands.add_parser("check", help="mark one piece of work")
    check.add_argument("problem", metavar="PROBLEM", help="the problem file (TOML)")
    check.add_argument("answers", metavar="ANSWERS", help="the work: .toml, .json, .csv, or .md, .tex, .txt")
    check.add_argument("--hints", action="store_true", help="say where and of what kind a fault is, not the number")
    check.add_argument(
        "-o", "--output", default=None, metavar="DIR", help="folder for the files; - for standard output"
    )
    check.add_argument("--to", default=None, metavar="LIST", help="formats of the report, of pdf,tex,md,txt,html,json")
    _number_options(check)
    check.set_defaults(run=_check, detail=None)
    _class_options(commands.add_parser("class", help="write a sheet and a key for each student of a roster"))
    _grade_options(commands.add_parser("grade", help="mark what came back from a class"))
    for name, help_text, run in (
        ("operations", "list what equations may use", _operations),
        ("layers", "list the layers of [network] with their equations", _layers),
        ("rules", "list the update rules with their equations", _rules),
        ("mistakes", "list the known mistakes that marking names", _mistakes),
    ):
        commands.add_parser(name, help=help_text).set_defaults(run=run)
    return parser


def _class_options(parser: argparse.ArgumentParser) -> None:
    problem = "the problem file (TOML), whose [variants] say what is drawn; or a class folder, to make it again"
    parser.add_argument("problem", metavar="PROBLEM", help=problem)
    parser.add_argument("--roster", metavar="FILE", help="the class list (CSV): student_id,last_name,first_name,email")
    parser.add_argument("-o", "--output", metavar="DIR", help="the folder of the class (default: output/class)")
    parser.add_argument(
        "--to", metavar="LIST", help="formats, of pdf,tex,md,txt and answer files toml,csv (default: pdf)"
    )
    parser.add_argument("--seed", metavar="S", help="decides all numbers (default: a new one, kept in the folder)")
    parser.add_argument("--only", metavar="ID", help="only the student with this id")
    _engine_options(parser)
    parser.set_defaults(run=_class)


def _engine_options(parser: argparse.ArgumentParser) -> None:
    engine = parser.add_mutually_exclusive_group()
    engine.add_argument("--workers", type=_count(1, 1000), metavar="N", help="processes (default: one for each core)")
    engine.add_argument("--cluster", metavar="ADDRESS", help="the scheduler of a Dask cluster, as tcp://10.0.0.1:8786")


def _grade_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="CLASS", help="the folder of the class, made by derive class")
    parser.add_argument("returned", nargs="+", metavar="RETURNED", help="what came back: files, folders, zips; filled "
                        "forms, answer files, working, wide tables")  # fmt: skip
    parser.add_argument("-o", "--output", default="output/grades", metavar="DIR", help="default: output/grades")
    parser.add_argument("--to", default="pdf,md", metavar="LIST", help="formats of the feedback pages, of "
                        "pdf,tex,md,txt,html,json, or none (default: pdf,md)")  # fmt: skip
    parser.add_argument("--hints", action="store_true", help="feedback says where a fault is, not the number expected")
    parser.add_argument("--problem", metavar="FILE", help="mark by this problem file in place of the class's own")
    parser.add_argument("--decimal", choices=(".", ","), default=".", help="decimal sign of the tables; with a comma "
                        "their cells are parted by semicolons")  # fmt: skip
    parser.add_argument("--bom", action="store_true", help="begin the tables with a byte order mark, as Excel wants it")
    _engine_options(parser)
    parser.set_defaults(run=_grade)


def _page_options(parser: argparse.ArgumentParser, known: str = FORMATS, default: str = DEFAULT_FORMATS) -> None:
    folder = "folder for the files (default: output); - writes one text format to standard output"
    parser.add_argument("-o", "--output", default="output", metavar="DIR", help=folder)
    formats = f"formats, of {known} (default: {default})"
    parser.add_argument("--to", default=None, metavar="LIST", help=formats)
    _number_options(parser)
    parser.add_argument("--detail", choices=("full", "short"), help="write out every entry, or only the matrix lines")


def _number_options(parser: argparse.ArgumentParser) -> None:
    """What overrides [numbers] and the language of a problem file."""
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--significant", type=_count(1), metavar="N", help="significant digits")
    length.add_argument("--decimals", type=_count(0), metavar="N", help="decimals")
    parser.add_argument("--decimal", choices=(".", ","), help="the decimal sign")
    parser.add_argument("--carry", choices=("exact", "rounded"), help="go on with exact or with printed numbers")
    parser.add_argument("--language", metavar="XX", help="the language of the page")


def _count(low: int, high: int = 50) -> type:
    def number(text: str) -> int:
        value = int(text)
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"expected a whole number from {low} to {high}, not {text}")
        return value

    return number  # type: ignore[return-value]


def _example(options: argparse.Namespace) -> int:
    from derive import examples

    if options.list:
        for topic, problems in examples.by_topic().items():
            print(f"{topic}")
            for name, title in problems:
                print(f"  {name:24} {title}")
        return 0
    return _work(examples.path(options.name or examples.DEFAULT), options)


def _solve(options: argparse.Namespace) -> int:
    return _work(Path(options.problem), options)


def _work(path: Path, options: argparse.Namespace) -> int:
    """Solve the problem file and write it as the options say."""
    from derive.solution import solve

    problem = _problem(path, options)
    formats = _formats(options.to, DEFAULT_FORMATS)
    if options.output == "-":
        if options.to is None or len(formats) != 1 or formats == ("pdf",):
            raise DeriveError("`-o -` writes one text format", "name it: --to md (or tex, txt, json, toml)")
        sys.stdout.write(solve(problem).text(formats[0]))
        return 0
    for written in solve(problem).write(options.output, formats):
        print(written)
    return 0


def _problem(path: Path, options: argparse.Namespace) -> Problem:
    """The problem file with what the options override; its warnings are printed."""
    import gc

    from derive.problem.problem import Problem
    from derive.solution import overridden

    gc.set_threshold(50_000, 20, 20)  # nearly all that is made stays: looking for garbage takes a third of the time
    problem: Problem = Problem.load(path)
    for warning in problem.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    return overridden(problem, options.significant, options.decimals, options.carry, options.decimal,
                      options.detail, options.language)  # fmt: skip


def _sheet(options: argparse.Namespace) -> int:
    """Write the exercise and its key; with --seed and --student of that student's numbers."""
    from derive.sheets.sheet_files import FORMATS, one, write_sheet

    formats = _formats(options.to, DEFAULT_SHEET)
    if (options.seed is None) != (options.student is None):
        raise DeriveError("`--seed` and `--student` belong together", "as in --seed 'a long text' --student s4711")
    if options.output == "-" and (len(formats) != 1 or formats[0] not in FORMATS[1:]):
        raise DeriveError("`-o -` writes one text format", f"name it: --to {' or '.join(FORMATS[1:])}")
    copy = one(_problem(Path(options.problem), options), options.seed, options.student)
    if options.output == "-":
        sys.stdout.write(copy.sheet(formats[0]))
        return 0
    for written in write_sheet(copy, Path(options.output), formats):
        print(written)
    return 0


def _formats(chosen: str | None, default: str) -> tuple[str, ...]:
    """The formats of a comma list. Raises DeriveError for an empty one."""
    formats = tuple(filter(None, (part.strip() for part in (default if chosen is None else chosen).split(","))))
    if not formats:
        raise DeriveError("`--to` names no format", f"as in --to {default}")
    return formats


def _class(options: argparse.Namespace) -> int:
    """Make the papers of a class."""
    from derive.commands.classes import run

    return run(options, _formats(options.to, "pdf") if options.to is not None else ())


def _check(options: argparse.Namespace) -> int:
    """Mark the work; the report as text on standard output, or in the formats asked for."""
    from derive.answers.checking import check
    from derive.answers.feedback.report_files import text, write_report
    from derive.solution import solve

    solution = solve(_problem(Path(options.problem), options))
    report = check(solution, options.answers, hints=options.hints)
    formats = _formats(options.to, "txt")
    if options.output == "-":
        if len(formats) != 1 or formats == ("pdf",):
            raise DeriveError("`-o -` writes one text format", "name it: --to json (or txt, md, tex)")
        sys.stdout.write(text(report, solution, formats[0]))
        return 0
    if options.output is None and options.to is None:
        sys.stdout.write(text(report, solution, "txt"))
        return 0
    name = f"{Path(options.answers).stem}-report"
    for written in write_report(report, solution, Path(options.output or "output"), formats, name):
        print(written)
    sys.stdout.write(text(report, solution, "txt"))
    return 0


def _grade(options: argparse.Namespace) -> int:
    """Mark a class; the files on standard output, what could not be read on standard error."""
    from derive.classroom.grading import GradingOptions, grade
    from derive.classroom.reports.gradebook import TableStyle
    from derive.classroom.reports.terminal_summary import said_of

    formats = () if options.to == "none" else _formats(options.to, "pdf,md")
    style = TableStyle(options.decimal, options.bom)
    problem = Path(options.problem) if options.problem else None
    chosen = GradingOptions(formats, options.hints, style, options.workers, options.cluster, problem)
    marking = grade(Path(options.folder), list(map(Path, options.returned)), Path(options.output), chosen)
    for path in marking.files:
        print(path)
    for line in said_of(marking):
        print(line, file=sys.stderr)
    return 4 if marking.failures else 0


def _mistakes(options: argparse.Namespace) -> int:
    from derive.commands.reference import mistakes_table

    print(mistakes_table())
    return 0


def _operations(options: argparse.Namespace) -> int:
    from derive.commands.reference import operations_table

    print(operations_table())
    return 0


def _layers(_: argparse.Namespace) -> int:
    from derive.commands.reference import layers_table

    print(layers_table())
    return 0


def _rules(options: argparse.Namespace) -> int:
    from derive.commands.reference import rules_table

    print(rules_table())
    return 0


__all__ = ["main"]
