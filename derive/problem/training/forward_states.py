"""What [state] holds, for forward passes that use it: a velocity to look ahead by, a running mean."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from derive.language.expressions import Shape
from derive.language.names import Name
from derive.language.tokens import TextError
from derive.problem.reading.equations import read_name
from derive.problem.reading.given_values import read_array


def state_shapes(table: Mapping[str, Any]) -> dict[Name, Shape]:
    """The names of a table of states that can be read, with the shapes of their values."""
    found: dict[Name, Shape] = {}
    for key, value in table.items():
        with suppress(TextError):
            name = read_name(key)
            if (array := read_array(value, lambda message, hint: None)) is not None:
                found[name] = array[0]
    return found
