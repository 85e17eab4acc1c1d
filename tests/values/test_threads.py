"""Threads: the bytes that several threads make at once are those that one makes; precision is nobody else's."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from flint import ctx

import derive
from derive import examples
from derive.calculus.scalars import precision
from derive.problem.problem import Problem

NAMES = ("notes", "mazur", "victorzhou_neuron", "logistic_samples")
TIED = "[data]\nw = {}\nx = 3\n[model]\nloss = 'L'\nequations = 'L = relu(exp(w) exp(-w) - 1) + tanh(w x)'\n"


@pytest.fixture(autouse=True)
def _switching_often() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


def page(name: str) -> str:
    solution = derive.solve(examples.path(name))
    return solution.text("tex") + solution.text("json")


def test_eight_threads_write_what_one_writes() -> None:
    alone = {name: page(name) for name in NAMES}
    with ThreadPoolExecutor(8) as pool:
        for name, found in zip(NAMES * 2, pool.map(page, NAMES * 2), strict=True):
            assert found == alone[name], name


def test_what_needs_more_bits_does_not_disturb_what_needs_fewer() -> None:
    problems = [Problem.loads(TIED.format(f"0.{i}")) for i in range(1, 9)]

    def text(problem: Problem) -> str:
        return derive.solve(problem).text("md")

    alone = list(map(text, problems))
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(text, problems)) == alone


def test_one_solution_is_read_by_several_threads() -> None:
    formats = ("md", "tex", "txt", "json") * 2
    alone = derive.solve(examples.path("mazur"))
    shared = derive.solve(examples.path("mazur"))
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(shared.text, formats)) == list(map(alone.text, formats))


def precision_seen(bits: int) -> int:
    with precision(bits):
        return int(ctx.prec)


def test_a_block_of_a_precision_belongs_to_one_thread() -> None:
    with ThreadPoolExecutor(1) as pool:
        with precision(64):
            waiting = pool.submit(precision_seen, 512)
            assert "0" in derive.solve(examples.path("victorzhou_neuron")).text("txt")
            assert not waiting.done()
            assert precision_seen(128) == 128
            assert ctx.prec == 64
        assert waiting.result(60) == 512
