"""Names that a work gives, quantities after an update, channels, and which pass a statement is about."""

from __future__ import annotations

from functools import cache

import pytest
from flint import fmpq

from derive import Problem, examples
from derive.answers.feedback.report import Report, report
from derive.answers.marking.judging import judge
from derive.answers.reading.written import EXACT_DIGITS, WrittenNumber
from derive.answers.substitutions.numerals import as_printed
from derive.answers.working.free_working import read_working
from derive.solution import Solution, solve

UNIT = """
title = "One unit, twice"
[data]
x = [2, 1]
Y = 0
[parameters]
u = [0.75, -0.5]
c = 0.5
[model]
equations = \"\"\"
s = u^T x + c
a = sigmoid(s)
L = (a - Y)^2
\"\"\"
loss = "L"
[update]
rule = "gradient descent"
learning_rate = 2
steps = 2
"""


@cache
def unit() -> Solution:
    return solve(Problem.loads(UNIT))


def marked(work: str, solution: Solution | None = None) -> Report:
    solution = solution or unit()
    answers = read_working(work, solution)
    return report(solution, judge(solution, answers), answers)


def verdicts(work: str) -> dict[str, str]:
    return {item.id: item.verdict for item in marked(work).items if item.verdict != "missing"}


FIRST = ("s", "a", "L", "dL/da", "dL/ds", "dL/du", "dL/dc")


def stated(ids: tuple[str, ...], k: int) -> str:
    """The true values of a pass as lines, without a word about which pass it is."""
    values = unit().values
    names = {name.id: name for name in unit().blueprint.derivation.shapes}
    return "\n".join(f"{each} = [{'; '.join(n.text() for n in values.printed(names[each], k))}]" for each in ids)


def updates(k: int) -> str:
    values = unit().values
    lines = []
    for step in unit().blueprint.derivation.updates:
        numbers = "; ".join(n.text() for n in values.printed(step.name, k))
        lines.append(f"{step.name.before.id} = [{numbers}]")
    return "\n".join(lines)


EVERYTHING = {*FIRST, "u@1", "c@1", *(f"{each}@2" for each in FIRST), "u@2", "c@2"}


@pytest.mark.parametrize(
    ("before", "between"),
    [("", ""), ("Pass 1", "Pass 2"), ("Iteration 0", "Iteration 1"), ("Epoch 0:", "## Epoch 1"),
     ("1. Durchlauf", "2. Durchlauf"), ("", "Après la mise à jour"), ("", "После обновления:")],
)  # fmt: skip
def test_passes(before: str, between: str) -> None:
    work = "\n".join((before, stated(FIRST, 1), updates(1), between, stated(FIRST, 2), updates(2)))
    assert verdicts(work) == dict.fromkeys(EVERYTHING, "correct")


def test_an_update_behind_the_heading_of_the_next_pass_ends_the_one_before() -> None:
    work = "\n".join(("Step 1", stated(FIRST, 1), "Step 2", updates(1), stated(FIRST, 2), updates(2)))
    assert verdicts(work) == dict.fromkeys(EVERYTHING, "correct")


def test_what_only_the_next_pass_states_is_of_that_pass() -> None:
    work = "\n".join((stated(("s", "a"), 1), updates(1), stated(("L",), 2)))
    assert verdicts(work) == dict.fromkeys(("s", "a", "u@1", "c@1", "L@2"), "correct")


def test_a_given_value_that_was_miscopied_is_no_update() -> None:
    assert verdicts("s = 1.5\na = 0.8176\nu = [0.75; -0.6]") == {"s": "correct", "a": "correct", "u": "wrong"}


@pytest.mark.parametrize(
    "name",
    ["u_1", "u(1)", "u_{t+1}", "u^{(k+1)}", "u(n+1)", "ũ", "u_after", "u actualizado", "u mis à jour", "u -= 2 dL/du"],
)
def test_names_after_an_update(name: str) -> None:
    numbers = updates(1).split("\n")[0].removeprefix("u = ")
    assert verdicts(f"{stated(FIRST, 1)}\n{name} = {numbers}")["u@1"] == "correct"


@pytest.mark.parametrize(
    "line",
    ["{} channel 1 = {}", "{} (Kanal 1) = {}", "Channel 1: {} = {}", "{}[0,:,:] = {}", "{}[1] = {}"],
)
def test_channels(line: str) -> None:
    solution = solve(Problem.loads(examples.path("cnn").read_text("utf-8")))
    z = next(name for name in solution.blueprint.derivation.shapes if name.id == "Z")
    texts = [number.text() for number in solution.values.printed(z)]
    half = len(texts) // 2
    rows = [["; ".join(" ".join(part[i : i + 4]) for i in range(0, half, 4))] for part in (texts[:half], texts[half:])]
    first, second = (f"[{row[0]}]" for row in rows)
    other = line.replace("1", "2") if "1" in line and "0" not in line else line.replace("[0,", "[1,")
    assert marked(f"{line.format('Z', first)}\n{other.format('Z', second)}", solution)["Z"].verdict == "correct"


def test_names_that_a_work_gives() -> None:
    work = """
    p = a = 0.8176
    L = p^2 = 0.6684
    Let g = dL/ds = 0.2439
    dL/du = g x = [0.4878; 0.2439]
    dL/dc = g
    """
    assert verdicts(work) == dict.fromkeys(("a", "L", "dL/ds", "dL/du", "dL/dc"), "correct")


def test_a_name_for_a_formula() -> None:
    report_ = marked("e = a - Y = 0.8176\nL = e^2 = 0.6684\ndL/da = 2 e\ndL/ds = 2 e a (1 - a) = 0.2439")
    assert {item.id: item.verdict for item in report_.items if item.verdict != "missing"} == dict.fromkeys(
        ("L", "dL/da", "dL/ds"), "correct")  # fmt: skip
    assert report_.not_understood == ()
    assert report_["dL/da"].marks == 1


def test_the_usual_name_of_the_loss_is_free_where_the_work_states_it_by_its_own() -> None:
    assert verdicts("E = 0.6685") == {"L": "correct"}
    assert verdicts("E = 0.8176\nL = 0.6685")["L"] == "correct"


def test_a_number_in_brackets_belongs_to_the_name_that_has_it() -> None:
    small = solve(Problem.loads('[data]\nz = [1, 2]\n[model]\nequations = "Z_1 = 3 z"\n'))
    assert [answer.step for answer in read_working("Z[1] = [3; 6]", small)] == ["Z_1"]


def test_of_a_chain_that_contradicts_itself_nothing_is_said_of_its_members() -> None:
    assert "s" not in verdicts("dL/ds = s = 1.5 = 0.25")
    assert verdicts("L = s = 1.5 = 1.50")["s"] == "correct"


def test_what_a_formula_gives_is_shown_with_few_digits() -> None:
    assert "0000000" not in marked("a = [0.88]\ndL/ds = a + 0.5").items[-1].message
    written = WrittenNumber(fmpq(-79, 100), fmpq(1, 100), EXACT_DIGITS, "a - 1.67")
    assert as_printed(written).text() == "-0.79"
