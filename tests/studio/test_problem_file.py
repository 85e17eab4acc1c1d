"""What the editor says of a place in a problem file: which words it offers there, and the kind of each token."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest
from support.node import script

from derive import examples
from derive.studio.vocabulary import vocabulary

pytestmark = pytest.mark.slow
NAMES = [{"name": "W_1", "shape": [3, 3]}, {"name": "z_1", "shape": [3]}]
EQUATIONS = '[model]\nequations = """\nz_1 = W_1 x\n'
CASES = [
    ("tit", "tit", "title"),
    ("[", "", "network"),
    ('[model]\nloss = "L"\n[upd', "upd", "update"),
    ("[update]\nlearn", "learn", "learning_rate"),
    ("[data]\nx = [1, 2]\n\n[numbers]\ncar", "car", "carry"),
    ("[numbers]\ncarry = ", "", "rounded"),
    ('[numbers]\ncarry = "ro', "ro", "rounded"),
    ('[network]\nloss = "', "", "squared error"),
    ('[update]\nrule = "', "", "adam"),
    ('[network]\nlayers = [{ layer = "', "", "conv"),
    ('[network]\nlayers = [{ units = 3, activation = "Re', "Re", "ReLU"),
    ('[network]\nlayers = [\n  { layer = "conv", str', "str", "stride"),
    (EQUATIONS + "A_1 = tan", "tan", "tanh"),
    (EQUATIONS + "A_1 = W", "W", "W_1"),
    ('[parameters]\nvv = 2\n[model]\nequations = """\nqq = 3 v', "v", "vv"),
    ('[model]\nequations = """\nqq = 3\nr = q', "q", "qq"),
    (EQUATIONS + '"""\nlo', "lo", "loss"),
    ("[model]\nequations = '''\nz = x'''\ngra", "gra", "gradients"),
    (EQUATIONS + '"""\nloss = "z', "z", "z_1"),
]


@cache
def offered() -> list[Any]:
    """What is offered at the end of each case, in one run."""
    texts = [text for text, _, _ in CASES] + ["[data]\nx = ", "# a comm", 'title = "[net', "[model] # [", "", "x = 1"]
    call = f"{json.dumps(texts)}.map(text => offers(text, {json.dumps(vocabulary())}, {json.dumps(NAMES)}))"
    return list(script("offers", "problem_file.js", call))


@pytest.mark.parametrize("case", range(len(CASES)))
def test_what_may_be_written_is_offered(case: int) -> None:
    text, typed, wanted = CASES[case]
    found = offered()[case]
    assert text[found["from"] :] == typed
    assert wanted in [each["label"] for each in found["options"]]


def test_a_shape_and_an_example_stand_beside_an_offer() -> None:
    found = {each["label"]: each for each in offered()[12]["options"]}
    assert found["W_1"]["detail"] == "3×3"
    assert found["tanh"]["apply"] == "tanh(" and found["tanh"]["detail"] == "tanh(z)"


def test_nothing_is_offered_where_anything_may_stand() -> None:
    assert offered()[len(CASES) : len(CASES) + 4] == [None] * 4


def kinds(text: str) -> list[str]:
    """The kinds of a text's tokens."""
    call = f"""(() => {{
      const place = beginning(), operations = new Set(["tanh", "sigmoid"]), found = [];
      for (const line of {json.dumps(text)}.split("\\n")) {{
        const stream = lineStream(line);
        while (!stream.eol()) found.push(token(stream, place, operations));
      }}
      return found.filter(Boolean);
    }})()"""
    return list(script("beginning, lineStream, token", "problem_file.js", call))


def test_tokens_have_kinds() -> None:
    assert kinds('[model] # so\nequations = "y = tanh(x^2)"\nloss = "y"') == [
        "heading", "comment", "property", "text", "name", "operator", "operation", "operator", "name", "operator",
        "number", "operator", "text", "property", "text", "text",
    ]  # fmt: skip
    assert set(kinds(examples.path("notes").read_text("utf-8"))) == {
        "comment", "property", "text", "heading", "number", "name", "operator", "operation",
    }  # fmt: skip
