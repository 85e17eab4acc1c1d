"""A page that stands alone in one HTML file: its frame, its scripts as modules, and the engine that judges.

The scripts are plain ES modules in `page/`, readable as they are; nothing builds them. In the file they are data
addresses in an import map, so that `./judge.js` of one is `derive/judge.js` of all.
"""

import json
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from derive.interactive.engine import engine_text, mathlive, packed_files
from derive.interactive.licences import ShippedPart
from derive.writers.base import framed
from derive.writers.html import math_font

FOLDER = Path(__file__).resolve().parent / "page"
"""The scripts and styles of pages."""
STYLES = {"practice": ("practice",), "studio": ("practice", "studio")}
"""The styles of each page, by the script that starts it."""
WORKER = ("packed.js", "worker.js")
"""What the worker runs, one after the other: it is no module."""
FONTS = re.compile(r"KaTeX_(Main|Math|Size\d|AMS)-")
"""The fonts of mathematics as it is typed here: no Fraktur and the like."""
_OWN = re.compile(r'(from|import) "\./(\w+\.js)"')
_MODULE = re.compile(r"^(?:export |import .*;\n)", re.MULTILINE)
"""What a script has as a module."""


def one_file(
    frame: str,
    entry: str,
    data: Mapping[str, Any],
    parts: Mapping[str, str],
    shipped: Sequence[ShippedPart],
    **fields: Any,
) -> str:
    """The page as text: a frame of `templates/`, the script of `page/` that starts it, the data it reads, the `parts`
    that it unpacks, and what is shipped in them. Without any what judges is outside: a notebook around it asks derive.
    """
    return framed(
        frame,
        font=math_font(),
        styles="\n".join((FOLDER / f"{name}.css").read_text("utf-8") for name in STYLES[entry]),
        blocks={"data": _json({**data, "outside": not parts}), **parts},
        imports=_json({"imports": {f"derive/{name}": _address(text) for name, text in modules(f"{entry}.js").items()}}),
        entry=f"derive/{entry}.js",
        licences=shipped,
        **fields,
    )


def judging_parts() -> dict[str, str]:
    """What a page judges with. Raises ToolError if something that it needs cannot be fetched."""
    return {"worker": _worker(), "engine": engine_text(), "mathlive": _mathlive()}


PARTS_TO_FILL = dict.fromkeys(("worker", "engine", "mathlive"), "")
"""The same left empty, where a page that has them fills them in."""


def modules(entry: str) -> dict[str, str]:
    """A script and those that it imports by name, as they refer to each other inside a file."""
    found: dict[str, str] = {}
    waiting = [entry]
    while waiting:
        name = waiting.pop()
        if name not in found:
            text = (FOLDER / name).read_text("utf-8")
            waiting += [used for _, used in _OWN.findall(text)]
            found[name] = _OWN.sub(r'\1 "derive/\2"', text)
    return dict(sorted(found.items()))


def _worker() -> str:
    texts = ((FOLDER / name).read_text("utf-8") for name in WORKER)
    return _json("\n".join(_MODULE.sub("", text) for text in texts))


def _mathlive() -> str:
    script, fonts = mathlive()
    wanted = {name: data for name, data in sorted(fonts.items()) if FONTS.match(name)}
    return packed_files({"mathlive.mjs": script.encode(), **wanted})


def _address(text: str) -> str:
    return f"data:text/javascript;base64,{b64encode(text.encode()).decode()}"


def _json(value: Any) -> str:
    """JSON inside a script element, which nothing in it may end."""
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")
