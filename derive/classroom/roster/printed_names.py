"""The names that stand on PDFs: one whose letters no font has is replaced, and stops no paper."""

from functools import lru_cache

from derive.errors import ToolError
from derive.pdf.missing_letters import lettered
from derive.pdf.shaping import NoFont


def printed_name(name: str, instead: str) -> str:
    """A name as it can be set, or what is printed instead of it."""
    return name if _is_settable(name) else instead


@lru_cache(4096)
def _is_settable(name: str) -> bool:
    try:
        lettered(name)
    except ToolError as error:  # fonts that are not installed are told of when the page is set
        return not isinstance(error, NoFont)
    return True
