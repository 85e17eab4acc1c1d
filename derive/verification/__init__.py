"""The second route: central differences, and the closed form in SymPy."""
