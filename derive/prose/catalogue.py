"""The catalogue: every sentence of the page by key. A language is one TOML file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from derive.errors import Fault, InputError, suggestion


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The sentences of one language; keys are `table.key`."""

    language: str
    sentences: dict[str, str]

    def __getitem__(self, key: str) -> str:
        return self.sentences[key]

    def __contains__(self, key: str) -> bool:
        return key in self.sentences


def languages() -> list[str]:
    """The languages that there are catalogues for."""
    names = (entry.name for entry in (files("derive") / "prose").iterdir())
    return sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml"))


@cache
def catalogue(language: str) -> Catalogue:
    """The catalogue of a language. Raises InputError for one that does not exist."""
    if language not in languages():
        known = ", ".join(languages())
        hint = suggestion(language, languages()) or f"there is: {known}"
        raise InputError([Fault(f"there is no catalogue for the language `{language}`", hint)])
    data = tomllib.loads((files("derive") / "prose" / f"{language}.toml").read_text("utf-8"))
    sentences = {f"{table}.{key}": text for table, entries in data.items() for key, text in entries.items()}
    return Catalogue(language, sentences)
