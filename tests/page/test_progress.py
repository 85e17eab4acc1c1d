"""The training as a whole on a page: the table of samples, the table over the steps, the curve of the loss."""

from __future__ import annotations

import re

import pytest
from support.solutions import solved, written

import derive
import derive.examples
from derive.figures.drawing.curves import scale
from derive.problem.problem import Problem
from derive.sheets import SheetWriter

LINE = """
[data]
x = [1, 2, 3]
t = [2, 4, 5]

[parameters]
m = 0
b = 0

[model]
equations = '''
p = m x + b
L = mean((p - t)^2)
'''
loss = "L"

[update]
learning_rate = 0.1
"""

AND = """
[samples]
x = [[0, 0], [0, 1], [1, 0], [1, 1]]
t = [0, 0, 0, 1]

[parameters]
w = [0.5, -0.5]
b = 0

[model]
equations = '''
z = w^T x + b
y = sigmoid(z)
L = (y - t)^2
'''
loss = "L"

[update]
learning_rate = 1
batch = 1
"""


def text(problem: str, name: str = "txt") -> str:
    return derive.solve(Problem.loads(problem)).text(name)


def table(page: str, head: str) -> list[list[str]]:
    """The rows of the table under a head, cell by cell."""
    lines = page[page.index(head) :].splitlines()
    rows = lines[2:]
    return [re.split(r"\s{2,}", row.strip()) for row in rows[: rows.index("")]]


def test_a_row_for_each_update_with_the_loss_that_it_leads_to() -> None:
    solution = derive.solve(Problem.loads(LINE + "steps = 4\n"))
    rows = table(solution.text("txt"), "updates  ")
    assert [row[0] for row in rows] == ["0", "1", "2", "3", "4"]
    for k, (_, loss, m, b) in enumerate(rows):
        assert loss == solution["L" if k == 0 else f"L@{k + 1}"].printed.replace("-", "−")
        assert (m, b) == tuple(solution[f"{name}@{k}"].printed.replace("-", "−") for name in "mb")


def test_states_stand_in_the_table_after_the_parameters() -> None:
    page = text(LINE + 'steps = 3\nrule = "momentum"\n')
    head = next(line for line in page.splitlines() if line.startswith("updates  "))
    assert head.split() == ["updates", "L", "m", "b", "v_m", "v_b"]
    assert "the loss and the parameters with their states after" in " ".join(page.split())


def test_steps_through_samples_name_the_sample_and_what_the_model_gives() -> None:
    solution = derive.solve(Problem.loads(AND + "steps = 5\n"))
    page = solution.text("txt")
    rows = table(page, "step  ")
    assert rows[0][0] == "0"
    assert [row[1] for row in rows[1:]] == ["1", "2", "3", "4", "1"]
    assert rows[4][2] == solution["y@4"].printed
    assert rows[4][3] == solution["L@4"].printed
    assert table(page, "sample  x₁")[3] == ["4", "1", "1", "1"]


def test_many_epochs_have_a_row_each_with_their_mean_loss() -> None:
    solution = derive.solve(Problem.loads(AND + "epochs = 10\n"))
    rows = table(solution.text("txt"), "epoch  ")
    assert [row[0] for row in rows] == [str(i) for i in range(11)]
    mean = sum(float(solution[name].value) for name in ("L", "L@2", "L@3", "L@4")) / 4
    assert float(rows[1][1]) == pytest.approx(mean, rel=1e-3)
    assert rows[10][2:] == [x.replace("-", "−") for x in (*solution["w@40"].printed, solution["b@40"].printed)]


def test_a_long_training_has_rows_at_round_numbers() -> None:
    rows = table(text(LINE + "steps = 300\n").partition("The training step by step")[2], "updates  ")
    assert [row[0] for row in rows] == ["0", "1", "2", "5", "10", "20", "50", "100", "200", "300"]


def test_parameters_and_states_stand_in_as_many_tables_as_they_need() -> None:
    wide = LINE.replace("m = 0", "m = 0\nW = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]").replace("m x", "m x + 0 W x")
    page = text(wide + "steps = 2\nrule = 'momentum'\n")
    heads = [line.split()[1:] for line in page.splitlines() if line.startswith("updates  ")]
    assert "the parameters with their states" in page
    assert heads[0] == ["L", "m"] and [len(head) for head in heads[1:3]] == [7, 4]
    assert sum(map(len, heads)) == 1 + 2 * (1 + 9 + 1)


def test_more_than_the_page_shows_of_arrays_is_left_out_and_said() -> None:
    wide = LINE.replace("m = 0", "m = 0\nW = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]").replace("m x", "m x + 0 W x")
    page = text(wide + "steps = 2\n[page]\nentries = 8\n")
    assert "those of the parameters that fit on the page" in page


def test_one_step_needs_no_table() -> None:
    assert "step by step" not in text(LINE)


@pytest.mark.parametrize("name", ["tex", "md", "html"])
def test_every_page_has_table_and_curve(name: str) -> None:
    solution = derive.solve(Problem.loads(LINE + "steps = 30\n", "line"))
    page = solution.text(name)
    assert "updates" in page
    assert {"tex": "tikzpicture", "md": "line-loss.svg", "html": "<svg"}[name] in page


def test_a_curve_of_three_points_tells_no_more_than_its_table() -> None:
    two, three = (derive.solve(Problem.loads(LINE + f"steps = {n}\n", "line")).pictures("md") for n in (2, 3))
    assert "loss.svg" not in two and "loss.svg" in three


def test_the_condition_that_ends_a_training_stands_without_brackets() -> None:
    """They would make the number 1 or 0 of it."""
    page = text(LINE + 'steps = 30\nuntil = "L < 1"\n')
    assert re.search(r"The training ends with step \d+, the first in which L < 1 holds\.", page)


def test_what_passes_that_are_left_out_lead_to_stands_once() -> None:
    """The table of the training has a row of 30 updates and none of 29."""

    def tables(shown: str) -> int:
        return len(re.findall(r"^ *updates ", text(LINE + f"steps = 30\nshow = {shown}\n"), re.MULTILINE))

    assert (tables("[1, 2]"), tables("[1, 30]")) == (1, 2)


def test_the_curve_says_its_course_in_words() -> None:
    solution = derive.solve(Problem.loads(LINE + "steps = 30\n", "line"))
    picture = solution.pictures("md")["loss.svg"]
    described = re.search(r"<desc>(.*)</desc>", picture, re.DOTALL)
    assert described
    words = " ".join(described.group(1).split())
    assert words.startswith("L: 15 (0), ")
    assert words.endswith("(30); in brackets: updates")
    points = re.search(r'<path d="M([^"]*)" fill="none" stroke="#1f5a96"', picture)
    assert points
    assert len(points.group(1).split("L")) == 31


def test_the_curve_of_changing_samples_goes_through_means_of_epochs() -> None:
    solution = derive.solve(Problem.loads(AND + "epochs = 12\n", "and"))
    picture = solution.pictures("md")["loss.svg"]
    points = re.search(r'<path d="M([^"]*)" fill="none" stroke="#1f5a96"', picture)
    assert points
    assert len(points.group(1).split("L")) == 12
    assert re.search(r"\(1\), .* \(12\); in brackets: epochs", " ".join(picture.split()))


def test_the_curve_and_the_table_count_epochs_alike() -> None:
    solution = solved("logistic_samples")
    picture, page = solution.pictures("md")["loss.svg"], solution.text("txt")
    *_, mean = re.findall(r"^ *1  (0\.\d+) ", page, re.MULTILINE)
    assert f"L: {float(mean):.3g} (1), " in picture


def test_losses_of_different_samples_are_no_curve_unless_the_axis_says_so() -> None:
    two = AND.replace("batch = 1", "batch = 2")
    assert "loss.svg" not in derive.solve(Problem.loads(two + "epochs = 2\n", "and")).pictures("md")
    three = AND.replace("batch = 1", "batch = 3")
    picture = derive.solve(Problem.loads(three + "steps = 8\n", "and")).pictures("md")["loss.svg"]
    assert "own samples" in picture


@pytest.mark.parametrize(
    ("values", "marks", "logarithmic"),
    [
        ((3.0, 1.0), (0, 1, 2, 3), False),
        ((0.8, 0.1), (0, 0.2, 0.4, 0.6, 0.8), False),
        ((-2.0, 2.0), (-2, -1, 0, 1, 2), False),
        ((0.0, 0.0), (0,), False),
        ((1e-5, 0.3), (1e-5, 1e-3, 1e-1), True),
        ((89, 2.3e7), (10, 1000, 100_000, 10_000_000), True),
    ],
)
def test_scale(values: tuple[float, ...], marks: tuple[float, ...], logarithmic: bool) -> None:
    found = scale(values)
    assert found.marks == pytest.approx(marks)
    assert found.logarithmic is logarithmic
    assert all(0 <= found.part(value) <= 1 for value in values)


def test_numbers_of_a_column_stand_with_their_decimal_signs_in_one_line() -> None:
    page = text(LINE + "steps = 20\n")
    start = page.index("updates  ")
    rows = page[start : page.index("\n\n", start)].splitlines()[2:]
    places = [{found.start() for found in re.finditer(r"\.", row)} for row in rows]
    assert set.union(*places) == max(places, key=len)
    tex = text(LINE + "steps = 20\n", "tex")
    assert re.search(r"^  0 & \$15\$ &  & ", tex, re.MULTILINE)
    assert re.search(r"^  20 & \$\d+\$ & \$\.\d+\$ & ", tex, re.MULTILINE)
    assert r"\multicolumn{2}{r}{$L$}" in tex


@pytest.mark.parametrize("name", ["mazur_10000"])
def test_large_counts_have_their_digits_in_groups(name: str) -> None:
    page = written(name, "txt")
    assert "After 10,000 updates" in page
    assert re.search(r"^ *10,000  ", page, re.MULTILINE)
    assert re.search(r"^ *5000  ", page, re.MULTILINE)


LONG = """
[parameters]
w = 2
[data]
x = 1.5
[model]
equations = '''
z = w x
a = tanh(z)
L = (a - 0.5)^2
'''
loss = "L"
[update]
learning_rate = 0.3
steps = 9
"""


@pytest.mark.parametrize("show", ["", "show = [1, 4, 9]"])
def test_the_passes_that_have_ids_are_those_of_the_page(show: str) -> None:
    """By default 1, 2, 3 and the last; those that the file does not name by their results, named ones worked out."""
    solution = derive.solve(Problem.loads(LONG + show))
    page = solution.text("txt")
    passes = (1, 4, 9) if show else (1, 2, 3, 9)
    assert [k for k in range(1, 12) if f"\nPass {k}\n" in page] == [*passes]
    for k in passes[1:]:
        section = page.split(f"\nPass {k}\n")[1].split("\nPass ")[0].split("\nAfter ")[0]
        for step in (f"z@{k}", f"a@{k}", f"L@{k}", f"dL/dw@{k}", f"w@{k}"):
            assert solution[step].printed.replace("-", "−") in section
        assert ("Forward propagation" in section) == bool(show)


def test_a_sheet_asks_for_the_passes_of_the_page() -> None:
    solution = derive.solve(Problem.loads(LONG))
    sheet = SheetWriter.of(solution.blueprint).sheet("txt", solution)
    assert [k for k in range(1, 12) if f"\nPass {k}\n" in sheet] == [1, 2, 3, 9]
