"""Filters that are given, not trained."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from shapecalc import kernels
from shapecalc.diagnostics import Mismatch
from shapecalc.formulas import counting
from shapecalc.formulas.reach import Reach
from shapecalc.formulas.windows import Window
from shapecalc.layers.base import Array, Ops, Weightless, Weights, spatial, spread
from shapecalc.layers.fields import MATRIX, Pad, Size
from shapecalc.layers.saving import INPUT, Kept
from shapecalc.layers.sliding import ends, fitted, told
from shapecalc.shape import Shape

Row = tuple[float, ...]
Word = Literal["identity", "edge", "edge4", "sharpen", "box_blur", "gaussian_blur", "sobel_x", "sobel_y", "laplacian"]
MATRICES: dict[str, tuple[Row, ...]] = {
    "identity": ((0, 0, 0), (0, 1, 0), (0, 0, 0)),
    "edge": ((-1, -1, -1), (-1, 8, -1), (-1, -1, -1)),
    "edge4": ((1, 0, -1), (0, 0, 0), (-1, 0, 1)),
    "sharpen": ((0, -1, 0), (-1, 5, -1), (0, -1, 0)),
    "box_blur": ((1 / 9,) * 3,) * 3,
    "gaussian_blur": ((1 / 16, 2 / 16, 1 / 16), (2 / 16, 4 / 16, 2 / 16), (1 / 16, 2 / 16, 1 / 16)),
    "sobel_x": ((-1, 0, 1), (-2, 0, 2), (-1, 0, 1)),
    "sobel_y": ((-1, -2, -1), (0, 0, 0), (1, 2, 1)),
    "laplacian": ((0, 1, 0), (1, -4, 1), (0, 1, 0)),
}
"""The kernels of textbooks of image processing, and of the article "Kernel (image processing)" of Wikipedia."""


class Filter(Weightless):
    """Filter each channel with the same given numbers: an edge, a blur, or a matrix of one's own.

    Input ``(c, *n)``, output ``(c, *o)``: nothing is trained or kept. A matrix is a list of rows for an image, a plain
    list of numbers for a sequence. As in ``conv`` it is laid on the input as it is written, not turned, and a MAC is
    counted for each of its numbers, zeros too.

    These words stand for these matrices of the textbooks (as in Wikipedia's "Kernel (image processing)"):

    ``identity``: [[0, 0, 0], [0, 1, 0], [0, 0, 0]]

    ``edge``: [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]]

    ``edge4``: [[1, 0, -1], [0, 0, 0], [-1, 0, 1]]

    ``sharpen``: [[0, -1, 0], [-1, 5, -1], [0, -1, 0]]

    ``box_blur``: [[1, 1, 1], [1, 1, 1], [1, 1, 1]], each by 9

    ``gaussian_blur``: [[1, 2, 1], [2, 4, 2], [1, 2, 1]], each by 16

    ``sobel_x``: [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]

    ``sobel_y``: [[-1, -2, -1], [0, 0, 0], [1, 2, 1]]

    ``laplacian``: [[0, 1, 0], [1, -4, 1], [0, 1, 0]]
    """

    kind: ClassVar = "filter"
    main: ClassVar = "matrix"
    family: ClassVar = "convolution"
    example: ClassVar = "- {filter: edge, padding: same}\n- {filter: [[1, 2, 1], [-1, -2, -1]], stride: 2}"
    example_input: ClassVar[tuple[int, ...]] = (1, 16, 16)

    matrix: Annotated[Word | Row | tuple[Row, ...], MATRIX] = Field(
        description="the numbers, or a word for them: " + ", ".join(MATRICES)
    )
    stride: Size = Field(1, description="cells between neighbouring places")
    padding: Pad = Field("valid", description="cells added at the ends of each axis")

    @property
    def taps(self) -> tuple[Row, ...] | Row:
        """The numbers: rows of them, or one row."""
        return MATRICES[self.matrix] if isinstance(self.matrix, str) else self.matrix

    @property
    def size(self) -> tuple[int, ...]:
        """Numbers along each axis."""
        row = self.taps[0]
        return (len(self.taps), len(row)) if isinstance(row, tuple) else (len(self.taps),)

    def windows(self, rank: int) -> tuple[Window, ...]:
        """The window along each axis."""
        if len(self.size) != rank:
            rows = len(self.size) == 2
            raise Mismatch(
                "E317",
                f"lays a {'matrix' if rows else 'list of numbers'} on an input of {rank} spatial "
                + ("axis" if rank == 1 else "axes"),
                field="matrix",
                label=f"{'rows and columns are' if rows else 'a single row is'} for "
                + ("two axes" if rows else "one axis"),
                help="a list of numbers filters a sequence, a list of rows or a word an image",
            )
        strides = spread(self.stride, rank, "stride")
        pads = ends(self.padding, rank, self.size)
        return tuple(Window(k, s, 1, p) for k, s, p in zip(self.size, strides, pads, strict=True))

    def output(self, *xs: Shape) -> Shape:
        (x,) = xs
        return Shape(x.channels, *fitted(self.windows(spatial(x, "filters")), x, "matrix", None))

    def ops(self, *xs: Shape) -> Ops:
        (x,) = xs
        return {"mac": counting.conv_macs(self.output(x).spatial, self.size, x.channels, x.channels, x.channels)}

    def reach(self, *xs: Shape) -> tuple[tuple[Reach, ...], ...]:
        return tuple(self.windows(x.rank) for x in xs)

    def saves(self, *xs: Shape) -> tuple[Kept, ...]:
        return (INPUT,)

    def forward(self, *xs: Array, weights: Weights) -> Array:
        (x,) = xs
        return kernels.filtering.filtered(x, self.taps, **told(self.windows(x.ndim - 2), "stride", "padding"))
