"""The pages: their commands run, their problem files solve, their tables are true, their links lead somewhere.

What they quote from the program is made by `.venv/bin/python docs/refresh.py`.
"""

import doctest
import os
import re
import shutil
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from flint import fmpq
from support.places import PACKAGE, ROOT, TESTS
from support.scripts import load

import derive
from derive.commands import cli
from derive.errors import InputError
from derive.problem.known_keys import KEYS
from derive.problem.reading.equations import read_name
from derive.problem.settings import Digits
from derive.problem.training.update_rules import RULES
from derive.prose.catalogue import languages
from derive.values.digits import printed
from derive.writers import WRITERS

refresh = load(ROOT / "docs" / "refresh.py")
PAGES = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in refresh.PAGES}
README = PAGES["README.md"]
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: str, language: str) -> list[str]:
    """The code blocks of a page in a language."""
    return [text for name, text in FENCE.findall(page) if name == language]


def rows(head: str) -> list[list[str]]:
    """The rows of every table with that head, as cells, from all pages."""
    found = []
    for page in PAGES.values():
        for table in re.findall(rf"^{re.escape(head)}\n\|[-|]+\|\n((?:\|.*\n)+)", page, re.MULTILINE):
            for line in table.splitlines():
                cells = re.split(r"(?<!\\)\|", line)[1:-1]
                found.append([cell.strip().replace("\\|", "|") for cell in cells])
    assert found, head
    return found


def code(cell: str) -> list[str]:
    """What stands in backquotes."""
    return re.findall(r"`([^`]+)`", cell)


def each_spelling(head: str) -> list[Any]:
    """(spelling, second cell) for every spelling in the first cells of a table."""
    return [pytest.param(text, cells[1], id=text) for cells in rows(head) for text in code(cells[0])]


def test_what_is_written_into_tables_by_hand_is_all_there() -> None:
    """Update rules and languages in the page of the problem file, commands in README."""
    file = PAGES["docs/problem-file.md"]
    assert [rule for rule in RULES if f"`{rule}`" not in file] == []
    assert [language for language in languages() if f'`"{language}"`' not in file] == []
    assert [name for name in cli.COMMANDS if f"`derive {name}" not in README] == []


# --- README --------------------------------------------------------------------------------------------------------


def test_readme_begins_with_the_two_commands() -> None:
    first = blocks(README, "sh")[0]
    assert re.findall(r"^make \w+", first, re.MULTILINE) == ["make example", "make test"]
    end = README[: README.index(first) + len(first)].count("\n")
    assert end <= 25


COMMANDS = [line for block in blocks(README, "sh") for line in block.splitlines() if line.startswith(refresh.PROGRAM)]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the files that README shows, on a machine whose only LaTeX is the embedded one."""
    for name, text in refresh.files_of(README).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", os.devnull)
    assert not shutil.which("pdflatex")
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_command_of_readme_runs(command: str, folder: Path) -> None:
    status, text = refresh.run(command)
    assert status == 0, text
    for line in text.splitlines():
        if line.startswith("output/"):
            assert (folder / line).stat().st_size, line


def test_readme_has_commands() -> None:
    assert any("solve" in command and "--to" not in command for command in COMMANDS)


@pytest.mark.parametrize("name", [name for name, page in PAGES.items() if blocks(page, "pycon")])
def test_python_of_a_page(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its sessions print what the page says, the later ones with the names of the earlier."""
    for file, text in refresh.files_of(PAGES[name]).items():
        (tmp_path / file).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    known: dict[str, Any] = {}
    for text in blocks(PAGES[name], "pycon"):
        test = doctest.DocTestParser().get_doctest(text, known, name, name, 0)
        report: list[str] = []
        doctest.DocTestRunner(optionflags=doctest.REPORT_NDIFF | doctest.ELLIPSIS).run(
            test, out=report.append, clear_globs=False
        )
        assert not report, "".join(report)
        known = test.globs


def test_readme_names_every_format() -> None:
    (formats,) = re.findall(r"`--to ([\w,]+)` chooses", README)
    assert set(formats.split(",")) == {"pdf", *WRITERS}


# --- problem files ---------------------------------------------------------------------------------------------------


def problems() -> Iterator[Any]:
    for name, page in PAGES.items():
        wrong = refresh.files_of(page).get("wrong.toml")
        for i, text in enumerate(blocks(page, "toml"), 1):
            if text != wrong and re.search(r"^\[(model|network)\]", text, re.MULTILINE):
                yield pytest.param(text, id=f"{name}, block {i}")


@pytest.mark.parametrize("text", list(problems()))
def test_problem_file_solves(text: str) -> None:
    problem = derive.Problem.loads(text)
    assert not problem.warnings
    solution = derive.solve(problem)
    assert solution.text("txt")
    assert problem.loss is None or solution.verification.entries


def test_wrong_problem_file_is_wrong() -> None:
    text = refresh.files_of(PAGES["docs/problem-file.md"])["wrong.toml"]
    with pytest.raises(InputError) as raised:
        derive.Problem.loads(text)
    assert len(raised.value.faults) >= 4


@pytest.mark.parametrize("table", KEYS)
def test_every_key_is_described(table: str) -> None:
    page = PAGES["docs/problem-file.md"]
    described = {name for line in page.splitlines() if line.startswith("|") for name in code(line.split("|")[1])}
    described |= set(re.findall(r"`\[(\w+)\]`", page))
    assert [key for key in KEYS[table] if key not in described] == []


# --- tables ----------------------------------------------------------------------------------------------------------

GIVEN = """
[data]
x = 2
y = 3
"α" = 5
v = [1, 2]
r = [[5, 6]]
A = [[1, 2], [3, 4]]
M = [[1, 2, 3], [4, 5, 6]]
[model]
equations = '''
q = EXPRESSION
'''
"""
"""The values that docs/language.md names before its tables."""


def given(expression: str) -> Any:
    return derive.solve(derive.Problem.loads(GIVEN.replace("EXPRESSION", expression)))["q"]


@pytest.mark.parametrize(("spelling", "ids"), each_spelling("| you write | its id |"))
def test_name_has_its_id(spelling: str, ids: str) -> None:
    assert [read_name(spelling).id] == code(ids)


@pytest.mark.parametrize(("spelling", "plain"), each_spelling("| you write | read as |"))
def test_expression_is_read_as(spelling: str, plain: str) -> None:
    assert [given(spelling).equation] == [f"q = {text}" for text in code(plain)]


@pytest.mark.parametrize(("spelling", "words"), each_spelling("| you write | shape |"))
def test_expression_has_its_shape(spelling: str, words: str) -> None:
    sizes = tuple(map(int, re.findall(r"\d+", words)))
    assert given(spelling).shape == sizes
    assert words.startswith("column") == (len(sizes) == 1)


@pytest.mark.parametrize("cells", rows("| setting | value | printed |"), ids=" ".join)
def test_value_is_printed(cells: list[str]) -> None:
    kind, _, count = code(cells[0])[0].partition(" = ")
    value = Fraction(cells[1])
    digits = Digits(int(count), decimals=kind == "decimals")
    assert [printed(fmpq(value.numerator, value.denominator), digits).text()] == code(cells[2])


# --- the pages themselves --------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("name", PAGES)
def test_what_is_quoted_is_current(name: str) -> None:
    current = refresh.refreshed(PAGES[name]) == PAGES[name]
    assert current, f"{name} quotes what the program no longer says: run .venv/bin/python docs/refresh.py"


def anchors(page: str) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    heads = re.findall(r"^#+ (.+)$", FENCE.sub("", page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere(name: str) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", FENCE.sub("", PAGES[name])):
        if "://" in link:
            continue
        file, _, anchor = link.partition("#")
        target = (ROOT / name).parent / file if file else ROOT / name
        assert target.is_file(), link
        assert not anchor or anchor in anchors(target.read_text(encoding="utf-8")), link


# --- CONTRIBUTING ----------------------------------------------------------------------------------------------------

CONTRIBUTING = PAGES["CONTRIBUTING.md"]
PLACE = re.compile(r"(?:[\w.-]+/)+[\w.-]*|[\w-]+\.(?:py|toml|md)")
"""How a folder or a file is written: `page/`, `page/blocks/compose.py`, `solution.py`."""
LATER = {"derive/prose/xx.toml", ".venv/bin/python"}
"""What is not there until somebody makes it."""
FOLDERS = {head: code(row) for head, row in (cells for cells in rows("| folder of `derive/` | what lies there |"))}


def named_places() -> list[str]:
    """What prose and picture of CONTRIBUTING name: folders, and files with their folder."""
    prose = FENCE.sub("", CONTRIBUTING)
    picture = re.findall(r"\S+/(?!\S)", prose[: prose.index("## One example")])
    words = dict.fromkeys([*" ".join(code(prose)).split(), *picture])
    return [word for word in words if PLACE.fullmatch(word) and word not in LATER]


def test_the_places_that_contributing_names_exist() -> None:
    def folders(place: str) -> list[Path]:
        inner = [ROOT / "derive" / folder for head in FOLDERS for folder in code(head) if place in FOLDERS[head]]
        return [ROOT, ROOT / "derive", *inner]

    places = named_places()
    assert len(places) > 100
    assert [place for place in places if not any((folder / place).exists() for folder in folders(place))] == []


def test_contributing_names_every_folder() -> None:
    heads = {folder.rstrip("/"): FOLDERS[head] for head in FOLDERS for folder in code(head)}
    for path in sorted(PACKAGE.rglob("__init__.py")):
        top, *inner = path.parent.relative_to(PACKAGE).parts or ("",)
        assert not top or top in heads, path.parent
        assert not inner or f"{'/'.join(inner)}/" in heads[top], path.parent


def test_the_table_of_folders_has_the_order_of_imports() -> None:
    order = [name.partition(".")[0] for name in load(TESTS / "test_structure.py").FOLDERS]
    named = [name.removesuffix(".py").rstrip("/") for head in FOLDERS for name in code(head)]
    assert named == [name for name in dict.fromkeys(order) if name in named]


def test_tests_lie_in_the_folders_of_what_they_test() -> None:
    folders = {path.parent.relative_to(TESTS) for path in TESTS.rglob("test_*.py")}
    assert [folder for folder in folders if not (PACKAGE / folder / "__init__.py").exists()] == []
