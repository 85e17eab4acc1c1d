"""Tags of web pages in a text → what they show: paragraphs part statements, rows of tables are statements."""

import html
import re

from derive.answers.pages.page_tables import row_stated
from derive.answers.pages.separators import NEXT

_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9]{0,15}(?:\s[^<>]{0,500})?/?>")
_KNOWN = re.compile(
    r"</?(?:p|div|br|li|ul|ol|tr|td|th|table|tbody|thead|section|pre|code|span|b|i|u|em|strong|sub|sup|h[1-6]|hr|font|math|a)"
    r"(?:\s[^<>]{0,500})?/?>",
    re.IGNORECASE,
)
_ROW = re.compile(r"<tr(?:\s[^<>]{0,500})?>(?P<cells>.*?)</tr\s*>", re.IGNORECASE | re.DOTALL)
_CELL = re.compile(r"<t[dh](?:\s[^<>]{0,500})?>(.*?)(?=<t[dh][\s>]|</t[dh]|$)", re.IGNORECASE | re.DOTALL)
_SCRIPT = re.compile(r"<(su[bp])(?:\s[^<>]{0,100})?>([^<>]{0,80})</\1>", re.IGNORECASE)
_PARTS = re.compile(r"</?(?:p|div|br|li|ul|ol|table|section|pre|h[1-6]|hr)(?:\s[^<>]{0,500})?/?>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:[A-Za-z]{2,31}|#\d{1,7}|#x[\da-fA-F]{1,6});")


def tags_read(text: str) -> str:
    """A text without tags; the lines stay as many as they are."""
    if "&" in text:
        text = _ENTITY.sub(lambda match: html.unescape(match.group()).replace("\n", " "), text)
    if "<" not in text or _KNOWN.search(text) is None:
        return text
    text = _SCRIPT.sub(lambda match: f"{'_' if match[1].lower() == 'sub' else '^'}{{{match[2]}}}", text)
    text = _PARTS.sub(NEXT, _ROW.sub(_row, text))
    return _TAG.sub(" ", text)


def _row(match: re.Match[str]) -> str:
    """A row of a table as a statement, its line breaks behind it."""
    cells = [" ".join(_TAG.sub(" ", cell).split()) for cell in _CELL.findall(match["cells"])]
    return f"{NEXT}{row_stated(cells)}{NEXT}" + "\n" * match.group().count("\n")
