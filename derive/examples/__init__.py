"""The built-in problems: one TOML file each, listed by topic."""

from pathlib import Path

from derive.errors import Fault, InputError, suggestion

FOLDER = Path(__file__).resolve().parent
DEFAULT = "notes"


def names() -> list[str]:
    """The names of all built-in problems."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def path(name: str) -> Path:
    """The file of a built-in problem. Raises InputError with a suggestion for a name that does not exist."""
    if name not in names():
        hint = suggestion(name, names()) or "`derive example --list` names all"
        raise InputError([Fault(f"there is no built-in problem `{name}`", hint)])
    return FOLDER / f"{name}.toml"


def by_topic() -> dict[str, list[tuple[str, str]]]:
    """For each topic the names and titles of its problems."""
    import tomllib

    topics: dict[str, list[tuple[str, str]]] = {}
    for name in names():
        data = tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))
        topics.setdefault(data.get("topic", ""), []).append((name, data["title"]))
    return dict(sorted(topics.items()))
