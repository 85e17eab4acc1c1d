"""The version of this program, for whatever writes it down, and what its package is called on the index."""

VERSION = "0.1.0"
DISTRIBUTION = "derive-notes"
"""`derive` is another project's there; the command and the import are `derive`."""


def install_command(extra: str) -> str:
    """What installs an extra: the features that take more than the base package."""
    return f"pip install '{DISTRIBUTION}[{extra}]'"
