"""The report on a piece of work."""
