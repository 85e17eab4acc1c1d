"""Other ways through a page to practise in: numbers anew, hints, a training pass by pass."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from support.browsers import BOTH, browsing, judged_here, offline_tab, ready
from support.practising import file_without_engine, fill, step

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=BOTH)
def tab(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """This process judges: that the Python in a page replies the same to every request is shown by
    `test_practice_page`.
    """
    with browsing(request.param) as browser:
        tab = judged_here(offline_tab(browser))
        tab.goto(file_without_engine(tmp_path_factory.mktemp("units"), "en", "Two units").as_uri())
        ready(tab)
        yield tab


def test_hints_go_on_in_three_levels_and_then_the_step_is_shown(tab: Any) -> None:
    fill(tab, a_1="0.5", a_2="-2.25")
    tab.press("[name='a[2]']", "Enter")
    step(tab, "a[1]").locator(".verdicts.correct").wait_for()
    place = step(tab, "h[1]")
    for level, said in enumerate(("Apply the function", "tanh", "tanh(0.5)"), start=1):
        place.get_by_role("button", name="Hint" if level == 1 else "Another hint").click()
        shown = place.locator(".help > div").nth(level - 1)
        shown.wait_for()
        assert said in "".join(shown.inner_text().split("\n")).replace("⁡", ""), level
    assert place.get_by_role("button", name="Another hint").is_disabled()
    assert "0.4621" not in place.locator(".help").inner_text()
    place.get_by_role("button", name="Show this step").click()
    place.locator(".help > div").nth(3).wait_for()
    assert "0.4621" in place.locator(".help > div").nth(3).inner_text()
    tab.wait_for_selector("#progress .mark.shown")


def test_a_step_that_was_skipped_is_come_back_to(tab: Any) -> None:
    tab.focus("[name='y']")
    step(tab, "y").get_by_role("button", name="Skip").click()
    assert tab.evaluate("document.activeElement.name") == "L"
    skipped = tab.locator("#progress .mark.skipped")
    assert skipped.count() == 1 and skipped.get_attribute("aria-label") == "y, skipped"
    skipped.click()
    assert tab.evaluate("document.activeElement.name") == "y"
    fill(tab, y="2.418")
    tab.press("[name='y']", "Enter")
    step(tab, "y").locator(".verdicts.correct").wait_for()
    assert tab.locator("#progress .mark.skipped").count() == 0


def test_new_numbers_are_drawn_stay_after_a_reload_and_go_back(tab: Any) -> None:
    given = tab.inner_text("#exercise .givens")
    tab.get_by_role("button", name="New numbers").click()
    tab.wait_for_function("given => document.querySelector('#exercise .givens').innerText !== given", arg=given)
    drawn = tab.inner_text("#exercise .givens")
    assert tab.input_value("[name='a[1]']") == "" and "central differences" in tab.inner_text("#numbers")
    x = [float(field.input_value()) for field in tab.locator("#numbers [name^='given x']").all()]
    fill(tab, a_1=f"{0.5 * x[0] + x[1] + 0.5:.4f}", a_2=f"{0.25 * x[1] - x[0]:.4f}")
    tab.press("[name='a[2]']", "Enter")
    step(tab, "a[1]").locator(".verdicts.correct").wait_for()
    tab.reload()
    ready(tab)
    assert tab.inner_text("#exercise .givens") == drawn
    step(tab, "a[1]").locator(".verdicts.correct").wait_for()
    tab.click("#numbers summary")
    tab.get_by_role("button", name="The numbers given at first").first.click()
    tab.wait_for_function("given => document.querySelector('#exercise .givens').innerText === given", arg=given)
    assert tab.input_value("[name='y']") == "2.418"


def test_a_number_that_is_dragged_moves_the_page_its_curve_and_its_passes(tab: Any) -> None:
    tab.click("#to-explore")
    tab.wait_for_selector("#explored .result")
    tab.select_option("#weight", "v[2]")
    tab.wait_for_function("document.querySelector('#explore figcaption').textContent.includes('−2')")
    before, curve = tab.inner_text("#explored"), tab.get_attribute("#explore path.loss", "d")
    field = tab.locator("#explore [name='given v[2]']")
    box = field.bounding_box()
    tab.mouse.move(box["x"] + 20, box["y"] + 10)
    tab.mouse.down()
    tab.mouse.move(box["x"] + 38, box["y"] + 10, steps=3)
    tab.mouse.up()
    assert field.input_value() == "1"
    tab.wait_for_function("before => document.querySelector('#explored').innerText !== before", arg=before)
    tab.wait_for_function("document.querySelector('#explore figcaption').textContent.includes(' 1')")
    assert tab.get_attribute("#explore path.loss", "d") != curve
    for k in (2, 3):
        tab.get_by_role("button", name="Next pass").click()
        tab.wait_for_function(f"document.querySelector('#explore .bar [role=status]').textContent === 'Pass {k} of 3'")
    assert "updates" in tab.inner_text("#explored") and tab.get_by_role("button", name="Next pass").is_disabled()
    tab.click("#to-exercise")


def test_what_was_done_is_not_lost_by_a_slip_of_the_hand(tab: Any) -> None:
    tab.once("dialog", lambda dialog: dialog.dismiss())
    tab.get_by_role("button", name="Start anew").click()
    assert tab.input_value("[name='y']") == "2.418"
    tab.once("dialog", lambda dialog: dialog.accept())
    tab.get_by_role("button", name="Start anew").click()
    tab.wait_for_function("document.querySelector(\"[name='y']\").value === ''")
