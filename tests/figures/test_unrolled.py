"""Recurrences, unrolled from left to right."""

from __future__ import annotations

from derive.derivation.derive import derive as derived
from derive.figures import Figure
from derive.figures.unrolled import unrolled_figure
from derive.problem.problem import Problem
from derive.solution import solve

CELL = """
[data]
s_0 = [0, 0.5]
u_1 = 1
u_2 = -1
u_3 = 0.5
[parameters]
A = [[0.5, -0.25], [0.125, 1]]
B = [1, -1]
C = [[2, 1]]
[model]
loss = "J"
equations = '''
for k = 1..3:
    s_k = tanh(A s_{k-1} + B u_k)
    y_k = C s_k
J = (y_1 - 1)^2 + (y_3 + 1)^2
'''
"""
TWO_STATES = """
[data]
m_0 = 0
s_0 = 1
x_1 = 2
x_2 = 3
[parameters]
a = 0.5
b = -0.25
[model]
equations = '''
for t = 1..2:
    m_t = a m_{t-1} + b x_t s_{t-1}
    s_t = tanh(m_t)
'''
"""

LAYERS = """
[data]
a_0 = [1, 2]
[parameters]
W_1 = [[0.5, 1], [0, 1]]
W_2 = [[1, -1], [0.25, 0]]
[model]
equations = '''
for l = 1..2:
    a_l = tanh(W_l a_{l-1})
'''
"""


def figure(text: str) -> Figure | None:
    return unrolled_figure(derived(Problem.loads(text)))


def edges(drawn: Figure) -> set[tuple[str, str, str]]:
    name = [node.name.id for node in drawn.nodes]
    return {(name[edge.source], name[edge.target], str(edge.weight)) for edge in drawn.edges}


def test_states_go_on_to_the_right_with_their_weights() -> None:
    drawn = figure(CELL)
    assert drawn
    place = {node.name.id: node.position for node in drawn.nodes}
    assert [place[f"s_{k}"] for k in range(4)] == [(0, 1), (1, 1), (2, 1), (3, 1)]
    assert [place[f"u_{k}"] for k in (1, 2, 3)] == [(1, 2), (2, 2), (3, 2)]
    assert [place[f"y_{k}"] for k in (1, 2, 3)] == [(1, 0), (2, 0), (3, 0)]
    assert edges(drawn) == {
        ("s_0", "s_1", "A"), ("s_1", "s_2", "A"), ("s_2", "s_3", "A"),
        *((f"u_{k}", f"s_{k}", "B") for k in (1, 2, 3)), *((f"s_{k}", f"y_{k}", "C") for k in (1, 2, 3)),
    }  # fmt: skip


def test_two_states_have_a_row_each() -> None:
    drawn = figure(TWO_STATES)
    assert drawn
    place = {node.name.id: (node.position, node.kind) for node in drawn.nodes}
    assert place["m_1"] == ((1, 0), "state")
    assert place["s_1"] == ((1, 1), "state")
    assert place["m_0"] == ((0, 0), "input")
    assert ("m_1", "m_2", "a") in edges(drawn)


def test_a_sequence_backwards_comes_from_the_right() -> None:
    text = TWO_STATES.replace("for t = 1..2:", "for t = 2..1:").replace("{t-1}", "{t+1}")
    drawn = figure(text.replace("m_0", "m_3").replace("s_0", "s_3"))
    assert drawn
    place = {node.name.id: node.position[0] for node in drawn.nodes}
    assert place["m_1"] < place["m_2"] < place["m_3"]
    assert {("m_3", "m_2", "a"), ("m_2", "m_1", "a")} < edges(drawn)


def test_what_is_no_recurrence_is_not_drawn_as_one() -> None:
    """Layers with weights of their own; terms that use nothing of each other; data alone."""
    assert figure(LAYERS) is None
    assert figure(CELL.replace("s_{k-1}", "s_0")) is None
    assert figure(TWO_STATES.replace("[parameters]\n", "")) is None


def test_it_stands_in_place_of_the_graph_and_may_be_left_out() -> None:
    assert set(solve(Problem.loads(CELL)).pictures("md")) == {"unrolled.svg"}
    without = f"{CELL}\n[page]\nfigures = ['graph']\n"
    assert set(solve(Problem.loads(without)).pictures("md")) == {"graph.svg"}


def test_its_words_say_what_goes_where() -> None:
    page = solve(Problem.loads(CELL)).text("txt")
    assert "s₀, u₁ → s₁" in page
    assert "Each column is a step, and all steps have the same weights" in page
