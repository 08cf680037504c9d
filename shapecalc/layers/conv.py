"""The convolution: a bank of filters over the spatial axes, or several banks by turns."""

from typing import ClassVar

from pydantic import Field

from shapecalc import kernels
from shapecalc.diagnostics import Mismatch
from shapecalc.formulas import counting
from shapecalc.layers.base import Array, Mixing, Ops, Weights, spatial, spread
from shapecalc.layers.fields import Count, Flag, Size
from shapecalc.layers.sliding import Bank, Sliding, divided, told
from shapecalc.shape import Shape


class Conv(Sliding, Bank):
    """Slide a bank of filters over the spatial axes, summing over channels.

    Input ``(c, *n)``, output ``(filters, *o)``: one kind for 1-D, 2-D and 3-D, by the input's rank.

    As in every framework it is the cross-correlation that is called a convolution; ``flip: yes`` turns the kernel by
    180°, which is the convolution of mathematics. ``tiled: t`` has t banks of filters along each axis, and place o
    uses bank o mod t (Goodfellow, Bengio & Courville 2016, section 9.5): t times the weights an axis, the same MACs.
    """

    kind: ClassVar = "conv"
    example: ClassVar = "- {conv: 16, kernel: 3, stride: 2, padding: half, groups: 2}"

    groups: Count = Field(1, description="parts the channels are split into, each with its own filters")
    flip: Flag = Field(False, description="turn the kernel by 180°: reversed along every spatial axis")
    tiled: Size = Field(1, description="banks of filters that the places along each axis use by turns")

    def banks(self, rank: int) -> tuple[int, ...]:
        """Banks of filters along each axis; nothing where one serves all places."""
        banks: tuple[int, ...] = spread(self.tiled, rank, "tiled")
        return banks if max(banks) > 1 else ()

    def output(self, *xs: Shape) -> Shape:
        (x,) = xs
        rank = spatial(x, "convolves")
        divided(x.channels, self.filters, self.groups)
        places = self.places(x)
        for banks, o in zip(self.banks(rank), places, strict=False):
            if banks > o:
                raise Mismatch(
                    "E312",
                    f"tiles {banks} banks of filters along an axis of {o} {'place' if o == 1 else 'places'}",
                    field="tiled",
                    label=f"{banks - o} of the {banks} would never be used",
                    help=f"at most {o} here, which gives every place its own filters as `local` does",
                )
        return Shape(self.filters, *places)

    def weights(self, *xs: Shape) -> dict[str, Shape]:
        (x,) = xs
        banks = self.banks(x.rank)
        c = x.channels if self.groups == 1 else counting.parted(x.channels, self.groups)
        kernel = Shape(*banks, self.filters, c, *self.taps(x.rank))
        return {"kernel": kernel} | self.with_bias(Shape(*banks, self.filters))

    def ops(self, *xs: Shape) -> Ops:
        (x,) = xs
        y = self.output(x)
        macs = counting.conv_macs(y.spatial, self.taps(x.rank), x.channels, self.groups, self.filters)
        return self.spent(macs, y)

    def mixing(self, *xs: Shape) -> Mixing:
        return "all" if self.groups == 1 else "each"

    def forward(self, *xs: Array, weights: Weights) -> Array:
        (x,) = xs
        return kernels.conv.conv(
            x,
            weights["kernel"],
            weights.get("bias"),
            **told(self.windows(x.ndim - 2)),
            groups=self.groups,
            flip=self.flip,
        )
