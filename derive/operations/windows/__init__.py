"""Operations whose kernel or window moves over the places of an array."""

from derive.operations.windows import convolution, pooling  # noqa: F401
