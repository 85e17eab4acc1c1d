"""Comparisons, pieces and what lets no gradient through."""

from pathlib import Path

import pytest

import derive
from derive.errors import InputError
from derive.problem.problem import Problem


def solved(loss: str, x: str = "[1, -2, 0.5]") -> derive.Solution:
    text = f"[parameters]\nx = {x}\n[model]\nloss = 'L'\nequations = '''\nL = {loss}\n'''\n"
    return derive.solve(Problem.loads(text))


@pytest.mark.parametrize(("loss", "value", "gradient"), [
    ("sum([x > 0] ⊙ x^2)", 1.25, (2, 0, 1)),
    ("sum([x <= 0.5] ⊙ x)", -1.5, (0, 1, 1)),
    ("sum(where(x >= 0.5, x, 0.1 x))", 1.3, (1, 0.1, 1)),
    ("sum(where([x < 0], x^2, 3 x))", 8.5, (3, -4, 3)),
    (r"sum(\begin{cases} x^2 & x > 0 \\ 3 x & x \le 0 \end{cases})", -4.75, (2, 3, 1)),
    ("sum({x^2 if x > 0; 3 x otherwise})", -4.75, (2, 3, 1)),
    (r"sum(\begin{cases} 1 & x > 0.7 \\ x & x > 0 \\ 2 x \end{cases})", -2.5, (0, 2, 1)),
    ("sum(clip(x, -1, 0.7)^2)", 1.74, (0, 0, 1)),
    ("sum((x + stop_gradient(round(x) - x))^2)", 5, (2, -4, 0)),
    ("sum(stop_gradient(x) ⊙ x)", 5.25, (1, -2, 0.5)),
])  # fmt: skip
def test_pieces(loss: str, value: float, gradient: tuple[float, ...]) -> None:
    solution = solved(loss)
    assert float(solution["L"].value) == pytest.approx(value, rel=1e-12)
    assert [float(x) for x in solution["dL/dx"].value] == pytest.approx(gradient, rel=1e-12)
    assert solution.text("md") and solution.text("tex")


@pytest.mark.parametrize(("loss", "words"), [
    ("sum(where(x, 1, x))", "neither 0 nor 1"),
    (r"sum(\begin{cases} x & x > 0 \\ 3 x & x > 1 \end{cases})", "leave its condition out"),
    (r"sum(\begin{cases} x \\ 3 x \end{cases})", "a value, `&` and a condition"),
    (r"sum(\begin{cases}\end{cases})", "a value, `&` and a condition"),
])  # fmt: skip
def test_what_is_no_condition_is_said(loss: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        solved(loss)


def test_a_comparison_stands_in_brackets_on_the_page() -> None:
    assert "[x > 0]" in solved("sum([x > 0] ⊙ x)").text("txt")


def test_the_constants_of_a_function_stand_as_decimals() -> None:
    assert "1.0507009873554805·z where z > 0" in " ".join(solved("sum(SELU(x))").text("txt").split())


PIECES = """
[data]
m = [1, 0, 1]
[parameters]
z = [-2, 0.1, 3]
v = 2
[model]
equations = '''
a = where(z > 1, z, where(z > 0, z^2, 0.1 z))
u = where(m, a, 2 v) + where(v > 3, 1, 2) v
L = sum(u^2)
'''
loss = "L"
"""


@pytest.mark.parametrize(("language", "form", "written"), [
    ("en", "txt", "a = {z if z > 1; z² if z > 0; 0.1·z otherwise}"),
    ("kk", "txt", "a = {z егер z > 1; z² егер z > 0; 0,1·z әйтпесе}"),
    ("en", "tex", r"\begin{cases} z & z > 1 \\ z^{2} & z > 0 \\ 0.1\,z & \text{otherwise} \end{cases}"),
    ("en", "tex", r"\begin{cases} a & m = 1 \\ 2\,v & \text{otherwise} \end{cases}\right) + "),
    ("es", "md", r"z^{2} & z > 0 \cr 0{,}1\thinspace z & \text{en otro caso} \end{cases}"),
    ("de", "typ", '"0,1" thin z & quad "sonst"))'),
    ("fr", "html", "</mtd><mtd><mtext>sinon</mtext></mtd></mtr></mtable></mrow>"),
])  # fmt: skip
def test_what_a_condition_chooses_stands_behind_a_brace(language: str, form: str, written: str) -> None:
    text = derive.solve(Problem.loads(f'language = "{language}"\n{PIECES}')).text(form)
    assert written in text


@pytest.mark.parametrize("form", ["md", "tex", "txt"])
@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "ru", "kk"])
def test_braces_of_a_page_are_read_again(language: str, form: str, tmp_path: Path) -> None:
    solution, page = derive.solve(Problem.loads(f'language = "{language}"\n{PIECES}')), tmp_path / f"page.{form}"
    page.write_text(solution.text(form), encoding="utf-8")
    found = derive.check(solution.problem, page)
    assert [(item.id, item.verdict) for item in found.items if item.verdict != "correct"] == []
    assert [item.remarks for item in found.items if item.remarks] == []


@pytest.mark.parametrize(("work", "remarks"), [
    (r"a = \begin{cases} z & \text{falls } z > 0 \\ 0.1 z & \text{sonst} \end{cases} = -0.05", []),
    (r"a = \begin{cases} z, & z > 0 \\ 0.1 z, & z \le 0 \end{cases} = -0.05", []),
    (r"a = \begin{cases} z & z > 0 \\ 0.2 z & z \le 0 \end{cases} = -0.05", ["miscopied"]),
    ("a = {z if z > 0; 0.1 z otherwise} = {-0.5 if -0.5 > 0; 0.1·(-0.5) otherwise}", []),
    ("a = {z if z > 0; 0.1 z si no} = {-0.5 if -0.5 > 0; 0.1·(-0.6) иначе} = -0.05", ["miscopied"]),
    (r"b = \begin{cases} 2 a & m = 1 \\ a & m = 0 \end{cases} = -0.1", []),
])  # fmt: skip
def test_braces_of_students(work: str, remarks: list[str], tmp_path: Path) -> None:
    text = "[data]\nm = 1\n[parameters]\nz = -0.5\n[model]\nloss = 'L'\nequations = '''\n"
    page = tmp_path / "work.txt"
    page.write_text(work, encoding="utf-8")
    problem = Problem.loads(f"{text}a = where(z > 0, z, 0.1 z)\nb = where(m, 2 a, a)\nL = b^2\n'''\n")
    (item,) = [item for item in derive.check(problem, page).items if item.given]
    assert (item.verdict, [remark.kind for remark in item.remarks]) == ("correct", remarks)
