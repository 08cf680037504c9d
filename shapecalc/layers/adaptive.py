"""Adaptive pooling: as many bins as are asked for, whatever the input's size."""

from typing import ClassVar

from pydantic import Field

from shapecalc import kernels
from shapecalc.formulas import counting, pooling
from shapecalc.formulas.reach import WHOLE, Bins, Place, Reach
from shapecalc.formulas.windows import Window
from shapecalc.layers.base import Array, Ops, Weightless, Weights, spatial, spread
from shapecalc.layers.fields import Size
from shapecalc.layers.saving import INPUT, Kept, made
from shapecalc.shape import Shape


def bin_reach(n: int, o: int) -> Reach:
    """How ``o`` bins see an axis of ``n`` cells."""
    if o == 1:
        return WHOLE
    if n == 1:
        return Place(0)
    if n % o == 0:
        return Window(n // o, n // o)
    return Bins(int(n), o)


class AdaptivePool(Weightless):
    """Part each axis into a given number of bins, and reduce each to one number.

    Input ``(c, *n)``, output ``(c, *size)``.
    """

    main: ClassVar = "size"
    family: ClassVar = "pooling"

    size: Size = Field(description="bins along each axis: the length of the output")

    def sizes(self, rank: int) -> tuple[int, ...]:
        """The bins along each axis."""
        return spread(self.size, rank, "size")

    def output(self, *xs: Shape) -> Shape:
        (x,) = xs
        return Shape(x.channels, *self.sizes(spatial(x, "pools")))

    def reach(self, *xs: Shape) -> tuple[tuple[Reach, ...], ...]:
        return tuple(tuple(bin_reach(n, o) for n, o in zip(x.spatial, self.sizes(x.rank), strict=True)) for x in xs)

    def steps(self, x: Shape) -> int:
        """Comparisons or additions that reduce the bins."""
        sizes = self.sizes(x.rank)
        cells = tuple(pooling.binned(n, o) for n, o in zip(x.spatial, sizes, strict=True))
        return pooling.bins_reduced(cells, sizes, x.channels)


class AdaptiveAvgPool(AdaptivePool):
    """Average each of a given number of bins.

    Input ``(c, *n)``, output ``(c, *size)``. Bin i of o reads the cells from ⌊i·n/o⌋ up to ⌈(i + 1)·n/o⌉, as in
    PyTorch: where o does not divide n neighbours share a cell, and where o is more than n cells are read again. Each
    bin is reduced by itself: one addition less than its cells, and one multiplication.
    """

    kind: ClassVar = "adaptive_avgpool"
    example: ClassVar = "- adaptive_avgpool: 6"

    def ops(self, *xs: Shape) -> Ops:
        (x,) = xs
        return {"add": self.steps(x), "mul": counting.elements(self.output(x))}

    def saves(self, *xs: Shape) -> tuple[Kept, ...]:
        return () if max(self.sizes(xs[0].rank)) == 1 else (INPUT,)

    def forward(self, *xs: Array, weights: Weights) -> Array:
        (x,) = xs
        return kernels.adaptive.avg(x, self.sizes(x.ndim - 2))


class AdaptiveMaxPool(AdaptivePool):
    """Keep the largest number of each of a given number of bins.

    Input ``(c, *n)``, output ``(c, *size)``. Bin i of o reads the cells from ⌊i·n/o⌋ up to ⌈(i + 1)·n/o⌉, as in
    PyTorch: where o does not divide n neighbours share a cell, and where o is more than n cells are read again.
    """

    kind: ClassVar = "adaptive_maxpool"
    example: ClassVar = "- adaptive_maxpool: [4, 2]"

    def ops(self, *xs: Shape) -> Ops:
        (x,) = xs
        return {"compare": self.steps(x)}

    def saves(self, *xs: Shape) -> tuple[Kept, ...]:
        return INPUT, made("places", *self.output(*xs), format="int64")

    def forward(self, *xs: Array, weights: Weights) -> Array:
        (x,) = xs
        return kernels.adaptive.largest(x, self.sizes(x.ndim - 2))
