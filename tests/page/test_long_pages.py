"""Long pages: headings for the parts of the model, steps of one form told once, gates by their names."""

import re

import pytest

import derive
from derive import Problem
from derive.derivation.derive import derive as derivation_of
from derive.figures import Strip
from derive.page.blocks.compose import compose
from derive.page.document import FigureBlock
from derive.page.lines.gates import gates_of
from derive.sheets import SheetWriter

RECURRENT = """
[data]
x = [0.5, -1, 2]
s_0 = 0
y = 1
[parameters]
a = 0.3
b = -0.2
[model]
equations = '''
for t = 1..3:
  p_t = a x[t] + b s_{t-1}
  s_t = tanh(p_t)
L = (s_3 - y)^2
'''
loss = "L"
[update]
learning_rate = 0.1
[page]
alike = "%s"
"""
DEEP = """
[data]
x = [1, 2]
y = [0.5, 0.1]
[parameters]
%s
[network]
input = "x"
target = "y"
layers = [%s]
loss = "squared error"
"""


def deep(layers: int) -> str:
    weights = "\n".join(f"W_{i} = [[0.1, 0.2], [0.3, -0.{i}]]\nb_{i} = [0.1, {i}]" for i in range(1, layers + 1))
    return DEEP % (weights, ", ".join(['{ units = 2, activation = "tanh" }'] * layers))


def page(text: str, form: str = "txt") -> str:
    return derive.solve(Problem.loads(text)).text(form)


def test_of_steps_of_one_form_the_first_is_worked_out() -> None:
    once, each = page(RECURRENT % "once"), page(RECURRENT % "each")
    assert "In the same way:" in once and "In the same way:" not in each
    assert "p₁ = a·x₁ + b·s₀ = 0.3·0.5 + (−0.2)·0" in once
    assert re.search(r"p₂ = a·x₂ \+ b·s₁ ≈ −[\d.]+  ", once) and "0.3·(−1)" in each and "0.3·(−1)" not in once
    assert len(once.splitlines()) < 0.85 * len(each.splitlines())


def test_every_step_of_a_long_page_stands_on_it_once_with_its_value() -> None:
    solution = derive.solve(Problem.loads(RECURRENT % "once"))
    text = solution.text("txt")
    for step in solution.ids:
        if "@" not in step and step.startswith("dL/d") and not solution[step].shape:
            assert solution[step].printed.replace("-", "−") in text, step


def test_what_is_told_comes_before_what_uses_it() -> None:
    text = page(RECURRENT % "once")
    backward = text[text.index("Backward") : text.index("Update")]
    for part, whole in (("dL/da|p₁ =", "dL/da ="), ("dL/ds₁ =", "dL/dp₁ =")):
        assert backward.index(part) < backward.index(whole)


def test_a_long_page_has_a_heading_for_each_layer_and_a_short_one_has_none() -> None:
    long = page(deep(6))
    assert [int(n) for n in re.findall(r"^Layer (\d)$", long, re.MULTILINE)] == [*range(1, 7), *range(6, 0, -1)]
    assert "Layer 1" not in page(deep(2))


def test_headings_are_in_the_page_s_language_and_every_format() -> None:
    text = 'language = "de"\n' + deep(6)
    for form in ("txt", "md", "tex", "html", "typ"):
        assert "Schicht 3" in page(text, form), form


def test_a_sheet_asks_what_is_told_once_too() -> None:
    made = SheetWriter.of(Problem.loads(RECURRENT % "once"))
    asked = {field.step for field in made.fields}
    assert {"p_1", "p_2", "p_3", "dL/ds_1", "dL/da"} <= asked
    assert "p₂ = a·x₂ + b·s₁ = ________" in made.sheet("txt", made.blueprint.solve()).replace("≈", "=")


CELL = """
[data]
x = 1
h_0 = 0.2
m_0 = 0.1
[parameters]
u = 0.5
[model]
equations = '''
%s
'''
"""
LSTM = """
q = sigmoid(u x)
j = sigmoid(u x + h_0)
n = tanh(u x + 1)
e = sigmoid(u x - 1)
m_1 = q m_0 + j n
h_1 = e tanh(m_1)"""
GRU = """
v = sigmoid(u x)
r = sigmoid(u x + h_0)
n = tanh(u x + u (r h_0))
h_1 = (1 - v) n + v h_0"""


@pytest.mark.parametrize(
    ("equations", "gates"),
    [
        (LSTM, {"q": "forget", "j": "input", "n": "candidate", "e": "output"}),
        (GRU, {"v": "update", "r": "reset", "n": "candidate"}),
        ("a = sigmoid(u x)\nb = tanh(u x)\nc = a b", {}),
    ],
)
def test_gates_are_known_by_what_they_do_whatever_their_letters(equations: str, gates: dict[str, str]) -> None:
    derivation = derivation_of(Problem.loads(CELL % equations))
    assert {name.id: gate for name, gate in gates_of(derivation).items()} == gates


PRODUCTS = """
[data]
X = [[1, 2, 3], [4, 5, 6]]
[parameters]
A = [[0.5, 1], [2, -1]]
B = [[1, -1], [0.5, 3]]
[model]
equations = '''
U = A X
V = B U
s = sum(V)
'''
"""


def test_a_product_is_worked_out_in_full_once() -> None:
    """Six entries of the first, two of the second; all of both where all entries are asked for."""
    page = derive.solve(Problem.loads(PRODUCTS)).text("txt")
    lines = [line.split()[0] for line in page.splitlines() if line.strip().startswith(("u", "v"))]
    assert [line for line in lines if line.startswith("u")] == ["u₁₁", "u₁₂", "u₁₃", "u₂₁", "u₂₂", "u₂₃"]
    assert [line for line in lines if line.startswith("v")] == ["v₁₁", "v₁₂"]
    whole = derive.solve(Problem.loads(f"{PRODUCTS}\n[page]\nentries = 'all'\n")).text("txt")
    assert sum(line.strip().startswith("v") for line in whole.splitlines()) == 6


def strips(text: str) -> list[Strip]:
    problem = Problem.loads(text)
    document = compose(derivation_of(problem), problem)
    blocks = (block for section in document.sections for block in section.blocks)
    return [block.figure for block in blocks if isinstance(block, FigureBlock) and isinstance(block.figure, Strip)]


SHORT = RECURRENT.partition("[page]")[0]
LONG = SHORT.replace("1..3", "1..6").replace("[0.5, -1, 2]", "[0.5, -1, 2, 1, 0, -2]").replace("s_3", "s_6")


def test_each_part_of_a_long_page_is_pointed_at_in_the_row_of_all() -> None:
    found = strips(LONG)
    forward = [strip for strip in found if not strip.backward]
    assert [strip.parts[strip.lit] for strip in forward][:6] == [f"Time step {t}" for t in range(1, 7)]
    assert len({strip.parts for strip in found}) == 1
    back = [strip.lit for strip in found if strip.backward]
    assert back and back == sorted(back, reverse=True)
    page = derive.solve(Problem.loads(LONG))
    assert "<desc>Time step 1 → [Time step 2] → Time step 3 →" in page.text("html")
    assert "[Time step 2]" not in page.text("txt") + page.text("md")
    assert not any("parts" in name for name in page.pictures("md"))


def test_a_page_may_do_without_the_row_of_parts() -> None:
    assert strips(f"{LONG}\n[page]\nfigures = ['unrolled']\n") == []
    assert strips(SHORT) == []


SCANNED = """
[data]
x = [1, -0.5, 2]
s_0 = 0.1
y = 1
[parameters]
a = 0.3
b = -0.2
c = 0.5
[model]
equations = '''
for t = 1..3:
  g_t = sigmoid(c x[t])
  s_t = tanh(a s_{t-1}) g_t + b x[t] g_t
L = (s_3 - y)^2
'''
loss = "L"
"""


def test_each_part_of_a_long_backward_pass_has_one_heading() -> None:
    """Under it stands what goes back through its equations, to the step before it too."""
    text = page(SCANNED)
    backward = text[
        text.index("Backward propagation") : text.index("The same in one") if "The same in" in text else None
    ]
    headings = re.findall(r"^(Time step \d|The loss)$", backward, re.MULTILINE)
    assert headings == ["The loss", "Time step 3", "Time step 2", "Time step 1"]
    third = backward[backward.index("Time step 3") : backward.index("Time step 2")]
    assert "dL/ds₂ = " in third and "dL/ds₁ = " not in third


def test_the_row_of_parts_is_seen_whole_on_a_small_screen() -> None:
    text = page(SCANNED, "html")
    assert text.count('<div class="strip">') == len(re.findall(r"<h3>(?:Time step \d|The loss)</h3>", text))
    assert 'class="picture"' in text
