"""Convolution as frameworks do it (cross-correlation), over one or two axes, with channels or without.

One sum over products stands behind it, T = Σ G[o,p] K[o,c,a] X[c, s p + d a − q] with stride s, dilation d and padding
q; conv, transposed_conv and correlate are T differentiated by G, by X and by K. So each one's gradients are the other
two. Source: Dumoulin, Visin, A guide to convolution arithmetic for deep learning (2016).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from operator import add, mul
from typing import Any

from derive.calculus import scalars
from derive.calculus.building import total
from derive.calculus.kernels import Branches, Flat, Kernel, ShapeFault, Shapes, shape_text
from derive.calculus.operation_rows import At, GradientContext, Look, Row, register_rows
from derive.calculus.options import as_option, axis_settings
from derive.calculus.shapes import as_matrix, normal, offset, position
from derive.language.expressions import Expr, Index, Option, Options, Shape, apply, number
from derive.operations.windows.convolution_geometry import EDGES, INPUT, KERNEL, OUTPUT, ROOM, Geometry, Sizes, meetings

# --- from shapes and settings -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ConvolutionAxes:
    """How the shapes of the arguments are meant: along how many axes the kernel goes, and whether channels stand in
    front.
    """

    axes: int
    channels: bool

    def parts(self, shape: Shape, role: int) -> tuple[Sizes, Sizes]:
        """The channels and the sizes of an array. Raises ShapeFault."""
        front = (2 if role == KERNEL else 1) if self.channels else 0
        rank = front + self.axes
        if not shape:
            shape = (1,) * rank
        elif rank == 2:
            shape = as_matrix(shape)
        if len(shape) != rank:
            raise ShapeFault(f"{shape_text(shape)} does not fit: {_ROLES[role]} has {rank} axes here", _FORMS)
        return shape[:front], shape[front:]

    def shape(self, channels: Sizes, sizes: Sizes) -> Shape:
        """The shape of an array in the language."""
        return normal((*(channels if self.channels else ()), *sizes))


_ROLES = ("the output", "the kernel", "the input")
_FORMS = "X[c,i,j] with K[o,c,i,j]; X[c,i] with K[o,c,i]; without channels both matrices or both vectors"


def _layout(roles: tuple[int, int], shapes: Shapes, options: Options) -> ConvolutionAxes:
    chosen = dict(options)
    tuples = [value for name, value in options if name != "axis" and isinstance(value, tuple)]
    ranks = dict(zip(roles, map(len, shapes), strict=True))
    kernel, data = ranks.get(KERNEL, 0), max(rank for role, rank in ranks.items() if role != KERNEL)
    channels = kernel > 2 or data > (len(tuples[0]) if tuples else 2) or chosen.get("axis") == "channels"
    if tuples:
        return ConvolutionAxes(len(tuples[0]), channels)
    if channels:
        return ConvolutionAxes(2 if kernel > 3 or data > 2 else 1, channels=True)
    return ConvolutionAxes(2 if max(kernel, data) > 1 else 1, channels=False)


def _padding(options: Options, kernel: Sizes | None, stride: Sizes, dilation: Sizes) -> tuple[Sizes, Sizes]:
    """The places before and behind. `same` keeps the size of the input, with an even kernel by one place more behind
    it, as PyTorch and Keras have it, and so does the name of an edge; `valid` is none. Raises ShapeFault.
    """
    named = dict(options).get("padding")
    if not isinstance(named, str):
        zeros = axis_settings(options, "padding", len(stride), 0, 0)
        return zeros, zeros
    if named == "valid":
        return (0,) * len(stride), (0,) * len(stride)
    if max(stride) > 1:
        raise ShapeFault(f'`padding = "{named}"` goes with a stride of 1',
                         "write the number of places on each side; `padding_mode` says what lies there")  # fmt: skip
    sizes = kernel or axis_settings(options, "size", len(stride), 1)
    around = [d * (k - 1) for d, k in zip(dilation, sizes, strict=True)]
    return tuple(zeros // 2 for zeros in around), tuple(zeros - zeros // 2 for zeros in around)


def _edge(options: Options) -> str:
    """What lies in the padding, a key of EDGES; "" for zeros."""
    chosen = dict(options)
    named = {chosen.get("padding_mode"), chosen.get("padding")} & {*EDGES}
    return str(named.pop()) if named else ""


def _check_edge(edge: str, padding: tuple[Sizes, Sizes], inside: Sizes) -> None:
    """Whether the input has the entries that lie in the padding. Raises ShapeFault."""
    room = [size + ROOM.get(edge, max(size, zeros)) for size, zeros in zip(inside, map(max, *padding), strict=True)]
    if edge and any(places > most for side in padding for places, most in zip(side, room, strict=True)):
        raise ShapeFault(f"the input is too small for a padding that is {edge}", "use less padding, or zeros")


@dataclass(frozen=True, slots=True)
class Trilinear:
    """One of the three operations: what its arguments are, and what it gives."""

    key: str
    arguments: tuple[int, int]
    result: int

    def geometry(self, shapes: Shapes, options: Options) -> tuple[Geometry, Shape]:
        """The geometry, and the shape of the result. Raises ShapeFault."""
        layout = _layout(self.arguments, shapes, options)
        channels, sizes = {}, {}
        for role, shape in zip(self.arguments, shapes, strict=True):
            channels[role], sizes[role] = layout.parts(shape, role)
        stride = axis_settings(options, "stride", layout.axes, 1)
        dilation = axis_settings(options, "dilation", layout.axes, 1)
        padding = _padding(options, sizes.get(KERNEL), stride, dilation)
        lines = list(zip(stride, dilation, map(add, *padding), strict=True))
        sizes[self.result] = self._sizes(sizes, lines, options)
        counts = self._channels(channels) if layout.channels else (1, 1)
        front = {OUTPUT: counts[:1], KERNEL: counts, INPUT: counts[1:]}[self.result]
        whole, edge = (sizes[OUTPUT], sizes[KERNEL], sizes[INPUT]), _edge(options)
        _check_edge(edge, padding, sizes[INPUT])
        return Geometry(whole, counts, stride, dilation, padding, edge), layout.shape(front, sizes[self.result])

    def _sizes(self, sizes: dict[int, Sizes], lines: list[tuple[int, int, int]], options: Options) -> Sizes:
        """The sizes of the result: what follows, or for an input or a kernel what the setting `size` says."""
        if self.result == OUTPUT:
            return tuple(map(_out, sizes[INPUT], sizes[KERNEL], lines))
        other = sizes[KERNEL if self.result == INPUT else INPUT]
        if "size" not in dict(options):
            return tuple(map(_input if self.result == INPUT else _kernel, sizes[OUTPUT], other, lines))
        wanted = axis_settings(options, "size", len(lines), 1)
        pairs = (wanted, other) if self.result == INPUT else (other, wanted)
        if tuple(map(_out, *pairs, lines)) != sizes[OUTPUT]:
            raise ShapeFault(f"a result of size {shape_text(wanted)} does not belong to these arrays",
                             "leave `size` out, or change stride or padding")  # fmt: skip
        return wanted

    def _channels(self, channels: dict[int, Sizes]) -> tuple[int, int]:
        """How many channels come out and go in; the arrays must agree."""
        if self.result == KERNEL:
            return channels[OUTPUT][0], channels[INPUT][0]
        (data,) = (channels[role] for role in self.arguments if role != KERNEL)
        outs, ins = channels[KERNEL]
        expected = ins if self.result == OUTPUT else outs
        if data[0] != expected:
            raise ShapeFault(f"the kernels are for {expected} channel{'s' * (expected != 1)}, the input has {data[0]}",
                             "K[o,c,i,j]: o channels come out, c go in")  # fmt: skip
        return outs, ins


def _out(inside: int, kernel: int, line: tuple[int, int, int]) -> int:
    stride, dilation, zeros = line
    room = inside + zeros - dilation * (kernel - 1) - 1
    if room < 0:
        raise ShapeFault(f"a kernel of {kernel} does not fit into {inside} entries",
                         "it must not be larger than the input; `padding = 1` sets zeros around that")  # fmt: skip
    return room // stride + 1


def _input(outs: int, kernel: int, line: tuple[int, int, int]) -> int:
    """The smallest input that gives so many outputs."""
    stride, dilation, zeros = line
    size = stride * (outs - 1) + dilation * (kernel - 1) + 1 - zeros
    if size < 1:
        raise ShapeFault("the padding takes everything away", "use less padding")
    return size


def _kernel(outs: int, inside: int, line: tuple[int, int, int]) -> int:
    """The largest kernel that gives so many outputs."""
    stride, dilation, zeros = line
    room = inside + zeros - stride * (outs - 1) - 1
    if room < 0:
        raise ShapeFault(f"{outs} outputs do not come from {inside} inputs", "use less stride, or more padding")
    return room // dilation + 1


# --- rows ---------------------------------------------------------------------------------------------------------


def _run(op: Trilinear, shapes: Shapes, options: Options, branches: Branches) -> Kernel:
    geometry, _ = op.geometry(shapes, options)
    i, j = op.arguments
    plan = meetings(geometry, op.result)

    def kernel(a: Flat, b: Flat) -> Flat:
        if (entries := plan.multiplied(op.result, {i: a, j: b})) is not None:
            return entries
        channels = zip(plan.gathered(a, i), plan.gathered(b, j), strict=True)
        pairs = (pair for left, right in channels for pair in zip(left, right, strict=True))
        return [sum(map(mul, *pair), scalars.ZERO) for pair in pairs]

    return kernel


def _entry(op: Trilinear, at: At, shapes: Shapes, options: Options, index: Index) -> Expr:
    geometry, shape = op.geometry(shapes, options)
    terms = meetings(geometry, op.result).at(offset(shape, index))
    places = [(position(t[op.arguments[0]], shapes[0]), position(t[op.arguments[1]], shapes[1])) for t in terms]
    return total([apply("product", at(0, first), at(1, second)) for first, second in places])


def _pullback(op: Trilinear, ctx: GradientContext) -> Expr:
    """The operation that gives the argument, from the gradient and the other argument."""
    wanted = op.arguments[ctx.i]
    other = TRILINEAR[wanted]
    beside = 1 - ctx.i
    known = {
        op.result: (ctx.gradient, op.geometry(ctx.shapes, ctx.options)[1]),
        op.arguments[beside]: (ctx.args[beside], ctx.shapes[beside]),
    }
    exprs, sources = zip(*(known[role] for role in other.arguments), strict=True)
    chosen: dict[str, Option] = {name: v for name, v in ctx.options if name in _SETTINGS}
    before, behind = op.geometry(ctx.shapes, ctx.options)[0].padding
    if before == behind and isinstance(chosen.get("padding"), str):
        chosen["padding"] = as_option(before)
        chosen |= {"padding_mode": edge} if (edge := _edge(ctx.options)) else {}
    layout = _layout(op.arguments, ctx.shapes, ctx.options)
    if other.result == KERNEL and layout.channels:
        chosen["axis"] = "channels"
    sized = other.result == KERNEL and before != behind
    if other.result != OUTPUT and (sized or not _gives(other, sources, chosen, ctx.shape)):
        chosen["size"] = as_option(layout.parts(ctx.shape, wanted)[1])
    return apply(other.key, *exprs, **chosen)


def _gives(op: Trilinear, shapes: Shapes, options: dict[str, Option], wanted: Shape) -> bool:
    """Whether the shapes alone tell the shape that is wanted."""
    try:
        return op.geometry(shapes, tuple(options.items()))[1] == wanted
    except ShapeFault:
        return False


TRILINEAR = {
    OUTPUT: Trilinear("conv", (INPUT, KERNEL), OUTPUT),
    INPUT: Trilinear("transposed_conv", (OUTPUT, KERNEL), INPUT),
    KERNEL: Trilinear("correlate", (INPUT, OUTPUT), KERNEL),
}

# --- what a page tells -----------------------------------------------------------------------------------------------


def _variant(op: Trilinear, shapes: Shapes, options: Options) -> str:
    """Whether the kernel moves on by more than one entry."""
    return "strided" if max(op.geometry(shapes, options)[0].stride) > 1 else ""


def _windows(op: Trilinear, shapes: Shapes, options: Options) -> Mapping[str, int | str | Expr]:
    """How many windows fit along the first axis."""
    geometry, _ = op.geometry(shapes, options)
    count, kernel, size = (sizes[0] for sizes in geometry.sizes)
    reach = geometry.dilation[0] * (kernel - 1) + 1
    before, behind = (zeros[0] for zeros in geometry.padding)
    both = [apply("product", number(2), number(before))] if before else []
    zeros = both if before == behind else [number(count) for count in (before, behind) if count]
    padded = total([number(size), *zeros])
    room, stride = size + before + behind - reach, geometry.stride[0]
    steps = apply("subtract", padded, number(reach))
    if stride > 1:
        steps = apply("divide", steps, number(stride))
    words = "reasons.windows_rounded" if room % stride else "reasons.windows"
    return {"size": size, "reach": reach, "windows": words, "reckoned": apply("add", steps, number(1)), "count": count}


def _expansion(shapes: Shapes, options: Options) -> str:
    """A batch is convolved image by image, groups of channels each by its own kernels."""
    if len(shapes[0]) == len(shapes[1]) > 2:
        return _image_by_image(shapes, options)
    groups = dict(options).get("groups", Fraction(1))
    if not isinstance(groups, Fraction) or groups == 1:
        return ""
    return _group_by_group(shapes, int(groups), options)


def _image_by_image(shapes: Shapes, options: Options) -> str:
    count = shapes[0][0]
    rest = ", :" * (len(shapes[0]) - 1)
    settings = _settings_text(options)
    one = _conv_shape((shapes[0][1:], shapes[1]), options)
    sizes = ", ".join(map(str, (1, *one)))
    images = (f"reshape(conv(x[{i + 1}{rest}], k{settings}), shape = ({sizes}))" for i in range(count))
    return f"[{'; '.join(images)}]" if count > 1 else next(images)


def _conv_shape(shapes: Shapes, options: Options) -> Shape:
    """The shape of a convolution of one image, with its channels."""
    ungrouped = tuple((name, value) for name, value in options if name != "groups")
    groups = dict(options).get("groups", Fraction(1))
    assert isinstance(groups, Fraction)
    image, (outs, ins, *sizes) = shapes
    found = TRILINEAR[OUTPUT].geometry((image, (outs, ins * int(groups), *sizes)), ungrouped)[1]
    return (outs, *found[1:]) if len(found) == len(image) else (outs, *(1,) * (len(image) - 1))


def _group_by_group(shapes: Shapes, groups: int, options: Options) -> str:
    image, kernel = shapes
    if len(kernel) < 3 or len(kernel) != len(image) + 1 or groups < 1 or image[0] % groups or kernel[0] % groups:
        raise ShapeFault(f"{groups} groups do not go with these channels",
                         "the channels that go in and come out are multiples of `groups`: K[o,c,i,j] has c channels "
                         "of one group")  # fmt: skip
    settings = _settings_text(tuple((name, value) for name, value in options if name != "groups"))
    ins, outs, rest = image[0] // groups, kernel[0] // groups, ", :" * (len(image) - 1)
    channels = [(f"{g * ins + 1}:{(g + 1) * ins}", f"{g * outs + 1}:{(g + 1) * outs}") for g in range(groups)]
    parts = (f"conv(x[{into}{rest}], k[{out}, :{rest}]{settings})" for into, out in channels)
    return f"[{'; '.join(parts)}]"


def _settings_text(options: Options) -> str:
    """Settings as an equation writes them."""

    def text(value: Option) -> str:
        return f"({', '.join(map(str, value))})" if isinstance(value, tuple) else str(value)

    return "".join(f", {name} = {text(value)}" for name, value in options)


def _seen(shapes: Shapes, options: Options) -> list[list[int]]:
    """For each flat entry of what comes out those of what goes in that meet in it."""
    geometry, _ = TRILINEAR[OUTPUT].geometry(shapes, options)
    found = meetings(geometry, OUTPUT)
    return [[i for _, _, i in found.at(entry)] for entry in range(len(found.planes) * len(found.taps))]


_PARTS = ("output", "kernel", "input")
_SETTINGS = {"stride": "sizes", "padding": "padding", "padding_mode": "edge", "dilation": "sizes"}


def _around(options: Options) -> str:
    """The note on what lies around the input."""
    edge, padded = _edge(options), dict(options).get("padding", "valid") != "valid"
    return f"padding_{edge}" if edge else "padding" if padded else ""


def _row(
    op: Trilinear, summary: str, example: str, notation: Look, settings: dict[str, str], **more: Any
) -> Row:  # fmt: skip
    return Row(
        key=op.key, spellings=(op.key,), summary=summary, example=example, arity=(2, 2), notation=notation,
        shape=lambda shapes, options: op.geometry(shapes, options)[1], kernel=partial(_run, op),
        pullback=partial(_pullback, op),
        entry=partial(_entry, op), settings={**_SETTINGS, **settings}, mixes=True,
        rules=tuple(f"{op.key} {_PARTS[role]}" for role in op.arguments), variant=partial(_variant, op), **more,
    )  # fmt: skip


register_rows([
    _row(TRILINEAR[OUTPUT], "convolution as frameworks do it: the kernel slides over the input",
         "conv(X, W, stride = 2, padding = (1, 0))", Look.operator("conv"), {"groups": "sizes"},
         params=("x", "k"), expansion=_expansion,
         facts=partial(_windows, TRILINEAR[OUTPUT]), explained=_around, seen=_seen),
    _row(TRILINEAR[INPUT], "transposed convolution: each entry spread over its window, times the kernel",
         "transposed_conv(X, W, stride = 2)", Look("function", r"\operatorname{conv}^{T}", "convᵀ"),
         {"size": "sizes"}, said=True),
    _row(TRILINEAR[KERNEL], "for each entry of a kernel the sum of what it multiplied, times what came out there",
         "correlate(X, W)", Look.operator("correlate"),
         {"size": "sizes", "axis": "axis"}, said=True),
])  # fmt: skip
