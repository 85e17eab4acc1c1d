"""A statement's chain: the step that it names, and its formula, its line of numbers and its result, each told apart."""
