"""The page to practise in as a widget of a notebook: the page asks, the notebook's kernel judges."""

from typing import Any

from derive.errors import ToolError
from derive.interactive.desk import Desk

HEIGHT = 820  # CSS pixels

FRONT = f"""
export default {{
  render({{model, el}}) {{
    const frame = document.createElement("iframe");
    frame.srcdoc = model.get("page");
    frame.title = model.get("title");
    frame.style.cssText = "width: 100%; height: {HEIGHT}px; border: 0";
    const ask = ({{data, source}}) => {{
      if (source === frame.contentWindow && data?.derive !== undefined && data.request)
        model.send({{id: data.derive, request: data.request}});
    }};
    const tell = ({{id, reply}}) => frame.contentWindow?.postMessage({{derive: id, reply}}, "*");
    addEventListener("message", ask);
    model.on("msg:custom", tell);
    el.append(frame);
    return () => {{ removeEventListener("message", ask); model.off("msg:custom", tell); }};
  }},
}};
"""
"""What runs in the notebook's page: it carries requests to the kernel and replies back."""


def practice_widget(page: str, title: str = "") -> Any:
    """The widget of a page whose questions a Desk answers. Raises ToolError where anywidget is not installed."""
    try:
        import anywidget
        import traitlets
    except ImportError:
        hint = "pip install 'derive-notes[notebook]'; or show the whole page: derive.practice(problem)"
        raise ToolError("the widget needs anywidget, which is not installed", hint) from None
    shown = {name: traitlets.Unicode(text).tag(sync=True) for name, text in (("page", page), ("title", title))}
    widget = type("PracticeWidget", (anywidget.AnyWidget,), {"_esm": FRONT, **shown})()
    desk = Desk()

    def judged(_: Any, asked: dict[str, Any], buffers: Any) -> None:
        widget.send({"id": asked["id"], "reply": desk.answer(asked["request"])})

    widget.on_msg(judged)
    return widget
