"""Operations that work entry by entry, from short specifications: a function, its derivative as a formula, its look."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, partial
from typing import Any

from flint import fmpq

from derive.calculus.building import times
from derive.calculus.differentiation import derivative_rule, reduced
from derive.calculus.kernels import Branches, Flat, Held, Kernel, Shapes
from derive.calculus.operation_rows import At, GradientContext, Look, Row
from derive.calculus.scalars import Num, sign, to_fmpq
from derive.calculus.shapes import broadcast, broadcast_sources, source_index
from derive.language.expressions import Apply, Expr, Index, Options


@dataclass(frozen=True, slots=True)
class Smooth:
    """A function with one formula: scalars → scalar."""

    function: Callable[..., Num]


@dataclass(frozen=True, slots=True)
class Pieces:
    """A function with three formulas, by the sign of `switch`: below 0, at 0 (the convention taken there), above 0."""

    switch: Callable[..., Num]
    below: Callable[..., Num]
    at: Callable[..., Num]
    above: Callable[..., Num]


@dataclass(frozen=True, slots=True)
class Jumps:
    """A function that is constant between its jumps: scalars → scalar."""

    function: Callable[..., Num]


def elementwise(
    key: str,
    params: tuple[str, ...],
    value: Smooth | Pieces | Jumps,
    derivative: tuple[str, ...],
    *,
    kink: bool = False,
    smooth_at: Mapping[str, Fraction] | None = None,
    **fields: Any,
) -> Row:
    """The row of an operation that works entry by entry, with other fields of it. `kink` says whether the pieces meet
    at an angle; with the settings `smooth_at` they do not.
    """
    defaults = fields.get("defaults", {})
    kinks = partial(_kinks, value, defaults, smooth_at or {}) if kink and isinstance(value, Pieces) else None
    return Row(
        key=key,
        params=params,
        derivative=derivative,
        arity=(len(params), len(params)),
        elementwise=True,
        stateless=isinstance(value, Smooth),
        shape=lambda shapes, _: broadcast(shapes),
        kernel=partial(_kernel, value, defaults),
        pullback=partial(_pullback, key),
        entry=partial(_entry, key),
        kinks=kinks,
        **fields,
    )


def known(
    key: str, value: Callable[[Num], Num], derivative: str, summary: str, *, sheet: str = "", sympy: str | None = None,
    **fields: Any,
) -> Row:  # fmt: skip
    """A function that other programs have under its key, where a spreadsheet or SymPy and Maxima do not call it
    otherwise.
    """
    code = {"sheet": f"{sheet or key.upper()}({{0}})", "numpy": f"np.{key}({{0}})",
            "maxima": f"{sympy or key}(bfloat({{0}}))"}  # fmt: skip
    look = {"spellings": (key,), "notation": Look("function", rf"\{key}", key)}
    return elementwise(key, ("z",), Smooth(value), (derivative,), summary=summary, example=f"{key}(z)", code=code,
                       sympy=key if sympy is None else sympy, **{**look, **fields})  # fmt: skip


def _pullback(key: str, ctx: GradientContext) -> Expr:
    """gradient ⊙ ∂value/∂arg, summed where the argument was broadcast."""
    slope = derivative_rule(Apply(key, ctx.args, ctx.options), ctx.i, ctx.value)
    return reduced(times(ctx.gradient, slope), broadcast(ctx.shapes), ctx.shape)


def _entry(key: str, at: At, shapes: Shapes, options: Options, index: Index) -> Expr:
    if _are_alike(shapes):
        where = index if any(shapes) else ()  # a scalar has one entry, whichever is asked for
        args = [at(i, where) for i in range(len(shapes))]
    else:
        target = broadcast(shapes)
        args = [at(i, source_index(index, shape, target)) for i, shape in enumerate(shapes)]
    return Apply("product" if key == "times" else key, tuple(args), options)


def _are_alike(shapes: Shapes) -> bool:
    """Whether all arguments have one shape."""
    return len(set(shapes)) <= 1


def _kernel(
    value: Smooth | Pieces | Jumps, defaults: Mapping[str, Fraction], shapes: Shapes, options: Options,
    branches: Branches,
) -> Kernel:  # fmt: skip
    """Flat arguments → flat value, each argument spread to the common shape first."""
    if isinstance(value, Smooth) and not defaults and _are_alike(shapes):
        return _entry_by_entry(value.function, len(shapes), single=not any(shapes))
    settings = _settings(defaults, options)
    spreads = spread_sources(shapes)
    if isinstance(value, Smooth):
        return _mapped(partial(value.function, **settings) if settings else value.function, spreads)
    if isinstance(value, Jumps):
        return _held(_mapped(value.function, spreads), branches)
    return _piecewise(value, settings, spreads, branches)


def spread_sources(shapes: Shapes) -> list[list[int] | None]:
    """Of each argument the flat entries that it is spread from; None where it has the common shape."""
    if _are_alike(shapes):
        return [None] * len(shapes)
    target = broadcast(shapes)
    return [broadcast_sources(shape, target) for shape in shapes]


def _settings(defaults: Mapping[str, Fraction], options: Options) -> dict[str, fmpq]:
    if not defaults:
        return {}
    given = dict(options)
    settings = {name: given.get(name, default) for name, default in defaults.items()}
    return {name: to_fmpq(value) for name, value in settings.items() if isinstance(value, Fraction)}


def _kinks(
    value: Pieces, defaults: Mapping[str, Fraction], smooth_at: Mapping[str, Fraction], shapes: Shapes,
    options: Options,
) -> Callable[..., list[int]]:  # fmt: skip
    """Where the argument that chooses the piece is 0; nowhere with settings that make the pieces meet smoothly."""
    settings = _settings(defaults, options)
    if any(settings[name] == to_fmpq(smooth) for name, smooth in smooth_at.items()):
        return lambda *args: []
    spreads = [broadcast_sources(shape, broadcast(shapes)) for shape in shapes]

    def kinks(*args: Flat) -> list[int]:
        return [
            i for i, entry in enumerate(spread_entries(args, spreads)) if sign(value.switch(*entry, **settings)) == 0
        ]

    return kinks


def spread_entries(args: tuple[Flat, ...], spreads: list[list[int] | None]) -> Iterator[tuple[Num, ...]]:
    """For each entry of the common shape what stands there in each argument."""
    whole = (flat if at is None else [flat[i] for i in at] for flat, at in zip(args, spreads, strict=True))
    return zip(*whole, strict=True)


@cache
def _entry_by_entry(function: Callable[..., Num], count: int, single: bool) -> Kernel:
    """The kernel of a smooth function of arguments of one shape, or of single numbers: it holds nothing, so that all
    may share it.
    """
    if single and count == 1:
        return lambda a: [function(a[0])]
    if single and count == 2:
        return lambda a, b: [function(a[0], b[0])]
    return _mapped(function, [None] * count)


def _mapped(function: Callable[..., Num], spreads: list[list[int] | None]) -> Kernel:
    if all(at is None for at in spreads):
        if len(spreads) == 1:
            return lambda a: [function(x) for x in a]
        if len(spreads) == 2:
            return lambda a, b: [function(x, y) for x, y in zip(a, b, strict=True)]
    return lambda *args: [function(*entry) for entry in spread_entries(args, spreads)]


def _held(kernel: Kernel, branches: Branches) -> Kernel:
    """A kernel that, while `branches` is frozen, gives what the last free evaluation gave."""
    held = Held[Flat](branches)
    return lambda *args: list(held.of(lambda: kernel(*args)))


def _piecewise(
    pieces: Pieces, settings: dict[str, fmpq], spreads: list[list[int] | None], branches: Branches
) -> Kernel:
    """Chooses a piece for each entry; while `branches` is frozen, the pieces of the last free evaluation."""
    choice = {-1: pieces.below, 0: pieces.at, 1: pieces.above}
    held = Held[list[int]](branches)

    def kernel(*args: Flat) -> Flat:
        entries = list(spread_entries(args, spreads))
        taken = held.of(lambda: [sign(pieces.switch(*entry, **settings)) for entry in entries])
        return [choice[side](*entry, **settings) for side, entry in zip(taken, entries, strict=True)]

    return kernel
