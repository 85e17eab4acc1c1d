"""The schema of the problem file and the reader: both take what is right, and say the same of what is wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, ValidationError
from support.broken_files import BrokenFile, broken_files

from derive import examples
from derive.commands.cli import main
from derive.errors import InputError
from derive.problem.known_keys import KEYS
from derive.problem.network import LAYERS
from derive.problem.problem import Problem
from derive.problem.reading.toml_file import TomlFile, from_text
from derive.problem.schema.packaged import packaged_schema
from derive.problem.schema.problem_schema import problem_schema, schema_text
from derive.problem.training.update_rules import RULES

BROKEN = list(broken_files())
SCHEMA = problem_schema()
CHECKER = Draft7Validator(SCHEMA)


def as_json(value: Any) -> Any:
    """The data of a TOML file as editors hand it to a checker."""
    if isinstance(value, dict):
        return {key: as_json(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [as_json(inner) for inner in value]
    if isinstance(value, date | time | datetime):
        return value.isoformat()
    return value if isinstance(value, str | bool | int) else float(value)


def complaints(file: TomlFile) -> list[ValidationError]:
    """What a checker says of a file."""
    return list(CHECKER.iter_errors(as_json(file.data)))


def marked_lines(file: TomlFile) -> set[int]:
    """The lines that a checker marks: of what it complains of, and of keys that should not be there."""
    return {file.place(*path).line for error in complaints(file) for path in paths(error)}


@cache
def marks() -> dict[BrokenFile, set[int]]:
    """What a checker marks in the broken files."""
    return {file: marked_lines(from_text(file.text)) for file in BROKEN}


def paths(error: ValidationError) -> Iterator[tuple[str, ...]]:
    path = tuple(str(part) for part in error.absolute_path if isinstance(part, str))
    extra = error.validator == "additionalProperties" and error.validator_value is False
    others = [key for key in error.instance if not is_known(key, error.schema)] if extra else []
    yield from ((*path, key) for key in others) if others else [path]


def is_known(key: str, table: Any) -> bool:
    return key in table.get("properties", {}) or any(re.search(p, key) for p in table.get("patternProperties", {}))


def refusal(text: str) -> set[int]:
    """The lines that the reader finds faults in; none if it takes the text."""
    try:
        Problem.loads(text)
    except InputError as error:
        return {fault.place.line for fault in error.faults}
    return set()


def with_tables(tables: str) -> str:
    """A small problem with more tables."""
    return f"[data]\nx = [1, 2]\nt = 1\n[parameters]\nw = [3, 4]\n{tables}"


MODEL = '[model]\nequations = """\ny = w^T x\nL = (y - t)^2\n"""\nloss = "L"\n'


def accepts(tables: str) -> bool:
    """Whether both take a small problem with more tables; they have to agree."""
    text = with_tables(tables)
    file = from_text(text)
    try:
        Problem.loads(text)
    except InputError:
        assert complaints(file)
        return False
    assert not complaints(file)
    return True


# --- what is right ----------------------------------------------------------------------------------------------------


def test_the_schema_is_one() -> None:
    Draft7Validator.check_schema(SCHEMA)
    named = {text.removeprefix("#/definitions/") for text in references(SCHEMA)}
    assert named <= SCHEMA["definitions"].keys()


def references(node: Any) -> Iterator[str]:
    inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    if isinstance(node, dict) and isinstance(node.get("$ref"), str):
        yield node["$ref"]
    for each in inner:
        yield from references(each)


@pytest.mark.parametrize("name", examples.names())
def test_a_built_in_problem_is_not_refused(name: str) -> None:
    assert [error.message for error in complaints(from_text(examples.path(name).read_text("utf-8")))] == []


def test_every_key_is_described() -> None:
    tables = {name: SCHEMA["definitions"][name] if name else SCHEMA for name in KEYS}
    assert {name: tuple(table["properties"]) for name, table in tables.items()} == KEYS
    for table in tables.values():
        assert all(key["description"].endswith((".", ")", "}.")) for key in table["properties"].values())


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("spelt", [str, str.upper, str.title, lambda text: f"optim.{text.replace(' ', '_')}"])
def test_a_rule_in_any_spelling(rule: str, spelt: Any) -> None:
    table = f'[update]\nlearning_rate = 0.1\nrule = "{spelt(rule)}"\n'
    assert not complaints(from_text(with_tables(MODEL + table)))


@pytest.mark.parametrize("layer", LAYERS.values(), ids=LAYERS)
def test_the_example_of_a_layer(layer: Any) -> None:
    table = f'[network]\ninput = "x"\nlayers = [{layer.example}]\n'
    assert not complaints(from_text(with_tables(table)))


@pytest.mark.parametrize(
    "written",
    ["1", "-0.25", "1e-7", '"1/3"', '"2^-3"', '"½"', '"1½"', '"5 %"', '"−3"', '"\\\\frac{1}{3}"', "[1, 2]",
     "[[1, 2], [3, 4]]", '["1/3", 2]', "[[[1, 2], [3, 4]], [[5, 6], [7, 8]]]"],
)  # fmt: skip
@pytest.mark.parametrize("table", ["data", "parameters"])
def test_a_number_as_it_may_be_written(written: str, table: str) -> None:
    text = f'[{table}]\na = {written}\n[model]\nequations = "y = a + a"\n'
    assert Problem.loads(text) and not complaints(from_text(text))


@pytest.mark.parametrize("written", ['"pi/4"', '"sqrt(2)"', '"2π"', '"max(1, 2)"', '"-inf"', "[1, '−∞']", '"e^2"'])
def test_what_has_no_exact_value_is_for_data(written: str) -> None:
    text = f'[data]\na = {written}\n[model]\nequations = "y = softmax([a; 1])"\n'
    assert not complaints(from_text(text))
    assert complaints(from_text(text.replace("data", "parameters")))


# --- what is wrong ----------------------------------------------------------------------------------------------------


def test_the_reader_refuses_broken_files() -> None:
    """At that line, or at the list of layers around it."""

    def is_told(file: BrokenFile) -> bool:
        lines = refusal(file.text)
        return file.line in lines or (bool(lines) and "layer" in file.text.splitlines()[min(lines) - 1])

    assert [file.name for file in BROKEN if not is_told(file)] == []


@pytest.mark.slow
def test_a_checker_marks_the_line_of_nine_faults_in_ten() -> None:
    assert len(BROKEN) >= 200
    missed = [file.name for file, lines in marks().items() if file.line not in lines]
    assert len(missed) <= len(BROKEN) / 10, missed


def test_a_checker_says_little_beside_the_fault() -> None:
    """A fault is told in its own line, not in those of the tables around it too."""
    assert sum(map(len, marks().values())) <= 1.1 * len(BROKEN)


@pytest.mark.parametrize(
    ("tables", "good"),
    [
        (MODEL, True),
        (MODEL + '[update]\nlearning_rate = "0.1/k"\n', True),
        (MODEL + "[update]\nlearning_rate = { w = 0.1 }\n", True),
        (MODEL + '[update]\nrule = "momentum"\nlearning_rate = 0.1\nbeta = "9/10"\nconvention = "inside"\n', True),
        (MODEL + '[update]\nrule = "momentum"\nlearning_rate = 0.1\nconvention = "keras"\n', False),
        (MODEL + '[update]\nrule = "adam"\nlearning_rate = 0.1\nepsilon_inside = "yes"\n', False),
        (MODEL + '[update]\nrule = "newton"\n', True),
        (MODEL + '[update]\nrule = "adam"\n', False),
        (MODEL + '[update]\nlearning_rate = 0.1\nschedule = "step decay"\nfactor = 0.5\nevery = 2\nsteps = 3\n', True),
        (MODEL + '[update]\nlearning_rate = 0.1\nschedule = "step decay"\nfactor = 0.5\n', False),
        (MODEL + '[update]\nlearning_rate = 0.1\nevery = 2\n', False),
        (MODEL + '[update]\nequations = "w <- w - c dL/dw"\nconstants = { c = 0.1 }\n', True),
        (MODEL + '[update]\nequations = "w <- w - eta dL/dw"\n', False),
        (MODEL + '[update]\nlearning_rate = 0.1\nconstants = { c = 0.1 }\n', False),
        (MODEL.replace('loss = "L"', "") + "[update]\nlearning_rate = 0.1\n", False),
        (MODEL + "[state]\nv = 0\n", False),
        (MODEL + '[variants]\nx = { from = 1, to = 9, except = 0 }\nt = { choices = [1, "1/2"] }\n', True),
        (MODEL + '[variants]\nx = [{ from = 1, to = 9 }, 2]\nw = [[1, 2], [3, 4]]\n', True),
        (MODEL + '[variants]\nx = "permutation"\ntidy = 9\ntries = 20\nallow = ["kink"]\nrequire = ["L < 9"]\n', True),
        (MODEL + '[variants]\nx = "shuffle"\n', False),
        (MODEL + "[variants]\nx = { from = 1 }\n", False),
        (MODEL + "[variants]\nx = { from = 1, to = 3, by = 2 }\n", False),
        (MODEL + '[names]\nL = "J"\n"dL/dw" = ["g"]\n', True),
        (MODEL + "[names]\nL = []\n", False),
        (MODEL + "[numbers]\nsteps = { L = { decimals = 3 } }\n", True),
        (MODEL + "[numbers]\nsteps = { L = { places = 3 } }\n", False),
        (MODEL + "[page]\ndate = 2025-10-01\nfigures = false\nentries = \"all\"\n", True),
        (MODEL + '[grade]\ndue = 2025-10-01T12:00:00\nlate = "10 %"\nmarks = { A = 90, "4.0" = "50.5" }\n', True),
        (MODEL + '[grade]\nlate = "110 %"\n', False),
        (MODEL + '[network]\ninput = "x"\nlayers = [{ units = 1 }]\n', False),
        ("", False),
    ],
)  # fmt: skip
def test_schema_and_reader_agree(tables: str, good: bool) -> None:
    assert accepts(tables) is good


@pytest.mark.parametrize("more", [(), ("--loss", "cross entropy"), ("--loss", "hinge", "--activation", "tanh")])
def test_what_new_writes(more: tuple[str, ...], tmp_path: Path) -> None:
    main(["new", "first", "--network", "3-4-2", "-o", str(tmp_path), *more])
    assert not complaints(from_text((tmp_path / "first.toml").read_text("utf-8")))


def test_a_network_of_other_programs_words() -> None:
    layers = '{ type = "nn.Linear", out_features = 1, activation = "ReLU()" }'
    network = f'[network]\ninput = "x"\ntarget = "t"\nloss = "MSELoss"\nlayers = [{layers}]\n'
    text = with_tables(network).replace("w = [3, 4]", "W_1 = [[3, 4]]")
    assert Problem.loads(text) and not complaints(from_text(text))
    assert complaints(from_text(text.replace("out_features", "out")))


# --- the file ---------------------------------------------------------------------------------------------------------


def test_the_packaged_schema_is_current() -> None:
    assert packaged_schema().decode() == schema_text(), "run .venv/bin/python docs/refresh.py"


def test_the_command_prints_or_writes_it(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["schema"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(schema_text())
    assert main(["schema", "-o", "here"]) == 0
    assert (tmp_path / "here" / "derive.schema.json").read_bytes() == packaged_schema()
