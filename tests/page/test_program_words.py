"""No page names an operation that only this program has: it is written in mathematics, or told in a sentence."""

import re
from functools import cache

import pytest
from support.solutions import solved, written

import derive
from derive import examples
from derive.operations import MACROS, ROWS
from derive.problem.problem import Problem

FORMATS = ("txt", "md", "tex", "html", "typ")
OF_THE_FIELD = {"binary_cross_entropy"}
"""What stands in a sentence as a word."""
OWN = {
    *(name for row in (*ROWS.values(), *MACROS.values()) for name in row.spellings if "_" in name),
    *("correlate", "maxunpool", "maxpick", "avgunpool", "scatter", "embedding", "place", "others", "onehot", "fill"),
    *("at largest", "at smallest", "topk mask"),
}
"""Names of operations that nobody writes on paper."""


SPELLINGS = {
    spelt: name
    for name in sorted(OWN - OF_THE_FIELD)
    for spelt in (name, name.replace("_", r"\_"), name.replace("_", " "))
}
_ANY = "|".join(map(re.escape, SPELLINGS))
NAMED = re.compile(rf"(?<![\w\\])({_ANY})[(\[′]|[{{>\"]({_ANY})[}}<\"]")


def named(text: str) -> set[str]:
    """The operations that a page names: before a bracket in plain text, as an operator of its own in other formats."""
    return {SPELLINGS[before or alone] for before, alone in NAMED.findall(text)}


def test_a_name_would_be_found() -> None:
    """The test of the test: in every way that a format writes it."""
    page = r"softmax(topk mask(g)) + at_largest[v]  \operatorname{one\_hot}  <mi>rms norm</mi>"
    assert named(page) == {"topk_mask", "at_largest", "one_hot", "rms_norm"}
    assert not named("another rms norm, 2 one_hot vectors, softmax(g)")


@pytest.mark.slow
@pytest.mark.parametrize("name", examples.names())
def test_the_pages_of_the_built_in_problems(name: str) -> None:
    assert {form: named(written(name, form)) for form in FORMATS} == {form: set() for form in FORMATS}


MODELS = {
    "largest": ("v = [0.5, 2, -1]", "m = max(v)\nn = min(v)\nL = m^2 + n m"),
    "largest of rows": ("V = [[0.5, 2, -1], [1, 0, 3]]", "m = max(V, rows)\nL = sum(m^2)"),
    "largest inside": ("v = [0.5, 2, -1]", "L = (max(v) - 1)^2 + sum(at_largest(v) ⊙ v)"),
    "pooling": ("X = [[1, 2, 0, 1], [3, 0, 1, 2], [1, 1, 2, 0], [0, 4, 1, 1]]",
                "P = maxpool(X, 2)\nQ = avgpool(X, 2)\nL = sum(P ⊙ Q)"),
    "convolution": ("X = [1, 2, -1, 0.5]\nK = [1, -2]", "Z = conv(X, K, padding = 1, stride = 2)\nL = sum(Z^2)"),
    "look-up": ("E = [[1, 2, 3], [0.5, -1, 2]]", "X = embedding(E, t)\no = one_hot(y, 2)\nL = sum((X o - y)^2)"),
    "look-up inside": ("E = [[1, 2], [3, 0.5], [-1, 2]]",
                       "L = sum((mean(embedding(E, t, rows), columns)^T - one_hot(y, 2))^2)"),
    "the best": ("g = [0.5, 2, -1]", "p = softmax(topk(g, 2))\nL = sum(p^2) + sum(topk_mask(g, 2) ⊙ g)"),
    "blocks": ("u = [1, 2]\nv = [3, 0.5]",
               "h = [u; v]\nW = reshape(h, (2, 2))\nf = flatten(W)\nL = sum(f[2:3]^3) + f[1]"),
    "products": ("v = [0.5, 2, 0]", "y = cumprod(v)\nL = prod(v) + sum(y^2)"),
    "attention": ("S = [[1, 2], [0.5, 1]]", "A = causal_softmax(S, rows)\nL = sum(log_softmax(A, rows) ⊙ S)"),
}  # fmt: skip


@cache
def page(key: str, form: str) -> str:
    parameters, equations = MODELS[key]
    data = "y = 2\nt = [1, 2]" if "t)" in equations or "t," in equations else ""
    text = f"[data]\n{data}\n[parameters]\n{parameters}\n[model]\nloss = 'L'\nequations = '''\n{equations}\n'''"
    return derive.solve(Problem.loads(text)).text(form)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("key", MODELS)
def test_each_family_of_operations(key: str, form: str) -> None:
    assert not named(page(key, form))


def test_where_the_largest_stands_is_told_or_a_condition() -> None:
    told = page("largest", "txt")
    assert "Only the largest entry took part" in told and "[v = max(v)]" not in told
    assert "[v = max(v)]" in page("largest inside", "txt")


def test_a_target_of_a_class_is_0_and_1_not_a_condition() -> None:
    text = page("look-up inside", "txt")
    assert "e_y" in text and not re.search(r"\[2 = \d\]", text)


def test_a_table_is_looked_up_by_its_columns_or_rows() -> None:
    assert "X = E[:, t]" in page("look-up", "txt") and "(E[t, :])" in page("look-up inside", "txt")
    assert r"E_{:,t}" in page("look-up", "tex")


def test_entries_of_matrices_are_written_alike() -> None:
    """All with small letters, or where one of these names something else, none."""
    assert "z₁,₁₁" in written("yeh_mlp", "txt") and "Z₁,₁₁" not in written("yeh_mlp", "txt")
    assert "A₁₁₁" in written("cnn", "txt") and "a₁₁₁" not in written("cnn", "txt")
    assert solved("cnn").problem
