"""Every sentence of the catalogue with an example in its places, for translators.

`.venv/bin/python docs/sentences.py ru` prints each key with the English example and the Russian one below it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from fractions import Fraction

from derive.prose.catalogue import Catalogue, catalogue
from derive.prose.plurals import plural_form

FIELDS = {
    "above": "x", "after": "0.41", "all": "12", "amount": "2", "arg": "z", "at": "1", "before": "0.45",
    "below": "0.01 x", "beside": "−p_i p_j", "best": "15", "bound": "1", "column": "j", "condition": "|dL/dw| < 0.01",
    "count": "5", "decimals": "30", "definition": "x/(1 + |x|)", "digits": "4 significant digits", "done": "7",
    "e": "ε", "earned": "1", "entries": "z_1", "entry": "z_{1,2}", "eta": "0.1", "example": "[1; 2; 3]",
    "file": "answers.csv", "first": "2", "function": "Softsign(x)", "gap": "1.1·10⁻⁸", "given": "3",
    "gradients": "every gradient entry", "high": "6", "hint": "expected a number", "inside": "x²/2", "k": "3",
    "largest": "1.3·10⁻⁹¹", "last": "4", "left": "W", "lengths": "2, 3", "line": " (line 4)", "lines": "4, 7",
    "loss": "L", "lost": "2 marks", "low": "0", "m": "μ", "marked": "21", "marks": "3", "mean": "11.5",
    "median": "12", "most": "16", "n": "4", "name": "dL/dW_1", "names": "x, Y", "number": "4", "numbers": "2, 5",
    "of": "16", "otherwise": "b", "outside": "|x| − 1/2", "own": "0.12", "p": "0.5",
    "chance": "0.4", "r": "−0.6", "part": "sigma(", "ending": ".heic", "endings": ".pdf, .toml", "said": "bad header",
    "code": "9CRCQ9H", "score": "7.5", "student": "1004",
    "pass": "Pass 2: ", "reach": "3", "reckoned": "(5 − 3)/1 + 1", "right": "0.13", "row": "i", "s": "σ",
    "path": "w_{1,2} → z_1 → L", "source": "X", "threshold": "0.5",
    "second": "0.25", "sentence": "the bias was left out.", "shape": "3 × 1", "shown": "the parameters", "size": "5",
    "slope": "−0.3", "step": "12", "steps": "z_1, z_2", "students": "24", "text": "h = 3", "then": "a", "times": "3",
    "title": "A 2-2-1 network", "value": "A_2", "verdict": "Not right", "via": "z_2", "weight": "W_1[1,2]",
    "where": "z_1", "why": "the bias was left out.", "windows": "3", "worst": "4", "written": "0.12",
}  # fmt: skip
"""What may stand in a place; a sentence says which kind of thing it is."""
_PLACE = re.compile(r"\{(\w+)(?::([^}]*))?\}")


def example(words: Catalogue, key: str) -> str:
    """A sentence with something in each of its places. Raises KeyError for a place that FIELDS lacks."""
    rule = words["format.plural"]

    def put(place: re.Match[str]) -> str:
        said = FIELDS[place[1]]
        return plural_form(rule, Fraction(said), place[2]) if place[2] else said

    return _PLACE.sub(put, words[key])


def listed(language: str) -> Iterator[str]:
    """The keys, each with the English example and that of the language."""
    english, other = catalogue("en"), catalogue(language)
    for key in english.sentences:
        yield f"{key}\n  {example(english, key)}\n  {example(other, key) if key in other else '(missing)'}"


if __name__ == "__main__":
    print("\n".join(listed(sys.argv[1] if len(sys.argv) > 1 else "en")))
