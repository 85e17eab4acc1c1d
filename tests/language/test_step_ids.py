"""What everything outside calls a value, read in one place."""

import pytest

from derive.language.step_ids import StepId

WRITTEN = [
    ("z_1", StepId("z_1")),
    ("z_1@2", StepId("z_1", 2)),
    ("dL/dW_1@12[2,3]", StepId("dL/dW_1", 12, (2, 3))),
    ("dL/dA_1|z_2[1]", StepId("dL/dA_1|z_2", None, (1,))),
    ("h_1:2@1", StepId("h_1:2", 1)),
    ("W@0", StepId("W", 0)),
    ("a^[1]", StepId("a^[1]")),
    ("a^[1]@3[4]", StepId("a^[1]", 3, (4,))),
    ("z_{f,1}[2]", StepId("z_{f,1}", None, (2,))),
]


@pytest.mark.parametrize(("text", "parts"), WRITTEN)
def test_an_id_is_its_parts(text: str, parts: StepId) -> None:
    assert StepId.parse(text) == parts
    assert str(parts) == text
    assert StepId.parse(text).whole == StepId(parts.name, parts.k)


@pytest.mark.parametrize(("text", "same"), [("W_f^{(1)}", "W_f^(1)"), ("da^{[2]}/dz [1, 2]", "da^[2]/dz[1,2]")])
def test_braces_and_blanks_change_nothing(text: str, same: str) -> None:
    assert str(StepId.parse(text)) == same


@pytest.mark.parametrize("text", ["", "@", "z@", "z@x", "[1]", "z[", "z[a]", "z[1;2]", "^[1]", "z@1@2", "\n", "]["])
def test_text_that_is_no_id_has_only_a_name(text: str) -> None:
    found = StepId.parse(text)
    assert str(found) == text


def test_a_number_that_is_missing_is_no_entry() -> None:
    assert StepId.parse("z[2,]").entry == (2, 0)
    assert StepId.of_entry("z", (1, 0)) == "z[2,1]"
    assert StepId.of_entry("z", ()) == "z"
