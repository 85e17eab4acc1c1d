"""A problem file read: TOML, tables, given values, equations."""
