"""Large arrays and long sums on the page: what is printed of them, what is worked out, and that it fits."""

import re
from io import BytesIO

import pytest
from pypdf import PdfReader
from support.latex import compiled
from support.solutions import written

from derive.notation.matrices import as_matrices, elided
from derive.notation.notations import TEX, UNICODE
from derive.problem.problem import Problem
from derive.solution import Blueprint, Solution
from derive.writers.latex import LatexWriter


def solved(text: str, page: str = "") -> Solution:
    return Blueprint.of(Problem.loads(f"{text}\n{page}")).solve()


def rows_of(rows: list[list[str]], label: str) -> str:
    return f"{rows}{label};"


def numbered(count: int) -> list[str]:
    return [str(n) for n in range(count)]


def test_arrays_of_more_than_two_axes_stand_slice_by_slice() -> None:
    assert (
        as_matrices(numbered(8), (2, 2, 2), rows_of)
        == "[['0', '1'], ['2', '3']][1,:,:];[['4', '5'], ['6', '7']][2,:,:];"
    )
    assert as_matrices(numbered(4), (2, 1, 1, 2), rows_of) == "[['0', '1']][1,1,:,:];[['2', '3']][2,1,:,:];"
    assert as_matrices(numbered(3), (3,), rows_of) == "[['0'], ['1'], ['2']];"


def test_what_stands_under_a_slice_is_explained_where_there_are_slices() -> None:
    said = "the one over [2,:,:] has all entries whose first index is 2"
    text = "[data]\nX = [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]\n[model]\nequations = 'Y = X + 1'\n"
    assert said in " ".join(solved(text).text("txt").split())
    assert said not in " ".join(
        solved(text.replace("[[[1, 2], [3, 4]], [[5, 6], [7, 8]]]", "[1, 2]")).text("txt").split()
    )


def test_of_many_entries_the_first_and_the_last_are_shown() -> None:
    signs = UNICODE.operators
    table = [numbered(6)] * 6
    assert elided(table, 16, signs) == [[*"012", "…", "5"]] * 3 + [[*"⋮⋮⋮", "⋱", "⋮"], [*"012", "…", "5"]]
    assert elided([["1"]] * 9, 4, signs) == [["1"], ["1"], ["1"], ["⋮"], ["1"]]
    assert elided([numbered(9)], 4, TEX.operators) == [[*"012", r"\cdots", "8"]]


def test_of_many_slices_the_first_are_shown() -> None:
    shown = as_matrices(numbered(400), (100, 2, 2), rows_of, 9, UNICODE.operators)
    assert re.findall(r"\[\d+,:,:\]", shown) == ["[1,:,:]", "[2,:,:]"]
    assert shown.endswith("…")


BIG = """
[data]
X = [[1, 0, 2, 0, 3, 0], [0, 4, 0, 5, 0, 6], [1, 1, 1, 1, 1, 1],
     [0, 0, 2, 0, 0, 0], [3, 0, 0, 0, 0, 7], [1, 2, 3, 4, 5, 6]]
[parameters]
K = [[0.5, -1, 2], [1, 0, 3], [-2, 1, 0.25]]
[model]
equations = '''
Z = conv(X, K)
L = sum(Z^2)
'''
loss = "L"
"""


def lines_with(solution: Solution, name: str) -> list[str]:
    """The lines of the page that work out one entry of a name."""
    return [line.strip() for line in solution.text("txt").splitlines() if re.match(rf"\s+{name}[₀-₉]+ [=≈]", line)]


def test_long_working_is_written_out_for_the_first_entries() -> None:
    text = solved(BIG).text("txt")
    assert len(lines_with(solved(BIG), "z")) == 2
    assert "The other entries are found in the same way." in text


def test_the_page_says_how_much_it_shows() -> None:
    assert len(lines_with(solved(BIG, '[page]\nentries = "all"'), "z")) == 16
    few = solved(BIG, "[page]\nentries = 20").text("txt")
    assert "6×6" in few
    assert "⋱" in few
    assert "⋱" not in solved(BIG).text("txt")
    tex = solved(BIG, "[page]\nentries = 20").text("tex")
    assert r"}_{6 \times 6}" in tex


def test_products_with_0_are_left_out_of_long_sums() -> None:
    solution = solved(BIG)
    assert lines_with(solution, "z")[0] == ("z₁₁ = 1·0.5 + 2·2 + 1·(−2) + 1·1 + 1·0.25 = 0.5 + 4 − 2 + 1 + 0.25 = 3.75")
    assert "In long sums, terms that are 0 are left out." in solution.text("txt")


def test_a_sum_with_one_product_left_is_not_said_twice() -> None:
    text = BIG.replace(
        "[1, 0, 2, 0, 3, 0], [0, 4, 0, 5, 0, 6], [1, 1, 1", "[0, 0, 2, 0, 3, 0], [0, 0, 0, 5, 0, 6], [0, 0, 0"
    )
    assert lines_with(solved(text), "z")[0] == "z₁₁ = 2·2 = 4"


@pytest.mark.parametrize("value", ["0", "2.5", '"some"', "[1]"])
def test_how_much_is_shown_is_a_number_or_all(value: str) -> None:
    from derive.errors import InputError

    with pytest.raises(InputError) as wrong:
        solved(BIG, f"[page]\nentries = {value}")
    (fault,) = wrong.value.faults
    assert "`entries`" in fault.message
    assert "whole number" in fault.hint


def test_a_wide_matrix_is_cut_into_blocks_of_columns() -> None:
    text = f"""
[data]
x = {[n / 7 for n in range(1, 13)]}
[parameters]
w = [1.25, 2.5]
[model]
equations = '''
Z = w x^T
L = sum(Z^2)
'''
loss = "L"
"""
    page = solved(text.replace("[0.14285714285714285", '["1/7"')).text("txt")
    assert max(map(len, page.splitlines())) <= 100
    assert re.search(r"columns 1 to \d", page)
    assert re.search(r"columns \d+ (to|and) 12", page)


def test_the_number_of_entries_survives_the_problem_file() -> None:
    for entries in (20, None):
        shown = '"all"' if entries is None else entries
        again = Problem.loads(solved(BIG, f"[page]\nentries = {shown}").text("toml"))
        assert again.page.entries == entries


def test_a_long_sum_goes_on_with_its_sign_in_the_next_line() -> None:
    tex = written("conv_signal", "tex")
    assert r"\approx 1 \cdot (-5.768\cdot 10^{-5}) \splits + 3 \cdot" in tex
    assert r"\splits" not in "".join(re.findall(r"\\begin\{bmatrix\}.*?\\end\{bmatrix\}", tex))


def test_a_long_formula_is_broken_inside_parentheses_only_where_it_must_be() -> None:
    short, longer = (" + ".join(f"w_{{{i}}} \\cdot x_{{{i}}}" for i in range(n)) for n in (9, 40))
    outer = LatexWriter().display([[f"L = f({short}) + f({short}) + f({short})"]], "")
    inner = LatexWriter().display([[f"L = f({longer}) + b"]], "")
    assert outer.count(r"\splits") == 2 and inner.count(r"\splits") == 40


def test_what_announces_something_stays_on_its_page() -> None:
    tex = written("minibatch_xor", "tex")
    assert re.search(r"t\^\{\(2\)\} = 0\$\\quad\n\\end\{chain\}\n\\nobreak", tex)
    assert "In short:}\n\\nobreak\n\\begin{chain}" in written("binary_cross_entropy", "tex")


def test_an_array_stays_with_the_last_of_its_entries() -> None:
    text = "[data]\nx = [1.5, 2.5]\n[parameters]\nW = [[0.5, 0.25], [1, -1]]\n[model]\nequations = 'y = W x'\n"
    assert "\\end{aligned}$\n\\end{chain}\n\\nobreak\n\\begin{chain}\n  $y = " in solved(text).text("tex")


SUM_OF_CUT_NUMBERS = """
[data]
x = [0.3, 2.5]
[parameters]
v = [0.5, -0.0123]
u = [0.5, 0.12]
[model]
equations = '''
a = sigmoid(v ⊙ x)
y = u^T a + 0.25
'''
[numbers]
"""


@pytest.mark.parametrize(
    ("digits", "terms"),
    [("significant = 4", "≈ 0.2687 + 0.05908 + 0.25 ≈"), ("decimals = 6", "≈ 0.268715 + 0.059078 + 0.25 ≈")],
)
def test_products_of_cut_numbers_have_the_digits_of_their_sum(digits: str, terms: str) -> None:
    assert terms in solved(SUM_OF_CUT_NUMBERS, digits).text("txt")


def test_products_of_uncut_numbers_stand_in_full() -> None:
    text = "[data]\nx = [1.25, 3.5]\n[parameters]\nw = [1.125, 0.5]\n[model]\nequations = 'y = w^T x'\n"
    assert "= 1.40625 + 1.75 ≈ 3.156" in solved(text).text("txt")


def test_a_term_written_as_a_bound_and_a_distance_is_subtracted_as_a_whole() -> None:
    text = "[data]\nw = 140\n[model]\nequations = '''\nq = tanh(w)\ny = 3 - q^2\nz = 3 + q^2\n'''\n"
    page = solved(text).text("txt")
    assert "≈ 3 − (1 − 9.990·10⁻¹²²)" in page and "≈ 3 + 1 − 9.990·10⁻¹²²" in page


def test_an_infinite_entry_is_equal_to_itself() -> None:
    text = "[data]\nM = [0, -inf]\nS = [0.2, 0.7]\n[model]\nequations = 'B = S + M'\n"
    assert "0.7 + (−∞)⎦ ≈" not in (page := solved(text).text("txt")) and "0.7 + (−∞)⎦" in page


@pytest.mark.parametrize(
    ("equation", "line"), [("z = (x == 3)", "z = [x = 3] = 1\n"), ("z = 1 + x", "z = 1 + x = 1 + 3 = 4\n")]
)
def test_a_number_that_is_the_result_is_not_written_twice(equation: str, line: str) -> None:
    assert line in solved(f"[data]\nx = 3\n[model]\nequations = '{equation}'\n").text("txt")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("widths", "lines"),
    [
        ([30, 30, 30], ["A B C"]),
        ([120, 100, 120, 100], ["A B", "C D"]),
        ([170, 100, 170, 100, 90, 90], ["A B", "C D", "E F"]),
        ([90, 90, 90, 300, 90], ["A B C", "D E"]),
        ([300, 40, 40, 40, 600, 20], ["A B", "C D", "E", "F"]),
    ],
)
def test_formulas_side_by_side_stand_in_columns_of_one_width(widths: list[int], lines: list[str]) -> None:
    """Letters that are so many points wide, in a line of 488 points."""
    letters = [rf"\hbox to{width}pt{{{letter}\hfil}}" for letter, width in zip("ABCDEF", widths, strict=False)]
    page = solved("[data]\nx = 1\n[model]\nequations = 'y = x + 1'\n").text("tex")
    frame, begin, _ = page.partition("\\begin{document}")
    run = compiled(f"{frame}{begin}{LatexWriter().beside(letters, '')}\\end{{document}}")
    assert PdfReader(BytesIO(run.pdf)).pages[0].extract_text().splitlines()[: len(lines)] == lines


@pytest.mark.parametrize("name", ["mazur_10000"])
def test_counts_at_an_axis_are_grouped_as_in_tables(name: str) -> None:
    assert ">10,000<" in written(name, "html") and ">10000<" not in written(name, "html")
