"""Problem files: what each setting means, and what every fault of a file is told."""

from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import derive
from derive.errors import DeriveError, Fault, InputError
from derive.language.names import Symbol
from derive.problem.problem import Problem
from derive.problem.settings import Digits

BASE = '''\
title = "A small network"

[data]
x = [20, 3, 4]
Y = 18

[parameters]
W_1 = [[0.1, 0.2, 0.3], [0.4, 0.5, 0.6], [0.7, 0.8, 0.9]]
b_1 = [0.1, 0.2, 0.3]
W_2 = [[0.2, 0.4, 0.6]]
b_2 = 0.5

[model]
equations = """
z_1 = W_1 x + b_1
A_1 = ReLU(z_1)
z_2 = W_2 A_1 + b_2
A_2 = sigmoid(z_2)
L = (A_2 - Y)^2
"""
loss = "L"

[numbers]
significant = 3
carry = "exact"

[page]
symbol = "d"

[update]
learning_rate = 0.1
steps = 2
'''


def edited(*edits: tuple[str, str]) -> str:
    """The file above with pieces replaced."""
    text = BASE
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def faults(text: str) -> tuple[Fault, ...]:
    """The faults of a file."""
    with pytest.raises(InputError) as caught:
        Problem.loads(text, "net.toml")
    return caught.value.faults


def test_the_file_without_an_edit_has_no_fault() -> None:
    problem = Problem.loads(BASE, "net.toml")
    assert problem.warnings == () and problem.loss == Symbol("L")


# --- every fault --------------------------------------------------------------------------------------------------


class Case(NamedTuple):
    """An edit of the file, and the one fault that it makes: its line, what is marked, its message and its hint."""

    old: str
    new: str
    line: int
    marked: str
    message: str
    hint: str

    def __str__(self) -> str:
        return f"{self.new.strip()[:40]!r}"


FAULTS = [
    # keys
    Case("[page]", "[pagee]", 27, "pagee", "`pagee` has no meaning here", "did you mean `page`?"),
    Case("symbol =", "symbl =", 28, "symbl", "`symbl` has no meaning in [page]", "did you mean `symbol`?"),
    Case("title =", "x_2 = 5\ntitle =", 1, "x_2", "`x_2` has no meaning here", "[data] or [parameters]"),
    Case("[numbers]", "[numbers]\nfoo = 1", 24, "foo", "`foo` has no meaning in [numbers]", "[numbers] has: "),
    Case("[page]", "[state]\nv = 0\n[page]", 28, "v", "the state `v` has no equation", "[update] has none"),
    # values
    Case("Y = 18", 'Y = "eighteen"', 5, "Y", "`Y`: `eighteen` is not a number", '"1/3"'),
    Case("Y = 18", 'Y = "1,8"', 5, "Y", "`Y`: `1,8` is not a number", "point"),
    Case("Y = 18", 'Y = "1/0"', 5, "Y", "`Y`: `1/0` is not a number", '"1/3"'),
    Case("Y = 18", "Y = nan", 5, "Y", "`Y`: `nan` is not a number", '"1/3"'),
    Case("Y = 18", "Y = inf", 5, "Y", "`Y`: `inf` is not a number", '"1/3"'),
    Case("Y = 18", "Y = true", 5, "Y", "`Y`: `true` is not a number", '"1/3"'),
    Case("Y = 18", "Y = 2024-05-01", 5, "Y", "`Y`: a date is not a number", '"1/3"'),
    Case("Y = 18", "Y = { a = 1 }", 5, "Y", "`Y`: a table is not a number", '"1/3"'),
    Case("Y = 18", "Y = 1e2000", 5, "Y", "`Y`: `1e2000` has too many digits", "1000"),
    Case("Y = 18", f"Y = 0.{'9' * 5000}", 5, "Y", "…` has too many digits", "1000"),
    Case("x = [20, 3, 4]", "x = []", 4, "x", "`x`: an empty list", "rows of numbers"),
    Case("x = [20, 3, 4]", "x = [[20, 3], [4]]", 4, "x", "`x`: the rows have different lengths: 2, 1", "every row"),
    Case("x = [20, 3, 4]", "x = [20, [3, 4]]", 4, "x", "`x`: numbers and rows stand side by side", "every row"),
    Case("Y = 18", "Y = 18\nW_1 = 1", 9, "W_1", "`W_1` has a value already", "one value"),
    Case("Y = 18", 'Y = 18\n"2x" = 2', 6, "2x", "`2x` is not a name", ""),
    # equations
    Case("W_1 x + b_1", "W_3 x + b_1", 15, "W_3", "`W_3` is not defined", "did you mean `W_"),
    Case("sigmoid(z_2)", "ReLu(z_2)", 18, "ReLu", "`ReLu` is not an operation", "did you mean `ReLU`?"),
    Case("(A_2 - Y)^2", "(A_2 - Y^2", 19, "(", "`(` is never closed", "expected `)`"),
    Case("(A_2 - Y)^2", "0,5 (A_2 - Y)^2", 19, ",", "a comma cannot stand here", "0.5"),
    Case("(A_2 - Y)^2", "1/A_2 Y", 19, "Y", "can be read in two ways", "parentheses"),
    Case("W_1 x + b_1", "W_1 W_2 + b_1", 15, "W_1 W_2", "W_1 is 3×3, W_2 is 1×3", "3 columns on the left, 1 row"),
    Case("x = [20, 3, 4]", "x = [20, 3]", 15, "W_1 x", "`W_1 x`: W_1 is 3×3, x has 2 components", "3×3 times"),
    Case("x = [20, 3, 4]", "x = [[20, 3, 4]]", 15, "W_1 x", "`W_1 x`: W_1 is 3×3, x is 1×3", "^T"),
    Case("ReLU(z_1)", "x z_1", 16, "x z_1", "x has 3 components, z_1 has 3 components", "`⊙`"),
    Case("ReLU(z_1)", "z_1 + x^T", 16, "z_1 + x^T", "a column of 3 and a row of 3", "transpose"),
    Case("W_1 x + b_1", "W_1 x + A_1", 15, "A_1", "z_1 → A_1 → z_1 is a cycle", "one way"),
    Case("W_1 x + b_1", "W_1 z_1 + b_1", 15, "z_1", "`z_1` is defined by itself", "one way"),
    Case("W_1 x + b_1", "W_1 x b_2 A_3\nA_3 = Y", 15, "A_3", "`A_3` is used before it is defined (line 16)", "move"),
    Case("A_1 = ReLU(z_1)", "A_1 = ReLU(z_1)\nA_1 = x", 17, "A", "defined a second time (first in line 16)", ""),
    Case("A_1 = ReLU(z_1)", "A_1 = ReLU(z_1)\nb_1 = z_1", 17, "b", "`b_1` has a value already", "another name"),
    Case("A_2 = sigmoid", "A_2 <- sigmoid", 18, "A", "`<-` belongs into [update]", "expected `=`"),
    Case("ReLU(z_1)", "tanh(z_1, 0)", 16, "tanh(z_1, 0)", "`tanh` takes 1 argument, not 2", "as in `tanh(z)`"),
    Case("ReLU(z_1)", "LeakyReLU(z_1, alfa = 1)", 16, "LeakyReLU(z_1, alfa = 1)", "no setting `alfa`", "`alpha`?"),
    Case("ReLU(z_1)", "LeakyReLU(z_1, alpha = x)", 16, "LeakyReLU(z_1, alpha = x)", "`alpha` is not a number", "as in"),
    Case("ReLU(z_1)", "[z_1; W_1]", 16, "[z_1; W_1]", "z_1 has 3 components, W_1 is 3×3", "their numbers of columns"),
    Case("ReLU(z_1)", "[z_1, b_2]", 16, "[z_1, b_2]", "z_1 has 3 components, b_2 is a number", "numbers of rows"),
    Case("ReLU(z_1)", "W_1[4, 1:3]^T", 16, "W_1[4, 1:3]", "W_1 is 3×3", "no entry 4; this axis has entries 1"),
    Case("ReLU(z_1)", "z_1[2:5]", 16, "z_1[2:5]", "z_1 has 3 components", "there are no entries 2 to 5"),
    Case("ReLU(z_1)", "W_1[2]", 16, "W_1[2]", "W_1 is 3×3", "1 place in brackets for 3×3; expected 2 places"),
    Case("ReLU(z_1)", "z_1[0]", 16, "0", "entries count from 1", ""),
    Case("ReLU(z_1)", "reshape(z_1, (2, 2))", 16, "reshape(z_1, (2, 2))", "z_1 has 3", "3 entries, the new shape 4"),
    Case("ReLU(z_1)", "reshape(z_1)", 16, "reshape(z_1)", "z_1 has 3 components", "as in `reshape(X, (2, 3))`"),
    Case("ReLU(z_1)", "reshape(z_1, (1.5, 2))", 16, "reshape(z_1, (1.5, 2))", "`shape` is not a whole number", "as in"),
    Case("ReLU(z_1)", "ReLU((1, 2))", 16, "(1, 2)", "numbers in parentheses cannot stand here", "padding = (1, 0)"),
    Case("ReLU(z_1)", "place(z_1, at = [2:3], shape = 3)", 16, "place(z_1, at = [2:3], shape = 3)",
         "z_1 has 3 components", "a vector of 3 does not fill these places; they hold a vector of 2"),
    # the loss and the gradients
    Case('loss = "L"', 'loss = "M"', 21, "loss", "no equation defines the loss `M`", "left of an equation"),
    Case('loss = "L"', 'loss = "l"', 21, "loss", "no equation defines the loss `l`", "did you mean `L`?"),
    Case('loss = "L"', 'loss = "z_1"', 21, "loss", "`z_1` is not a scalar but a vector of 3", "`sum`"),
    Case('loss = "L"', 'loss = "L"\ngradients = ["q"]', 22, "gradients", "`q` is not defined", ""),
    Case('loss = "L"', 'loss = "L"\ngradients = "x"', 22, "gradients", "`gradients` is not a list of names", '["W_1"'),
    Case('loss = "L"', "", 30, "update", "an update needs a loss", 'loss = "L"'),
    # settings
    Case("significant = 3", "significant = 0", 24, "significant", "`significant` is 0", "from 1 to 50"),
    Case("significant = 3", "significant = 51", 24, "significant", "`significant` is 51", "from 1 to 50"),
    Case("significant = 3", "significant = 3.5", 24, "significant", "`significant` is 3.5", "whole number"),
    Case("significant = 3", 'significant = "3"', 24, "significant", "`significant` is a text", "whole number"),
    Case("significant = 3", "significant = 3\ndecimals = 2", 25, "decimals", "exclude each other", "keep one"),
    Case('carry = "exact"', 'carry = "round"', 25, "carry", "`carry` cannot be `round`", "did you mean `rounded`?"),
    Case('carry = "exact"', 'decimal = ";"', 25, "decimal", "`decimal` cannot be `;`", 'one of: ".", ","'),
    Case('carry = "exact"', "steps = { A_2 = 9 }", 25, "A_2", "the digits of `A_2` are a number", "decimals = 9"),
    Case('symbol = "d"', 'symbol = "D"', 28, "symbol", "`symbol` cannot be `D`", "d"),
    Case('symbol = "d"', 'detail = "long"', 28, "detail", "`detail` cannot be `long`", "full, short"),
    Case('symbol = "d"', "task = 5", 28, "task", "`task` is a number", "text in quotes"),
    Case('symbol = "d"', 'ask = "dL/dW_1"', 28, "ask", "`ask` is not a list of steps", '["dL/dW_2"]'),
    Case("learning_rate = 0.1", 'learning_rate = "fast"', 31, "learning_rate", "is not a number", "0.1"),
    Case("learning_rate = 0.1\n", "", 30, "update", "`learning_rate` is missing", "0.1"),
    Case("steps = 2", "steps = 0", 32, "steps", "`steps` is 0", "from 1 to 1000000"),
    Case("steps = 2", 'only = ["x"]', 32, "only", "`x` is not a parameter", ""),
    Case("steps = 2", "steps = 2\nshow = [3]", 33, "show", "`show` is not a list of passes", "from 1 to 2"),
    Case("steps = 2", 'rule = "gradient decent"', 32, "rule", "`rule` cannot be", "did you mean `gradient descent`?"),
]  # fmt: skip


def under_the_caret(fault: Fault) -> str:
    """What the caret of a message stands under."""
    *_, text, caret = [line for line in str(fault).splitlines() if line.startswith("    ")]
    assert set(caret.strip()) == {"^"}
    return text[caret.index("^") : len(caret)]


@pytest.mark.parametrize("case", FAULTS, ids=str)
def test_fault(case: Case) -> None:
    (fault,) = faults(edited((case.old, case.new)))
    assert fault.place.line == case.line
    assert case.message in fault.message
    assert case.hint in fault.hint
    if case.marked != "update":  # a table is marked as a whole
        assert under_the_caret(fault) == case.marked
    assert str(fault).startswith(f"net.toml, line {case.line}: {fault.message}\n")


SYNTAX = [
    Case("Y = 18", "Y = 1,8", 5, ",", "this is not valid TOML", "numbers are written with a point in TOML: 0.5"),
    Case("Y = 18", "Y 18", 5, "1", "this is not valid TOML", "docs/problem-file.md"),
    Case("Y = 18", "Y = [18, 3", 7, "[", "this is not valid TOML: Unclosed array", "a `]` is missing here"),
    Case("Y = 18", "Y = 18\nY = 19", 6, "", "this is not valid TOML", ""),
    Case("W_2 A_1", "\\sigma A_1", 17, "\\", "this is not valid TOML", "'''"),
    Case("Y = 18", f"Y = {'9' * 5000}", 5, "", "a whole number has too many digits", ""),
    Case("[data]", "[data]\n[data]", 4, "", "this is not valid TOML", ""),
    Case('loss = "L"', 'loss = "L', 21, "", "this is not valid TOML", ""),
    Case("x = [20, 3, 4]", "x = " + "[" * 5000, 4, "", "this is not valid TOML", ""),
    Case("Y = 18", "Y = 18\0", 5, "\0", "this is not valid TOML", ""),
]


@pytest.mark.parametrize("case", SYNTAX, ids=str)
def test_syntax_fault(case: Case) -> None:
    (fault,) = faults(edited((case.old, case.new)))
    assert case.message in fault.message and case.hint in fault.hint
    if case.new != "x = " + "[" * 5000:
        assert fault.place.line == case.line
    assert len(str(fault)) < 500


def test_all_faults_are_told_together_in_the_order_of_the_file() -> None:
    wrong = edited(("Y = 18", "Y = []"), ("ReLU(z_1)", "ReLu(z_1)"), ('loss = "L"', 'loss = "M"'), ('"d"', '"D"'))
    assert [fault.place.line for fault in faults(wrong)] == [5, 16, 21, 28]


@pytest.mark.parametrize(
    ("edit", "lines"),
    [
        (("Y = 18", 'Y = "?"'), [5]),  # not: `Y` is not defined
        (("(A_2 - Y)^2", "(A_2 - Q)^2"), [19]),  # not: no equation defines the loss
        (("ReLU(z_1)", "ReLU(z_9)"), [16]),  # not: the equations that use A_1
        (("A_1 = ReLU(z_1)", "for t = 1..3:\n  A_t = Q"), [17]),  # not: once for every t
    ],
)
def test_one_slip_is_one_fault(edit: tuple[str, str], lines: list[int]) -> None:
    assert [fault.place.line for fault in faults(edited(edit))] == lines


@pytest.mark.parametrize("loss", ["cosine_similarity(u, v)", "mse(u, v)", "squared_error(u, v)"])
def test_shapes_inside_a_named_formula_that_do_not_fit_are_a_fault(loss: str) -> None:
    text = f'[parameters]\nu = [1, 2]\nv = [3, 4, 5]\n[model]\nequations = """\nL = {loss}\n"""\nloss = "L"\n'
    with pytest.raises(InputError, match="do not go together entry by entry"):
        Problem.loads(text)


def test_a_problem_needs_equations_or_a_network() -> None:
    (fault,) = faults("[data]\nx = 1\n")
    assert "either [model] with equations or [network]" in fault.message
    assert any("there are no equations" in fault.message for fault in faults('[model]\nequations = ""\n'))


# --- files --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "message", "line"),
    [
        (None, "cannot be read: No such file", 0),
        (b"title = 'a'\nx = '\xff'\n", "the file is not UTF-8", 2),
        (b"\xff\xfet\0i\0", "the file is not UTF-8", 1),
        (b" " * 10_000_001, "the file has 10000001 bytes", 0),
        (b"", "either [model] with equations or [network]", 0),
    ],
    ids=["missing", "latin-1", "utf-16", "too large", "empty"],
)
def test_a_file_that_cannot_be_read(tmp_path: Path, content: bytes | None, message: str, line: int) -> None:
    path = tmp_path / "net.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        Problem.load(path)
    (fault,) = caught.value.faults
    assert message in fault.message and fault.place.line == line and fault.place.file.endswith("net.toml")


def test_a_folder_is_no_problem_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        Problem.load(tmp_path)


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path: Path) -> None:
    path = tmp_path / "net.toml"
    path.write_bytes(b"\xef\xbb\xbf" + BASE.replace("\n", "\r\n").encode())
    problem = Problem.load(path)
    assert problem.equations == Problem.loads(BASE).equations and problem.name == "net"


def test_lines_are_right_with_windows_line_ends() -> None:
    (fault,) = faults(edited(("ReLU(z_1)", "ReLu(z_1)")).replace("\n", "\r\n"))
    assert fault.place.line == 16 and under_the_caret(fault) == "ReLu"


# --- values that do not exist: told at solve -------------------------------------------------------------------------

NO_VALUE = [
    # the equation of L, w, the message
    ("log(-w)", 2, "L is not defined: the logarithm of a number that is not positive"),
    ("log(w - 2)", 2, "L is not defined: the logarithm of a number that is not positive"),
    ("1/(w - 2)", 2, "L is not defined: a division by 0"),
    ("1/(exp(w) - exp(2))", 2, "L is not defined: a division by 0"),
    ("sqrt(-w)", 2, "L is not defined: the square root of a negative number"),
    ("(-w)^0.5", 2, "L is not defined: a fractional power of a negative number"),
    ("(w - 2)^-1", 2, "L is not defined: a negative power of 0"),
    ("exp(w^100)", 2, "L overflows: the argument of exp is too large"),
    ("exp(exp(exp(w)))", 5, "L overflows"),
    ("GELU(-1000 w)", 1, "L underflows"),
    ("exp(-200000 w)^2", 1, "L underflows"),
    ("exp(200000 w)^2", 1, "L overflows"),
    ("sqrt(w - 2)", 2, "dL/dw is not defined: a division by 0"),
]


def scalar_problem(equation: str, w: object, more: str = "") -> Problem:
    """`L = …` of one parameter w."""
    return Problem.loads(
        f'[parameters]\nw = {w}\n[model]\nequations = "L = {equation}"\nloss = "L"\n{more}', "one.toml"
    )


@pytest.mark.parametrize(("equation", "w", "message"), NO_VALUE)
def test_a_value_that_does_not_exist(equation: str, w: int, message: str) -> None:
    problem = scalar_problem(equation, w)
    with pytest.raises(InputError) as caught:
        derive.solve(problem)
    (fault,) = caught.value.faults
    assert message in fault.message and "change the given values" in fault.hint


def test_a_value_that_does_not_exist_names_the_line_and_the_pass() -> None:
    text = edited(("W_2 A_1 + b_2", "log(W_2 A_1 - 178)"), ("learning_rate = 0.1", "learning_rate = 100"))
    with pytest.raises(InputError) as caught:
        derive.solve(Problem.loads(text, "net.toml"))
    (fault,) = caught.value.faults
    assert fault.message.startswith("z_2 in pass 1 is not defined") and fault.place.line == 17


# --- what is read -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("0.1", Fraction(1, 10)),
        ("0.10000000000000000555", Fraction("0.10000000000000000555")),
        ("-4.08e-7", Fraction(-408, 10**9)),
        ("1_000", Fraction(1000)),
        ("0x10", Fraction(16)),
        ('"1/3"', Fraction(1, 3)),
        ('" -1 / 3 "', Fraction(-1, 3)),
        ('"0.1/0.3"', Fraction(1, 3)),
        ('"−2.5"', Fraction(-5, 2)),
        ("[[[2]]]", Fraction(2)),
    ],
)
def test_numbers_are_exact(written: str, value: Fraction) -> None:
    (given,) = scalar_problem("w^2", written).givens
    assert (given.shape, given.values) == ((), (value,))


@pytest.mark.parametrize(
    ("written", "shape", "values"),
    [
        ("[1, 2, 3]", (3,), (1, 2, 3)),
        ("[[1], [2]]", (2,), (1, 2)),
        ("[[1, 2]]", (1, 2), (1, 2)),
        ("[[1, 2], [3, 4], [5, 6]]", (3, 2), (1, 2, 3, 4, 5, 6)),
        ("[5]", (), (5,)),
        ("[[[1, 2]], [[3, 4]]]", (2, 1, 2), (1, 2, 3, 4)),
    ],
)
def test_shapes_of_given_values(written: str, shape: tuple[int, ...], values: tuple[int, ...]) -> None:
    problem = Problem.loads(f'[data]\nx = {written}\ny = 1\n[model]\nequations = "z = 2 y"\n')
    assert (problem.givens[0].shape, problem.givens[0].values) == (shape, tuple(map(Fraction, values)))


def test_names_are_read_in_every_spelling() -> None:
    problem = Problem.loads(
        '[data]\n"ŷ" = 1\n"W_{1}" = 2\n"a^{[0]}" = 3\n[model]\nequations = "z = y_hat W_1 a^{[0]}"\n'
    )
    assert [given.name.id for given in problem.givens] == ["y_hat", "W_1", "a^[0]"]


def test_a_name_is_one_in_every_spelling() -> None:
    (fault,) = faults('[data]\n"ŷ" = 1\ny_hat = 2\n[model]\nequations = "z = ŷ"\n')
    assert fault.message == "`y_hat` has a value already" and fault.place.line == 3


SETTINGS = edited(
    ("significant = 3", '''decimals = 2
decimal = ","
steps = { A_2 = { decimals = 9 }, z_1 = { significant = 2 } }'''),
    ('carry = "exact"', 'carry = "rounded"'),
    ('symbol = "d"', '''symbol = "∂"
course = "A \\\\ \\"B\\""
author = "N. N."
date = 2024-05-01
task = """
two
lines"""
detail = "short"
ask = ["L"]'''),
    ("b_2 = 0.5", 'b_2 = "1/3"'),
    ("steps = 2", '''steps = 5
only = ["W_2", "b_1"]
show = [1, 5]'''),
    ('loss = "L"', '''loss = "L"
gradients = ["x"]'''),
) + """
[names]
"dL/dz_2" = ["delta_2", "d"]
A_2 = "ŷ"

[marking]
digits = 2
remark = 0.5
exact = ["z_1"]
steps = { L = 2 }
"""  # fmt: skip


def test_settings_are_read() -> None:
    problem = Problem.loads(SETTINGS)
    numbers, page, update = problem.numbers, problem.page, problem.update
    assert (numbers.digits, numbers.carry, numbers.decimal) == (Digits(2, decimals=True), "rounded", ",")
    assert numbers.of("A_2") == Digits(9, decimals=True) and numbers.of("z_1") == Digits(2)
    assert numbers.of("L") == numbers.digits
    assert (page.symbol, page.course, page.author) == ("∂", 'A \\ "B"', "N. N.")
    assert (page.date, page.task, page.detail, page.ask) == ("2024-05-01", "two\nlines", "short", ("L",))
    assert update is not None and update.only is not None
    assert (update.learning_rate, update.steps, update.shown()) == (Fraction(1, 10), 5, (1, 5))
    assert [name.id for name in update.only] == ["W_2", "b_1"]
    assert problem.gradients == (Symbol("x"),)
    assert problem.aliases == {"dL/dz_2": ("delta_2", "d"), "A_2": ("ŷ",)}
    assert (problem.marking.digits, problem.marking.remark) == (2, Fraction(1, 2))
    assert (problem.marking.exact, problem.marking.steps) == (("z_1",), {"L": 2})


def test_defaults() -> None:
    problem = Problem.loads('[data]\nx = 1\n[model]\nequations = "z = 2 x"\n', "a_small_one")
    assert (problem.title, problem.language, problem.loss, problem.update) == ("a small one", "en", None, None)
    assert (problem.numbers.digits, problem.numbers.carry, problem.numbers.decimal) == (Digits(4), "exact", ".")
    assert (problem.page.symbol, problem.page.detail, problem.page.ask) == ("d", "full", ())


@pytest.mark.parametrize(
    ("steps", "show", "shown"),
    [(1, "", (1,)), (2, "", (1, 2)), (3, "", (1, 2, 3)), (9, "", (1, 2, 3, 9)), (9, "show = [9, 2]", (2, 9))],
)
def test_passes_that_are_written_out(steps: int, show: str, shown: tuple[int, ...]) -> None:
    update = Problem.loads(edited(("steps = 2", f"steps = {steps}\n{show}"))).update
    assert update is not None and update.shown() == shown


def test_what_is_not_used_is_a_warning() -> None:
    problem = Problem.loads(edited(("Y = 18", "Y = 18\nq = 3"), ("b_2 = 0.5", 'b_2 = 0.5\n"β" = 1')), "net.toml")
    assert [(warning.place.line, warning.message) for warning in problem.warnings] == [
        (6, "`q` is not used"),
        (13, "`beta` is not used"),
    ]


def test_a_parameter_without_influence_has_the_gradient_0_and_it_is_said() -> None:
    solution = derive.solve(Problem.loads(edited(("b_2 = 0.5", "b_2 = 0.5\nu = [1, 2]"))))
    assert solution["dL/du"].value == (0, 0) and solution["dL/du"].rule == "independent"
    assert "The loss does not depend on $u$, so this gradient vanishes." in solution.text("md")


def test_settings_of_a_step_that_is_not_there_are_a_fault() -> None:
    for more in ('[names]\n"dL/dz_9" = ["d"]\n', "[numbers.steps]\nA_9 = { decimals = 3 }\n"):
        with pytest.raises(InputError, match=r"there is no step `(dL/dz_9|A_9)`"):
            derive.solve(Problem.loads(BASE + more))


# --- [network] ----------------------------------------------------------------------------------------------------

MODEL = BASE[BASE.index("[model]") : BASE.index("[numbers]")]
NETWORK = BASE.replace(MODEL, """\
[network]
input = "x"
target = "Y"
loss = "squared error"
layers = [{ units = 3, activation = "ReLU" }, { units = 1, activation = "sigmoid" }]

""")  # fmt: skip


def values(problem: Problem) -> dict[str, Any]:
    solution = derive.solve(problem)
    return {step: solution[step].value_text for step in solution.ids}


def test_a_network_is_its_model() -> None:
    network, model = Problem.loads(NETWORK), Problem.loads(edited(("(A_2 - Y)^2", "squared_error(A_2, Y)")))
    assert network.equations == model.equations and network.loss == model.loss
    assert values(network) == values(model)


@pytest.mark.parametrize(
    ("layers", "equations"),
    [
        ('[{ units = 3, activation = "tanh" }, { units = 1 }]', "z_1 A_1 z_2 L"),
        ('[{ units = 3, activation = "linear" }, { units = 1, activation = "identity" }]', "z_1 z_2 L"),
        ("[{ units = 3, bias = false }, { units = 1, bias = true }]", "z_1 z_2 L"),
    ],
)
def test_layers_of_a_network(layers: str, equations: str) -> None:
    start = NETWORK.index("layers = ")
    problem = Problem.loads(NETWORK[:start] + f"layers = {layers}\n" + NETWORK[NETWORK.index("\n[numbers]") :])
    assert " ".join(equation.name.id for equation in problem.equations) == equations
    assert problem.loss == Symbol("L")


NETWORK_FAULTS = [
    ("units = 1", "units = 2", "layer 2 has 2 units, but `W_2` has 1 row", "one row for each unit"),
    ("units = 1", "units = 0", "layer 2 (dense): `units` cannot be `0`", "a whole number from 1 on"),
    ("units = 1, ", "", "layer 2 (dense) does not say its `units`", "a whole number from 1 on"),
    ('"sigmoid"', '"sigmoyd"', "layer 2 (dense): `activation` cannot be `sigmoyd`", "did you mean `sigmoid`?"),
    ('"sigmoid"', "[1]", "`activation` cannot be `[1]`", "derive operations"),
    ('"ReLU" }', '"ReLU", unit = 3 }', "layer 1 (dense) has no setting `unit`", "did you mean `units`?"),
    ('input = "x"', 'input = "X"', "the network's input `X` has no value", "did you mean `x`?"),
    ('input = "x"\n', "", "the network has no `input`", 'input = "x"'),
    ('target = "Y"\n', "", "the network has no `target`", 'target = "x"'),
    ('"squared error"', '"squared eror"', "`squared eror` is not a loss", "did you mean `squared error`?"),
    ('"squared error"', "3", "`3` is not a loss", "one of: squared error"),
    ("W_2 = [[0.2, 0.4, 0.6]]\n", "", "layer 2 needs the weights `W_2`", "[parameters]"),
    ("b_2 = 0.5\n", "", "layer 2 needs the bias `b_2`", "[parameters]"),
    ("layers = [{ units = 3", "layers = 3 # [{ units = 3", "`layers` is not a list of layers", "units = 3"),
]


@pytest.mark.parametrize(("old", "new", "message", "hint"), NETWORK_FAULTS)
def test_network_fault(old: str, new: str, message: str, hint: str) -> None:
    text = NETWORK.replace('activation = "sigmoid" }', 'activation = "sigmoid", bias = true }')
    assert text.count(old) == 1
    found = faults(text.replace(old, new))
    assert message in found[0].message and hint in found[0].hint


def test_a_problem_has_a_model_or_a_network_not_both() -> None:
    both = BASE + "[network]\n" + NETWORK[NETWORK.index('input = "x"') : NETWORK.index("\n[numbers]")]
    assert "either [model] with equations or [network]" in faults(both)[0].message


# --- back to TOML ---------------------------------------------------------------------------------------------------

PARENTHESES = """
[data]
x = [1, 2]
y = [3, 4]

[parameters]
W = [[1, 2], [3, 4]]
a = 2

[model]
equations = '''
u = W (x ⊙ y) + W (x/y) * (1/2)
v ≈ a (x^T y) 2*3 u
L = sum(v) (a^2)^3 - (1 - (a - 3))
'''
loss = "L"
"""
SPELLINGS = """
[data]
"ŷ" = 1
"a^{[0]}" = 3
"W'" = 2
"z_{f,1}" = 1.50

[model]
equations = "u_1 = ŷ a^{[0]} W' z_{f,1}"
"""
LOOP = """
[data]
x = [1, 2]

[parameters]
w = 0.5

[model]
equations = '''
h_0 = x
for t = 1..3:
  h_t = LeakyReLU(w h_{t-1}, alpha = 1/3)
L = mean(h_3)
'''
loss = "L"
"""
WRITTEN_OUT = {"model": BASE, "network": NETWORK, "settings": SETTINGS, "parentheses": PARENTHESES,
               "spellings": SPELLINGS, "loop": LOOP}  # fmt: skip


@pytest.mark.parametrize("text", WRITTEN_OUT.values(), ids=WRITTEN_OUT)
def test_written_as_TOML_it_is_the_same_problem(text: str) -> None:
    problem = Problem.loads(text)
    again = Problem.loads(derive.solve(problem).text("toml"))
    assert again == problem
    assert values(again) == values(problem)


# --- with other numbers -----------------------------------------------------------------------------------------------


def test_with_values() -> None:
    problem = Problem.loads(BASE)
    other = problem.with_values({"x": [Fraction(1), Fraction(2), Fraction(3)]})
    assert other.givens[0].values == (1, 2, 3) and other.givens[1:] == problem.givens[1:]
    with pytest.raises(ValueError, match="another shape"):
        problem.with_values({"x": [Fraction(1)]})


# --- any file is read or refused ---------------------------------------------------------------------------------

SCALARS = st.one_of(
    st.integers(-3, 30).map(str),
    st.sampled_from(["0.5", "nan", "1e9999", "true", '"1/3"', '"x"', '"L"', '"ŷ"', '""', "2024-05-01", "'''a\n= b'''"]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        st.dictionaries(st.sampled_from(["units", "decimals", "A_2", "a"]), inner, max_size=2).map(
            lambda table: "{ " + ", ".join(f"{key} = {value}" for key, value in table.items()) + " }"
        ),
    ),
    max_leaves=5,
)
KEYS = [line.partition(" = ")[0] for line in (BASE + NETWORK).splitlines() if " = " in line]


@pytest.mark.slow
@settings(max_examples=150)
@given(
    st.sampled_from([BASE, NETWORK]),
    st.sampled_from([*KEYS, "only", "show", "gradients", "names", "digits"]),
    VALUES,
    st.data(),
)
def test_any_value_of_any_key_is_read_or_refused(text: str, key: str, value: str, data: st.DataObject) -> None:
    lines = text.splitlines()
    at = data.draw(st.integers(0, len(lines)))
    with suppress(InputError):
        Problem.loads("\n".join([*lines[:at], f"{key} = {value}", *lines[at:]]))
    same = [i for i, line in enumerate(lines) if line.startswith(f"{key} = ")]
    for i in same[:1]:
        with suppress(InputError):
            Problem.loads("\n".join([*lines[:i], f"{key} = {value}", *lines[i + 1 :]]))


@settings(max_examples=150)
@given(st.lists(st.sampled_from(NETWORK.split("\n")), max_size=20), st.text(max_size=20))
def test_any_lines_are_read_or_refused(lines: list[str], more: str) -> None:
    with suppress(DeriveError):
        Problem.loads("\n".join([*lines, more]))
