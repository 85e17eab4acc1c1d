"""`derive operations`, `layers`, `rules`, `mistakes`: the tables that there are to look things up in."""

from functools import partial

from derive.commands.options import Arguments, Commands

TABLES = {
    "operations": "list what equations may use",
    "layers": "list the layers of [network] with their equations",
    "rules": "list the update rules with their equations",
    "mistakes": "list the known mistakes that marking names",
}


def add(commands: Commands) -> None:
    """The commands."""
    for name, text in TABLES.items():
        commands.add_parser(name, help=text).set_defaults(run=partial(run, name))


def run(name: str, options: Arguments) -> int:
    """Print a table."""
    from derive.commands import reference

    print(reference.TABLES[name]())
    return 0
