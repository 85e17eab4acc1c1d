"""The settings of an application, read: whole numbers, sizes, one for each axis."""

from fractions import Fraction

from derive.calculus.kernels import ShapeFault
from derive.language.expressions import Option, Options, Shape


def option_shape(options: Options) -> Shape:
    """The shape that an option names."""
    sizes = dict(options)["shape"]
    return tuple(int(n) for n in (sizes if isinstance(sizes, tuple) else (sizes,)))  # type: ignore[arg-type]


def whole_option(options: Options, name: str) -> int:
    """The whole number that an option is; 0 where it is not one."""
    value = dict(options).get(name)
    return int(value) if isinstance(value, Fraction) else 0


def axis_settings(
    options: Options, name: str, axes: int, default: int | tuple[int, ...] | None = None, least: int = 1
) -> tuple[int, ...]:
    """A setting for each axis that a window or a kernel goes along. Raises ShapeFault."""
    value = dict(options).get(name, default)
    values = value if isinstance(value, tuple) else (value,) * axes
    whole = tuple(int(v) for v in values)  # type: ignore[arg-type]
    if len(whole) != axes or min(whole) < least:
        raise ShapeFault(f"`{name}` does not fit", f"one number from {least}, or {axes}: one for each axis")
    return whole


def as_option(shape: Shape) -> Option:
    """A shape as the value of an option: of one axis its size."""
    return Fraction(shape[0]) if len(shape) == 1 else tuple(map(Fraction, shape))
