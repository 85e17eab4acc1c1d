"""The notebook is run: its own code computes every step in NumPy, and its assertions hold for what the page prints."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from support.solutions import solved, written

import derive
from derive import examples
from derive.calculus.building import total
from derive.language.expressions import Apply, Entry
from derive.language.names import Derivative, Symbol
from derive.notation.numpy_sums import long_sum
from derive.writers.base import framed
from derive.writers.notebook.program import Variables

RUNNER = """
import json, sys, warnings
from pathlib import Path
warnings.simplefilter("error")
for path in map(Path, sys.argv[1:]):
    room = {}
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            source = "".join(cell["source"])
            try:
                exec(compile(source, path.name, "exec"), room)
            except Exception as error:
                print(f"{path.stem}: {type(error).__name__}: {error} in\\n{source}")
                break
"""


def faults(folder: Path, texts: dict[str, str]) -> str:
    """What goes wrong when notebooks are run, each in names of its own."""
    paths = []
    for name, text in texts.items():
        paths.append(folder / f"{name}.ipynb")
        paths[-1].write_text(text, "utf-8")
    command = [sys.executable, "-c", RUNNER, *map(str, paths)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def code(text: str) -> list[str]:
    return ["".join(cell["source"]) for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]


@pytest.mark.slow
def test_every_example_runs_and_gives_what_is_printed(tmp_path: Path) -> None:
    assert faults(tmp_path, {name: written(name, "ipynb") for name in examples.names()}) == ""


def test_every_step_is_computed_and_checked() -> None:
    solution = solved("notes")
    lines = "\n".join(code(written("notes", "ipynb"))).splitlines()
    steps = [step for step in solution.ids if solution[step].phase != "given"]
    assert sum(line.startswith("assert agrees(") for line in lines) == len(steps)
    assert "z_1 = W_1 @ x + b_1" in lines
    assert 'assert agrees(z_1, "=3.9; =12.1; =20.3")' in lines
    assert 'assert agrees(A_2, "≈0.9999999887")' in lines


@pytest.mark.slow
@pytest.mark.parametrize("change", ["W_1 @ x + b_1 + 0.01", "W_1 @ x", "-(W_1 @ x + b_1)"])
def test_another_value_is_noticed(change: str, tmp_path: Path) -> None:
    text = written("notes", "ipynb").replace("z_1 = W_1 @ x + b_1", f"z_1 = {change}")
    assert "AssertionError" in faults(tmp_path, {"notes": text})


@pytest.mark.slow
def test_numbers_that_are_none_are_noticed(tmp_path: Path) -> None:
    program = (
        framed("notebook.txt", rounds=False)
        + 'assert not agrees(float("nan"), "=1")\nassert not agrees(0.0126, "≈0.012")\n'
        + ('assert agrees(0.0124, "≈0.012")\nassert agrees([[1.0, 2.0]], "=1 =2")\nassert not agrees(3.9001, "=3.9")\n')
    )
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "settings"),
    [("mazur", {"carry": "rounded", "significant": 3}), ("logistic_samples", {"carry": "rounded", "decimals": 4})],
)
def test_rounded_numbers_are_carried_on(name: str, settings: dict[str, Any], tmp_path: Path) -> None:
    text = derive.solve(examples.path(name), **settings).text("ipynb")
    assert "as_printed(" in text
    assert faults(tmp_path, {name: text}) == ""


def test_passes_that_the_page_leaves_out_are_a_loop() -> None:
    (loop,) = (cell for cell in code(written("logistic_samples", "ipynb")) if "for pass_number" in cell)
    assert "x = x_each[(pass_number - 1) % 6]" in loop
    assert "w_new = w - eta * dL_dw" in loop


def test_words_and_pictures_of_the_page_stand_over_the_code() -> None:
    cells = json.loads(written("notes", "ipynb"))["cells"]
    words = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    assert words.startswith("# Forward and backward propagation")
    assert "Each unit multiplies its inputs by its weights" in words
    assert "](data:image/svg+xml;base64," in words and ".svg)" not in words


def test_it_is_a_notebook_of_version_4_5() -> None:
    notebook = json.loads(written("gan_step", "ipynb"))
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    ids = [cell["id"] for cell in notebook["cells"]]
    assert len(set(ids)) == len(ids) and all(re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", each) for each in ids)
    for cell in notebook["cells"]:
        wanted = {"cell_type", "id", "metadata", "source"}
        assert set(cell) == (wanted | {"execution_count", "outputs"} if cell["cell_type"] == "code" else wanted)


def test_names_become_names_of_python() -> None:
    variables = Variables()
    w, rate = Symbol("W", subscript=(1,)), Symbol("lambda")
    names = [w, w.after, Derivative(Symbol("L"), w), rate, Symbol("z", helper=1), Symbol("z", subscript=(1,)),
             Symbol("m", subscript=(w,)), Symbol("np")]  # fmt: skip
    assert [variables[name] for name in names] == ["W_1", "W_1_new", "dL_dW_1", "lambda_", "z_1", "z_1_2", "m_W_1",
                                                   "np_2"]  # fmt: skip
    assert variables[w] == "W_1"


def convolution(side: int, settings: str = "") -> str:
    """A problem with a convolution of one side × side image, its input's gradient asked for."""
    image = [[round(0.1 * ((3 * i * i + 5 * j) % 13) - 0.55, 2) for j in range(side)] for i in range(side)]
    return (
        f"[data]\nX = {image}\n[parameters]\nK = [[0.3, -0.1, 0.2], [0.5, 0.4, -0.7], [0.1, 0.6, -0.2]]\n[model]\n"
        f'equations = """\nA = tanh(conv(X, K{settings}))\nL = sum(A^2)\n"""\nloss = "L"\ngradients = ["X"]\n'
    )


def test_long_sums_are_slices() -> None:
    lines = "\n".join(code(derive.solve(derive.Problem.loads(convolution(36))).text("ipynb"))).splitlines()
    (kernel,) = (line for line in lines if line.startswith("dL_dK = "))
    assert kernel.startswith("dL_dK = np.array([[np.sum(X[0:34, 0:34] * dL_dA_1), np.sum(X[0:34, 1:35] * dL_dA_1), ")
    (image,) = (line for line in lines if line.startswith("dL_dX = "))
    assert "np.sum(dL_dA_1[0:3, 0:3] * K[2::-1, 2::-1])" in image
    assert "dL_dA_1[0, 0] * K[0, 1] + dL_dA_1[0, 1] * K[0, 0], " in image  # a few terms are written out


def test_a_long_sum_that_is_no_slice_is_one_call() -> None:
    x = Symbol("x")
    places = [i * i % 211 for i in range(101)]
    scattered = total([Entry(x, (i,)) for i in places])
    assert isinstance(scattered, Apply)
    row = [f"x[{i}, 0]" for i in places]
    assert long_sum(scattered, {x: (211,)}, Variables().leaf) == f"sum([{', '.join(row)}])"


SATURATED = """
[data]
x = [20, 3]
t = 0
[parameters]
w = [1.65, 0.1]
[model]
equations = '''
z = w^T x
a = sigmoid(z)
L = -t log(a) - (1 - t) log(1 - a)
'''
loss = "L"
"""


@pytest.mark.slow
def test_large_convolutions_and_saturated_numbers_run(tmp_path: Path) -> None:
    problems = {"large": convolution(36), "strided": convolution(20, ", stride = 2, padding = 1"), "bound": SATURATED}
    texts = {name: derive.solve(derive.Problem.loads(text)).text("ipynb") for name, text in problems.items()}
    assert faults(tmp_path, texts) == ""


def test_what_double_precision_lacks_stands_as_numbers() -> None:
    lines = "\n".join(code(derive.solve(derive.Problem.loads(SATURATED)).text("ipynb"))).splitlines()
    at = lines.index("# L = -(t * np.log(a)) - (1 - t) * np.log(1 - a) lacks digits in double precision")
    assert lines[at + 1] == "L = 33.300000000000004"
    assert 'assert agrees(a, "≈0.9999999999999966")' in lines and 'assert agrees(z, "=33.3")' in lines
