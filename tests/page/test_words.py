"""What a page says in words: what is used for the first time, and no name of this program."""

import pytest
from support.solutions import written

import derive
from derive import Problem, examples

NAMES = ("place[", "correlate", "maxunpool", "maxpick", "avgunpool", "scatter")


@pytest.mark.parametrize("name", ["jacobian", "hessian", "victorzhou_pool", "embedding", "victorzhou_filter"])
def test_no_operation_of_the_backward_pass_stands_on_a_page_by_its_name(name: str) -> None:
    text = written(name, "txt")
    assert [word for word in NAMES if word in text] == []
    assert "y₁ = y₁" not in text


CLASSES = """
[data]
x = [1, 2]
y = 2
[parameters]
V = [[0.1, 0.2], [0.3, -0.4], [0.5, 0.6]]
[model]
equations = '''
s = V x
q = softmax(s)
L = cross_entropy(q, y)
'''
loss = "L"
"""


def test_the_number_of_a_class_is_put_in_nowhere_as_a_condition() -> None:
    text = derive.solve(Problem.loads(CLASSES)).text("txt")
    assert "y = 2" in text and "[2 = " not in text


def test_a_sign_and_the_loss_are_explained_once_where_they_are_first_used() -> None:
    text = written("notes", "txt")
    for words in ("L is the loss", "⊙ multiplies arrays entry by entry"):
        assert text.count(words) == 1
    assert text.index("⊙ multiplies") > text.index("⊙ ReLU")


@pytest.mark.parametrize("name", examples.names())
def test_a_sign_is_explained_only_where_it_stands(name: str) -> None:
    """Inside a sum the products of entries stand, and no ⊙."""
    before, explained, _ = written(name, "txt").partition("The sign ⊙")
    assert not explained or "⊙" in before


NUMBERS = """
[data]
a = [1, 2]
[parameters]
u = [0.5, -0.25]
[model]
equations = '''
{equations}
'''
loss = "K"
"""
STEP = """
[update]
learning_rate = 0.1
"""
TARGET, TRAINED = "from the target", "which training makes small"
LARGE, ASKED = "is the objective", "is differentiated"


@pytest.mark.parametrize(
    ("equations", "update", "said"),
    [
        ("p = tanh(u)\nK = sum((p - a)^2)", "", TARGET),
        ("p = softmax(u)\nK = -sum(a ⊙ log(p))", STEP, TARGET),
        ("p = tanh(u)\nE = (a - p)^2\nK = mean(E)", "", TARGET),
        ("p = tanh(u)\nK = sum((p - a)^2) + 0.1 sum(u^2)", STEP, TARGET),
        ("p = tanh(u)\nc = a^2\nK = sum((p - c)^2)", "", TARGET),
        ("K = sum(u^2)", STEP, TRAINED),
        ("p = tanh(u)\nK = sum(a ⊙ p)", STEP, TRAINED),
        ("p = tanh(u)\nK = sum(a ⊙ p)", STEP + "maximise = true", LARGE),
        ("p = tanh(u)\nK = sum((p - a)^2)", STEP + "maximise = true", LARGE),
        ("p = tanh(u)\nK = sum(a ⊙ p)", "", ASKED),
        ("K = u[1] u[2]", "", ASKED),
        ("P = u u^T\nK = sum((P a - a)^2)", "", TARGET),
        ("p = softmax(u)\nK = -log(p[2])", "", TRAINED),
        ("p = softmax(u)\nK = log(p[2])", "", ASKED),
        ("p = softmax(u)\nP = p[1] p[2]\nK = -(log(P) + log(p[1]))/2", "", TRAINED),
        ("Z = logsumexp(u)\nK = Z - u[2]", "", TRAINED),
        ("K = -log(u[1])", "", ASKED),
    ],
)
def test_of_the_loss_only_what_is_true_is_said(equations: str, update: str, said: str) -> None:
    text = " ".join(derive.solve(Problem.loads(NUMBERS.format(equations=equations) + update)).text("txt").split())
    assert [words for words in (TARGET, TRAINED, LARGE, ASKED) if words in text] == [said]
    assert ("Gradient descent" in text, "Gradient ascent" in text) == (
        "learning" in update and said != LARGE,
        said == LARGE,
    )
    assert ("The loss goes" in text, "K goes" in text) == ("learning" in update and said != LARGE, said == LARGE)


CLASSIFIER = """
[data]
x = [1, -2]
y = {y}
[parameters]
W = [[0.5, 0.1], [0.2, -0.3], [1, 0]]
[model]
equations = '''
{equations}
'''
loss = "L"
"""


@pytest.mark.parametrize(
    "equations",
    ["z = W x\np = softmax(z)\nL = -sum(y ⊙ log(p))", "z = W x\nL = cross_entropy_logits(z, y)",
     "z = W x\np = softmax(z)\nL = sum((p - y)^2)"],
)  # fmt: skip
def test_the_words_of_a_classifier_stand_where_they_are_first_used(equations: str) -> None:
    for y, said in (("[0, 1, 0]", 1), ("[0.2, 0.5, 0.3]", 0), ("[0, 0, 0]", 0)):
        page = derive.solve(Problem.loads(CLASSIFIER.format(y=y, equations=equations))).text("txt")
        assert page.count("z holds the logits") == 1
        assert page.count("y is one-hot") == said


def test_scores_of_attention_are_no_logits() -> None:
    assert "logits" not in written("self_attention", "txt")
