"""`derive sheet`: an exercise sheet, its key and an answer file."""

import sys
from argparse import ArgumentParser
from pathlib import Path

from derive.commands.options import (
    Arguments,
    chosen_formats,
    page_options,
    problem_argument,
    problem_of,
    standard_output,
)
from derive.errors import DeriveError

DEFAULT = "pdf,md,toml"


def add(parser: ArgumentParser) -> None:
    """The options."""
    problem_argument(parser, "; [sheet] says what is blank")
    parser.add_argument("--student", metavar="ID", help="draw this student's numbers as [variants] says")
    parser.add_argument("--seed", metavar="S", help="the seed of the assignment: a long text that nobody guesses")
    page_options(parser, "sheet", DEFAULT)
    parser.set_defaults(run=run)


def run(options: Arguments) -> int:
    """Write the exercise and its key; with --seed and --student of that student's numbers."""
    from derive.files import PDF
    from derive.pdf.pdf_source import without_fields
    from derive.sheets.sheet_files import copy_of, write_sheet

    formats = chosen_formats(options.to, DEFAULT, "sheet")
    if (options.seed is None) != (options.student is None):
        raise DeriveError("`--seed` and `--student` belong together", "as in --seed 'a long text' --student s4711")
    copy = copy_of(problem_of(Path(options.problem), options), options.seed, options.student)
    if options.output == "-":
        return standard_output(formats, "sheet", copy.sheet)
    for written in write_sheet(copy, Path(options.output), formats):
        print(written)
    if PDF in formats and (note := without_fields(copy.solution.problem)):
        print(f"warning: {note}", file=sys.stderr)
    return 0
