"""Expressions in writing: TeX, Unicode, ASCII."""
