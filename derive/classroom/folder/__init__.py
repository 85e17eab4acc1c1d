"""The folder of a class."""
