"""Built-in problems, each with one fault: what people mistype, by kind, and the line where it is then.

A kind is a pattern and what is put in its place, or a table that is put at the end; ◀ marks the line at fault.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from derive import examples

MARK = "◀"
EACH = 6
"""How many problems of a kind there are at most."""


@dataclass(frozen=True, slots=True)
class BrokenFile:
    """A problem file with a fault in one line."""

    name: str
    text: str
    line: int


CHANGES: dict[str, tuple[str, str]] = {
    "a table's name is mistyped": (r"^\[parameters\]", "[paramters]◀"),
    "a table has another program's name": (r"^\[update\]", "[optimizer]◀"),
    "a key is mistyped": (r"^learning_rate\b", "learning_rat◀"),
    "a key is written with a capital": (r"^equations\b", "Equations◀"),
    "the title is a number": (r'^title = .*', "title = 7◀"),
    "a number with a decimal comma": (r"^(\w+) = \[(-?\d)([^\[\]\n]*)\]$", r'\1 = ["\2,5"\3]◀'),
    "a word where a number belongs": (r"^(\w+) = -?[\d.]+$", r'\1 = "small"◀'),
    "true where a number belongs": (r"^(\w+) = \[-?\d[\d.]*, ", r"\1 = [true, ◀"),
    "a list without numbers": (r"^(\w+) = \[[^\[\]\n]*\]$", r"\1 = []◀"),
    "a row that is too short": (r"^(\w+ = \[\[[^\[\]\n]*), [^,\[\]\n]+\], \[", r"\1], [◀"),
    "a row beside numbers": (r"^(\w+) = \[\[[^\[\]\n]*\], \[", r"\1 = [0.5, [◀"),
    "a name that is none": (r"^\[parameters\]\n", '[parameters]\n"1w" = 0.5◀\n'),
    "a name with a sign in it": (r"^\[data\]\n", '[data]\n"x-y" = 0.5◀\n'),
    "the loss is a number": (r'^loss = "\w+"$', "loss = 1◀"),
    "the loss is a formula": (r'^loss = "(\w)"$', r'loss = "\1 + 1"◀'),
    "a loss and losses": (r'^loss = "(\w)"$', r'loss = "\1"\nlosses = ["L"]◀'),
    "gradients as a text": (r'^loss = "(\w)"$', r'loss = "\1"\ngradients = "x"◀'),
    "a key of another table": (r"^\[model\]\n", "[model]\nsignificant = 3◀\n"),
    "equations without one": (r'^equations = """\n[^"]*"""', 'equations = ""◀'),
    "equations as a list": (r'^equations = """\n[^"]*"""', 'equations = ["y = x"]◀'),
    "there is no such rule": (r'^rule = "[a-z ]+"', 'rule = "gradient decent"◀'),
    "a setting of another rule": (r'^rule = "gradient descent"', 'rule = "gradient descent"\nbeta_1 = 0.9◀'),
    "the rate in words": (r"^learning_rate = .*", 'learning_rate = "fast"◀'),
    "no rate": (r"^(\[update\])\n((?:(?!learning_rate)\w+ = .*\n)*)learning_rate = .*\n", r"\1◀\n\2"),
    "no steps": (r"^(learning_rate = .*)$", r"\1\nsteps = 0◀") ,
    "a part of a step": (r"^steps = \d+$", "steps = 2.5◀"),
    "steps in words": (r"^steps = \d+$", 'steps = "two"◀'),
    "steps and epochs": (r"^(steps = \d+)$", r"\1\nepochs = 2◀"),
    "a batch without samples": (r"^(learning_rate = .*)$", r"\1\nbatch = 2◀"),
    "there is no such schedule": (r"^(learning_rate = .*)$", r'\1\nschedule = "cosinus"◀'),
    "a schedule without its constant": (r"^(learning_rate = .*)$", r'\1\nschedule = "exponential"◀'),
    "until without a comparison": (r"^(learning_rate = .*)$", r'\1\nuntil = "L"◀'),
    "only as a text": (r"^(learning_rate = .*)$", r'\1\nonly = "W_1"◀'),
    "pass 0 shown": (r"^(learning_rate = .*)$", r"\1\nshow = [0, 1]◀"),
    "there is no such activation": (r'activation = "\w+"(.*)$', r'activation = "sigmiod"\1◀'),
    "there is no such layer": (r'layer = "\w+"(.*)$', r'layer = "convultion"\1◀'),
    "there is no such loss of a network": (r'^loss = "[a-z]+ [a-z ]+"', 'loss = "squared eror"◀'),
    "a network without a target": (r'^(\[network\])((?:\n(?!target).*)*)\ntarget = .*', r"\1◀\2"),
    "an input that is no name": (r'^input = "\w+"', "input = 3◀"),
    "there is no such carry": (r'^carry = "\w+"', 'carry = "round"◀'),
    "too many digits": (r"^significant = \d+", "significant = 99◀"),
    "digits as a text": (r"^significant = (\d+)", r'significant = "\1"◀'),
    "fewer than no decimals": (r"^decimals = \d+", "decimals = -1◀"),
    "decimals and significant digits": (r"^significant = (\d+)$", r"significant = \1\ndecimals = 3◀"),
    "there is no such decimal sign": (r'^decimal = ".*"', 'decimal = ";"◀'),
    "one step is no list": (r'^ask = \[("[^"]+").*\]$', r"ask = \1◀"),
    "a key of the page is mistyped": (r"^\[page\]\n", '[page]\nautor = "N. N."◀\n'),
    "yes for true": (r"^\[page\]\n", '[page]\nclosed = "yes"◀\n'),
    "there is no such detail": (r"^\[page\]\n", '[page]\ndetail = "brief"◀\n'),
    "there is no such picture": (r"^\[page\]\n", '[page]\nfigures = ["netwerk"]◀\n'),
    "LaTeX that is to be accessible": (r"^\[page\]\n", '[page]\naccessible = true\nengine = "latex"◀\n'),
    "no entries": (r"^\[page\]\n", "[page]\nentries = 0◀\n"),
    "there is no such function": (r"\bsigmoid\(", "◀sigmiod("),
    "a bracket is missing": (r"^(\w+ += \w+\([^()\n]*)\)$", r"\1◀"),
}  # fmt: skip
"""Faults in what is there."""

WITHOUT = {"a batch without samples": "[samples]", "steps and epochs": "[samples]", "no steps": "[samples]"}
"""What a problem must not have, for the fault to be one, or the only one."""

ADDITIONS: dict[str, str] = {
    "a number nobody asked for": "[extra]◀\nx = 1\n",
    "a mark below 0": "[marking]\nmarks = -1◀\n",
    "marks in words": '[marking]\nremark = "little"◀\n',
    "a share above 1": "[marking]\nshort = 1.5◀\n",
    "exact as a text": '[marking]\nexact = "L"◀\n',
    "there is no such level": '[sheet]\nblank = "all"◀\n',
    "there is no such room": '[sheet]\nroom = "squares"◀\n',
    "a due date that is none": '[grade]\ndue = "tomorrow"◀\n',
    "more than everything each day": "[grade]\nlate = 2◀\n",
    "a grade for more than everything": "[grade]\nmarks = { A = 120 }◀\n",
    "there is no such attempt": '[grade]\nattempts = "all"◀\n',
    "nothing to draw": "[variants]\ntidy = 0◀\n",
    "there is no such reason": '[variants]\nallow = ["ugly"]◀\n',
    "conditions as a text": '[variants]\nrequire = "L < 1"◀\n',
    "samples without one": "[samples]◀\n",
}
"""Tables that are wrong, for problems that have none of that name."""


def broken_files() -> Iterator[BrokenFile]:
    """Every kind of fault, in as many built-in problems as have a place for it."""
    texts = {name: examples.path(name).read_text("utf-8") for name in examples.names()}
    for kind, (pattern, instead) in CHANGES.items():
        changed = {name: re.sub(pattern, instead, text, count=1, flags=re.MULTILINE) for name, text in texts.items()}
        marked = {name: text for name, text in changed.items() if MARK in text}
        yield from _some(
            kind, {name: text for name, text in marked.items() if WITHOUT.get(kind, MARK + MARK) not in text}
        )
    for kind, table in ADDITIONS.items():
        head = table.partition("]")[0]
        yield from _some(kind, {name: f"{text}\n{table}" for name, text in texts.items() if f"\n{head}" not in text})


def _is_toml(text: str) -> bool:
    """Whether the change has left it TOML: it may have made a key stand twice."""
    try:
        tomllib.loads(text.replace(MARK, ""))
    except tomllib.TOMLDecodeError:
        return False
    return True


def _some(kind: str, marked: dict[str, str]) -> Iterator[BrokenFile]:
    """EACH of them that are TOML, from all over the list where there are enough."""
    names = sorted(marked)
    all_over = dict.fromkeys([*names[:: max(1, len(names) // EACH)], *names])
    for name in islice((name for name in all_over if _is_toml(marked[name])), EACH):
        text = marked[name]
        yield BrokenFile(f"{name}: {kind}", text.replace(MARK, ""), text.count("\n", 0, text.index(MARK)) + 1)
