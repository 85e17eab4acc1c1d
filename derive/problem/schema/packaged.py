"""The schema as the package has it: a file beside this one, which `docs/refresh.py` makes of `problem_schema.py`."""

from pathlib import Path

PACKAGED = Path(__file__).with_name("derive.schema.json")
FILE_NAME = PACKAGED.name


def packaged_schema() -> bytes:
    """The file's bytes."""
    return PACKAGED.read_bytes()
