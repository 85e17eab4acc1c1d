"""What `[page]` puts on a page, leaves out, and in which order."""

import re

import pytest

import derive
from derive import Problem
from derive.errors import InputError

UNIT = """
[data]
x = [1, 2]
y = 1
[parameters]
u = [0.4, -0.3]
a = 0.2
[model]
equations = '''
p = u^T x + a
q = tanh(p)
L = (q - y)^2
'''
loss = "L"
[update]
learning_rate = 0.1
[page]
"""


def page(settings: str, form: str = "txt", text: str = UNIT) -> str:
    return derive.solve(Problem.loads(text + settings, "unit")).text(form)


@pytest.mark.parametrize(
    ("settings", "gone"),
    [
        ("intro = false", "Numbers are printed"),
        ("closed = false", "The same in one expression"),
        ("check = false", "Checked by"),
        ("update = false", "Update"),
        ("update = false", "After the update"),
        ("figures = false", "→"),
        ('reasons = "none"', "Chain rule"),
    ],
)
def test_a_switch_takes_one_thing_off_the_page(settings: str, gone: str) -> None:
    assert gone in page("") and gone not in page(settings)


def test_each_picture_has_a_switch() -> None:
    def drawn(settings: str) -> list[str]:
        return re.findall(r"unit-(\w+)\.svg", page(settings, "md"))

    assert drawn("") == ["network", "graph"]
    assert drawn('figures = ["graph"]') == ["graph"] and drawn("figures = []") == []


def test_short_reasons_keep_the_first_of_a_step_and_what_is_a_convention() -> None:
    at_kink = UNIT.replace("tanh(p)", "ReLU(p)").replace("u = [0.4, -0.3]", "u = [0.2, -0.2]")
    full, short, none = (page(f'reasons = "{kind}"', text=at_kink) for kind in ("full", "short", "none"))
    assert all("By convention" in text for text in (full, short, none))
    assert "The backward pass begins" in short and "The backward pass begins" not in none
    assert len(none) < len(short) <= len(full)


def test_the_order_and_page_breaks_are_the_teacher_s() -> None:
    text = page('order = ["check", "closed"]\nbreaks = ["backward", "after"]', "tex")
    places = [text.index(words) for words in ("Checked by", "one expression", "Given", "Backward")]
    assert places == sorted(places)
    assert text.count("\\clearpage") == 2
    assert text.index("\\clearpage") < text.index("Backward propagation") < text.rindex("\\clearpage")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('figures = ["net"]', "`figures` cannot have `net`"),
        ("figures = 3", "`figures` is a number"),
        ('order = "given"', "`order` is a text"),
        ('breaks = ["given"]', "known: passes"),
        ('reasons = "some"', "`reasons` cannot be `some`"),
    ],
)
def test_what_is_wrong_with_a_switch_is_told(line: str, message: str) -> None:
    with pytest.raises(InputError) as found:
        Problem.loads(UNIT + line)
    assert message in str(found.value)


def test_switches_stand_in_the_problem_file_that_is_written() -> None:
    settings = 'intro = false\nfigures = ["graph"]\norder = ["figures"]'
    again = Problem.loads(page(settings, "toml"))
    assert again.page == Problem.loads(UNIT + settings).page
