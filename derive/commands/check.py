"""`derive check`: one piece of work marked."""

from argparse import ArgumentParser
from functools import partial
from pathlib import Path

from derive.commands.options import (
    Arguments,
    chosen_formats,
    format_option,
    number_options,
    output_option,
    problem_argument,
    problem_of,
    standard_output,
)


def add(parser: ArgumentParser) -> None:
    """The options."""
    problem_argument(parser)
    parser.add_argument("answers", metavar="ANSWERS", help="the work: .toml, .json, .csv, or .md, .tex, .txt")
    parser.add_argument("--hints", action="store_true", help="say where and of what kind a fault is, not the number")
    output_option(parser, None)
    format_option(parser, "report", "formats of the report")
    number_options(parser)
    parser.set_defaults(run=run)


def run(options: Arguments) -> int:
    """Mark the work; the report as text on standard output, and in the formats asked for as files."""
    from derive.answers.checking import check
    from derive.answers.feedback.report_files import text, write_report
    from derive.solution import Blueprint

    formats = chosen_formats(options.to, "txt", "report")
    solution = Blueprint.of(problem_of(Path(options.problem), options), symbolic=False).solve()
    report = check(solution, options.answers, hints=options.hints)
    if options.output == "-":
        return standard_output(formats, "report", partial(text, report, solution))
    if options.output or options.to:
        name = f"{Path(options.answers).stem}-report"
        for written in write_report(report, solution, Path(options.output or "output"), formats, name):
            print(written)
    print(text(report, solution, "txt"), end="")
    return 0
