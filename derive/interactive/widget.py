"""The page to practise in as a widget of a notebook: the page asks, the notebook's kernel judges."""

from pathlib import Path
from typing import Any

from derive.errors import of_extra
from derive.interactive.desk import Desk

FRONT = Path(__file__).with_name("page").joinpath("widget.js").read_text("utf-8")
"""What runs in the notebook's page: it carries requests to the kernel and replies back."""


def practice_widget(page: str, title: str = "") -> Any:
    """The widget of a page whose questions a Desk answers. Raises ToolError where anywidget is not installed."""
    otherwise = "; or show the whole page: derive.practice(problem)"
    with of_extra("notebook", "the widget needs anywidget, which is not installed", otherwise):
        import anywidget
        import traitlets
    shown = {name: traitlets.Unicode(text).tag(sync=True) for name, text in (("page", page), ("title", title))}
    widget = type("PracticeWidget", (anywidget.AnyWidget,), {"_esm": FRONT, **shown})()
    desk = Desk()

    def judged(_: Any, asked: dict[str, Any], buffers: Any) -> None:
        widget.send({"id": asked["id"], "reply": desk.answer(asked["request"])})

    widget.on_msg(judged)
    return widget
