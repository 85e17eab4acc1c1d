"""Operations that put the entries of each row, column or channel together."""

from derive.operations.over_axes import extremes, products, ranking, reductions, softmax, statistics  # noqa: F401
