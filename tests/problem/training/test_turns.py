"""Several updates in turn, as the two players of a GAN."""

import json
import math
import subprocess
import sys
from pathlib import Path

import pytest

import derive
from derive.errors import InputError
from derive.problem.problem import Problem

MODEL = """
[data]
x = 1.5
z = -0.5
[parameters]
a = 0.4
c = 0.2
w = 0.7
b = 0.1
[model]
equations = '''
G = a z + c
r = sigmoid(w x + b)
f = sigmoid(w G + b)
L_D = -log(r) - log(1 - f)
L_G = -log(f)
'''
losses = ["L_D", "L_G"]
"""
PLAYERS = """
[[update]]
loss = "L_D"
only = ["w", "b"]
learning_rate = 0.5
{first}
[[update]]
loss = "L_G"
only = ["a", "c"]
{second}
"""


def solved(first: str = "", second: str = "learning_rate = 0.5", model: str = MODEL) -> derive.Solution:
    return derive.solve(Problem.loads(model + PLAYERS.format(first=first, second=second)))


def sigmoid(z: float) -> float:
    return 1 / (1 + math.exp(-z))


class Game:
    """The same in plain floats."""

    def __init__(self) -> None:
        self.a, self.c, self.w, self.b = 0.4, 0.2, 0.7, 0.1
        self.x, self.z = 1.5, -0.5

    def discriminator(self, rate: float) -> None:
        g = self.a * self.z + self.c
        r, f = sigmoid(self.w * self.x + self.b), sigmoid(self.w * g + self.b)
        by_w, by_b = (r - 1) * self.x + f * g, r - 1 + f
        self.w, self.b = self.w - rate * by_w, self.b - rate * by_b

    def generator(self) -> tuple[float, float]:
        f = sigmoid(self.w * (self.a * self.z + self.c) + self.b)
        return (f - 1) * self.w * self.z, (f - 1) * self.w

    def step(self, rate: float) -> None:
        by_a, by_c = self.generator()
        self.a, self.c = self.a - rate * by_a, self.c - rate * by_c


def test_the_second_update_sees_what_the_first_has_changed() -> None:
    solution, game = solved("rounds = 3"), Game()
    for k in (1, 3, 5):
        game.discriminator(0.5)
        assert float(solution[f"w@{k}"].value) == pytest.approx(game.w)
        assert float(solution[f"b@{k}"].value) == pytest.approx(game.b)
        assert float(solution[f"dL_G/da@{k + 1}"].value) == pytest.approx(game.generator()[0])
        game.step(0.5)
        assert float(solution[f"a@{k + 1}"].value) == pytest.approx(game.a)
        assert float(solution[f"c@{k + 1}"].value) == pytest.approx(game.c)
    assert "a@1" not in solution.ids and "w@2" not in solution.ids
    assert "dL_G/da" not in solution.ids and "dL_D/dw@2" not in solution.ids


def test_steps_are_taken_in_a_row_and_each_rule_counts_its_own() -> None:
    solution, game = solved("steps = 2\nrounds = 2", 'rule = "adam"\nlearning_rate = 0.1'), Game()
    m, v = [0.0, 0.0], [0.0, 0.0]
    for k in (1, 2):
        game.discriminator(0.5)
        game.discriminator(0.5)
        assert float(solution[f"w@{3 * k - 1}"].value) == pytest.approx(game.w)
        steps = []
        for i, g in enumerate(game.generator()):
            m[i], v[i] = 0.9 * m[i] + 0.1 * g, 0.999 * v[i] + 0.001 * g * g
            steps.append(0.1 * m[i] / (1 - 0.9**k) / (math.sqrt(v[i] / (1 - 0.999**k)) + 1e-8))
        game.a, game.c = game.a - steps[0], game.c - steps[1]
        assert float(solution[f"a@{3 * k}"].value) == pytest.approx(game.a)


def test_rates_that_differ_have_the_number_of_their_turn() -> None:
    assert "eta" in solved().ids
    told = solved(second="learning_rate = 0.25")
    assert told["eta_1"].value_text == "0.5" and told["eta_2"].value_text == "0.25"


def test_equations_in_turn_remember_states() -> None:
    text = (
        MODEL
        + """
[state]
v = 0.25
[[update]]
learning_rate = 0.5
equations = "w <- w - eta dL_D/dw"
rounds = 2
[[update]]
learning_rate = 0.5
equations = '''
v <- 0.5 v + dL_G/da
a <- a - eta v
'''
"""
    )
    solution = derive.solve(Problem.loads(text))
    velocity = 0.5 * 0.25 + float(solution["dL_G/da@2"].value)
    assert float(solution["v@2"].value) == pytest.approx(velocity)
    assert float(solution["v@4"].value) == pytest.approx(0.5 * velocity + float(solution["dL_G/da@4"].value))


@pytest.mark.parametrize("suffix", ["txt", "md", "tex"])
def test_a_page_of_turns_is_read_again(suffix: str, tmp_path: Path) -> None:
    solution = solved("rounds = 2", "learning_rate = 0.25")
    work = tmp_path / f"work.{suffix}"
    work.write_text(solution.text(suffix), "utf-8")
    report = derive.check(solution, work)
    assert report.marks == report.of > 30


def test_work_goes_on_with_a_students_own_numbers_of_another_turn() -> None:
    """A wrong a@2 is what the discriminator's next step, and the generator's one after that, go on with."""
    solution = solved("rounds = 2")
    wrong = float(solution["a@2"].value) + 0.3
    g = -0.5 * wrong + float(solution["c@2"].value)
    f = sigmoid(float(solution["w@1"].value) * g + float(solution["b@1"].value))
    answers = {"a@2": f"{wrong:.6f}", "G@3": f"{g:.6f}", "f@3": f"{f:.6f}", "G@4": f"{g:.6f}"}
    verdicts = {item.id: item.verdict for item in derive.check(solution, answers).items}
    assert [verdicts[step] for step in answers] == ["wrong", "follows", "follows", "follows"]


def test_marks_are_given_for_the_gradients_of_each_loss() -> None:
    items = {item.id: item for item in derive.check(solved(), {}).items}
    assert items["dL_D/dw"].of == items["dL_G/da@2"].of == 1


def test_the_file_is_written_again() -> None:
    solution = solved("rounds = 2\nsteps = 2\nshow = [1, 6]", 'rule = "momentum"\nlearning_rate = 0.25')
    again = derive.solve(Problem.loads(solution.text("toml")))
    assert again.ids == solution.ids
    assert again["a@6"].value_text == solution["a@6"].value_text


@pytest.mark.slow
def test_the_notebook_computes_the_same(tmp_path: Path) -> None:
    for first in ("rounds = 2", "rounds = 6\nshow = [1, 2, 12]"):
        notebook = json.loads(solved(first, 'rule = "adam"\nlearning_rate = 0.1').text("ipynb"))
        code = "\n".join("".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code")
        script = tmp_path / "notebook.py"
        script.write_text(code, "utf-8")
        subprocess.run([sys.executable, str(script)], check=True)  # it asserts that it gives what is printed


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        ("", 'learning_rate = 1\nuntil = "L_G < 1"', "`until` belongs to a single"),
        ("epochs = 3", "learning_rate = 1", "epochs"),
        ("", "learning_rate = 1\nrounds = 2", "`rounds` stands in the first"),
        ("rounds = 0", "learning_rate = 1", "from 1 to"),
        ("", "", "`learning_rate` is missing"),
    ],
)
def test_what_turns_do_not_have_is_told(first: str, second: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        solved(first, second)


def test_a_parameter_belongs_to_one_turn() -> None:
    text = MODEL + "[[update]]\nlearning_rate = 1\n[[update]]\nlearning_rate = 1\nonly = ['a']\n"
    with pytest.raises(InputError, match="line 21: `a` is changed in two") as told:
        Problem.loads(text)
    assert 'only = ["a"]' in str(told.value)


def test_a_single_update_may_name_its_loss_and_has_no_rounds() -> None:
    one = "[update]\nlearning_rate = 0.5\nonly = ['a']\nloss = 'L_G'\n"
    solution = derive.solve(Problem.loads(MODEL + one))
    assert solution["a@1"].equation == "a = a - eta dL_G/da"
    with pytest.raises(InputError, match="several"):
        Problem.loads(MODEL + one + "rounds = 2\n")
    with pytest.raises(InputError, match="not one of the losses"):
        Problem.loads(MODEL + one.replace("L_G", "L_X"))
