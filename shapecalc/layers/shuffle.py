"""Layers that trade cells for channels, or put the channels in another order."""

from math import prod
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from shapecalc import kernels
from shapecalc.diagnostics import Mismatch
from shapecalc.formulas import moves
from shapecalc.formulas.reach import SAME_CELL, Reach, Stretch
from shapecalc.formulas.windows import Window
from shapecalc.layers.axes import names
from shapecalc.layers.base import Array, Ops, Weightless, Weights, spatial, spread
from shapecalc.layers.fields import WORD, Count, Size
from shapecalc.layers.saving import Kept
from shapecalc.layers.sliding import divided
from shapecalc.shape import Shape

Order = Annotated[Literal["pytorch", "tensorflow"], WORD]
ORDERS = "the order of the channels: `pytorch` has those of one block side by side, `tensorflow` apart"


class Shuffle(Weightless):
    """A layer that moves numbers and computes nothing."""

    family: ClassVar = "resampling"

    def ops(self, *xs: Shape) -> Ops:
        return {}

    def saves(self, *xs: Shape) -> tuple[Kept, ...]:
        return ()


class Blocks(Shuffle):
    """Trade blocks of cells for channels, one way or the other."""

    main: ClassVar = "factor"

    factor: Size = Field(description="cells of a block along each axis")
    order: Order = Field("pytorch", description=ORDERS)


class PixelShuffle(Blocks):
    """Lay channels out as blocks of cells: a map that is larger and has fewer channels.

    Input ``(c·∏r, *n)``, output ``(c, *(n·r))``: the sub-pixel layer of Shi et al. 2016, Real-Time Single Image and
    Video Super-Resolution. ``order: tensorflow`` is `depth_to_space`.
    """

    mixes: ClassVar = "regroups"
    kind: ClassVar = "pixel_shuffle"
    example: ClassVar = "- pixel_shuffle: 2"

    def output(self, *xs: Shape) -> Shape:
        (x,) = xs
        factors = spread(self.factor, spatial(x, "lays out"), "factor")
        cells = prod(factors)
        if x.channels % cells:
            raise Mismatch(
                "E301",
                f"lays {int(x.channels)} channels out as blocks of {'×'.join(map(str, factors))}",
                field="factor",
                label=f"{int(x.channels)} is not a multiple of {cells}",
                help=f"give the layer before {x.channels // cells * cells + cells} channels, or another multiple",
            )
        lengths = (moves.enlarged(n, r) for n, r in zip(x.spatial, factors, strict=True))
        return Shape(moves.spread_out(x.channels, factors), *lengths)

    def reach(self, *xs: Shape) -> tuple[tuple[Reach, ...], ...]:
        (x,) = xs
        axes = zip(x.spatial, spread(self.factor, x.rank, "factor"), strict=True)
        return (tuple(SAME_CELL if r == 1 else Stretch(int(n), int(n) * r, 1) for n, r in axes),)

    def forward(self, *xs: Array, weights: Weights) -> Array:
        (x,) = xs
        return kernels.shuffle.pixel_shuffle(x, spread(self.factor, x.ndim - 2, "factor"), order=self.order)


class PixelUnshuffle(Blocks):
    """Make each cell of a block a channel of its own: a map that is smaller and has more channels.

    Input ``(c, *(n·r))``, output ``(c·∏r, *n)``: the inverse of `pixel_shuffle`. ``order: tensorflow`` is
    `space_to_depth`. With a norm and a dense layer after it, it is the patch merging of Swin Transformer.
    """

    mixes: ClassVar = "gathers"
    kind: ClassVar = "pixel_unshuffle"
    example: ClassVar = "- pixel_unshuffle: 2"

    def output(self, *xs: Shape) -> Shape:
        (x,) = xs
        factors = spread(self.factor, spatial(x, "gathers"), "factor")
        for name, n, r in zip(names(x.rank)[1:], x.spatial, factors, strict=True):
            if n % r:
                raise Mismatch(
                    "E301",
                    f"gathers blocks of {r} along {name}, an axis of {int(n)}",
                    field="factor",
                    label=f"{int(n)} is not a multiple of {r}",
                    help=f"`pad` it to {int(n) + r - int(n) % r}, or `crop` it to {int(n) - int(n) % r}",
                )
        lengths = (moves.gathered(n, r) for n, r in zip(x.spatial, factors, strict=True))
        return Shape(moves.piled_up(x.channels, factors), *lengths)

    def reach(self, *xs: Shape) -> tuple[tuple[Reach, ...], ...]:
        (x,) = xs
        return (tuple(Window(r, r) for r in spread(self.factor, x.rank, "factor")),)

    def forward(self, *xs: Array, weights: Weights) -> Array:
        (x,) = xs
        return kernels.shuffle.pixel_unshuffle(x, spread(self.factor, x.ndim - 2, "factor"), order=self.order)


class DepthToSpace(PixelShuffle):
    """Lay channels out as blocks of cells, as TensorFlow orders them.

    Input ``(c·∏r, *n)``, output ``(c, *(n·r))``: `pixel_shuffle` with the channels of a block c apart, the mode DCR of
    ONNX.
    """

    kind: ClassVar = "depth_to_space"
    example: ClassVar = "- depth_to_space: 2"

    order: Order = Field("tensorflow", description=ORDERS)


class SpaceToDepth(PixelUnshuffle):
    """Make each cell of a block a channel of its own, as TensorFlow orders them.

    Input ``(c, *(n·r))``, output ``(c·∏r, *n)``: `pixel_unshuffle` with the channels of a block c apart.
    """

    kind: ClassVar = "space_to_depth"
    example: ClassVar = "- space_to_depth: 2"

    order: Order = Field("tensorflow", description=ORDERS)


class ChannelShuffle(Shuffle):
    """Put the channels in another order: the first of every group, then the second of every group, and so on.

    Input and output ``(c, *n)``. Between grouped convolutions it lets the groups see each other (Zhang et al. 2018,
    ShuffleNet, section 3.1).
    """

    mixes: ClassVar = "all"  # of every run of channels, which is what is taken apart after it

    kind: ClassVar = "channel_shuffle"
    main: ClassVar = "groups"
    example: ClassVar = "- channel_shuffle: 4"

    groups: Count = Field(description="groups that the channels are taken from in turn")

    def output(self, *xs: Shape) -> Shape:
        (x,) = xs
        divided(x.channels, x.channels, self.groups)
        return x

    def reach(self, *xs: Shape) -> tuple[tuple[Reach, ...], ...]:
        return tuple((SAME_CELL,) * x.rank for x in xs)

    def forward(self, *xs: Array, weights: Weights) -> Array:
        (x,) = xs
        return kernels.shuffle.channel_shuffle(x, self.groups)
