"""A page that stands alone in one HTML file: its frame, its scripts as modules, and the engine that judges.

The scripts are plain ES modules in `page/`, readable as they are; nothing builds them. In the file they are data
addresses in an import map, so that `./judge.js` of one is `derive/judge.js` of all.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Mapping
from gzip import compress
from pathlib import Path
from typing import Any

from derive.interactive.engine import b85, engine_text, mathlive
from derive.interactive.licences import licences
from derive.writers.base import framed
from derive.writers.html import math_font

FOLDER = Path(__file__).resolve().parent / "page"
"""The scripts and styles of pages."""
WORKER = ("packed.js", "worker.js")
"""What the worker runs, one after the other: it is no module."""
FONTS = re.compile(r"KaTeX_(Main|Math|Size\d|AMS)-")
"""The fonts of mathematics as it is typed here: no Fraktur and the like."""
_OWN = re.compile(r'(from|import) "\./(\w+\.js)"')
_MODULE = re.compile(r"^(?:export |import .*;\n)", re.MULTILINE)
"""What a script has as a module."""


def one_file(frame: str, entry: str, data: Mapping[str, Any], outside: bool = False, **fields: Any) -> str:
    """The page as text: a frame of `templates/`, the script of `page/` that starts it, and the data it reads.

    With `outside` what judges is not in it: a notebook around it asks derive. Raises ToolError if something that it
    needs cannot be fetched.
    """
    parts = {} if outside else {"worker": _worker(), "engine": engine_text(), "mathlive": _mathlive()}
    return framed(
        frame,
        font=math_font(),
        styles="\n".join(style.read_text("utf-8") for style in sorted(FOLDER.glob("*.css"))),
        blocks={"data": _json({**data, "outside": outside}), **parts},
        imports=_json({"imports": {f"derive/{name}": _address(text) for name, text in modules().items()}}),
        entry=f"derive/{entry}.js",
        licences=() if outside else licences(),
        **fields,
    )


def modules() -> dict[str, str]:
    """The scripts by name, as they refer to each other inside a file."""
    found = {path.name: path.read_text("utf-8") for path in sorted(FOLDER.glob("*.js")) if path.name != "worker.js"}
    return {name: _OWN.sub(r'\1 "derive/\2"', text) for name, text in found.items()}


def _worker() -> str:
    texts = ((FOLDER / name).read_text("utf-8") for name in WORKER)
    return _json("\n".join(_MODULE.sub("", text) for text in texts))


def _mathlive() -> str:
    script, fonts = mathlive()
    wanted = {name: data for name, data in fonts.items() if FONTS.match(name)}
    return json.dumps({"mathlive.mjs": b85(compress(script.encode(), 9, mtime=0)), **_packed(wanted)})


def _packed(files: Mapping[str, bytes]) -> dict[str, str]:
    return {name: b85(compress(data, 9, mtime=0)) for name, data in sorted(files.items())}


def _address(text: str) -> str:
    return f"data:text/javascript;base64,{b64encode(text.encode()).decode()}"


def _json(value: Any) -> str:
    """JSON inside a script element, which nothing in it may end."""
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")
