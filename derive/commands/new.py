"""`derive new`: a problem file to begin with, for a network of given sizes; at a terminal it asks for them."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from derive.commands.options import Arguments
from derive.errors import DeriveError

if TYPE_CHECKING:
    from derive.variants.new_network import NetworkPlan

OPTIONS = {
    "network": ("2-3-1", "the units of each layer, the inputs first"),
    "title": ("TEXT", "the title of the page (default: the name)"),
    "activation": ("NAME", "the activation of the hidden layers (default: ReLU)"),
    "loss": ("NAME", "the loss (default: squared error)"),
    "output-activation": ("NAME", "the activation of the last layer (default: what the loss takes)"),
    "language": ("XX", "the language of the page (default: en)"),
    "learning-rate": ("N", "the learning rate of one update, 0 for none (default: 0.1)"),
}


def add(parser: ArgumentParser) -> None:
    """The options."""
    parser.add_argument("name", metavar="NAME", help="the file's name, without .toml")
    for option, (value, text) in OPTIONS.items():
        parser.add_argument(f"--{option}", metavar=value, help=text)
    parser.add_argument("-o", "--output", default=".", metavar="DIR", help="folder for the file (default: this one)")
    parser.set_defaults(run=run)


def run(options: Arguments) -> int:
    """Write the file, and the schema that its first line names. Raises DeriveError for one that is there already."""
    from derive.files import save
    from derive.problem.schema.packaged import FILE_NAME, packaged_schema
    from derive.variants.new_network import problem_file

    folder, name = Path(options.output), options.name.removesuffix(".toml")
    if Path(name).name != name or not name.strip(". "):
        raise DeriveError(f"`{options.name}` is not the name of a file", "as in: derive new neuron -o folder")
    if (folder / f"{name}.toml").exists():
        raise DeriveError(f"{folder / name}.toml is there already", "choose another name, or remove it")
    text = problem_file(_plan(name, options))
    for path in save(folder, {f"{name}.toml": text.encode(), FILE_NAME: packaged_schema()}):
        print(path)
    return 0


def _plan(name: str, options: Arguments) -> NetworkPlan:
    """What the options say, and at a terminal the answers to what they leave open."""
    from derive.variants import new_network as new

    answer = _Answers(options)
    units = answer("network", "Units of each layer, the inputs first", "2-3-1", new.read_units)
    title = answer("title", "Title", name, str.strip)
    activation = new.DEFAULT_ACTIVATION
    if len(units) > 2 or options.activation is not None:
        activation = answer("activation", "Activation of the hidden layers", activation, new.read_activation)
    loss = answer("loss", "Loss", new.DEFAULT_LOSS, new.read_loss)
    usual = new.usual_output(loss)
    output = answer("output_activation", "Activation of the last layer", usual, new.read_activation)
    language = answer("language", "Language of the page", "en", new.read_language)
    rate = answer("learning_rate", "Learning rate of an update, 0 for none", "0.1", new.read_learning_rate)
    return new.NetworkPlan(name, units, title, activation, output, loss, language, rate)


class _Answers:
    """What each question is answered with: the option, else at a terminal what is typed, else the usual."""

    def __init__(self, options: Arguments) -> None:
        self.options = options
        self.asks = options.network is None
        if self.asks and not (sys.stdin and sys.stdin.isatty()):
            hint = f"say what it is to be: derive new {options.name} --network 2-3-1"
            raise DeriveError("there is no terminal to ask at", hint)

    def __call__(self, option: str, question: str, usual: str, read: Callable[[str], Any]) -> Any:
        given = getattr(self.options, option)
        if given is not None or not self.asks:
            return read(usual if given is None else given)
        while True:
            try:
                return read(input(f"{question} [{usual}]: ").strip() or usual)
            except DeriveError as error:
                print(error)
            except EOFError:
                raise DeriveError("no answer, no file", "answer with Enter for what stands in brackets") from None
