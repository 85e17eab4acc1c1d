"""The catalogue: every sentence of the page by key. A language is one TOML file."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from derive.errors import Fault, InputError, Place, suggestion

FOLDER = files("derive") / "prose"
"""Where the catalogues lie."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The sentences of one language; keys are `table.key`."""

    language: str
    sentences: dict[str, str]

    def __getitem__(self, key: str) -> str:
        """A sentence. Raises InputError, naming key and file, for one that the catalogue lacks."""
        if key not in self.sentences:
            table, _, name = key.partition(".")
            place = Place(f"derive/prose/{self.language}.toml")
            raise InputError(
                [Fault(f"no sentence `{name}` stands in `[{table}]`", "write one, as in `en.toml`", place)]
            )
        return self.sentences[key]

    def __contains__(self, key: str) -> bool:
        return key in self.sentences


def number_sign(language: str, key: str) -> str:
    """The `decimal` or `multiplication` sign of a language; English for one without a catalogue, refused elsewhere."""
    return catalogue(language if language in languages() else "en")[f"format.{key}"]


def languages() -> list[str]:
    """The languages that there are catalogues for."""
    names = (entry.name for entry in FOLDER.iterdir())
    return sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml"))


def check_language(language: str, place: Place) -> None:
    """Raises InputError, naming the place, for a language without a catalogue."""
    if language not in languages():
        hint = suggestion(language, languages()) or f"there is: {', '.join(languages())}"
        raise InputError([Fault(f"there is no catalogue for the language `{language}`", hint, place)])


@cache
def catalogue(language: str) -> Catalogue:
    """The catalogue of a language. Raises InputError for one that does not exist."""
    check_language(language, Place())
    data = tomllib.loads((FOLDER / f"{language}.toml").read_text("utf-8"))
    sentences = {f"{table}.{key}": text for table, entries in data.items() for key, text in entries.items()}
    return Catalogue(language, sentences)
