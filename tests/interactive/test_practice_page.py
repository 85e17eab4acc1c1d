"""A student's path through the page to practise in: Chromium opens the file from disk, with the network off."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.accessibility import flaws
from support.browsers import ASK, BOTH, browsing, downloaded, held, offline_tab, ready
from support.practising import REQUESTS
from support.solutions import solved

import derive
from derive import examples
from derive.classroom.folder.classroom import Classroom
from derive.classroom.grading import GradingOptions, grade
from derive.classroom.papers.production import produce
from derive.classroom.workers.engine import engine
from derive.interactive.desk import ACTIONS, Desk
from derive.interactive.engine import b85

pytestmark = pytest.mark.slow
LARGEST = 16_000_000  # bytes of the page
AFTER = ("dL/dz_2", "dL/dW_2", "dL/db_2", "dL/dA_1", "dL/dz_1", "dL/dW_1", "dL/db_1")
"""The slip, a sign, and all that goes on from it."""


def test_base_85_is_text_that_html_leaves_alone() -> None:
    assert not set(b85(bytes(range(256)) * 40)) & set("<&\"'\\/ \n")


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Classroom:
    """A class of one, whose paper is the notes to practise."""
    folder = tmp_path_factory.mktemp("class")
    roster = folder / "roster.csv"
    roster.write_text("student_id,last_name,first_name,email\ns1,Noether,Emmy,e@uni.example\n", "utf-8")
    room = Classroom.create(folder / "class", examples.path("notes"), roster, seed="a seed", formats=("practice",))
    with engine(1) as calls:
        assert not produce(room, calls).statuses
    return room


@pytest.fixture(scope="module")
def file(room: Classroom) -> Path:
    (made,) = (room.folder / "sheets").iterdir()
    assert made.name.endswith("-practice.html") and not list((room.folder / "keys").iterdir())
    assert made.stat().st_size < LARGEST and "a seed" not in made.read_text("utf-8")
    return made


@pytest.fixture(scope="module")
def downloads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("downloads")


@pytest.fixture(scope="module", params=BOTH)
def browser(request: pytest.FixtureRequest, downloads: Path) -> Iterator[Any]:
    with browsing(request.param, downloads) as opened:
        yield opened


@pytest.fixture(scope="module")
def tab(browser: Any, file: Path) -> Any:
    """The page in a browser that asks for nothing; it can be read before it judges."""
    tab = offline_tab(browser)
    tab.goto(file.as_uri())
    assert tab.is_visible("[name='z_1[1]']") and "Emmy Noether" in tab.inner_text("header")
    ready(tab)
    return tab


def texts(step: str) -> list[str]:
    """What the solution prints for a step, entry by entry; behind the slip with the other sign."""
    flat: list[str] = []

    def collect(value: Any) -> None:
        for each in value if isinstance(value, tuple) else ():
            collect(each)
        if isinstance(value, str):
            flat.append(value.replace("·10^", "e"))

    collect(solved("notes")[step].printed)
    return [text.removeprefix("-") if text[0] == "-" else f"-{text}" for text in flat] if step in AFTER else flat


def fields(tab: Any, step: str) -> list[Any]:
    found = tab.query_selector_all(f"#exercise [name='{step}'], #exercise [name^='{step}[']")
    assert found, step
    return list(found)


def answer(tab: Any, step: str) -> str:
    """Type a step's numbers and press Enter; the verdict."""
    inputs = fields(tab, step)
    for field, text in zip(inputs, texts(step), strict=True):
        field.fill(text)
    inputs[-1].press("Enter")
    place = inputs[-1].evaluate_handle("field => field.closest('.step')")
    verdicts = "place => [...place.querySelectorAll('.verdicts')].at(-1)"
    tab.wait_for_function(f"place => ({verdicts})(place).className !== 'verdicts '", arg=place)
    return str(place.evaluate(f"place => ({verdicts})(place).className")).removeprefix("verdicts ")


def asked(tab: Any) -> list[str]:
    """The steps with marks, in their order."""
    names = tab.evaluate("[...document.querySelectorAll('#exercise input[name]')].map(field => field.name)")
    steps = dict.fromkeys(name.partition("[")[0] for name in names)
    return [step for step in steps if not step.startswith("dA_")]


def test_a_hundred_answers_need_no_more_memory(tab: Any, browser: Any) -> None:
    """Of a tab as Linux counts it in Chromium, while it judges; the page starts anew after it."""
    if browser.browser_type.name != "chromium" or not Path("/proc/self/smaps_rollup").exists():
        pytest.skip("only Chromium tells its processes, and only Linux their memory")
    sizes = []
    for i in range(100):
        tab.fill("[name='z_2']", f"18,{i}")
        tab.press("[name='z_2']", "Enter")
        tab.wait_for_function("document.querySelector('.step:has([name=z_2]) .verdicts').className !== 'verdicts '")
        if i in {30, 99}:
            sizes.append(held(browser) / 1e6)
    assert sizes[1] < 300 and sizes[1] - sizes[0] < 10, sizes
    tab.once("dialog", lambda dialog: dialog.accept())
    tab.get_by_role("button", name="Start anew").click()
    tab.wait_for_function("document.querySelector('[name=z_2]').value === ''")


def test_a_student_does_the_notes_with_one_slip_and_hands_them_in(
    tab: Any, room: Classroom, tmp_path: Path, downloads: Path
) -> None:
    steps = asked(tab)
    before, behind = steps[: steps.index("dL/dz_2")], steps[steps.index("dL/dz_2") :]
    assert {step: answer(tab, step) for step in before} == dict.fromkeys(before, "correct")
    assert answer(tab, "dL/dz_2") == "wrong"
    tab.wait_for_function("document.querySelector('#announce').textContent.includes('the sign is turned round')")
    tab.reload()
    ready(tab)
    assert tab.input_value("[name='z_1[2]']") == texts("z_1")[1]
    tab.wait_for_function("document.querySelectorAll('.mark.correct').length === 6")
    assert {step: answer(tab, step) for step in behind[1:]} == dict.fromkeys(behind[1:], "follows")
    again = tab.query_selector("#exercise .step[data-step='dL/dW_1'] .again button")
    again.click()
    assert tab.evaluate("document.activeElement.name") == "dL/dz_2"
    assert tab.inner_text("#count").endswith("12 of 13 marks")
    returned = downloaded(tab, lambda: tab.click("#hand-in"), downloads)
    assert derive.check(solved("notes"), returned).marks == 12
    marked = grade(room.folder, [returned], tmp_path / "grades", GradingOptions(formats=(), workers=1))
    assert marked is not None
    (row,) = csv.DictReader((tmp_path / "grades" / "grades.csv").read_text("utf-8-sig").splitlines())
    assert (row["student_id"], float(row["score"])) == ("s1", 12)


def test_the_page_is_accessible(tab: Any) -> None:
    """With verdicts, a hint, a worked step and the summary on it, at two widths, light and dark: axe finds nothing."""
    for button in ("Hint", "Show this step"):
        tab.locator("#exercise .step").nth(3).get_by_role("button", name=button).click()
    tab.wait_for_function("document.querySelectorAll('.help > div').length === 2")
    tab.click("#summarise")
    tab.wait_for_selector("#summary h2")
    assert flaws(tab) == []
    tab.click("#to-explore")
    assert flaws(tab, [375], ["dark"]) + flaws(tab, [1280], ["light"]) == []


def test_a_pasted_matrix_fills_the_cells_and_arrows_lead_through_them(tab: Any) -> None:
    tab.click("#to-working")
    tab.fill("#work", "[[1,5; 2; 3]; [4; 5; 6]; [7; -8; .9]]")
    tab.focus("#work")
    tab.keyboard.press("Control+a")
    tab.keyboard.press("Control+c")
    tab.click("#to-exercise")
    first = fields(tab, "dL/dW_1")[0]
    first.focus()
    tab.keyboard.press("Control+v")
    filled = ["1,5", "2", "3", "4", "5", "6", "7", "-8", ".9"]
    assert [field.input_value() for field in fields(tab, "dL/dW_1")] == filled
    first.focus()
    tab.keyboard.press("ArrowDown")
    assert tab.evaluate("document.activeElement.name") == "dL/dW_1[2,1]"


def test_what_is_typed_is_shown_as_it_is_read_in_mathlive_and_in_a_plain_field(tab: Any) -> None:
    step = tab.locator("#exercise .step[data-step='L']").first
    step.get_by_role("button", name="Write it as one text").click()
    tab.wait_for_function("document.activeElement.tagName === 'MATH-FIELD'")
    tab.keyboard.type("(A_2-Y)^2")
    step.locator(".read math").wait_for()
    tab.keyboard.press("Enter")
    step.locator(".verdicts.correct").wait_for()
    tab.click("#mathematics")
    step.locator(".whole input").fill("(A_2 - 18)^2 + 1")
    step.locator(".read math").wait_for()
    step.locator(".whole input").press("Enter")
    step.locator(".verdicts.wrong").wait_for()


def test_free_working_is_marked(tab: Any) -> None:
    tab.click("#to-working")
    tab.fill("#work", "z_1 = [3,9; 12,1; 20,3]\nA_1 = z_1\nz_2 = 18,4")
    tab.click("#working .main")
    tab.wait_for_selector("#working .verdict.wrong")
    assert tab.locator("#working .verdict.correct").count() == 2


def test_other_numbers_change_the_exercise_and_the_page_that_is_explored(tab: Any) -> None:
    tab.click("#to-explore")
    tab.wait_for_selector("#explored .result")
    weight = tab.locator("#explore [aria-label='W_2[1,1]']")
    weight.focus()
    tab.keyboard.press("Alt+ArrowUp")
    assert weight.input_value() == "0,3"
    tab.select_option("#weight", "W_2[1,1]")
    told = "document.querySelector('#explore .plot title').textContent"
    tab.wait_for_function(f"{told}.startsWith('w₂,₁ = 0,3: the loss')")
    tab.click("#to-exercise")
    tab.click("#numbers summary")
    tab.fill("#numbers [name='given b_2']", "-17,5")
    tab.get_by_role("button", name="Work with these numbers").click()
    tab.wait_for_selector("#numbers .note")
    tab.fill("[name='z_2']", "0,3")
    tab.press("[name='z_2']", "Enter")
    tab.wait_for_selector(".verdicts.correct")


def test_the_python_in_a_browser_replies_what_this_one_replies(tab: Any) -> None:
    """To every kind of request, to the letter. The page's own exercise is gone after this."""
    desk = Desk()
    for request in REQUESTS:
        assert tab.evaluate(ASK, request) == desk.ask(request), request["do"]
    assert {request["do"] for request in REQUESTS} == set(ACTIONS)


def test_pages_made_in_the_browser_are_those_made_outside(tab: Any) -> None:
    """To the letter, with their pictures: long sums, softmax, convolutions, a training, gates, languages."""
    for name, language in {"self_attention": "en", "cnn": "ru", "adam_network": "en", "gru": "kk"}.items():
        problem = f'language = "{language}"\n{examples.path(name).read_text("utf-8")}'
        desk, opened = Desk(), {"do": "open", "problem": problem, "name": name}
        assert tab.evaluate(ASK, opened) == desk.ask(opened)
        for form in ("md", "html", "tex", "typ"):
            request = {"do": "text", "format": form}
            assert tab.evaluate(ASK, request) == desk.ask(request), (name, form)
