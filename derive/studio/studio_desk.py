"""What answers in the studio: beside all that a desk does, a file as it is written, the built-in problems, downloads.

    desk = StudioDesk()
    desk.ask({"do": "work", "problem": text, "name": "handout"})

Each request brings the file's text: the desk works it out again only where it is another.
"""

from collections.abc import Mapping
from typing import Any

from derive import examples
from derive.errors import DeriveError
from derive.interactive.desk import ACTIONS, Action, Desk, Reply, Request, fault_reply, faults_of, requested
from derive.interactive.exercise import Exercise, Source
from derive.interactive.one_file import PARTS_TO_FILL
from derive.language.expressions import Shape
from derive.language.names import Name
from derive.notation.notations import ASCII
from derive.problem.problem import Problem
from derive.solution import Solution
from derive.studio.network_form import network_form, with_network
from derive.variants.new_network import NetworkPlan, problem_file, read_units
from derive.writers import FORMATS, check_formats, text_formats
from derive.writers.markdown import with_pictures_inside


class StudioDesk(Desk):
    """A desk for somebody who writes a problem."""

    @property
    def actions(self) -> Mapping[str, Action]:
        """What this desk does: what a desk does, and STUDIO_ACTIONS."""
        return {**ACTIONS, **STUDIO_ACTIONS}

    def source(self, request: Request) -> Source:
        """The problem that a request brings. Raises DeriveError where it brings none."""
        if not all(isinstance(request[key], str) for key in ("problem", "name")):
            raise DeriveError("the problem and its name are texts", "send the file as it is written")
        return requested(request)

    def opened(self, request: Request) -> Exercise:
        """The problem that a request brings, worked out. Raises InputError and VerificationError."""
        source = self.source(request)
        if self._exercise is None or self._exercise.source != source:
            self._exercise = Exercise.of(source)
        return self._exercise


def _work(desk: StudioDesk, request: Request) -> Reply:
    """The worked page, what is worth a warning, and the names that an equation may use; or the faults."""
    form = {"network": network_form(desk.source(request).problem)}
    try:
        exercise = desk.opened(request)
    except DeriveError as error:
        return {"faults": faults_of(error), **form}
    problem = exercise.solution.problem
    return {
        "title": problem.title, "language": problem.language, "html": exercise.page(),
        "warnings": [fault_reply(warning) for warning in problem.warnings],
        "names": [{"name": ASCII.name(name), "shape": list(shape)} for name, shape in _named(problem).items()],
        **form,
    }  # fmt: skip


def _named(problem: Problem) -> Mapping[Name, Shape]:
    """What an equation of the problem may use, and its shape."""
    given: dict[Name, Shape] = {given.name: given.shape for given in problem.givens}
    return given | dict(problem.shapes)


def downloaded(solution: Solution, name: str) -> Reply:
    """The page in a text format as one file, its pictures inside. Raises DeriveError for no such format."""
    check_formats((name,), text_formats("solution"))
    called = solution.problem.name
    text = with_pictures_inside(solution.text(name), called, solution.pictures(name))
    return {"file": FORMATS[name].file(called), "text": text}


def _practice(desk: StudioDesk, request: Request) -> Reply:
    """The page to practise the problem in; what `fill` names is left empty in it, for the page that asks has that."""
    from derive.interactive.practice_page import practice_page

    exercise = desk.opened(request)
    text = practice_page(exercise.source, PARTS_TO_FILL)
    return {"file": FORMATS["practice"].file(exercise.source.name), "text": text, "fill": list(PARTS_TO_FILL)}


def _example(_: Desk, request: Request) -> Reply:
    """The text of a built-in problem."""
    return {"name": request["name"], "problem": examples.path(request["name"]).read_text("utf-8")}


def _network(desk: StudioDesk, request: Request) -> Reply:
    """The file as the form for its network was changed."""
    source, layers = desk.source(request), request["layers"]
    if not (isinstance(layers, list) and all(isinstance(layer, dict) for layer in layers)):
        raise DeriveError("the layers are no list of layers", "send each with its settings")
    return {"problem": with_network(source.problem, layers, request["loss"])}


def _begin(_: Desk, request: Request) -> Reply:
    """A new problem: a network of these sizes, its numbers drawn."""
    name = request["name"]
    text = problem_file(NetworkPlan(name, read_units(request["units"]), title=f"A {request['units']} network"))
    return {"name": name, "problem": text.partition("\n")[2] if text.startswith("#:schema") else text}


STUDIO_ACTIONS: dict[str, Action] = {
    "work": _work,
    "download": lambda desk, request: downloaded(desk.opened(request).solution, request["format"]),
    "practice": _practice,
    "example": _example,
    "network": _network,
    "begin": _begin,
}
"""What can be asked beside ACTIONS; `docs/practice.md` tells what each takes and gives."""


def gallery() -> list[dict[str, Any]]:
    """The built-in problems by topic, each with its name and title."""
    return [{"topic": topic, "problems": [{"name": name, "title": title} for name, title in problems]}
            for topic, problems in examples.by_topic().items()]  # fmt: skip
