"""The JSON Schema of the problem file, by which editors complete and check it."""
