"""What a page imports as it starts, as bytecode: compiling it took a browser longer than all else before it answers.

It is compiled where the page is made, by the Python that the page has, in Node.js. Line numbers are left out: they are
a quarter of it, and no page shows a traceback.
"""

import json
import subprocess
import sys
import tarfile
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from derive.errors import ToolError
from derive.interactive.fetching import PYODIDE, SLOWEST, fetched, node
from derive.version import install_command

DESKS = ("derive.interactive.desk", "derive.studio.studio_desk")
"""What a page starts."""
_IMPORTED = """\
import json, sys
sys.path[:] = json.loads(sys.argv[1])
for desk in sys.argv[2:]:
    __import__(desk)
print(json.dumps(sorted(sys.modules)))
"""
"""Run by a Python without anything of its own: what it has imported at the end."""
_COMPILED = """\
import importlib.util, json, pathlib, sys
from marshal import dumps

def without_lines(code):
    inner = (without_lines(each) if hasattr(each, "co_code") else each for each in code.co_consts)
    return code.replace(co_linetable=b"", co_consts=tuple(inner))

HEAD = importlib.util.MAGIC_NUMBER + (1).to_bytes(4, "little") + bytes(8)  # by a hash of the source, which is not asked
sources = pathlib.Path("/sources")
imported = {*json.loads((sources / "imported.json").read_text()), *sys.modules}
for file in sorted(sources.rglob("*.py")):
    name = file.relative_to(sources).with_suffix("").as_posix()
    if name.removesuffix("/__init__").replace("/", ".") in imported:
        code = compile(file.read_bytes(), f"{name}.py", "exec", dont_inherit=True)
        file.with_suffix(".pyc").write_bytes(HEAD + dumps(without_lines(code)))
"""
"""Run by the Python of the page: beside each source that it imports, its bytecode."""
_SCRIPT = """\
import {loadPyodide} from "./package/pyodide.mjs";
const python = await loadPyodide({env: {PYTHONHASHSEED: "0", HOME: "/home"}});
python.mountNodeFS("/sources", process.argv[2]);
python.runPython(process.argv[3]);
"""


def bytecode_of(sources: Mapping[str, bytes]) -> dict[str, bytes]:
    """Of the files of a page's Python those that it imports as it starts, compiled, by the paths of their sources.

    Raises ToolError if there is no Node.js, or it fails.
    """
    with TemporaryDirectory() as place:
        core, folder = Path(place) / "core", Path(place) / "sources"
        with tarfile.open(fetched(PYODIDE)) as package:
            package.extractall(core, filter="data")
        (core / "compile.mjs").write_text(_SCRIPT, "utf-8")
        for path, source in sources.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(source)
        (folder / "imported.json").write_text(_imported(), "utf-8")
        _run([_node(), str(core / "compile.mjs"), str(folder), _COMPILED])
        made = {path: (folder / path).with_suffix(".pyc") for path in sources if path.endswith(".py")}
        return {path: file.read_bytes() for path, file in made.items() if file.is_file()}


def _imported() -> str:
    """The names of the modules that a desk imports, as JSON."""
    return _run([sys.executable, "-I", "-S", "-c", _IMPORTED, json.dumps(sys.path), *DESKS])


def _node() -> str:
    found = node("node")
    if found is None:
        raise _failed("there is no `node`", f"{install_command('practice')} brings it, as Node.js does")
    return found


def _run(command: list[str]) -> str:
    try:
        run = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=SLOWEST, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _failed(str(error)) from None
    if run.returncode:
        raise _failed((run.stderr.strip().splitlines() or [f"`{command[0]}` ended with {run.returncode}"])[-1])
    return run.stdout


def _failed(why: str, what: str = "run this again, and tell us if it fails once more") -> ToolError:
    return ToolError(f"cannot compile the Python of the page: {why}", what)
