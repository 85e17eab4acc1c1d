"""Answer files."""
