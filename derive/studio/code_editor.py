"""The editor of the studio: CodeMirror 6, as its packages are published, each fetched once and kept like the engine."""

import tarfile
from dataclasses import dataclass

from derive.interactive.engine import packed_files
from derive.interactive.fetching import FetchedPackage, fetched
from derive.interactive.licences import ShippedPart


@dataclass(frozen=True, slots=True)
class ScriptPackage(FetchedPackage):
    """A package of npm with one script, which others import by the package's name, and where that lies in it."""

    script: str = "dist/index.js"

    def text(self) -> str:
        """The script. Raises ToolError if it cannot be fetched."""
        with tarfile.open(fetched(self)) as files:
            script = files.extractfile(f"package/{self.script}")
            assert script is not None
            return script.read().decode()


EDITOR = (
    ScriptPackage("@marijn/find-cluster-break", "1.0.4",
                  "5d12b770b64d46632c84fcd18e1d4c09f195ed0f5dbc71f94a41f0af333eaeae", script="src/index.js"),
    ScriptPackage("crelt", "1.0.7", "3542299c0278fdc26aceb2b13d31bffbcb89d7367706bbc457130e3fd103c03e",
                  script="index.js"),
    ScriptPackage("style-mod", "4.1.5", "c4a44844213a141da55c51a2f81d701acdb9944465328b4a2a6b9626c6d9fc39",
                  script="src/style-mod.js"),
    ScriptPackage("w3c-keyname", "2.2.8", "05d21484026d1f2dd842c843181e391e66d60f1d5dff292d562c3f40302dab36",
                  script="index.js"),
    ScriptPackage("@codemirror/state", "6.7.6", "91d75acc955ceeaf86af9396c11cda7694fe6222aac8427fa033d89eff5ac839"),
    ScriptPackage("@codemirror/view", "6.43.15", "f0d5921406f841d211fa0887aabf10626c47676bfc63a4abed2a4d207e27c5ac"),
    ScriptPackage("@lezer/common", "1.5.5", "ed93cee36403124f51eae638b8a032d6694914c19704de7610db7f2a9441c963"),
    ScriptPackage("@lezer/highlight", "1.2.5", "e349eec1ff4382439c1e6286ae937e0203a8349c5192e2e133863391775ac7ff"),
    ScriptPackage("@codemirror/streamparser", "6.0.0",
                  "b4888c5ab40350e7a1747d765948a8fa45cfd127c479dd4cdef8097046efe14a"),
    ScriptPackage("@codemirror/language", "6.13.1", "e711ec28da046f6c163e777c5466d8ac805ee9ef5f51c511e8729c6789be7f83"),
    ScriptPackage("@codemirror/commands", "6.11.1", "f477f46d8c00278e1b387baebd53bd6556fd5f3c7401ebe2a05543600fcbff0f"),
    ScriptPackage("@codemirror/autocomplete", "6.20.4",
                  "40b9657b137284426bcd829cdee7dc78a748337de997a12b10b5c725f67aa0d0"),
)  # fmt: skip
"""The packages, each behind those that it imports."""
SHIPPED = ShippedPart("CodeMirror 6", "MIT", "codemirror.net")


def code_editor() -> str:
    """The scripts, packed, by the names that they import each other by. Raises ToolError if one cannot be fetched."""
    return packed_files({each.name: each.text().encode() for each in EDITOR})
