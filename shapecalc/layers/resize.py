"""Resizing: a map made larger or smaller, cell by cell."""

from math import prod
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from shapecalc import kernels
from shapecalc.diagnostics import Mismatch
from shapecalc.formulas import counting, moves
from shapecalc.formulas.reach import SAME_CELL, UNREAD, Place, Reach, Stretch
from shapecalc.formulas.windows import Window
from shapecalc.layers.axes import names
from shapecalc.layers.base import Array, Ops, Weightless, Weights, spatial, spread
from shapecalc.layers.fields import WORD, Flag, SizeOrNone
from shapecalc.layers.saving import Kept
from shapecalc.shape import Shape

MODES: dict[str, tuple[str, int]] = {
    "nearest": ("nearest", 0),
    "linear": ("linear", 0),
    "bilinear": ("linear", 2),
    "trilinear": ("linear", 3),
    "cubic": ("cubic", 0),
    "bicubic": ("cubic", 2),
}
"""What a word for a mode means, and the axes that it is for; 0: any number."""
TAPS = {"nearest": 1, "linear": 2, "cubic": 4}
"""Cells along an axis that one output cell reads."""


class Upsample(Weightless):
    """Resize a map: by a whole factor, to a size, or to the size of another layer.

    Input ``(c, *n)``, output ``(c, *o)`` with ``o = n·factor``, ``size``, or the lengths of the layer that ``like``
    names. It may become smaller too.

    The values are those of PyTorch's ``interpolate``. Output place ``i`` lies at ``(i + ½)·n/o − ½`` in the input, or
    with ``align_corners`` at ``i·(n − 1)/(o − 1)``. Mode `nearest` reads the cell ``⌊i·n/o⌋``; `linear` two cells an
    axis, by how near they are; `cubic` four, by the kernel of Keys 1981 with a = −0.75, on one axis or two.

    Counted are one multiply for each cell that is read and the additions between: over ``r`` axes ``2^r`` and
    ``2^r − 1`` an output for `linear`, ``4^r`` and ``4^r − 1`` for `cubic`, none for `nearest`. An axis that keeps its
    length is not resized. The weights of the cells are the same for every example and not counted.
    """

    kind: ClassVar = "upsample"
    main: ClassVar = "factor"
    family: ClassVar = "resampling"
    reads: ClassVar = {"like": "the layer whose spatial size is taken; nothing else of it is read"}
    example: ClassVar = "- {maxpool: 2, ceil: yes}\n- {upsample: 3, mode: linear}\n- {upsample: , like: input}"
    example_input: ClassVar = (8, 15, 15)

    factor: SizeOrNone = Field(None, description="cells that each becomes, along each axis")
    size: SizeOrNone = Field(None, description="the length of each axis")
    mode: Annotated[Literal["nearest", "linear", "bilinear", "trilinear", "cubic", "bicubic"], WORD] = Field(
        "nearest", description="nearest, linear (bilinear, trilinear) or cubic (bicubic)"
    )
    align_corners: Flag = Field(False, description="let the centres of the corner cells stay where they are")

    def lengths(self, *xs: Shape) -> tuple[int, ...]:
        """The length of each axis of the output.

        Raises:
            Mismatch: it is given twice, not at all, or for another number of axes.
        """
        x, *like = xs
        rank = spatial(x, "resizes")
        given = [name for name, value in (("factor", self.factor), ("size", self.size)) if value is not None]
        given += ["like"] * len(like)
        if len(given) != 1:
            raise Mismatch(
                "E349",
                f"is resized by {' and by '.join(f'`{name}`' for name in given)}"
                if given
                else "does not say what it is resized to",
                field=given[-1] if given else "factor",
                label="one of them says all" if given else "no factor, no size, no `like`",
                help="write `upsample: 2`, `upsample: {size: [28, 28]}` or `upsample: {like: NAME}`",
            )
        if like:
            if like[0].rank != rank:
                raise Mismatch(
                    "E349",
                    f"resizes {x} to the size of {like[0]}",
                    field="like",
                    label=f"{rank} spatial axes against {like[0].rank}",
                    help="name a layer with as many spatial axes",
                )
            return like[0].spatial
        if self.size is not None:
            return spread(self.size, rank, "size")
        factors = spread(self.factor, rank, "factor")
        return tuple(moves.enlarged(n, r) if r != 1 else n for n, r in zip(x.spatial, factors, strict=True))

    def way(self, rank: int) -> str:
        """The mode, by its plain name.

        Raises:
            Mismatch: it is not one for so many axes.
        """
        plain, of = MODES[self.mode]
        if rank != (of or rank) or (plain == "cubic" and rank == 3):
            words = [word for word, (_, axes) in MODES.items() if axes in {0, rank} and (word != "cubic" or rank < 3)]
            raise Mismatch(
                "E349",
                f"resizes {rank} {'axis' if rank == 1 else 'axes'} in mode `{self.mode}`",
                field="mode",
                label=f"`{self.mode}` is for {of or '1 or 2'} axes, the input has {', '.join(names(rank)[1:])}",
                help=f"write one of {', '.join(f'`{word}`' for word in words)}",
            )
        if self.align_corners and plain == "nearest":
            raise Mismatch(
                "E349",
                "aligns corners in mode `nearest`",
                field="align_corners",
                label="this mode reads one cell, wherever the corners are",
                help="leave it out, or write `mode: linear`",
            )
        return plain

    def taps(self, *xs: Shape) -> tuple[int, ...]:
        """Cells that one output cell reads along each axis."""
        taps = TAPS[self.way(xs[0].rank)]
        return tuple(taps if n != o else 1 for n, o in zip(xs[0].spatial, self.lengths(*xs), strict=True))

    def output(self, *xs: Shape) -> Shape:
        lengths = self.lengths(*xs)
        self.way(xs[0].rank)
        return Shape(xs[0].channels, *lengths)

    def ops(self, *xs: Shape) -> Ops:
        y, taps = self.output(*xs), self.taps(*xs)
        if prod(taps) == 1:
            return {}
        return {
            "mul": counting.each(counting.elements(y), prod(taps)),
            "add": counting.windowed(y.spatial, y.channels, taps),
        }

    def reach(self, *xs: Shape) -> tuple[tuple[Reach, ...], ...]:
        x, *like = xs
        axes = zip(x.spatial, self.lengths(*xs), self.taps(*xs), strict=True)
        return (tuple(self.seen(*axis) for axis in axes), *((UNREAD,) * other.rank for other in like))

    def seen(self, n: int, o: int, taps: int) -> Reach:
        """How one axis is seen."""
        if n == o:
            return SAME_CELL
        if n == 1:
            return Place(0)
        if taps == 1 and n % o == 0:
            return Window(1, n // o)  # the first of every n/o cells
        return Stretch(int(n), int(o), taps, self.align_corners)

    def saves(self, *xs: Shape) -> tuple[Kept, ...]:
        return ()

    def forward(self, *xs: Array, weights: Weights) -> Array:
        x, *like = xs
        mode, rank = MODES[self.mode][0], x.ndim - 2
        if self.factor is not None:
            factors = spread(self.factor, rank, "factor")
            return kernels.resize.enlarge(x, factors, mode=mode, align_corners=self.align_corners)
        lengths = like[0].shape[2:] if like else spread(self.size, rank, "size")
        return kernels.resize.resize(x, lengths, mode=mode, align_corners=self.align_corners)
