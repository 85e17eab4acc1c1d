"""The widget of a notebook: its page asks the kernel. IPython's part is played by a page and by stand-ins."""

import builtins
import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from support.browsers import chromium

import derive
from derive import examples
from derive.errors import ToolError
from derive.interactive.desk import Desk
from derive.interactive.widget import FRONT


class AnyWidget:
    """What anywidget is asked for."""

    def __init__(self) -> None:
        self.sent: list[Any] = []
        self.judge: Callable[..., None] | None = None

    def on_msg(self, judge: Callable[..., None]) -> None:
        self.judge = judge

    def send(self, content: Any) -> None:
        self.sent.append(content)


@pytest.fixture
def widget(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The widget of the notes."""
    unicode = lambda text: SimpleNamespace(tag=lambda sync: text)  # noqa: E731
    monkeypatch.setitem(sys.modules, "anywidget", SimpleNamespace(AnyWidget=AnyWidget))
    monkeypatch.setitem(sys.modules, "traitlets", SimpleNamespace(Unicode=unicode))
    return derive.practice(examples.path("notes")).widget()


def test_the_kernel_judges(widget: Any) -> None:
    opened = {"do": "open", "problem": examples.path("notes").read_text("utf-8"), "name": "notes"}
    for i, request in enumerate((opened, {"do": "judge", "answers": {"z_2": "18,4"}})):
        widget.judge(widget, {"id": i, "request": json.dumps(request)}, [])
    assert [each["id"] for each in widget.sent] == [0, 1]
    assert json.loads(widget.sent[1]["reply"])["items"]["z_2"]["verdict"] == "wrong"


def test_its_page_is_light_and_needs_nothing(widget: Any) -> None:
    assert len(widget.page) < 400_000
    assert 'id="engine"' not in widget.page
    assert "3–3–1" in widget.title


def test_without_its_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    imported = builtins.__import__

    def missing(name: str, *rest: Any) -> Any:
        if name == "anywidget":
            raise ImportError(name)
        return imported(name, *rest)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(ToolError, match=r"derive-notes\[notebook\]"):
        derive.practice(examples.path("notes")).widget()


HOST = """<!DOCTYPE html><meta charset="utf-8"><title>A notebook</title><div id="cell"></div><script type="module">
const listeners = [], data = JSON.parse(document.getElementById("page").textContent);
const model = {
  get: name => data[name],
  on: (name, told) => listeners.push(told), off: () => {},
  send: async ({id, request}) => {
    const reply = await window.kernel(request);
    listeners.forEach(told => told({id, reply}));
  },
};
const {default: widget} = await import("data:text/javascript;base64," + data.front);
widget.render({model, el: document.getElementById("cell")});
</script>"""


@pytest.mark.slow
@pytest.mark.needs("chromium")
def test_a_student_answers_in_the_notebook(widget: Any, tmp_path: Path) -> None:
    from base64 import b64encode

    data = json.dumps({"page": widget.page, "title": widget.title, "front": b64encode(FRONT.encode()).decode()})
    host = HOST + f'<script type="application/json" id="page">{data.replace("<", chr(92) + "u003c")}</script>'
    (tmp_path / "notebook.html").write_text(host, "utf-8")
    desk, asked = Desk(), list[str]()

    def kernel(request: str) -> str:
        asked.append(json.loads(request)["do"])
        return desk.answer(request)

    with chromium() as browser:
        page = browser.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.expose_function("kernel", kernel)
        page.goto((tmp_path / "notebook.html").as_uri())
        frame = page.frame_locator("iframe")
        field = frame.locator("#exercise input").first
        field.fill("3,9")
        for other in frame.locator("#exercise input").all()[1:3]:
            other.fill("5")
        field.press("Enter")
        frame.locator(".verdict").first.wait_for(timeout=20_000)
        assert errors == [] and asked[0] == "open" and "judge" in asked
        assert frame.locator("#mathematics").is_hidden()
