"""Pooling: each window, or the whole map, reduced to one number a channel."""

from typing import ClassVar

from pydantic import Field

from shapecalc import kernels
from shapecalc.diagnostics import Mismatch
from shapecalc.formulas import counting
from shapecalc.formulas.reach import Reach
from shapecalc.formulas.windows import Window
from shapecalc.layers.base import Array, Ops, Weightless, Weights, spatial, spread, whole
from shapecalc.layers.fields import Flag, Pad, Size, SizeOrNone
from shapecalc.layers.saving import INPUT, Kept, made
from shapecalc.layers.sliding import ends, fitted, told
from shapecalc.shape import Shape


class Pool(Weightless):
    """Reduce each window of each channel to one number.

    Input ``(c, *n)``, output ``(c, *o)``.
    """

    main: ClassVar = "size"
    family: ClassVar = "pooling"

    size: Size = Field(description="cells of the window along each axis")
    stride: SizeOrNone = Field(None, description="cells between neighbouring windows; the size, if not given")
    padding: Pad = Field("valid", description="cells added at the ends of each axis")
    ceil: Flag = Field(False, description="let a last window hang over the end")

    def dilations(self, rank: int) -> tuple[int, ...]:
        """Cells between neighbouring taps, along each axis."""
        return (1,) * rank

    def windows(self, rank: int) -> tuple[Window, ...]:
        """The window along each axis."""
        sizes = spread(self.size, rank, "size")
        strides = sizes if self.stride is None else spread(self.stride, rank, "stride")
        dilations = self.dilations(rank)
        reach = tuple(d * (k - 1) + 1 for k, d in zip(sizes, dilations, strict=True))
        pads = ends(self.padding, rank, reach)
        for pad, cells in zip(pads, reach, strict=True):
            if isinstance(pad, tuple) and max(pad) >= cells:
                raise Mismatch(
                    "E307",
                    f"pads {max(pad)} cells for a window of {cells}",
                    field="padding",
                    label="a window would hold padding alone",
                    help=f"at most {cells - 1} cells a side",
                )
        return tuple(Window(*axis, self.ceil) for axis in zip(sizes, strides, dilations, pads, strict=True))

    def output(self, *xs: Shape) -> Shape:
        (x,) = xs
        return Shape(x.channels, *fitted(self.windows(spatial(x, "pools")), x, "size", self.kind))

    def reach(self, *xs: Shape) -> tuple[tuple[Reach, ...], ...]:
        return tuple(self.windows(x.rank) for x in xs)

    def steps(self, x: Shape) -> int:
        """Comparisons or additions that reduce the windows, padding counted as cells."""
        return counting.windowed(self.output(x).spatial, x.channels, spread(self.size, x.rank, "size"))

    def saves(self, *xs: Shape) -> tuple[Kept, ...]:
        return (INPUT,)


class MaxPool(Pool):
    """Keep the largest number of each window; padding never wins.

    Input ``(c, *n)``, output ``(c, *o)``. Windows overlap where the size is more than the stride: 3 by 2 in AlexNet
    (Krizhevsky, Sutskever & Hinton 2012, section 3.4).
    """

    kind: ClassVar = "maxpool"
    example: ClassVar = "- {maxpool: 3, stride: 2, padding: 1}"

    dilation: Size = Field(1, description="cells between neighbouring taps")

    def dilations(self, rank: int) -> tuple[int, ...]:
        return spread(self.dilation, rank, "dilation")

    def ops(self, *xs: Shape) -> Ops:
        (x,) = xs
        return {"compare": self.steps(x)}

    def saves(self, *xs: Shape) -> tuple[Kept, ...]:
        return INPUT, made("places", *self.output(*xs), format="int64")

    def forward(self, *xs: Array, weights: Weights) -> Array:
        (x,) = xs
        windows = self.windows(x.ndim - 2)
        return kernels.pool.max_pool(
            x,
            tuple(w.size for w in windows),
            **told(windows),
            ceil=self.ceil,
        )


class AvgPool(Pool):
    """Average each window.

    Input ``(c, *n)``, output ``(c, *o)``.
    """

    kind: ClassVar = "avgpool"
    example: ClassVar = "- {avgpool: 2}"

    count_include_pad: Flag = Field(False, description="divide by the padding cells too, as PyTorch does by default")

    def ops(self, *xs: Shape) -> Ops:
        (x,) = xs
        return {"add": self.steps(x), "mul": counting.elements(self.output(x))}

    def forward(self, *xs: Array, weights: Weights) -> Array:
        (x,) = xs
        windows = self.windows(x.ndim - 2)
        return kernels.pool.avg_pool(
            x,
            tuple(w.size for w in windows),
            **told(windows, "stride", "padding"),
            ceil=self.ceil,
            count_include_pad=self.count_include_pad,
        )


class SumPool(Pool):
    """Add each window up.

    Input ``(c, *n)``, output ``(c, *o)``.
    """

    kind: ClassVar = "sumpool"
    example: ClassVar = "- {sumpool: 2}"

    def ops(self, *xs: Shape) -> Ops:
        (x,) = xs
        return {"add": self.steps(x)}

    def forward(self, *xs: Array, weights: Weights) -> Array:
        (x,) = xs
        windows = self.windows(x.ndim - 2)
        return kernels.pool.sum_pool(
            x,
            tuple(w.size for w in windows),
            **told(windows, "stride", "padding"),
            ceil=self.ceil,
        )


class GlobalPool(Weightless):
    """Reduce each channel's whole map to one number.

    Input ``(c, *n)``, output ``(c)``, or ``(c, 1, …)`` with ``keep: yes``.
    """

    family: ClassVar = "pooling"

    keep: Flag = Field(False, description="keep the spatial axes, each of length 1")

    def output(self, *xs: Shape) -> Shape:
        (x,) = xs
        rank = spatial(x, "pools")
        return Shape(x.channels, *((1,) * rank if self.keep else ()))

    def reach(self, *xs: Shape) -> tuple[tuple[Reach, ...], ...]:
        return whole(*xs)


class GlobalMaxPool(GlobalPool):
    """Keep the largest number of each channel.

    Input ``(c, *n)``, output ``(c)``, or ``(c, 1, …)`` with ``keep: yes``.
    """

    kind: ClassVar = "global_maxpool"
    example: ClassVar = "- global_maxpool"

    def ops(self, *xs: Shape) -> Ops:
        (x,) = xs
        return {"compare": counting.reduced(x.spatial, x.channels)}

    def saves(self, *xs: Shape) -> tuple[Kept, ...]:
        return INPUT, made("places", xs[0].channels, format="int64")

    def forward(self, *xs: Array, weights: Weights) -> Array:
        (x,) = xs
        return kernels.pool.global_max(x, keep=self.keep)


class GlobalAvgPool(GlobalPool):
    """Average each channel's whole map.

    Input ``(c, *n)``, output ``(c)``, or ``(c, 1, …)`` with ``keep: yes``.
    """

    kind: ClassVar = "global_avgpool"
    example: ClassVar = "- global_avgpool"

    def ops(self, *xs: Shape) -> Ops:
        (x,) = xs
        return {"add": counting.reduced(x.spatial, x.channels), "mul": counting.elements((x.channels,))}

    def saves(self, *xs: Shape) -> tuple[Kept, ...]:
        return ()

    def forward(self, *xs: Array, weights: Weights) -> Array:
        (x,) = xs
        return kernels.pool.global_avg(x, keep=self.keep)
