"""The form of [network]: what it shows of a file, and the file that a changed form writes."""

from __future__ import annotations

from typing import Any

import pytest

import derive
from derive import examples
from derive.errors import InputError
from derive.problem.network import LAYERS
from derive.problem.network.stack import SIZE_LETTERS
from derive.problem.problem import Problem
from derive.problem.reading.toml_file import from_text
from derive.problem.toml_values import toml
from derive.studio.file_edits import with_value
from derive.studio.network_form import network_form, with_network

FILE = """\
title = "Two layers"  # a title
[data]
x = [1, -2, 0.5]
t = [1, 0]

[parameters]  # all of them
W_1 = [[0.10, 0.2, 0.3],
       [0.4, 0.5, 0.6]]   # by hand
b_1 = [0.1, 0.2]
W_2 = [[1, 2], ["1/3", 4]]
b_2 = [0, 0.50]

[network]
input = "x"
target = "t"
layers = [{ units = 2, activation = "tanh" }, { units = 2, activation = "sigmoid" }] # so far
loss = "half squared error"

[variants]
W_2 = { from = -1, to = 1, step = 0.5 }
"""
FIRST = {"was": 0, "layer": "dense", "settings": {"units": 2, "activation": "tanh"}}
SECOND = {"was": 1, "layer": "dense", "settings": {"units": 2, "activation": "sigmoid"}}
LOSS = "half squared error"


def units(layer: dict[str, Any], count: int) -> dict[str, Any]:
    return {**layer, "settings": {**layer["settings"], "units": count}}


def changed(*layers: dict[str, Any], text: str = FILE, loss: str = LOSS) -> dict[str, Any]:
    """The data of the file that the form writes; it is a problem that is worked out."""
    new = with_network(text, layers, loss)
    derive.solve(Problem.loads(new))
    return from_text(new).data


def test_a_form_shows_layers_with_their_settings() -> None:
    form = network_form(FILE)
    assert form == {"of": "network", "loss": LOSS, "layers": [
        {"layer": "dense", "settings": {"units": 2, "activation": "tanh"}},
        {"layer": "dense", "settings": {"units": 2, "activation": "sigmoid"}},
    ]}  # fmt: skip


def test_without_a_network_it_says_what_there_is() -> None:
    assert network_form(examples.path("notes").read_text("utf-8")) == {"of": "equations"}
    assert network_form("[network")["of"] == network_form("")["of"] == "nothing"


def test_what_is_not_changed_is_not_written_anew() -> None:
    assert with_network(FILE, [FIRST, SECOND], LOSS) == FILE


def test_another_activation_changes_its_line_alone() -> None:
    other = {**FIRST, "settings": {"units": 2, "activation": "ReLU"}}
    new = with_network(FILE, [other, SECOND], LOSS)
    assert new == FILE.replace('"tanh"', '"ReLU"')


def test_more_units_bring_their_weights_and_keep_the_others() -> None:
    data = changed(units(FIRST, 3), SECOND)
    assert data["parameters"]["W_1"][:2] == from_text(FILE).data["parameters"]["W_1"]
    assert [len(row) for row in data["parameters"]["W_1"]] == [3, 3, 3] and len(data["parameters"]["b_1"]) == 3
    assert [row[:2] for row in data["parameters"]["W_2"]] == from_text(FILE).data["parameters"]["W_2"]
    assert [len(row) for row in data["parameters"]["W_2"]] == [3, 3]


def test_fewer_units_take_theirs_away_and_the_text_around_stays() -> None:
    new = with_network(FILE, [units(FIRST, 1), SECOND], LOSS)
    data = from_text(new).data["parameters"]
    assert data["W_1"] == [[*from_text(FILE).data["parameters"]["W_1"][0]]] and data["W_2"] == [[1], ["1/3"]]
    assert "W_1 = [[0.10, 0.2, 0.3]]   # by hand" in new and "[parameters]  # all of them" in new
    assert "# so far" in new


def test_the_target_goes_with_the_outputs() -> None:
    data = changed(FIRST, units(SECOND, 3))
    assert data["data"]["t"] == [1, 0, 0]


def test_a_layer_that_is_added_gets_weights() -> None:
    new = {"was": None, "layer": "dense", "settings": {"units": 4, "activation": "ReLU"}}
    data = changed(FIRST, new, SECOND)
    assert [len(row) for row in data["parameters"]["W_2"]] == [2] * 4 and len(data["parameters"]["b_2"]) == 4
    assert [row[:2] for row in data["parameters"]["W_3"]] == [[1, 2], ["1/3", 4]]
    assert data["variants"].keys() == {"W_3"}


def test_a_layer_that_goes_takes_its_weights_along() -> None:
    data = changed(SECOND)
    assert data["parameters"].keys() == {"W_1", "b_1"}
    assert [row[:2] for row in data["parameters"]["W_1"]] == [[1, 2], ["1/3", 4]]
    assert changed(FIRST)["variants"] == {}


def test_layers_change_places_with_their_weights() -> None:
    data = changed(SECOND, FIRST)
    assert [row[:2] for row in data["parameters"]["W_1"]] == [[1, 2], ["1/3", 4]]
    assert data["parameters"]["W_2"] == [row[:2] for row in from_text(FILE).data["parameters"]["W_1"]]


def test_without_a_bias_none_is_left_out_of_the_other_layers() -> None:
    bare = FILE.replace("b_2 = [0, 0.50]\n", "")
    assert "b_2" not in changed(FIRST, units(SECOND, 3), text=bare)["parameters"]


def test_a_convolution_is_added_before_dense_layers() -> None:
    image = FILE.replace("x = [1, -2, 0.5]", "X = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]").replace('"x"', '"X"')
    added = {"was": None, "layer": "conv", "settings": {"activation": "ReLU"}}
    flat = {"was": None, "layer": "flatten", "settings": {}}
    data = changed(added, flat, FIRST, SECOND, text=image)
    assert [len(row) for row in data["parameters"]["K_1"]] == [2, 2]
    assert [len(row) for row in data["parameters"]["W_2"]] == [4, 4]


SEQUENCE = """\
[data]
x_1 = [1, 0.5, -1]
x_2 = [0, 1, 2]
t = [1, 0]
[parameters]
W_1 = [[1, 2], [3, 4]]
[network]
input = "x"
target = "t"
layers = [{ units = 2, activation = "sigmoid" }]
loss = "squared error"
"""


@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru"])
def test_a_recurrent_layer_is_added_and_a_second_one_behind_it(kind: str) -> None:
    dense = {**SECOND, "was": 0}
    added = {"was": None, "layer": kind, "settings": {}}
    data = changed(added, dense, text=SEQUENCE, loss="squared error")
    inner = next(name for name in data["parameters"] if name.startswith("W_") and name != "W_1")
    assert [len(row) for row in data["parameters"][inner]] == [3, 3]
    first = {**added, "was": 0, "settings": {"return_sequences": True}}
    text = with_network(SEQUENCE, [added, dense], "squared error")
    twice = changed(first, added, {**dense, "was": 1}, text=text, loss="squared error")["parameters"]
    assert twice[f"{inner}^{{(1)}}"] == data["parameters"][inner] and inner not in twice
    assert [len(row) for row in twice[f"{inner}^{{(2)}}"]] == [2, 2]


def test_attention_is_added_to_tokens() -> None:
    tokens = SEQUENCE.replace("x_1 = [1, 0.5, -1]\nx_2 = [0, 1, 2]", "x = [[1, 0], [0, 2]]")
    data = changed({"was": None, "layer": "attention", "settings": {}}, {**SECOND, "was": 0}, text=tokens, loss="")
    assert data["parameters"].keys() == {"W_1", "W_Q", "W_K", "W_V"}
    assert [len(row) for row in data["parameters"]["W_Q"]] == [2, 2]


TOKENS = SEQUENCE.replace("x_1 = [1, 0.5, -1]\nx_2 = [0, 1, 2]", "x = [[1, 0], [0, 2], [1, 1], [-1, 0.5]]").replace(
    "t = [1, 0]", "t = [[1, 0], [0, 1]]"
)
"""Two tokens of four entries."""
READ_OUT = {**SECOND, "was": 0}


def attention(heads: int, was: int | None = None, **settings: Any) -> dict[str, Any]:
    return {"was": was, "layer": "attention", "settings": {"heads": heads, **settings}}


def sizes(values: dict[str, Any]) -> dict[str, tuple[int, int]]:
    return {name: (len(value), len(value[0])) for name, value in values.items() if isinstance(value[0], list)}


@pytest.mark.parametrize(("heads", "each"), [(2, 2), (4, 1), (3, 1)])
def test_attention_with_several_heads_gets_weights_that_share_the_entries(heads: int, each: int) -> None:
    data = changed(attention(heads), READ_OUT, text=TOKENS, loss="squared error")["parameters"]
    of_heads = {f"W_{{{letter},{i}}}": (each, 4) for letter in "QKV" for i in range(1, heads + 1)}
    assert sizes(data) == {"W_1": (2, heads * each), **of_heads}
    assert data["W_{Q,1}"] != data["W_{Q,2}"] != data["W_{K,1}"] != data["W_{Q,1}"]


def test_one_head_more_keeps_the_others_and_what_joins_them_grows() -> None:
    text = with_network(TOKENS, [attention(2), READ_OUT], "squared error")
    text = text.replace("[parameters]", "[parameters]\nW_O = [[1, 2, 3, 4], [5, 6, 7, 8], [1, 0, 0, 1]]")
    before = from_text(text).data["parameters"]
    after = changed(attention(3, 0), {**SECOND, "was": 1}, text=text, loss="squared error")["parameters"]
    kept = {name: value for name, value in before.items() if "," in name}
    assert kept.items() <= after.items() and sizes(after)["W_{V,3}"] == (2, 4)
    assert [row[:4] for row in after["W_O"]] == before["W_O"] and sizes(after)["W_O"] == (3, 6)
    assert after["W_1"] == [row[:3] for row in before["W_1"]]


def test_a_head_less_and_a_second_attention_layer_take_their_weights_along() -> None:
    text = with_network(TOKENS, [attention(2), READ_OUT], "squared error")
    before = from_text(text).data["parameters"]
    twice = changed(attention(2, 0), attention(1), {**SECOND, "was": 1}, text=text, loss="squared error")["parameters"]
    assert twice["W_{K,2}^{(1)}"] == before["W_{K,2}"] and sizes(twice)["W_Q^{(2)}"] == (4, 4)
    fewer = changed(attention(1, 0), {**SECOND, "was": 1}, text=text, loss="squared error")["parameters"]
    assert fewer.keys() == {"W_Q", "W_K", "W_V", "W_1"}


def test_attention_across_looks_at_entries_of_its_own() -> None:
    text = TOKENS.replace("\nt = ", "\nM = [[1, 2, 0], [0, 1, 1]]\nt = ")
    data = changed(attention(2, memory='"M"'), READ_OUT, text=text, loss="squared error")["parameters"]
    assert sizes(data)["W_{Q,1}"] == (2, 4) and sizes(data)["W_{K,2}"] == sizes(data)["W_{V,1}"] == (2, 2)


@pytest.mark.parametrize(("given", "largest"), [("3", 3), ("[2, 5, 1]", 5)])
def test_an_embedding_gets_a_column_for_each_number(given: str, largest: int) -> None:
    target = "[1, 0]" if given == "3" else "[[1, 0, 1], [0, 1, 0]]"
    text = TOKENS.replace("x = [[1, 0], [0, 2], [1, 1], [-1, 0.5]]", f"x = {given}").replace(
        "t = [[1, 0], [0, 1]]", f"t = {target}"
    )
    added = {"was": None, "layer": "embedding", "settings": {}}
    new = with_network(text, [added, units(READ_OUT, 3)], "squared error")
    data = changed({**added, "was": 0}, {**SECOND, "was": 1}, text=new, loss="squared error")["parameters"]
    assert sizes(from_text(new).data["parameters"]) == {"E": (2, largest), "W_1": (3, 2)}
    assert sizes(data) == {"E": (2, largest), "W_1": (2, 2)}
    longer = new.replace("E = [[", "E = [[9, 9, ").replace("], [", "], [9, 9, ", 1)
    kept = with_network(longer, [{**added, "was": 0}, {**SECOND, "was": 1}], "squared error")
    assert from_text(kept).data["parameters"]["E"] == from_text(longer).data["parameters"]["E"]


def test_every_size_of_a_weight_is_one_that_is_known() -> None:
    letters = {letter for kind in LAYERS.values() for sizes in kind.weights({}).values() for letter in sizes}
    assert letters - {"?"} == set(SIZE_LETTERS)


def test_behind_an_embedding_everything_has_its_weights() -> None:
    text = TOKENS.replace("x = [[1, 0], [0, 2], [1, 1], [-1, 0.5]]", "x = [2, 3]")
    layers = [
        {"was": None, "layer": "embedding", "settings": {}},
        attention(2),
        units({**SECOND, "was": None}, 3),
        READ_OUT,
    ]
    values = changed(*layers, text=text, loss="squared error")["parameters"]
    assert sizes(values) == {"E": (2, 3), "W_1": (3, 2), "W_2": (2, 3), **{
        f"W_{{{letter},{i}}}": (1, 2) for letter in "QKV" for i in (1, 2)}}  # fmt: skip


@pytest.mark.parametrize("heads", [0, -1, 1.5, "two", True, 10**9])
def test_heads_that_cannot_be_bring_no_weights(heads: Any) -> None:
    data = from_text(with_network(TOKENS, [attention(heads), READ_OUT], "squared error")).data
    assert not [name for name in data["parameters"] if "Q" in name]


def test_what_a_form_cannot_show_stays_as_text() -> None:
    odd = FILE.replace('{ units = 2, activation = "tanh" }', '{ units = 2, activation = "tanh", colour = "red" }')
    first, second = network_form(odd)["layers"]
    assert first == {"text": '{ units = 2, activation = "tanh", colour = "red" }'} and second["layer"] == "dense"
    assert with_network(odd, [{**first, "was": 0}, SECOND], LOSS) == odd


def test_a_setting_that_cannot_be_read_is_told() -> None:
    pool = {"was": None, "layer": "maxpool", "settings": {"size": "[2, "}}
    with pytest.raises(InputError, match="TOML"):
        with_network(FILE, [pool, FIRST, SECOND], LOSS)


def test_a_layout_that_cannot_be_written_is_told_and_nothing_is_lost() -> None:
    inline = FILE.replace("[data]\nx = [1, -2, 0.5]\nt = [1, 0]\n", "data = { x = [1, -2, 0.5], t = [1, 0] }\n")
    Problem.loads(inline)
    with pytest.raises(InputError, match="cannot change this file"):
        with_network(inline, [FIRST, units(SECOND, 3)], LOSS)


def test_another_loss_and_none() -> None:
    assert changed(FIRST, SECOND, loss="squared error")["network"]["loss"] == "squared error"
    assert "loss" not in changed(FIRST, SECOND, loss="")["network"]


NETWORKS = [
    name for name in examples.names() if network_form(examples.path(name).read_text("utf-8"))["of"] == "network"
]


@pytest.mark.parametrize("name", NETWORKS)
def test_the_form_of_a_built_in_problem_writes_that_problem(name: str) -> None:
    text = examples.path(name).read_text("utf-8")
    form = network_form(text)
    layers = [{**layer, "was": i} for i, layer in enumerate(form["layers"])]
    assert from_text(with_network(text, layers, form["loss"])).data == from_text(text).data


@pytest.mark.parametrize(
    ("key", "value", "wanted"),
    [
        ("b", "[1]", "a = 1\nb = [1] # two\n"),
        ("c", '"x"', 'a = 1\nb = [2,\n 3] # two\nc = "x"\n'),
        ("a", None, "b = [2,\n 3] # two\n"),
    ],
)
def test_one_value_is_written(key: str, value: str | None, wanted: str) -> None:
    text = "# head\n[data]\na = 1\nb = [2,\n 3] # two\n\n[model]\nequations = 'a = 2'\n"
    assert with_value(text, "data", key, value) == text.replace("a = 1\nb = [2,\n 3] # two\n", wanted)


def test_a_table_that_is_missing_is_added() -> None:
    new = with_value("title = 'x'\n[model]\nequations = 'y = w'\n", "parameters", "w", "1")
    assert new == "title = 'x'\n[parameters]\nw = 1\n\n[model]\nequations = 'y = w'\n"


def test_values_are_written_as_toml() -> None:
    data = from_text('v = [1, 2.50, "1/3", true, { "a b" = "x\\n" }]').data["v"]
    assert toml(data) == '[1, 2.50, "1/3", true, { "a b" = "x\\n" }]'
