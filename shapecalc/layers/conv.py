"""Convolutions: a bank of filters over the spatial axes, and the same run backwards."""

from collections.abc import Iterator
from typing import ClassVar

from pydantic import Field, PrivateAttr

from shapecalc import kernels
from shapecalc.diagnostics import Mismatch
from shapecalc.formulas import counting
from shapecalc.formulas.reach import Reach
from shapecalc.formulas.windows import Padding, Transposed, Window
from shapecalc.layers.base import Array, Layer, Ops, Weights, spatial, spread
from shapecalc.layers.fields import Count, Extra, Flag, Pad, Size
from shapecalc.shape import Shape


def ends(padding: object, rank: int, reach: tuple[int, ...]) -> tuple[Padding, ...]:
    """The padding of each axis, a single number made a pair.

    Raises:
        Mismatch: the padding cannot be had on such an axis.
    """
    every: list[Padding] = []
    for item, cells in zip(spread(padding, rank, "padding"), reach, strict=True):
        if item == "half" and cells % 2 == 0:
            raise Mismatch(
                "E303",
                f"pads by half a window of {cells} cells",
                field="padding",
                label=f"({cells} − 1) / 2 is not whole",
                help="write `padding: same`, which puts the odd cell after, or take an odd kernel",
            )
        if item == "causal" and rank != 1:
            raise Mismatch(
                "E307",
                f"pads causally over {rank} axes",
                field="padding",
                label="only one axis can be time",
                help="for one axis of several write it out: `padding: [[before, 0], …]`",
            )
        every.append((item, item) if isinstance(item, int) else item)
    return tuple(every)


def divided(channels: int, filters: int, groups: int) -> None:
    """Check that groups part the channels evenly.

    Raises:
        Mismatch: they do not.
    """
    for count, of, field in ((channels, "channels", "groups"), (filters, "filters", "groups")):
        if count % groups:
            fits = [n for n in range(1, min(count, groups * 2, 4096) + 1) if count % n == 0]
            noun, verb = ("divisors", "are") if len(fits) > 1 else ("divisor", "is")
            near = sorted(sorted(fits, key=lambda n: abs(n - groups))[:2])
            raise Mismatch(
                "E301",
                f"splits {count} {of} into {groups} groups",
                field=field,
                label=f"{count} is not a multiple of {groups}",
                help=f"the {noun} of {count} nearest {groups} {verb} {' and '.join(map(str, near))}",
            )


def fitted(windows: tuple[Window, ...], x: Shape, size: str, key: str = "") -> tuple[int, ...]:
    """The number of places along each axis; ``size`` is the option that gives the taps, ``key`` what the user calls it.

    Raises:
        Mismatch: a window is larger than its padded axis.
    """
    lengths = []
    for window, n in zip(windows, x.spatial, strict=True):
        length = window.length(n)
        if length < 1:
            padded = n + sum(window.pads(n))
            short = int(window.reach) - padded
            label = f"{window.reach} cells do not fit in {padded}"
            if padded > n:
                label += f" ({n} and {padded - n} of padding)"
            fits = (padded - 1) // window.dilation + 1
            ways = [f"`{key or size}: {fits}`"] if fits >= 1 else []
            ways += [f"{-(-short // 2)} more padding a side", f"an input longer by {short} here"]
            raise Mismatch(
                "E302",
                f"slides a window of {window.reach} cells along an axis of {int(n)}",
                field=size,
                label=label,
                help=", or ".join(ways) + " would do",
            )
        lengths.append(length)
    return tuple(lengths)


class Convolution(Layer):
    """What a convolution and its transposed form have in common: the options, and how the filters are counted."""

    main: ClassVar = "filters"
    family: ClassVar = "convolution"
    composes: ClassVar = True

    filters: Count = Field(description="output channels")
    kernel: Size = Field(description="taps along each axis")
    stride: Size = Field(1, description="cells between neighbouring places")
    dilation: Size = Field(1, description="cells between neighbouring taps")
    padding: Pad = Field("valid", description="cells added at the ends of each axis")
    groups: Count = Field(1, description="parts the channels are split into, each with its own filters")
    bias: Flag = Field(True, description="add one trained number to each output channel")

    def axes(self, rank: int) -> Iterator[tuple[int, int, int, Padding]]:
        """Taps, stride, dilation and padding of each axis."""
        sizes = spread(self.kernel, rank, "kernel")
        strides = spread(self.stride, rank, "stride")
        dilations = spread(self.dilation, rank, "dilation")
        reach = tuple(d * (k - 1) + 1 for k, d in zip(sizes, dilations, strict=True))
        return zip(sizes, strides, dilations, ends(self.padding, rank, reach), strict=True)

    def filter_bank(self, first: int, second: int, rank: int) -> dict[str, Shape]:
        """The kernel's shape, its taps after two numbers of channels, and the bias."""
        kernel = Shape(first, second, *spread(self.kernel, rank, "kernel"))
        return {"kernel": kernel} | ({"bias": Shape(self.filters)} if self.bias else {})

    def with_bias(self, macs: int, y: Shape) -> Ops:
        """The operations, with one add an output for the bias."""
        return {"mac": macs} | ({"add": counting.elements(y)} if self.bias else {})


class Conv(Convolution):
    """Slide a bank of filters over the spatial axes, summing over channels.

    Input ``(c, *n)``, output ``(filters, *o)``: one kind for 1-D, 2-D and 3-D, by the input's rank.
    """

    kind: ClassVar = "conv"
    example: ClassVar = "- {conv: 16, kernel: 3, stride: 2, padding: half, groups: 2}"

    _windows: dict[int, tuple[Window, ...]] = PrivateAttr(default_factory=dict)
    """One layer serves many nodes; its windows are the same for each."""

    def windows(self, rank: int) -> tuple[Window, ...]:
        """The window along each axis."""
        if rank not in self._windows:
            self._windows[rank] = tuple(Window(*axis) for axis in self.axes(rank))
        return self._windows[rank]

    def output(self, *xs: Shape) -> Shape:
        (x,) = xs
        windows = self.windows(spatial(x, "convolves"))
        divided(x.channels, self.filters, self.groups)
        return Shape(self.filters, *fitted(windows, x, "kernel"))

    def weights(self, *xs: Shape) -> dict[str, Shape]:
        (x,) = xs
        return self.filter_bank(self.filters, x.channels // self.groups, x.rank)

    def ops(self, *xs: Shape) -> Ops:
        (x,) = xs
        y = self.output(x)
        taps = spread(self.kernel, x.rank, "kernel")
        macs = counting.conv_macs(y.spatial, taps, x.channels, self.groups, self.filters)
        return self.with_bias(macs, y)

    def reach(self, *xs: Shape) -> tuple[tuple[Reach, ...], ...]:
        return tuple(self.windows(x.rank) for x in xs)

    def forward(self, *xs: Array, weights: Weights) -> Array:
        (x,) = xs
        windows = self.windows(x.ndim - 2)
        return kernels.conv.conv(
            x,
            weights["kernel"],
            weights.get("bias"),
            stride=tuple(w.stride for w in windows),
            dilation=tuple(w.dilation for w in windows),
            padding=tuple(w.padding for w in windows),
            groups=self.groups,
        )


class ConvTranspose(Convolution):
    """Spread each input cell over the taps of every filter: a convolution's shape run backwards.

    Input ``(c, *n)``, output ``(filters, *o)`` with ``o = (n−1)·s − 2p + d·(k−1) + output_padding + 1``.
    """

    kind: ClassVar = "conv_transpose"
    example: ClassVar = "- {conv_transpose: 4, kernel: 4, stride: 2, padding: 1}"

    padding: Pad = Field("valid", description="cells cut off the ends: `valid` cuts none, `half` d·(k−1)/2")
    output_padding: Extra = Field(0, description="cells added at the end of each axis")

    def windows(self, rank: int) -> tuple[Transposed, ...]:
        """The transposed window along each axis."""
        extras = spread(self.output_padding, rank, "output_padding")
        for padding in spread(self.padding, rank, "padding"):
            if isinstance(padding, str) and padding not in {"valid", "half"}:
                raise Mismatch(
                    "E307",
                    f"is transposed with padding `{padding}`",
                    field="padding",
                    label="here padding is what is cut off",
                    help="write `valid` (cut none), `half`, or the cells to cut a side",
                )
        axes = tuple(self.axes(rank))
        for extra, (_, s, d, _) in zip(extras, axes, strict=True):
            if extra >= max(s, d):
                raise Mismatch(
                    "E310",
                    f"adds {extra} cells of output padding at stride {s}",
                    field="output_padding",
                    label="must be less than the stride or the dilation",
                    help=f"at most {max(s, d) - 1} here: more cells would see no input",
                )
        return tuple(Transposed(*axis, extra) for axis, extra in zip(axes, extras, strict=True))

    def output(self, *xs: Shape) -> Shape:
        (x,) = xs
        windows = self.windows(spatial(x, "convolves"))
        divided(x.channels, self.filters, self.groups)
        lengths = tuple(window.length(n) for window, n in zip(windows, x.spatial, strict=True))
        if min(lengths) < 1:
            raise Mismatch(
                "E302",
                f"cuts all of its output off: {'×'.join(str(int(n)) for n in lengths)} is left",
                field="padding",
                label="more is cut than the window gives",
                help="use less padding or a larger kernel",
            )
        return Shape(self.filters, *lengths)

    def weights(self, *xs: Shape) -> dict[str, Shape]:
        (x,) = xs
        return self.filter_bank(x.channels, self.filters // self.groups, x.rank)

    def ops(self, *xs: Shape) -> Ops:
        (x,) = xs
        taps = spread(self.kernel, x.rank, "kernel")
        macs = counting.transposed_macs(x.spatial, taps, x.channels, self.groups, self.filters)
        return self.with_bias(macs, self.output(x))

    def reach(self, *xs: Shape) -> tuple[tuple[Reach, ...], ...]:
        return tuple(self.windows(x.rank) for x in xs)

    def forward(self, *xs: Array, weights: Weights) -> Array:
        (x,) = xs
        windows = self.windows(x.ndim - 2)
        return kernels.conv.conv_transpose(
            x,
            weights["kernel"],
            weights.get("bias"),
            stride=tuple(w.stride for w in windows),
            dilation=tuple(w.dilation for w in windows),
            padding=tuple(w.padding for w in windows),
            output_padding=tuple(w.extra for w in windows),
            groups=self.groups,
        )
