"""Where the project's files lie, and the data of several folders of tests."""

from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
ROOT = TESTS.parent
PACKAGE = ROOT / "derive"
FACT_FILES = TESTS / "facts"
GOLDEN = TESTS / "golden"
WORKS = TESTS / "work"
PUBLISHED_NUMBERS = TESTS / "examples" / "published.toml"
