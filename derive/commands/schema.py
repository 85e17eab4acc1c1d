"""`derive schema`: the JSON Schema of the problem file, for editors."""

from __future__ import annotations

import sys
from pathlib import Path

from derive.commands.options import Arguments, Commands


def add(commands: Commands) -> None:
    """The command and its options."""
    parser = commands.add_parser("schema", help="print the JSON Schema of the problem file, for editors")
    parser.add_argument(
        "-o", "--output", default="-", metavar="DIR", help="write derive.schema.json to a folder instead"
    )
    parser.set_defaults(run=run)


def run(options: Arguments) -> int:
    """Print the schema, or write it to a folder."""
    from derive.files import save
    from derive.problem.schema.packaged import FILE_NAME, packaged_schema

    if options.output == "-":
        sys.stdout.write(packaged_schema().decode())
        return 0
    for path in save(Path(options.output), {FILE_NAME: packaged_schema()}):
        print(path)
    return 0
