"""`derive operations`, `layers`, `rules`, `mistakes`: the tables that there are to look things up in."""

from argparse import ArgumentParser
from functools import partial

from derive.commands.options import Arguments


def add(parser: ArgumentParser) -> None:
    """No options: the table is the one that the command is called by."""
    parser.set_defaults(run=partial(run, parser.prog.split()[-1]))


def run(name: str, options: Arguments) -> int:
    """Print a table."""
    from derive.commands import reference

    print(reference.TABLES[name]())
    return 0
