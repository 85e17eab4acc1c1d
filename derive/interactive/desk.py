"""What judges somebody who practises: requests in, replies out, both JSON. It runs in a page and behind a server alike.

    desk = Desk()
    desk.ask({"do": "open", "problem": text, "name": "notes"})
    desk.ask({"do": "judge", "answers": {"z_1": "[3,9; 12,1; 20,3]"}})

A desk holds the problem that lies open; what a student has answered so far comes with each request. Gradients are
verified by central differences: SymPy is not needed. Faults of what was asked are part of the reply, never an error.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from derive.errors import DeriveError, Fault, InputError
from derive.interactive.exercise import Exercise, Source
from derive.interactive.exploring import curve, explored
from derive.interactive.help import hint, worked_step
from derive.interactive.numbers import changed, drawn
from derive.interactive.verdicts import free_working, read_as, saved, summary, verdicts
from derive.writers.identity import Identity

if TYPE_CHECKING:
    from derive.problem.overriding import Overrides

Request: TypeAlias = Mapping[str, Any]
Reply: TypeAlias = dict[str, Any]
Action: TypeAlias = Callable[[Any, Request], Reply]
"""What a desk of some kind does with a request."""


class Desk:
    """One problem lies open at a time, worked out."""

    def __init__(self) -> None:
        self._exercise: Exercise | None = None

    def answer(self, request: str) -> str:
        """The reply to a request, both as JSON texts."""
        return json.dumps(self.ask(json.loads(request)), ensure_ascii=False)

    def ask(self, request: Request) -> Reply:
        """The reply to a request; `do` says which of ACTIONS it is."""
        try:
            return self.actions[request["do"]](self, request)
        except DeriveError as error:
            return {"faults": faults_of(error)}
        except KeyError as error:
            brief = json.dumps(request, ensure_ascii=False, default=str)[:200]
            return {"faults": [fault_reply(Fault(f"the request lacks or does not know {error}", f"it was: {brief}"))]}

    @property
    def actions(self) -> Mapping[str, Action]:
        """What this desk does, by what a request calls it."""
        return ACTIONS

    def lay_open(self, exercise: Exercise) -> Reply:
        """Put another exercise on the desk; what it is."""
        self._exercise = exercise
        return exercise.description()

    @property
    def exercise(self) -> Exercise:
        """What lies open. Raises DeriveError if nothing does."""
        if self._exercise is None:
            raise DeriveError("no problem lies open", "open one first")
        return self._exercise


def faults_of(error: DeriveError) -> list[Reply]:
    """What is wrong, a fault each, with its place: `line` counts from 1, `start` from 0 in that line."""
    faults = error.faults if isinstance(error, InputError) else (Fault(error.message, error.hint),)
    return list(map(fault_reply, faults))


def fault_reply(fault: Fault) -> Reply:
    """One fault, in words of JSON."""
    place = fault.place
    return {"message": fault.message, "hint": fault.hint, "file": place.file, "line": place.line, "text": place.text,
            "start": place.column, "length": place.length}  # fmt: skip


def requested(request: Request) -> Source:
    """What a request to open a problem tells of it."""
    identity = Identity(*(request.get(key, "") for key in ("code", "student", "person", "numbers")))
    settings, values = cast("Overrides", request.get("settings", {})), request.get("values", {})
    return Source(request["problem"], request.get("name", "problem"), settings, values, identity)


# --- what can be asked ------------------------------------------------------------------------------------------------


ACTIONS: dict[str, Action] = {
    "open": lambda desk, request: desk.lay_open(Exercise.of(requested(request))),
    "describe": lambda desk, request: desk.exercise.description(),
    "change": lambda desk, request: desk.lay_open(changed(desk.exercise, request["values"])),
    "draw": lambda desk, request: desk.lay_open(drawn(desk.exercise, request["seed"])),
    "read": lambda desk, request: read_as(desk.exercise, request["step"], request["answer"]),
    "judge": lambda desk, request: verdicts(desk.exercise, request["answers"]),
    "hint": lambda desk, request: {
        "html": hint(desk.exercise, request["step"], request["level"], request.get("answers", ()))
    },
    "solution": lambda desk, request: {"html": worked_step(desk.exercise, request["step"])},
    "mark": lambda desk, request: free_working(desk.exercise, request["work"]),
    "save": lambda desk, request: saved(desk.exercise, request["answers"], request.get("student", "")),
    "explore": lambda desk, request: explored(desk.exercise, request["values"]),
    "curve": lambda desk, request: curve(desk.exercise, request["values"], request["weight"]),
    "summary": lambda desk, request: summary(desk.exercise, request["answers"]),
    "page": lambda desk, request: {"html": desk.exercise.page()},
    "text": lambda desk, request: {"files": desk.exercise.files(request["format"])},
}
"""What can be asked; `docs/practice.md` tells what each takes and gives."""
