"""Which tests run in one process: all of one built-in problem, so that it is solved there once; else a file's."""

from __future__ import annotations

import re

from xdist.scheduler import LoadScopeScheduling

from derive import examples

EXAMPLES = frozenset(examples.names())


class ByProblem(LoadScopeScheduling):
    """Hands tests out by built-in problem, by file, and one at a time where a test names a part of the work."""

    def _split_scope(self, nodeid: str) -> str:
        return scope(nodeid)


def scope(nodeid: str) -> str:
    """The name of what runs in the process of a test."""
    path, _, test = nodeid.partition("::")
    parameters = re.split(r"[-\[\]]", test)[1:]
    if any(parameter.startswith("part ") for parameter in parameters):
        return nodeid
    return next((parameter for parameter in parameters if parameter in EXAMPLES), path)
