"""Questions for STACK: Maxima runs each as STACK does, and every test that stands in it passes."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, fromstring

import pytest
from support.maxima import maxima
from support.places import GOLDEN
from support.stack import EMPTY, failed, marked, questions

from derive import Problem, examples
from derive.answers.mistakes.table import keys
from derive.errors import DeriveError
from derive.sheets.sheet_files import copy_of

SMALL = "victorzhou_neuron"
NETWORK = """
title = "A small network"
[data]
x = [1, 2]
t = 1
[parameters]
W = [[0.5, -0.25], [0.1, 0.3]]
v = [0.7, -0.4]
[model]
equations = '''
z = W x
a = tanh(z)
p = sigmoid(v^T a)
L = -(t log(p) + (1 - t) log(1 - p))
'''
loss = "L"
[update]
learning_rate = 0.1
steps = 2
"""


SHEETS: dict[str, str] = {}


def stack(problem: Problem) -> str:
    """Its questions, made once for all tests that ask about them."""
    if problem.text not in SHEETS:
        SHEETS[problem.text] = copy_of(problem).sheet("stack")
    return SHEETS[problem.text]


def question(problem: Problem) -> Element:
    (found,) = questions(stack(problem))
    return found


def example(name: str) -> Problem:
    return Problem.load(examples.path(name))


def texts(element: Element, path: str) -> list[str]:
    return [found.text or "" for found in element.findall(path)]


def test_the_accepted_file(request: pytest.FixtureRequest) -> None:
    text, golden = stack(example(SMALL)), GOLDEN / f"{SMALL}.stack"
    if request.config.getoption("--accept"):
        golden.write_text(text, "utf-8")
    assert text == golden.read_text("utf-8")


# --- what STACK reads ------------------------------------------------------------------------------------------------


def test_every_input_is_asked_validated_and_marked_once() -> None:
    found = question(example("notes"))
    text = "".join(texts(found, "questiontext/text"))
    names, trees = texts(found, "input/name"), texts(found, "prt/name")
    for name, tree in zip(names, trees, strict=True):
        marks = [f"[[input:{name}]]", f"[[validation:{name}]]", f"[[feedback:{tree}]]"]
        assert [text.count(mark) for mark in marks] == [1, 1, 1]
    assert float("".join(texts(found, "defaultgrade"))) == sum(map(float, texts(found, "prt/value")))


def test_a_tree_asks_about_its_own_step_and_those_right_before_it_alone() -> None:
    """An answer that cannot be read stops every tree that names it."""
    found = question(example("notes"))
    used = {
        tree.findtext("name"): set(re.findall(r"\bans\d+\b", tree.findtext("feedbackvariables/text") or ""))
        for tree in found.findall("prt")
    }
    assert used["prt3"] == {"ans3", "ans2"}  # z_2 of A_1
    assert used["prt9"] == {"ans9", "ans8", "ans2"}  # dL/dW_2 of dL/dz_2 and A_1
    assert max(map(len, used.values())) <= 4


def test_what_stack_refuses_stands_nowhere() -> None:
    """Notes that are not unique, colons in them, conditions that are too long, nodes that nothing leads to."""
    for tree in question(Problem.loads(NETWORK)).findall("prt"):
        notes = texts(tree, "node/trueanswernote") + texts(tree, "node/falseanswernote")
        assert len(notes) == len(set(notes))
        assert not [note for note in notes if set(note) & set("|;:")]
        assert max(map(len, texts(tree, "node/sans"))) <= 255
        names = texts(tree, "node/name")
        assert texts(tree, "node/falsenextnode") == [*names[1:], "-1"]


def test_numbers_in_cells_have_no_e() -> None:
    cells = [value for value in texts(question(example("notes")), "qtest/testinput/value") if value]
    assert any("*10^-" in value for value in cells)
    assert not [value for value in cells if re.search(r"\d[eE][-+\d]", value)]


# --- what Maxima makes of it -----------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.needs("maxima")
def test_every_test_of_a_question_passes() -> None:
    assert failed(question(Problem.loads(NETWORK))) == []


ONE = """
title = "One unit"
[data]
x = [20, 3]
t = 18
[parameters]
w = [0.7, 0.9]
b = 0.45
[model]
equations = '''
z = w^T x + b
p = sigmoid(z)
L = (p - t)^2
'''
loss = "L"
[numbers]
significant = 3
"""
"""z = 17.15, p = 0.99999996, L = 289: what is close to a bound is easily lost."""
STEPS = ("z", "p", "L", "dL/dp", "dp/dz", "dL/dz", "dL/dw", "dL/db")


def notes_of(*works: dict[str, str]) -> list[dict[str, str]]:
    """What becomes of each step that a work answers."""
    found = question(Problem.loads(ONE))
    names = {step: f"ans{i}" for i, step in enumerate(STEPS, 1)}
    answered = [{names[step]: value for step, value in work.items()} for work in works]
    given = marked(found, answered)
    return [
        {step: marks[f"prt{STEPS.index(step) + 1}"].note.split("-", 1)[1] for step in work}
        for work, marks in zip(works, given, strict=True)
    ]


@pytest.mark.slow
@pytest.mark.needs("maxima")
def test_a_number_counts_as_it_may_be_written() -> None:
    """In full, to the digits that are printed, to two, cut off, as a product; not to one digit, nor another number."""
    works = ["17.15", "17.2", "17.1", "17", "343/20", "1.715*10", "17.149", "18", "20", "-17.15", "x", "17.4"]
    found = [each["z"] for each in notes_of(*({"z": work} for work in works))]
    assert found[:7] == ["right"] * 7
    assert not {"right", "follows"}.intersection(found[7:])


@pytest.mark.slow
@pytest.mark.needs("maxima")
def test_what_follows_from_own_numbers_counts() -> None:
    """The bias was left out: z = 16.7; L and its derivative go on from p."""
    first, second, third = notes_of(
        {"z": "16.7", "p": "0.9999999441"},
        {"p": "0.5", "L": "306.25", "dL/dp": "-35"},
        {"p": "0.5", "L": "(1/2 - 18)^2", "dL/dp": "35"},
    )
    assert first == {"z": "bias_forgotten", "p": "right"}
    assert second == {"p": "wrong", "L": "follows", "dL/dp": "follows"}
    assert third["L"] == "follows"
    assert third["dL/dp"] == "sign_turned"


@pytest.mark.slow
@pytest.mark.needs("maxima")
def test_an_empty_answer_stops_nothing() -> None:
    (found,) = notes_of({"L": "289", "dL/dz": "-0.00000122", "dL/db": EMPTY})
    assert found == {"L": "right", "dL/dz": "right", "dL/db": "blank"}


@pytest.mark.slow
@pytest.mark.needs("maxima")
def test_a_value_rounded_to_its_bound_is_charged_where_it_becomes_nothing() -> None:
    """p = 1 is right at its length; its derivative is not 0. What comes after that follows."""
    zero = "matrix([0], [0])"
    (found,) = notes_of({"p": "1", "dp/dz": "0", "dL/dz": "0", "dL/dw": zero, "dL/db": "0"})
    assert found == {"p": "right", "dp/dz": "saturated", "dL/dz": "follows", "dL/dw": "follows", "dL/db": "follows"}


def test_every_step_that_is_asked_is_worth_something() -> None:
    """A wrong local derivative would cost nothing otherwise, since the rest follows; 0 as a style means no marks."""
    assert set(texts(question(Problem.loads(ONE)), "prt/feedbackstyle")) == {"1"}
    assert texts(question(Problem.loads(ONE)), "prt/value") == ["1"] * len(STEPS)
    own = question(Problem.loads(f'{ONE}\n[marking]\nsteps = {{ L = 3, "dp/dz" = 0 }}\n'))
    assert texts(own, "prt/value") == ["1", "1", "3", "1", "0", "1", "1", "1"]


@pytest.mark.slow
@pytest.mark.needs("maxima")
@pytest.mark.parametrize("name", examples.names()[3::8])
def test_every_test_of_built_in_problems_passes(name: str) -> None:
    """Of every eighth of them: each takes some seconds."""
    assert [each for found in questions(stack(example(name))) for each in failed(found)] == []


@pytest.mark.needs("maxima")
def test_a_mistake_costs_its_own_step_alone() -> None:
    """As the tests of the question say it, which Maxima confirms above; each kind that fits has a test."""
    found = question(Problem.loads(NETWORK))
    planted = [test for test in found.findall("qtest") if "then consistent" in (test.findtext("description") or "")]
    assert len(planted) > 30
    for test in planted:
        key = re.search(r": (\w+), then consistent", test.findtext("description") or "")
        assert key
        assert key[1] in keys()
        assert sum(float(score) == 0 for score in texts(test, "expected/expectedscore")) == 1


@pytest.mark.slow
@pytest.mark.needs("maxima")
def test_the_variables_of_a_question_are_the_values_of_the_page() -> None:
    problem = example("mazur")
    solution = copy_of(problem).solution
    found = question(problem)
    program = f"stack_seed: 1$ simp: true$\n{found.findtext('questionvariables/text')}"
    steps = {"L": "q_L", "dL/dW_1": "q_dL_dW_1", "W_2@1": "q_W_2_1", "L@2": "q_L_2"}
    given = maxima(program, [f"float(dv_flat({variable}))" for variable in steps.values()])
    for step, text in zip(steps, given, strict=True):
        numbers = list(map(float, text.strip('[]"').split(",")))
        assert numbers == pytest.approx(_flat(solution[step].value), rel=1e-12)


def _flat(value: object) -> list[float]:
    if isinstance(value, tuple):
        return [x for each in value for x in _flat(each)]
    return [float(value)]  # type: ignore[arg-type]


# --- variants, long exercises, what cannot be asked ------------------------------------------------------------------

VARIED = f"{NETWORK}\n[variants]\nx = {{{{ from = -3, to = 3 }}}}\n".replace("{{", "{").replace("}}", "}")


def varied() -> Problem:
    """With the backward pass of one update, for one question that two tests ask about."""
    return Problem.loads(VARIED.replace("steps = 2", "steps = 1"), "varied")


@pytest.mark.slow
@pytest.mark.needs("maxima")
def test_the_tests_of_a_question_pass_in_every_variant() -> None:
    found = question(varied())
    assert texts(found, "deployedseed") == [str(i) for i in range(1, 11)]
    assert failed(found) == []


@pytest.mark.slow
def test_a_variant_shows_its_own_numbers() -> None:
    found = question(varied())
    text = found.findtext("questiontext/text") or ""
    assert text.count("[[if test=") == text.count("[[/if]]") > 1
    assert re.search(r"q_x: \[matrix\(.*\]\[dv_variant\];", found.findtext("questionvariables/text") or "")
    pictures = texts(found, "questiontext/file")
    assert len(set(pictures)) == len(pictures) > 1


def test_a_student_gets_one_question_without_seeds() -> None:
    (found,) = questions(copy_of(Problem.loads(VARIED, "varied"), "a long seed", "s1").sheet("stack"))
    assert texts(found, "deployedseed") == []
    assert "[[if" not in (found.findtext("questiontext/text") or "")


@pytest.mark.slow
def test_a_long_exercise_is_several_questions() -> None:
    found = questions(stack(example("gru")))
    assert [len(each.findall("input")) <= 50 for each in found] == [True] * len(found)
    assert len(found) > 1
    shown = [each.findtext("name/text") or "" for each in found]
    assert shown[0].endswith(f"(1/{len(found)})")


def test_what_nobody_can_type_is_not_asked() -> None:
    """The masked scores have entries of −∞; what is made of them is asked."""
    found = question(example("masked_attention"))
    variables = "".join(texts(found, "prt/feedbackvariables/text"))
    assert "q_S," not in variables
    assert "q_P" in variables or "q_A" in variables


def test_nothing_to_ask_is_an_error() -> None:
    infinite = "[data]\nM = [0, -inf]\n[model]\nequations = '''\nS = M\n'''\n"
    with pytest.raises(DeriveError, match="asks nothing"):
        stack(Problem.loads(infinite))


def test_the_file_is_xml_with_one_question() -> None:
    root = fromstring(stack(Problem.loads(NETWORK)))
    assert root.tag == "quiz"
    assert [each.get("type") for each in root] == ["stack"]
