"""Statements to answers, and what the lines show beside them."""
