"""Products of entries, the k largest, convolution by groups and of batches, batched products, H^{-1}."""

import numpy as np
import pytest

import derive
from derive.errors import InputError
from derive.problem.problem import Problem


def solved(data: str, parameters: str, equations: str) -> derive.Solution:
    text = f"[data]\n{data}\n[parameters]\n{parameters}\n[model]\nloss = 'L'\nequations = '''\n{equations}\n'''"
    return derive.solve(Problem.loads(text))


def test_a_product_with_a_0_has_the_gradient_of_the_others() -> None:
    assert solved("x = 1", "w = [2, 0, 3]", "L = prod(w)")["dL/dw"].printed == ("0", "6", "0")


def test_running_products_with_a_0_have_gradients_and_hessians() -> None:
    solution = solved("x = 1", "w = [2, 0, 3]", "L = sum(cumprod(w)) + prod(w)\nH = d^2L/dw^2")
    assert solution["dL/dw"].printed == ("1", "14", "0")
    assert solution["d^2L/dw^2"].printed == (("0", "7", "0"), ("7", "0", "4"), ("0", "4", "0"))


def test_running_products_go_along_an_axis() -> None:
    solution = solved("x = 1", "W = [[2, 3], [4, 5]]", "y = cumprod(W, rows)\nL = sum(y)")
    assert solution["y"].printed == (("2", "6"), ("4", "20"))
    assert solution["dL/dW"].printed == (("4", "2"), ("6", "4"))


def test_a_softmax_over_the_two_largest_leaves_the_others_out() -> None:
    solution = solved("y = [1, 0, 0]", "g = [0.5, 2, 1]", "p = softmax(topk(g, 2))\nL = sum((p - y)^2)")
    assert solution["p"].printed[0] == solution["dL/dg"].printed[0] == "0"
    assert solution["p"].value[1] + solution["p"].value[2] == pytest.approx(1)


def test_the_mask_of_the_largest_has_no_slope_and_tells_a_tie() -> None:
    solution = solved("x = 1", "w = [2, 3, 2]", "m = topk_mask(w, 2)\nL = sum(m ⊙ w)")
    assert solution["m"].printed == ("1", "1", "0")
    assert "equals the first that is left out" in solution.text("txt")


@pytest.mark.parametrize("k", ["0", "4", "1.5"])
def test_as_many_are_kept_as_there_may_be(k: str) -> None:
    with pytest.raises(InputError):
        solved("x = 1", "w = [1, 2, 3]", f"L = sum(topk(w, {k}))")


IMAGE = "X = [[[1, 2, 0], [0, 1, 3], [2, 1, 1]], [[0, 1, 1], [2, 0, 1], [1, 1, 0]]]"


def test_groups_are_convolved_by_themselves() -> None:
    solution = solved(IMAGE, "K = [[[[1, -1], [2, 0]]], [[[0, 1], [1, 1]]]]",
                      "Y = conv(X, K, groups = 2)\nL = sum(Y^2)")  # fmt: skip
    alone = solved("X = [[0, 1, 1], [2, 0, 1], [1, 1, 0]]", "K = [[0, 1], [1, 1]]", "Y = conv(X, K)\nL = sum(Y^2)")
    assert solution["Y"].printed[1] == alone["Y"].printed
    assert solution["dL/dK"].printed[1][0] == alone["dL/dK"].printed


def test_a_batch_is_convolved_image_by_image() -> None:
    images = "X = [[[[1, 2], [3, 4]]], [[[5, 6], [7, 9]]], [[[0, 1], [1, 0]]]]"
    solution = solved(images, "K = [[[[1, 1], [0, 2]]], [[[1, 0], [0, 1]]]]", "Y = conv(X, K)\nL = sum(Y^2)")
    assert [float(x) for x in np.ravel(solution["Y"].value)] == [11, 5, 29, 14, 1, 0]


def test_the_padding_same_keeps_the_size() -> None:
    solution = solved("X = [1, 2, 3, 4]", "K = [1, 0, -1]", 'Y = conv(X, K, padding = "same")\nL = sum(Y^2)')
    assert solution["Y"].printed == ("-2", "-2", "-2", "3")


@pytest.mark.parametrize(
    ("image", "kernel", "padded"),
    [
        ("[1, 2, 3]", "[2, -1]", "[X; 0]"),
        ("[3, 1, 2, 5, 4]", "[1, 2, -1, 0.5]", "[0; X; 0; 0]"),
        ("[[1, 2], [3, 4], [0, 1]]", "[[1, 2], [-1, 3]]", "[X, zeros((3, 1)); zeros((1, 3))]"),
    ],
)
def test_with_an_even_kernel_one_zero_more_stands_behind(image: str, kernel: str, padded: str) -> None:
    same = solved(f"X = {image}", f"K = {kernel}", 'Y = conv(X, K, padding = "same")\nL = sum(Y^3)')
    told = solved(f"X = {image}", f"K = {kernel}", f"Z = {padded}\nY = conv(Z, K)\nL = sum(Y^3)")
    assert same["Y"].printed == told["Y"].printed
    assert same["dL/dK"].printed == told["dL/dK"].printed


def test_the_gradients_of_an_even_kernel_go_on_through_two_layers() -> None:
    layers = 'Y = conv(X, K, padding = "same")\nZ = conv(Y, J, padding = "same")\nL = sum(Z^2)'
    told = "P = [X; 0]\nY = conv(P, K)\nQ = [0; Y; 0; 0]\nZ = conv(Q, J)\nL = sum(Z^2)"
    parameters = "X = [1, -2, 3, 0.5]\nK = [2, -1]\nJ = [1, 2, 0, -1]"
    same, other = solved("c = 1", parameters, layers), solved("c = 1", parameters, told)
    for name in ("dL/dX", "dL/dK", "dL/dJ"):
        assert same[name].printed == other[name].printed


@pytest.mark.parametrize("B", ["[[1, 0], [2, 1]]", "[[[1, 0], [2, 1]], [[0, 1], [1, 1]]]"])
def test_products_of_batches_go_matrix_by_matrix(B: str) -> None:
    solution = solved("A = [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]", f"B = {B}", "Y = A B\nL = sum(Y^2)")
    assert solution["Y"].printed[0] == (("5", "2"), ("11", "4"))


def test_a_matrix_to_the_power_of_minus_1_is_its_inverse() -> None:
    solution = solved("b = [1, 2]", "A = [[2, 1], [1, 1]]", "x = A^{-1} b\nL = sum(x)")
    assert solution["x"].printed == ("-1", "3")
    assert "A⁻¹" in solution.text("txt") and solution["x:1"].equation == "x:1 = inverse(A)"
