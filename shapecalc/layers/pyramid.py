"""Pooling at several scales into one row, whose length does not depend on the input's size."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from shapecalc import kernels
from shapecalc.diagnostics import Mismatch
from shapecalc.formulas import counting, pooling
from shapecalc.formulas.reach import WHOLE, Reach, Unknown
from shapecalc.formulas.windows import Window
from shapecalc.layers.base import Array, Ops, Weightless, Weights, spatial
from shapecalc.layers.fields import WORD, Counts
from shapecalc.layers.saving import INPUT, Kept, made
from shapecalc.shape import Shape


def level_window(n: int, o: int) -> Window:
    """The window that parts an axis of ``n`` cells into ``o`` bins.

    Raises:
        Mismatch: it takes more places than that, or the axis has too few cells.
    """
    if n < o:
        raise Mismatch(
            "E320",
            f"parts an axis of {int(n)} cells into {o} bins",
            field="rule",
            label=f"windows would be ⌊{int(n)} / {o}⌋ = 0 cells apart",
            help=f"`rule: adaptive` gives {o} bins of any axis",
        )
    window = Window(pooling.bin_window(n, o), pooling.bin_stride(n, o))
    if (places := window.length(n)) != o:
        raise Mismatch(
            "E321",
            f"parts an axis of {int(n)} cells into {places} bins, not {o}",
            field="rule",
            label=f"windows of ⌈{int(n)} / {o}⌉ = {window.size} cells, ⌊{int(n)} / {o}⌋ = {window.stride} apart",
            help=f"`rule: adaptive` gives {o} bins of any axis",
        )
    return window


class Spp(Weightless):
    """Pool at several scales, from the whole map to small bins, into one row (SPP).

    Input ``(c, *n)``, output ``(c·∑ bins)``: a level of k has k bins a side, so the length is the same for inputs of
    every size (He, Zhang, Ren & Sun 2014, Spatial Pyramid Pooling in Deep Convolutional Networks). Level after level as
    given; in each, channel after channel, and the bins of a channel in a row.

    Where the bins lie is ``rule``. ``adaptive``, the paper's appendix A, takes the cells from ⌊i·n/k⌋ up to
    ⌈(i + 1)·n/k⌉ for bin i of k, as adaptive pooling does. ``sppnet``, its section 2.3 for training at one size, slides
    a window of ⌈n/k⌉ cells by ⌊n/k⌋: of some lengths that makes more than k bins (of 7 cells 6, not 4), an error here;
    and it may leave the last cells out.
    """

    kind: ClassVar = "spp"
    main: ClassVar = "levels"
    family: ClassVar = "pooling"
    example: ClassVar = "- {spp: [1, 2, 3, 6], reduce: max}"
    example_input: ClassVar = (8, 13, 13)

    levels: Counts = Field((1, 2, 4), description="bins a side, of each level")
    reduce: Annotated[Literal["max", "avg"], WORD] = Field("max", description="what is kept of a bin: max or avg")
    rule: Annotated[Literal["adaptive", "sppnet"], WORD] = Field(
        "adaptive", description="where the bins lie: adaptive or sppnet"
    )

    def windows(self, x: Shape, level: int) -> tuple[Window, ...]:
        """The windows of a level, along each axis, by the rule that slides them."""
        return tuple(level_window(n, level) for n in x.spatial)

    def bins(self, x: Shape) -> tuple[int, ...]:
        """The bins of each level."""
        return tuple(counting.elements((level,) * x.rank) for level in self.levels)

    def output(self, *xs: Shape) -> Shape:
        (x,) = xs
        spatial(x, "pools")
        if self.rule == "sppnet":
            for level in self.levels:
                self.windows(x, level)
        return Shape(pooling.pyramid(x.channels, self.bins(x)))

    def steps(self, x: Shape, level: int) -> int:
        """Comparisons or additions that reduce the bins of a level."""
        sizes = (level,) * x.rank
        if self.rule == "sppnet":
            return counting.windowed(sizes, x.channels, tuple(w.size for w in self.windows(x, level)))
        return pooling.bins_reduced(tuple(pooling.binned(n, level) for n in x.spatial), sizes, x.channels)

    def ops(self, *xs: Shape) -> Ops:
        (x,) = xs
        steps = counting.altogether(tuple(self.steps(x, level) for level in self.levels))
        if self.reduce == "max":
            return {"compare": steps}
        return {"add": steps, "mul": pooling.pyramid(x.channels, self.bins(x))}

    def reach(self, *xs: Shape) -> tuple[tuple[Reach, ...], ...]:
        return tuple(tuple(self.seen(int(n)) for n in x.spatial) for x in xs)

    def seen(self, n: int) -> Reach:
        """How the levels together see an axis of ``n`` cells."""
        if self.rule == "adaptive":
            return WHOLE
        last = max((level - 1) * (w := level_window(n, level)).stride + w.size for level in self.levels)
        return WHOLE if last == n else Unknown(f"of an axis of {n} cells the windows of no level reach the last")

    def saves(self, *xs: Shape) -> tuple[Kept, ...]:
        (x,) = xs
        if self.reduce == "max":
            return INPUT, made("places", *self.output(x), format="int64")
        return () if self.rule == "adaptive" and max(self.levels) == 1 else (INPUT,)

    def forward(self, *xs: Array, weights: Weights) -> Array:
        (x,) = xs
        return kernels.pyramid.spp(x, self.levels, reduce=self.reduce, rule=self.rule)
