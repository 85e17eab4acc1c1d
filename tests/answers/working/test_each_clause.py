"""What is read of students' work, clause by clause: for each several cases, on other problems than elsewhere.

Each table is one point of what marking promises (docs/marking.md), each of its keys one clause; a case is a problem, a
text, and what the text says of which step. `UNREAD` is a statement that cannot be read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from support.read_works import UNREAD, key, said

from derive.answers.feedback.report import Report, report
from derive.answers.marking.judging import judge
from derive.answers.working.free_working import read_working

Case = tuple[str, str, dict[str, Any]]
BCE, MILLER, HAN, ZAKI, NORM = "binary_cross_entropy", "miller", "han_kamber", "zaki_meira", "layer_norm"
ROWS, CONV, ADAM, LINE, RNN, HUBER = (
    "hmkcode",
    "conv_channels",
    "adam_network",
    "batch_regression",
    "elman_bptt",
    "huber",
)


def unlike(table: dict[str, list[Case]]) -> Iterator[str]:
    """A line for each case that is read otherwise."""
    for clause, cases in table.items():
        assert len(cases) >= 2, clause
        for name, text, meaning in cases:
            if (found := said(name, text)) != meaning:
                yield f"{clause}: {text!r} on {name} is {found}"


def each(signs: str, left: str = "z_2 = 1.2", right: str = "A_2 = 0.77") -> dict[str, list[Case]]:
    """A clause for each separator: between two statements of one problem, and of another."""
    return {
        f"separator {sign!r}": [
            (MILLER, f"{left}{sign}{right}", {"z_2": 1.2, "A_2": 0.77}),
            (HAN, f"I_2 = -0.105{sign}O_2 = 0.474{sign}L = 0.138", {"I_2": -0.105, "O_2": 0.474, "L": 0.138}),
        ]
        for sign in signs.split("/")
    }


STATEMENTS = {
    **each(" et / и / donc / entonces /所以/ және /，/、/ & / • /,/, "),
    **each(" so we get / damit wird / из чего следует / bundan / quindi / жауабы "),
    "since … we get": [
        (ZAKI, "Since z_2 = 6 we get A_2 = 0.9975", {"z_2": 6, "A_2": 0.9975}),
        (NORM, "As m = 1.333 holds, v = 2.889 follows", {"m": 1.333, "v": 2.889}),
        (BCE, "Da z_2 = 0.9569 ist, folgt p = 0.7225.", {"z_2": 0.9569, "p": 0.7225}),
    ],
}  # fmt: skip

NOTHING_DROPPED = {
    "=>": [(ZAKI, "=> z_2 = 6", {"z_2": 6}), (NORM, "  => m = 1.333\n  => v = 2.889", {"m": 1.333, "v": 2.889})],
    "⇒": [(ZAKI, "⇒ A_2 = 0.9975", {"A_2": 0.9975}), (HAN, "⇒ O_1 = [0.332; 0.525]", {"O_1": [0.332, 0.525]})],
    "→": [(ZAKI, "→ L = 0.4975", {"L": 0.4975}), (BCE, "→ p = 0.7225", {"p": 0.7225})],
    "∴": [(ZAKI, "∴ L = 0.4975", {"L": 0.4975}), (HUBER, "∴ p = (2; 3.5; 5; 6.5)", {"p": [2, 3.5, 5, 6.5]})],
    "so": [(ZAKI, "so L = 0.4975", {"L": 0.4975}), (HUBER, "So, L = 1.406", {"L": 1.406})],
    "ans:": [(ZAKI, "ans: L = 0.4975", {"L": 0.4975}), (BCE, "Answer: p = 0.7225", {"p": 0.7225})],
    "boxed": [
        (MILLER, r"\boxed{z_2 = 1.2332}", {"z_2": 1.2332}),
        (HAN, r"$$\boxed{\,O_1 = \begin{pmatrix}0.332\\0.525\end{pmatrix}\,}$$", {"O_1": [0.332, 0.525]}),
    ],
    "entries from 0": [
        (MILLER, "dL/dW_1[0][0] = 0.011\ndL/dW_1[2][1] = 0.022",
         {"dL/dW_1": [0.011, None, None, None, None, 0.022]}),
        (HAN, "dL/dW_1[1][2] = -0.0065\ndL/dW_1[0][0] = -0.0087",
         {"dL/dW_1": [-0.0087, None, None, None, None, -0.0065]}),
    ],
    "HTML": [
        (MILLER, "<p>z<sub>2</sub> = 1.2332</p><ul><li>A<sub>2</sub> = 0.7744</li></ul>",
         {"z_2": 1.2332, "A_2": 0.7744}),
        (NORM, "<b>m</b> = 1.333<br>v = <i>2.889</i><br/>L = 3.217", {"m": 1.333, "v": 2.889, "L": 3.217}),
    ],
    "tables of three columns": [
        (MILLER, "| step | formula | value |\n|---|---|---|\n| z_2 | W_2 A_1 | 1.2332 |\n| A_2 | σ(z_2) | 0.7744 |",
         {"z_2": 1.2332, "A_2": 0.7744}),
        (NORM, "| Größe | Wert | Kommentar |\n|---|---|---|\n| m | 1.333 | Mittel |\n| v | 2.889 | Varianz |",
         {"m": 1.333, "v": 2.889}),
    ],
    "tables with a leading #": [
        (HAN, "| # | step | value |\n|---|---|---|\n| 1 | I_2 | -0.105 |\n| 2 | O_2 | 0.474 |",
         {"I_2": -0.105, "O_2": 0.474}),
        (BCE, "| # | quantity | result |\n| - | - | - |\n| 1. | z_2 | 0.9569 |\n| 2. | p | 0.7225 |",
         {"z_2": 0.9569, "p": 0.7225}),
    ],
    "wide tables": [
        (HAN, "| I_2 | O_2 | L |\n|---|---|---|\n| -0.105 | 0.474 | 0.138 |",
         {"I_2": -0.105, "O_2": 0.474, "L": 0.138}),
        (ZAKI, "z_2; A_2; L\n6; 0.9975; 0.4975", {"z_2": 6, "A_2": 0.9975, "L": 0.4975}),
        (BCE, "z_2,p,L\n0.9569,0.7225,0.325", {"z_2": 0.9569, "p": 0.7225, "L": 0.325}),
        (BCE, "z_2 | p | L\n0.9569 | 0.7225 | 0.325", {"z_2": 0.9569, "p": 0.7225, "L": 0.325}),
        (BCE, "z_2     p        L\n0.9569  0.7225   0.325", {"z_2": 0.9569, "p": 0.7225, "L": 0.325}),
    ],
    "tabular": [
        (MILLER, "\\begin{tabular}{lr}\n$z_2$ & 1.2332 \\\\ \\hline\n$A_2$ & 0.7744 \\\\\n\\end{tabular}",
         {"z_2": 1.2332, "A_2": 0.7744}),
        (NORM, "\\begin{tabular}{|c|c|}\n\\hline m & 1.333 \\\\ \\hline v & 2.889 \\\\ \\hline\n\\end{tabular}",
         {"m": 1.333, "v": 2.889}),
    ],
    "tabs": [
        (HAN, "I_2\t-0.105\nO_2\t0.474\nL\t0.138", {"I_2": -0.105, "O_2": 0.474, "L": 0.138}),
        (BCE, "step\tvalue\nz_2\t0.9569\np\t0.7225", {"z_2": 0.9569, "p": 0.7225}),
    ],
    "the tool's own ids": [
        (ADAM, "m_{c,W_1} = [[1, 2], [3, 4]]", {"m_{c,W_1}@1": [1, 2, 3, 4]}),
        ("gru", "z_{r,1} = [0.05; 0.95]\nz_{n,2}:1 = [0.1; 0.2]", {"z_{r,1}": [0.05, 0.95], "z_{n,2}:1": [0.1, 0.2]}),
    ],
    "what is not understood": [
        (ZAKI, "z_2 = 6\nthe rest gives 17 somehow", {"z_2": 6, "line 2": UNREAD}),
        (NORM, "m = 1.333\n\nqwertz = 4", {"m": 1.333, "? qwertz": 4}),
    ],
}  # fmt: skip

PROGRAMS = {
    "In and Out": [
        (MILLER, "In [3]: z_2\nOut[3]: 1.2332\n\nIn [4]: A_2\nOut[4]: 0.7744", {"z_2": 1.2332, "A_2": 0.7744}),
        (HAN, "In [7]: O1\nOut[7]: array([0.332, 0.525])", {"O_1": [0.332, 0.525]}),
    ],
    ">>>": [
        (ZAKI, ">>> z_1\narray([ 4.,  4., -4.])\n>>> A_2\n0.9975", {"z_1": [4, 4, -4], "A_2": 0.9975}),
        (ROWS, ">>> W1 = np.array([[0.11, 0.12], [0.21, 0.08]])\n>>> h = x @ W1\n>>> h\narray([[0.85, 0.48]])",
         {"W_1": [0.11, 0.12, 0.21, 0.08], "h": [0.85, 0.48]}),
    ],
    "print": [
        (MILLER, ">>> print(z_2)\n1.2332\n>>> print(A_2)\n0.7744", {"z_2": 1.2332, "A_2": 0.7744}),
        (NORM, "print(m)\n1.333\nprint(c)\n[ 0.6667 -2.333   1.667 ]", {"m": 1.333, "c": [0.6667, -2.333, 1.667]}),
    ],
    "array": [
        (BCE, "z_1 = array([0.5, -0.2])", {"z_1": [0.5, -0.2]}),
        (BCE, "dW1 = array([[ 0.1, -0.2],\n            [ 0.3,  0.4]])", {"dL/dW_1": [0.1, -0.2, 0.3, 0.4]}),
    ],
    "np.array": [
        (HAN, "O_1 = np.array([0.332, 0.525])", {"O_1": [0.332, 0.525]}),
        (ZAKI, "A_1 = numpy.array([4, 4, 0], dtype=np.float32)", {"A_1": [4, 4, 0]}),
    ],
    "tensor": [
        (BCE, "z_1 = tensor([ 0.5000, -0.2000], grad_fn=<AddBackward0>)", {"z_1": [0.5, -0.2]}),
        (MILLER, "A_1 = tensor([0.7311, 0.7858, 0.6900], dtype=torch.float64)", {"A_1": [0.7311, 0.7858, 0.69]}),
    ],
    "matrix": [
        (BCE, "dL/dW_1 = matrix([[0.1, 0.2], [0.3, 0.4]])", {"dL/dW_1": [0.1, 0.2, 0.3, 0.4]}),
        (BCE, "dL/dW_1 = matrix(c(0.1, 0.2, 0.3, 0.4), nrow = 2)", {"dL/dW_1": [0.1, 0.3, 0.2, 0.4]}),
    ],
    "R's c": [
        (NORM, "c <- c(0.6667, -2.333, 1.667)", {"c": [0.6667, -2.333, 1.667]}),
        (HUBER, "p = c(2, 3.5, 5, 6.5)", {"p": [2, 3.5, 5, 6.5]}),
    ],
    "R's str": [
        (HUBER, "> str(p)\n num [1:4] 2 3.5 5 6.5", {"p": [2, 3.5, 5, 6.5]}),
        (BCE, "> str(out)\nList of 2\n $ z1 : num [1:2] 0.5 -0.2\n $ dW1: num [1:2, 1:2] 0.1 0.3 0.2 0.4",
         {"z_1": [0.5, -0.2], "dL/dW_1": [0.1, 0.2, 0.3, 0.4]}),
    ],
    "MATLAB": [
        (MILLER, "A_1 =\n\n    0.7311\n    0.7858\n    0.6900\n\nz_2 =\n\n    1.2332",
         {"A_1": [0.7311, 0.7858, 0.69], "z_2": 1.2332}),
        (HAN, ">> O_1\n\nO_1 =\n\n   0.3320\n   0.5250", {"O_1": [0.332, 0.525]}),
    ],
    "Mathematica": [
        (MILLER, "z1 = {1, 1.3, 0.8}", {"z_1": [1, 1.3, 0.8]}),
        (BCE, "In[2]:= dW1\nOut[2]= {{0.1, 0.2}, {0.3, 4.5*^-3}}", {"dL/dW_1": [0.1, 0.2, 0.3, 0.0045]}),
    ],
    "Maple": [
        (ZAKI, "z_1 := <4, 4, -4>;", {"z_1": [4, 4, -4]}),
        (BCE, "dL/dW_1 = <0.1, 0.2; 0.3, 0.4>", {"dL/dW_1": [0.1, 0.2, 0.3, 0.4]}),
    ],
    "Word": [
        (HAN, "O_1=[■(0.332@0.525)]", {"O_1": [0.332, 0.525]}),
        (BCE, "∂L/∂W_1=(■(0.1&0.2@0.3&0.4))", {"dL/dW_1": [0.1, 0.2, 0.3, 0.4]}),
    ],
    "MathLive": [
        (HAN, r"O_1=\left\lbrack\begin{array}{c}0.332\\0.525\end{array}\right\rbrack", {"O_1": [0.332, 0.525]}),
        (MILLER, r"A_2=\frac{1}{1+\exponentialE^{-1.2332}}=0.7744", {"A_2": 0.7744}),
        (MILLER, r"A_2=\frac{1}{1+\operatorname{e}^{-1.2332}}=0.7744\placeholder{}", {"A_2": 0.7744}),
    ],
    "Typst": [
        (HAN, "$ O_1 = vec(0.332, 0.525) $", {"O_1": [0.332, 0.525]}),
        (BCE, "$ frac(diff L, diff W_1) = mat(0.1, 0.2; 0.3, 0.4) $", {"dL/dW_1": [0.1, 0.2, 0.3, 0.4]}),
    ],
    "a name alone": [
        (NORM, "v\n2.889\nL\n3.217", {"v": 2.889, "L": 3.217}),
        (HAN, "I_2:\n-0.105", {"I_2": -0.105}),
    ],
    "gradients as programs write them": [
        (MILLER, "dW2 = [-0.1, -0.2, -0.3]\ndz_2 = -0.13", {"dL/dW_2": [-0.1, -0.2, -0.3], "dL/dz_2": -0.13}),
        (BCE, "db2 = -0.2775\ndb_1 = [0.1, 0.2]", {"dL/db_2": -0.2775, "dL/db_1": [0.1, 0.2]}),
    ],
}  # fmt: skip

ONES, TWOS = ([[n] * 4] * 4 for n in (1, 2))
NAMES = {
    "Cyrillic": [
        (MILLER, "А_2 = 0.7744", {"A_2": 0.7744}),
        (LINE, "р = [1; 2; 3; 4]", {"p": [1, 2, 3, 4]}),
        (NORM, "у = [0.39; -2.24; -0.02]", {"y": [0.39, -2.24, -0.02]}),
    ],
    "fullwidth": [(MILLER, "Ａ_2 ＝ ０.７７", {"A_2": 0.77}), (HAN, "Ｌ = 0.138", {"L": 0.138})],
    "mathematical letters": [(MILLER, "𝑧_2 = 1.2332", {"z_2": 1.2332}), (BCE, "𝐩 = 0.7225", {"p": 0.7225})],
    "indices from 0": [
        (BCE, "dL/dW_1[0,0] = 0.1\ndL/dW_1[1,1] = 0.4", {"dL/dW_1": [0.1, None, None, 0.4]}),
        (HAN, "O_1[0] = 0.332\nO_1[1] = 0.525", {"O_1": [0.332, 0.525]}),
    ],
    "δ_2 and its like": [
        (MILLER, "δ_2 = dL/dz_2 = -0.13", {"dL/dz_2": -0.13}),
        (BCE, "δ^{(2)} = -0.2775", {"dL/dz_2": -0.2775}),
        (BCE, "delta2 = -0.2775\ndelta1 = [0.1; 0.2]", {"dL/dz_2": -0.2775, "dL/dz_1": [0.1, 0.2]}),
    ],
    "a later member names the step": [
        (HAN, "Err_6 = ∂L/∂I_2 = -0.1311", {"dL/dI_2": -0.1311}),
        (ADAM, "δ_o = ∂L/∂net_o = [0.14; -0.038]", {"dL/dnet_o": [0.14, -0.038]}),
    ],
    "channels": [
        (CONV, "Z_1 = [[2.5, 1], [2, 4.5]]", {"Z": [2.5, 1, 2, 4.5]}),
        (CONV, f"Channel 1:\ndL/dX = {ONES}\nChannel 2:\ndL/dX = {TWOS}", {"dL/dX": [1] * 16 + [2] * 16}),
        (CONV, f"dL/dX[2] = {TWOS}\ndL/dX (channel 1) = {ONES}", {"dL/dX": [1] * 16 + [2] * 16}),
        (CONV, "Z[1] = [[2.5, 1], [2, 4.5]]", {"Z": [2.5, 1, 2, 4.5]}),
    ],
    "after the update": [
        (BCE, "W_2 (updated) = [0.5, 0.6]\nnew b_2 = 0.1", {"W_2@1": [0.5, 0.6], "b_2@1": 0.1}),
        (LINE, "neues w = 2.5\nb' = 1.1", {"w@1": 2.5, "b@1": 1.1}),
        (HAN, "W_2^{new} = [-0.26, -0.14]", {"W_2@1": [-0.26, -0.14]}),
    ],
    "hats": [
        (ADAM, "m̂_{W_1} = [[1, 2], [3, 4]]", {"m_{c,W_1}@1": [1, 2, 3, 4]}),
        (ADAM, r"\hat{v}_{W_1} = [[1, 2], [3, 4]]", {"v_{c,W_1}@1": [1, 2, 3, 4]}),
    ],
}  # fmt: skip


def second(heading: str) -> list[Case]:
    """A heading before what belongs to the second pass."""
    return [
        (LINE, f"p = [1; 2; 3; 4]\nL = 13.5\n{heading}\nL = 9.5", {"p": [1, 2, 3, 4], "L": 13.5, "L@2": 9.5}),
        (HAN, f"O_2 = 0.474\n{heading}\nO_2 = 0.515\nL = 0.118", {"O_2": 0.474, "O_2@2": 0.515, "L@2": 0.118}),
    ]


PASSES = {
    **{heading: second(heading) for heading in
       ("Step 2", "Epoch 2:", "Iteration 2", "## Schritt 2", "Эпоха 2", "2-қадам", "After the update", "Paso 2",
        "Étape 2 :", "Nach dem Update", "Шаг 2.", "**Iteration 2**")},
    "an update begins the next pass": [
        (LINE, "L = 13.5\nw_new = 2.5\nb_new = 1.1\nL = 2.25", {"L": 13.5, "w@1": 2.5, "b@1": 1.1, "L@2": 2.25}),
        (HAN, "O_2 = 0.474\nnew theta_2 = 0.218\nO_2 = 0.515", {"O_2": 0.474, "theta_2@1": 0.218, "O_2@2": 0.515}),
    ],
    "what only a later pass states": [
        (LINE, "Epoch 1: L = 13.5\nEpoch 3: L = 6.1\np = [5; 6; 7; 8]", {"L": 13.5, "L@3": 6.1, "p@3": [5, 6, 7, 8]}),
        (BCE, "Step 2\nz_2 = 1.1", {"z_2@2": 1.1}),
    ],
}  # fmt: skip


def number(text: str, value: float, *more: tuple[str, float]) -> list[Case]:
    """Numbers as results of a scalar step, of two problems."""
    pairs = [(text, value), *more]
    cases: list[Case] = []
    for i, (each, meant) in enumerate(pairs):
        cases += [(MILLER if i % 2 else HAN, f"L = {each}", {"L": meant}), (BCE, f"p = {each}", {"p": meant})]
    return cases


NUMBERS = {
    "lost carets": number("4.7 × 10-3", 0.0047, ("6.1 e -4", 0.00061), ("2.5x10-2", 0.025)),
    "mixed fractions": number("2 3/4", 2.75, ("5 1/8", 5.125)),
    "fraction signs": number("¾", 0.75, ("2⅝", 2.625)),
    "short fractions": number(r"\frac34", 0.75, (r"-\frac15", -0.2)),
    "fractions with dashes": number("−3⁄8", -0.375, ("–7⁄5", -1.4)),
    "percents": number("35 %", 0.35, (r"12.5\%", 0.125)),
    "units": number("0.9 V", 0.9, ("1.75 kg", 1.75)),
    "Indian grouping": number("12,34,567", 1234567, ("1,00,000", 100000)),
    "dashes": number("‒0.5", -0.5, ("—0.25", -0.25), ("－0.125", -0.125), ("\u00ad0.75", -0.75)),
    "superscript powers": number("0.3² ", 0.09, ("2·10⁻³", 0.002), ("(1−0.3)²", 0.49), ("4⁻¹", 0.25)),
    "other digits": number("٠٫٧٥", 0.75, ("０.５", 0.5), ("۱٫۵", 1.5)),
    "noise": number("1.2e-17", 0, ("0.30000000000000004", 0.3)),
}


@pytest.mark.parametrize(
    "table", [STATEMENTS, NOTHING_DROPPED, PROGRAMS, NAMES, PASSES, NUMBERS],
    ids=["statements", "nothing dropped", "programs", "names", "passes", "numbers"],
)  # fmt: skip
def test_each_clause_is_read(table: dict[str, list[Case]]) -> None:
    assert [*unlike(table)] == []


# --- verdicts --------------------------------------------------------------------------------------------------------

RIGHT = "correct"
TRAINED = "z_1 = [0.5; -0.2]\nA_1 = [0.4621; -0.1974]\nz_2 = 0.9569\np = 0.7225\nL = 0.325\n"
BOOK = "O_1 = [0.332; 0.525]\nI_2 = -0.105\nO_2 = 0.474\ndL/dO_2 = -0.526\n"
SHORT = "z_1 = [1; 1.3; 0.8]\nz_2 = 1.2\nA_2 = 0.77\nL = 0.3\n"
VERDICTS: dict[str, list[tuple[str, str, dict[str, str]]]] = {
    "an unread member": [
        (MILLER, "z_2 = W_2 A_1 + qq = 5.5", {"z_2": "unreadable"}),
        (MILLER, "z_2 = W_2 A_1 + qq = 1.2332", {"z_2": RIGHT}),
        (HAN, "O_2 = 1/(1+e^(I_7)) = 0.9", {"O_2": "unreadable"}),
    ],
    "zeros that hold places": [
        ("momentum", "L = 60", {"L": "wrong"}),
        (CONV, "L = 20", {"L": RIGHT}),
        (LINE, "dL/dw = -20\nL = 14", {"dL/dw": RIGHT, "L": RIGHT}),
    ],
    "noise": [
        (HUBER, "dL/dp = [1.1e-17; -0.125; -0.25; -0.25]", {"dL/dp": RIGHT}),
        (ZAKI, "z_1 = [4; 3.9999999999999996; -4]\nz_2 = 6.0000000001", {"z_1": RIGHT, "z_2": RIGHT}),
    ],
    "a unit that is called as the step itself": [
        (NORM, "m = 1.333 m", {"m": RIGHT}),
        (NORM, "v = 2.889 V", {"v": RIGHT}),
    ],
    "a formula that gives the step by itself": [
        (NORM, "m = m", {"m": "unreadable"}),
        (MILLER, "A_1 = A_1 + 0", {"A_1": "unreadable"}),
        (ZAKI, "z_1 = A_1 + [0; 0; -4]", {"z_1": "unreadable"}),
        (MILLER, "A_2 = sigmoid(z_2)", {"A_2": RIGHT}),
    ],
    "what was left out was rounded too": [
        (MILLER, f"{SHORT}dL/dz_2 = 0.14\ndL/dz_1 = [0.0083; 0.012; 0.027]\ndL/dW_2 = [0.1, 0.11, 0.097]",
         {"z_2": RIGHT, "A_2": RIGHT, "dL/dz_2": RIGHT, "dL/dz_1": "follows", "dL/dW_2": "follows"}),
        (BCE, "z_1 = [0.50; -0.20]\np = 0.72\nL = 0.33\ndL/dz_2 = -0.28\ndL/dW_2 = [-0.13, 0.056]",
         {"p": RIGHT, "L": RIGHT, "dL/dz_2": RIGHT, "dL/dW_2": "follows"}),
    ],
    "exact or as written, where a mistake is looked for": [
        (HAN, f"{BOOK}dL/dI_2 = 0.1311", {"dL/dI_2": "wrong sign_turned"}),
        (HAN, f"{BOOK}dL/dI_2 = 0.1312", {"dL/dI_2": "wrong sign_turned"}),
        (HAN, f"{BOOK}dL/dI_2 = -0.1311\ndL/dW_2 = [0.0918, -0.0131]", {"dL/dW_2": "wrong wrong_input"}),
    ],
    "zeros that were not written": [
        (BCE, f"{TRAINED}dL/dz_2 = -0.2775\ndL/dA_1 = [-0.2775; 0.555]", {"z_1": RIGHT, "L": RIGHT, "dL/dA_1": RIGHT}),
        (MILLER, "z_1 = [1; 1.3; 0.8]\nA_1 = [0.7311; 0.7858; 0.69]\nz_2 = 1.2332", {"A_1": RIGHT, "z_2": RIGHT}),
    ],
    "what is the same by itself": [
        (NORM, "dL/dy = [-0.6084; -2.241; -1.021]\ndL/dbeta = [-0.6084; -2.241; -1.021]", {"dL/dbeta": RIGHT}),
        (HAN, "dL/dI_2 = -0.2\ndL/dtheta_2 = -0.2", {"dL/dI_2": "wrong", "dL/dtheta_2": "follows"}),
    ],
    "a fault in a line without marks": [
        (HAN, f"{BOOK}dO_2/dI_2 = 0.526\ndL/dI_2 = -0.2767\ndL/dtheta_2 = -0.2767",
         {"dL/dI_2": "wrong earlier_line", "dL/dtheta_2": "follows"}),
        (BCE, f"{TRAINED}dp/dz_2 = 0.2775\ndL/dp = -1.384\ndL/dz_2 = -0.3841", {"dL/dz_2": "wrong earlier_line"}),
    ],
    "too short": [
        (MILLER, "dL/dz_2 = 0.1\nz_2 = 1", {"dL/dz_2": "wrong imprecise", "z_2": "wrong imprecise"}),
        (NORM, "L = 3", {"L": "wrong imprecise"}),
        (NORM, "v = 3", {"v": RIGHT}),
        (HAN, "I_1 = [-0.7; 0.1]", {"I_1": RIGHT}),
        (ZAKI, "L = 0.5", {"L": RIGHT}),
    ],
    "p(1 - p) once more": [
        (BCE, f"{TRAINED}dL/dz_2 = (p - y) p (1 - p) = -0.05564", {"dL/dz_2": "wrong slope_again"}),
        ("softmax_classifier", "p = [0.5705; 0.3981; 0.03139]\ndL/dz_2 = [0.1398; -0.1442; 0.0009546]",
         {"dL/dz_2": "wrong slope_again"}),
    ],
    "the factor of a mean": [
        (LINE, "p = [1; 2; 3; 4]\ndL/dp = [-4; -6; -8; -10]", {"dL/dp": "wrong factor_n"}),
        (HUBER, "p = [2; 3.5; 5; 6.5]\ndL/dp = [0; -0.5; -1; -1]", {"dL/dp": "wrong factor_n"}),
    ],
}  # fmt: skip


def marked(name: str, text: str) -> Report:
    answers = read_working(text, key(name))
    return report(key(name), judge(key(name), answers), answers)


def test_each_clause_is_judged() -> None:
    unlike = []
    for clause, cases in VERDICTS.items():
        assert len(cases) >= 2, clause
        for name, text, verdicts in cases:
            found = marked(name, text)
            for step, verdict in verdicts.items():
                item = found[step]
                said = " ".join(filter(None, (item.verdict, item.diagnosis if " " in verdict else "")))
                if said != verdict:
                    unlike.append(f"{clause}: {text!r} on {name}: {step} is {item.verdict} {item.diagnosis or ''}")
    assert unlike == []
