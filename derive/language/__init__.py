"""The language of equations: names, expressions, one grammar, printing through a vocabulary."""
