"""Commands that a LaTeX text defines for itself."""

from __future__ import annotations

from time import process_time

import pytest
from answers.working.test_work_as_it_comes import said

from derive.answers.files.own_commands import without_own_commands


@pytest.mark.parametrize(
    ("defined", "used", "plain"),
    [
        (r"\newcommand{\pd}[2]{\frac{d #1}{d #2}}", r"\pd{L}{\pd a b}", r"\frac{d L}{d \frac{d a}{d b}}"),
        (r"\renewcommand*\E{\mathbf{e}}", r"\E^2 + \Epsilon", r"\mathbf{e} ^2 + \Epsilon"),
        (r"\providecommand\relu{\mathrm{ReLU}}", r"\relu(z)", r"\mathrm{ReLU} (z)"),
        (r"\def\slope#1#2{d#1/d#2}", r"\slope L z", "dL/dz"),
        (r"\DeclareMathOperator{\relu}{ReLU}", r"\relu(z)", r"\operatorname{ReLU} (z)"),
        (r"\newcommand{\goon}{\discretionary{}{\kern1em}{}}", r"a \goon + b", "a + b"),
        (r"\newcommand{\a}{\b{1}} \newcommand{\b}[1]{(#1)}", r"\a", r"(1) "),
    ],
)
def test_a_command_is_written_out(defined: str, used: str, plain: str) -> None:
    assert without_own_commands(f"{defined}\n${used}$").partition("$")[2] == f"{plain}$"


def test_the_lines_stay_as_many() -> None:
    text = "\\newcommand{\\v}[1]{%\n\\begin{pmatrix} #1\n\\end{pmatrix}}\n$z = \\v{1 \\\\\n2}$\n$\\v$\n"
    assert without_own_commands(text).count("\n") == text.count("\n")


def test_a_work_with_commands_of_its_own_is_read() -> None:
    work = r"""\newcommand{\pd}[2]{\frac{\partial #1}{\partial #2}}
\newcommand{\vek}[1]{\begin{bmatrix} #1 \end{bmatrix}}
$z_1 = \vek{3.9 \\ 12.1 \\ 20.3}$, $z_2 = 18.3$
\[ \pd{L}{A_2} = -34 \]"""
    assert said(work) == {"z_1": [3.9, 12.1, 20.3], "z_2": 18.3, "dL/dA_2": -34}


@pytest.mark.parametrize(
    "text",
    [
        r"\newcommand{\a}{\a\a} \a", r"\newcommand{\a}[1]{#1}" + r"\a{" * 50_000, r"\def\a{" * 50_000,
        r"\newcommand{\a}{\a\a\a\a}" + r"\a" * 50_000, r"\newcommand{\a}[2]{#1} \a{1}", r"\newcommand{\a",
    ],
    ids=["of itself", "open braces", "open definitions", "growing", "without arguments", "cut off"],
)  # fmt: skip
def test_what_has_no_end_costs_little(text: str) -> None:
    start = process_time()
    assert len(without_own_commands(text)) <= 2 * len(text) + 10_000
    assert process_time() - start < 5
