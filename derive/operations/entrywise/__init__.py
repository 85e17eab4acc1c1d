"""Operations that work on each entry by itself."""

from derive.operations.entrywise import activations, functions  # noqa: F401
