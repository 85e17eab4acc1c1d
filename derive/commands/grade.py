"""`derive grade`: what came back from a class marked."""

import sys
from argparse import ArgumentParser
from pathlib import Path

from derive.commands.options import Arguments, chosen_formats, engine_options, format_option

DEFAULT, NONE = "pdf,md", "none"


def add(parser: ArgumentParser) -> None:
    """The options."""
    from derive.classroom.records.written_files import PLATFORMS

    parser.add_argument("folder", metavar="CLASS", help="the folder of the class, made by derive class")
    parser.add_argument("returned", nargs="+", metavar="RETURNED", help="what came back: files, folders, zips; filled "
                        "forms, answer files, working, wide tables")  # fmt: skip
    parser.add_argument("-o", "--output", default="output/grades", metavar="DIR", help="default: output/grades")
    format_option(parser, "report", "formats of the feedback pages", f"or {NONE} (default: {DEFAULT})")
    parser.add_argument("--hints", action="store_true", help="feedback says where a fault is, not the number expected")
    parser.add_argument("--problem", metavar="FILE", help="mark by this problem file in place of the class's own")
    parser.add_argument("--decimal", choices=(".", ","), default=".", help="decimal sign of the tables; with a comma "
                        "their cells are parted by semicolons")  # fmt: skip
    parser.add_argument("--bom", action="store_true", help="begin the tables with a byte order mark, as Excel wants it")
    parser.add_argument("--gradebook", choices=PLATFORMS, default="", help="write the file that this platform imports")
    engine_options(parser)
    parser.set_defaults(run=run)


def run(options: Arguments) -> int:
    """Mark a class; the files on standard output, what could not be read on standard error."""
    from derive.classroom.grading import GradingOptions, grade
    from derive.classroom.reports.gradebook import TableStyle
    from derive.classroom.reports.terminal_summary import summary_lines

    formats = () if options.to == NONE else chosen_formats(options.to, DEFAULT, "report")
    style = TableStyle(options.decimal, options.bom)
    problem = Path(options.problem) if options.problem else None
    chosen = GradingOptions(formats, options.hints, style, options.workers, options.cluster, problem,
                             options.gradebook)  # fmt: skip
    marking = grade(Path(options.folder), list(map(Path, options.returned)), Path(options.output), chosen)
    for path in marking.files:
        print(path)
    for line in summary_lines(marking):
        print(line, file=sys.stderr)
    return 4 if marking.failures else 0
