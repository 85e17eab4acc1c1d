"""What docs/marking.md tells of what is read is so: each example of its table is read as it stands there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from support.read_works import said

PAGE = Path(__file__).parents[3] / "docs" / "marking.md"
NOTES, LAYERS = "notes", "binary_cross_entropy"
UNIT = """
[data]
x = [1, 2]
Y = 1
[parameters]
w = [0.5, -1]
[model]
equations = '''
z = w^T x
A = sigmoid(z)
L = (A - Y)^2
'''
loss = "L"
"""
GRID = """
[data]
x = [1, 2]
y = [1, 0]
[parameters]
W = [[0.1, 0.2], [0.3, 0.4]]
[model]
equations = '''
q = W x
L = sum((q - y)^2)
'''
loss = "L"
[update]
learning_rate = 0.1
steps = 3
"""
ONE = """
[data]
x = 2
Y = 1
[parameters]
w = 0.5
[model]
equations = '''
m = w + 1
y_hat = m x
L = (y_hat - Y)^2
'''
loss = "L"
[update]
learning_rate = 0.1
steps = 3
"""
Z, ROWS = {"z_1": [3.9, 12.1, 20.3]}, [1, 2, 3, 4]
Example = tuple[str, str, dict[str, Any]]


def array(text: str) -> Example:
    return NOTES, f"z_1 = {text}", Z


def matrix(text: str) -> Example:
    return GRID, f"dL/dW = {text}", {"dL/dW": ROWS}


def number(text: str, value: float) -> Example:
    return UNIT, f"L = {text}", {"L": value}


def after(heading: str, k: int = 2) -> Example:
    return ONE, f"m = 1.5\n{heading}\nm = 1.1", {"m": 1.5, f"m@{k}": 1.1}


EXAMPLES: dict[str, dict[str, Example]] = {
    "several statements in a line": {
        text: (UNIT, text, {"z": -1, "A": 0.27})
        for text in ("z = -1 et A = 0.27", "z=-1,A=0.27", "z = -1 • A = 0.27")
    } | {
        "=": (UNIT, "z = -1 woraus A = 0.27", {"z": -1, "A": 0.27}),
        "-1 = z; 0.27 = A": (UNIT, "-1 = z; 0.27 = A", {"z": -1, "A": 0.27}),
    },
    "words between a name and its value": {
        **{text: (NOTES, text, {"z_2": 18.3}) for text in ("z_2 vaut 18.3", "z_2 is also 18.3", "z_2 → 18.3")},
        "z_2: 18.3 dann A_2: 0.99": (NOTES, "z_2: 18.3 dann A_2: 0.99", {"z_2": 18.3, "A_2": 0.99}),
    },
    "lists in a line": {
        "Loss: 13.5, w: 2.0": ("batch_regression", "Loss: 13.5, w: 2.0", {"L": 13.5, "w@1": 2}),
        "z_2 ~ 18.3": (NOTES, "z_2 ~ 18.3", {"z_2": 18.3}),
        "3.9 / 12.1 / 20.3": array("3.9 / 12.1 / 20.3"),
        "name:": (NOTES, "z_1:\n- 3.9\n- 12.1\n- 20.3", Z),
        "- 0.27": (GRID, "q:\n- 0.27\n- 0.5", {"q": [0.27, 0.5]}),
        "dL/dz_1 = dL/db_1 = […]": (
            LAYERS, "dL/dz_1 = dL/db_1 = [1; 2]", {"dL/dz_1": [1, 2], "dL/db_1": [1, 2]},
        ),
    },
    "before a statement": {
        mark: (NOTES, mark.replace("…", "z_2 = 18.3"), {"z_2": 18.3})
        for mark in ("=> …", "∴ …", "so …", "ans: …", r"\boxed{z_2 = 18.3}", "[12:04:11 INF] …")
    },
    "arrays": {
        "[3.9; 12.1; 20.3]": array("[3.9; 12.1; 20.3]"),
        "3.9; 12.1; 20.3": array("3.9; 12.1; 20.3"),
        "[3.9; ; 20.3]": (NOTES, "z_1 = [3.9; ; 20.3]", {"z_1": [3.9, None, 20.3]}),
        "[[1, 2], [3, 4]]": matrix("[[1, 2], [3, 4]]"),
        "[1,2]": (GRID, "q = [1,2]", {"q": [1, 2]}),
        "[[1, 2], [3, 4]] [5; 6]": (GRID, "q = [[1, 2], [3, 4]] [5; 6]", {"q": [17, 39]}),
    },
    "programs": {
        "In [3]:": (NOTES, "In [3]: z_2\nOut[3]: 18.3", {"z_2": 18.3}),
        "Out[3]:": (NOTES, "In [3]: z1\nOut[3]: array([3.9, 12.1, 20.3])", Z),
        ">>> z": (UNIT, ">>> z\n-1.5", {"z": -1.5}),
        "print(z)": (UNIT, ">>> print(z)\n-1.5", {"z": -1.5}),
        "array(…)": array("array([3.9, 12.1, 20.3])"),
        "tensor(…, grad_fn=…)": array("tensor([3.9, 12.1, 20.3], grad_fn=<AddBackward0>)"),
        "c(…)": array("c(3.9, 12.1, 20.3)"),
        "matrix(c(…), nrow = 2)": matrix("matrix(c(1, 3, 2, 4), nrow = 2)"),
        "rbind": matrix("rbind(c(1, 2), c(3, 4))"),
        "str": (NOTES, "> str(z_1)\n num [1:3] 3.9 12.1 20.3", Z),
        "[,1]": (NOTES, "> z_1\n     [,1]\n[1,]  3.9\n[2,] 12.1\n[3,] 20.3", Z),
        "{{…}}": matrix("{{1, 2}, {3, 4}}"),
        "<1,2;3,4>": matrix("<1,2;3,4>"),
        "<<1,3>|<2,4>>": matrix("<<1,3>|<2,4>>"),
        "■(a@b)": (GRID, "q = (■(1@2))", {"q": [1, 2]}),
        "mat(1, 2; 3, 4)": matrix("mat(1, 2; 3, 4)"),
        "vec(…)": array("vec(3.9, 12.1, 20.3)"),
        "frac(…, …)": (UNIT, "$ z = frac(3, 2) $", {"z": 1.5}),
        "diff L": (UNIT, "$ (diff L)/(diff z) = 0.25 $", {"dL/dz": 0.25}),
        "z, A": (UNIT, "In [1]: z, A\nOut[1]: (-1.5, 0.18)", {"z": -1.5, "A": 0.18}),
        "(…, …)": (UNIT, "In [1]: A, z\nOut[1]: (0.18, -1.5)", {"z": -1.5, "A": 0.18}),
        "(z <- …)": (UNIT, "> (z <- sum(w * x))\n[1] -1.5", {"z": -1.5}),
        "$z": (UNIT, "> list(z = z, A = A)\n$z\n[1] -1.5\n\n$A\n[1] 0.18", {"z": -1.5, "A": 0.18}),
    },
    "names": {
        "dW1": (NOTES, "dW1 = [1, 2, 3; 4, 5, 6; 7, 8, 9]", {"dL/dW_1": [*range(1, 10)]}),
        "δ_2": (NOTES, "δ_2 = 0.5", {"dL/dz_2": 0.5}),
        "δ^{(2)}": (NOTES, "δ^{(2)} = 0.5", {"dL/dz_2": 0.5}),
        "m̂_W1": ("adam_network", "m̂_W1 = [1, 2; 3, 4]", {"m_{c,W_1}@1": ROWS}),
        "Z_1": ("conv_channels", "Z_1 = [1, 2; 3, 4]", {"Z": ROWS}),
        "Z[1]": ("conv_channels", "Z[1] = [1, 2; 3, 4]", {"Z": ROWS}),
        "W[0][1]": (GRID, "dL/dW[0][1] = 0.5", {"dL/dW": [None, 0.5, None, None]}),
        "W_{2,01}": (NOTES, "dL/dW_{2,01} = 0.5", {"dL/dW_2": [None, 0.5, None]}),
        "ŷ_2": (ONE, "ŷ_2 = 2.5", {"y_hat@2": 2.5}),
        "m_2": (ONE, "m_2 = 1.25", {"m@2": 1.25}),
        "W_1.grad": (LAYERS, "W_1.grad = [1, 2; 3, 4]", {"dL/dW_1": ROWS}),
        "grad of W_1": (NOTES, "grad of W_1 = [1, 2, 3; 4, 5, 6; 7, 8, 9]", {"dL/dW_1": [*range(1, 10)]}),
        "new W_1": (LAYERS, "new W_1 = [1, 2; 3, 4]", {"W_1@1": ROWS}),
        "W: old -> new": (GRID, "W: [[0, 0], [0, 0]] -> [[1, 2], [3, 4]]", {"W@1": ROWS}),
        "W_1 (updated)": (LAYERS, "W_1 (updated) = [1, 2; 3, 4]", {"W_1@1": ROWS}),
        "W_{t+1}": (GRID, "W_{t+1} = [1, 2; 3, 4]", {"W@1": ROWS}),
        "W -= …": (GRID, ">>> W -= 0.1 * dW\n>>> W\narray([[1, 2], [3, 4]])", {"W@1": ROWS}),
        "g = dL/dz_2 = …": (NOTES, "g = dL/dz_2 = 0.5", {"dL/dz_2": 0.5}),
        "r = A - Y": (UNIT, "r = A - Y\ndL/dA = 2 r = -1.6", {"dL/dA": -1.6}),
        "2 r": (UNIT, "r = A - Y = -0.8\ndL/dA = 2 r = -1.6", {"dL/dA": -1.6}),
    },
    "passes": {
        heading: after(heading)
        for heading in ("Step 2", "Epoch 2", "2. Schritt", "Эпоха 2", "2-қадам", "Étape 2", "Paso 2", "k = 2")
    } | {
        "epoch 2: L = …": (ONE, "epoch 2: L = 0.5", {"L@2": 0.5}),
        "Epoch [2/3], Loss: …": (ONE, "Epoch [2/3], Loss: 0.5", {"L@2": 0.5}),
        "After the update": after("After the update"),
    },
    "numbers": {
        "5.3 × 10-7": number("5.3 × 10-7", 5.3e-7), "5.3 e -7": number("5.3 e -7", 5.3e-7),
        "3 1/3": number("3 1/3", 3.333333333), "½": number("½", 0.5), "⁵⁄₃": number("⁵⁄₃", 1.666666667),
        "1.(6)": number("1.(6)", 1.666666667), "25 %": number("25 %", 0.25), "1.83d1": number("1.83d1", 18.3),
        "6.1 million": number("6.1 million", 6.1e6), "2,4 Mio.": number("2,4 Mio.", 2.4e6),
        "12,34,567": number("12,34,567", 1234567), "1 - 3.720e-44": number("1 - 3.720e-44", 1),
        "0.5²": number("0.5²", 0.25), "18.3 kg": number("18.3 kg", 18.3), "about 18.3": number("about 18.3", 18.3),
        "1170": number("1170", 1170), "1.2e-16": number("1.2e-16", 0),
    },
    "tables": {
        "epoch": (ONE, "| epoch | L |\n|---|---|\n| 1 | 4 |\n| 2 | 0.5 |", {"L": 4, "L@2": 0.5}),
        "k": (ONE, "| k | m |\n|---|---|\n| 1 | 1.5 |\n| 2 | 1.1 |", {"m": 1.5, "m@2": 1.1}),
        "unit": (NOTES, "| unit | z_1 |\n|---|---|\n| 1 | 3.9 |\n| 2 | 12.1 |\n| 3 | 20.3 |", Z),
        "i": (NOTES, "| i | z_1 |\n|---|---|\n| 1 | 3.9 |\n| 2 | 12.1 |\n| 3 | 20.3 |", Z),
        "z_1;3,9;12,1": (LAYERS, "z_1;3,9;12,1\nA_1;0,5;0,25", {"z_1": [3.9, 12.1], "A_1": [0.5, 0.25]}),
        "tabular": (UNIT, "\\begin{tabular}{cc}\n$z$ & -1.5 \\\\\n\\end{tabular}", {"z": -1.5}),
        "+---+": (UNIT, "+---+------+\n| z | -1.5 |\n+---+------+\n| A | 0.18 |\n+---+------+", {"z": -1.5, "A": 0.18}),
        "z is 3": (UNIT, "z is 3", {"z": 3}),
        "z -> 3": (UNIT, "z -> 3", {"z": 3}),
        '"z": 3': (UNIT, '{"z": 3}', {"z": 3}),
    },
    "web pages": {
        ".md": (UNIT, "z = -1.5<br>A = 0.18", {"z": -1.5, "A": 0.18}),
        ".txt": (UNIT, "<p>z = -1.5</p>", {"z": -1.5}),
        "<br>": (UNIT, "z = -1.5<br>A = 0.18", {"z": -1.5, "A": 0.18}),
        "<li>": (UNIT, "<ul><li>z = -1.5</li><li>A = 0.18</li></ul>", {"z": -1.5, "A": 0.18}),
        "<sub>": (NOTES, "z<sub>2</sub> = 18.3", {"z_2": 18.3}),
    },
}  # fmt: skip
"""By the first column of the table, and by the example: a problem, a work with the example in it, what that says."""


def table() -> dict[str, list[str]]:
    """The examples of the page's table, row by row."""
    rows = PAGE.read_text("utf-8").partition("| kind | read, for example |\n|---|---|\n")[2].partition("\n\n")[0]
    cells = [row.strip("| ").split(" | ", 1) for row in rows.splitlines()]
    return {kind.strip(): [*dict.fromkeys(re.findall(r"`([^`]+)`", told))] for kind, told in cells}


def test_every_example_of_the_table_is_tried() -> None:
    assert table() == {kind: [*examples] for kind, examples in EXAMPLES.items()}


def test_every_example_of_the_table_is_read() -> None:
    unlike = []
    for kind, examples in EXAMPLES.items():
        for example, (problem, text, meaning) in examples.items():
            found = said(problem, text)
            if found != meaning:
                unlike.append(f"{kind}: `{example}` in {text!r} is {found}")
    assert unlike == []
