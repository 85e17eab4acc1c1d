"""While a problem is worked out garbage is looked for rarely; afterwards as before."""

import gc
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest
from support.solutions import problem_of

import derive
from derive.memory import RARELY, rarely_collecting


@pytest.fixture(autouse=True)
def threshold() -> Iterator[tuple[int, int, int]]:
    before = gc.get_threshold()
    yield before
    gc.set_threshold(*before)


def test_the_setting_comes_back(threshold: tuple[int, int, int]) -> None:
    with rarely_collecting:
        assert gc.get_threshold() == RARELY
        with rarely_collecting:
            pass
        assert gc.get_threshold() == RARELY
    assert gc.get_threshold() == threshold


def test_the_setting_comes_back_after_a_fault(threshold: tuple[int, int, int]) -> None:
    with pytest.raises(ZeroDivisionError), rarely_collecting:
        print(1 / 0)
    assert gc.get_threshold() == threshold


def test_who_has_switched_the_collector_off_keeps_it_off() -> None:
    gc.set_threshold(0, 10, 10)
    with rarely_collecting:
        assert gc.get_threshold()[0] == 0
    assert gc.get_threshold() == (0, 10, 10)


def test_what_was_made_is_looked_at_no_more_soon_after() -> None:
    """One look over all of it took as long as the derivation of a large batch."""
    with rarely_collecting:
        made = [[i] for i in range(10_000)]
    young = {id(each) for generation in (0, 1) for each in gc.get_objects(generation)}
    assert len(made) == 10_000 and young.isdisjoint(map(id, made))


def test_what_the_program_around_has_frozen_stays_frozen() -> None:
    gc.freeze()
    try:
        with rarely_collecting:
            pass
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()


def test_the_last_of_several_threads_puts_it_back(threshold: tuple[int, int, int]) -> None:
    inside, leave = Event(), Event()

    def other() -> None:
        with rarely_collecting:
            inside.set()
            leave.wait(10)

    thread = Thread(target=other)
    with rarely_collecting:
        thread.start()
        assert inside.wait(10)
    assert gc.get_threshold() == RARELY
    leave.set()
    thread.join(10)
    assert gc.get_threshold() == threshold


@pytest.mark.parametrize("name", ["notes", "cnn", "logistic_samples", "adam_network", "hessian"])
def test_a_program_that_solves_and_marks_all_day_holds_nothing_of_it(name: str, tmp_path: Path) -> None:
    """What was solved, written and marked goes with its last name: no circle waits for the collector, which does not
    look among what lives long for weeks of a server's work. 33 is what `json` leaves behind where it indents.
    """
    work = tmp_path / "work.txt"
    steps = derive.solve(problem_of(name)).ids[:5]
    work.write_text("".join(f"{step} = 1, then 2; [3; 4]\n" for step in steps), "utf-8")

    def a_day() -> None:
        solution = derive.solve(problem_of(name))
        assert all(solution.text(form) for form in ("md", "tex", "html", "typ", "json", "toml"))
        assert derive.check(problem_of(name), work).items

    a_day()
    gc.collect()
    gc.disable()
    try:
        a_day()
        assert gc.collect() <= 33
    finally:
        gc.enable()
