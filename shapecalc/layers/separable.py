"""Convolutions taken apart: space from channels, or one axis from another."""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from shapecalc import kernels
from shapecalc.diagnostics import Mismatch
from shapecalc.formulas import counting
from shapecalc.layers.base import AXES, Array, Ops, Weights
from shapecalc.layers.fields import WORD, Count, CountOrNone, Size
from shapecalc.layers.saving import INPUT, Kept, made
from shapecalc.layers.sliding import Bank, Sliding, told
from shapecalc.shape import Shape


class Depthwise(Sliding):
    """Filter each channel by itself.

    Input ``(c, *n)``, output ``(c·multiplier, *o)``: the filters of channel 0 come first, then those of channel 1, as
    in Keras' DepthwiseConv2D. It is a ``conv`` with as many groups as channels, and costs what that costs.
    """

    kind: ClassVar = "depthwise"
    main: ClassVar = "kernel"
    example: ClassVar = "- {depthwise: 3, stride: 2, padding: half, norm: batch, activation: relu}"

    multiplier: Count = Field(1, description="filters for each channel")

    def output(self, *xs: Shape) -> Shape:
        (x,) = xs
        places = self.places(x)
        return Shape(counting.multiplied(x.channels, self.multiplier), *places)

    def weights(self, *xs: Shape) -> dict[str, Shape]:
        (x,) = xs
        filters = counting.multiplied(x.channels, self.multiplier)
        return {"kernel": Shape(filters, 1, *self.taps(x.rank))} | self.with_bias(Shape(filters))

    def ops(self, *xs: Shape) -> Ops:
        (x,) = xs
        y = self.output(x)
        return self.spent(counting.conv_macs(y.spatial, self.taps(x.rank), x.channels, x.channels, y.channels), y)

    def forward(self, *xs: Array, weights: Weights) -> Array:
        (x,) = xs
        return kernels.conv.conv(
            x, weights["kernel"], weights.get("bias"), **told(self.windows(x.ndim - 2)), groups=x.shape[1]
        )


class SeparableConv(Sliding, Bank):
    """Filter each channel by itself, then mix the channels at each place: a convolution in two steps.

    Input ``(c, *n)``, output ``(filters, *o)``. Depthwise first, as in MobileNet (Howard et al. 2017, section 3.1) and
    Keras' SeparableConv2D, has k·k·c·m + c·m·filters weights; ``order: pointwise_first``, the "extreme" Inception
    module of Xception (Chollet 2017, figure 4), c·filters + k·k·filters. There is one bias, at the end, and nothing
    between the steps: for a norm or an activation there, write ``depthwise`` and a ``conv`` of kernel 1.
    """

    mixes: ClassVar = "all"
    kind: ClassVar = "separable_conv"
    example: ClassVar = "- {separable_conv: 16, kernel: 3, padding: half}"

    multiplier: Count = Field(1, description="filters for each channel in the depthwise step")
    order: Annotated[Literal["depthwise_first", "pointwise_first"], WORD] = Field(
        "depthwise_first", description="which step comes first: `depthwise_first` or `pointwise_first`"
    )

    def output(self, *xs: Shape) -> Shape:
        (x,) = xs
        places = self.places(x)
        if self.order == "pointwise_first" and self.multiplier > 1:
            raise Mismatch(
                "E316",
                f"multiplies its {self.filters} filters by {self.multiplier} in the last step",
                field="multiplier",
                label=f"{self.filters}·{self.multiplier} channels would come out, and `filters` says {self.filters}",
                help="leave `multiplier` out, or take `order: depthwise_first`",
            )
        return Shape(self.filters, *places)

    def weights(self, *xs: Shape) -> dict[str, Shape]:
        (x,) = xs
        filtered = self.filtered(x)
        mixed = x.channels if self.order == "pointwise_first" else filtered
        tensors = {
            "depthwise": Shape(filtered, 1, *self.taps(x.rank)),
            "pointwise": Shape(self.filters, mixed, *(1,) * x.rank),
        }
        return tensors | self.with_bias(Shape(self.filters))

    def filtered(self, x: Shape) -> int:
        """Channels that the depthwise step gives."""
        if self.order == "pointwise_first":
            return self.filters
        return counting.multiplied(x.channels, self.multiplier)

    def ops(self, *xs: Shape) -> Ops:
        (x,) = xs
        y, k, once = self.output(x), self.taps(x.rank), (1,) * x.rank
        filtered = self.filtered(x)
        if self.order == "pointwise_first":
            mix = counting.conv_macs(x.spatial, once, x.channels, 1, self.filters)
            steps = [mix, counting.conv_macs(y.spatial, k, filtered, filtered, filtered)]
        else:
            each = counting.conv_macs(y.spatial, k, x.channels, x.channels, filtered)
            steps = [each, counting.conv_macs(y.spatial, once, filtered, 1, self.filters)]
        return self.spent(counting.altogether(steps), y)

    def inner(self, *xs: Shape) -> dict[str, Shape]:
        (x,) = xs
        if self.order == "pointwise_first":
            return {"mixed": Shape(self.filters, *x.spatial)}
        return {"filtered": Shape(self.filtered(x), *self.places(x))}

    def saves(self, *xs: Shape) -> tuple[Kept, ...]:
        return INPUT, *(made(name, *shape) for name, shape in self.inner(*xs).items())

    def forward(self, *xs: Array, weights: Weights) -> Array:
        (x,) = xs
        return kernels.separable.separable(
            x,
            weights["depthwise"],
            weights["pointwise"],
            weights.get("bias"),
            pointwise_first=self.order == "pointwise_first",
            **told(self.windows(x.ndim - 2)),
        )


class SpatiallySeparableConv(Sliding, Bank):
    """Convolve along one axis after another: k×1, then 1×k.

    Input ``(c, *n)``, output ``(filters, *o)``. Each axis has a kernel of its own, in the order of the axes, and takes
    its own stride, dilation and padding; the bias is added once, at the end. With as many channels between as
    filters, two axes have k·(c + filters)·filters weights, against k·k·c·filters of a ``conv``: the factorisation of
    Inception-v3 (Szegedy et al. 2016, section 3.2).
    """

    mixes: ClassVar = "all"
    kind: ClassVar = "spatially_separable_conv"
    example: ClassVar = "- {spatially_separable_conv: 16, kernel: 7, padding: half}"

    kernel: Size = Field(description="taps of the kernel along each axis")
    between: CountOrNone = Field(None, description="channels between two axes; as many as filters, if not given")

    def output(self, *xs: Shape) -> Shape:
        (x,) = xs
        return Shape(self.filters, *self.places(x))

    def steps(self, x: Shape) -> Iterator[tuple[str, Shape, tuple[int, ...], Shape]]:
        """Each axis' letter, what it reads, its taps along all axes, and what it gives."""
        k, o, letters = self.taps(x.rank), self.places(x), AXES[x.rank]
        for axis, letter in enumerate(letters):
            last = axis == x.rank - 1
            filters = self.filters if last or self.between is None else self.between
            y = Shape(filters, *o[: axis + 1], *x.spatial[axis + 1 :])
            yield letter.lower(), x, tuple(k[i] if i == axis else 1 for i in range(x.rank)), y
            x = y

    def weights(self, *xs: Shape) -> dict[str, Shape]:
        (x,) = xs
        parts = {f"kernel_{axis}": Shape(y.channels, x.channels, *taps) for axis, x, taps, y in self.steps(x)}
        return parts | self.with_bias(Shape(self.filters))

    def ops(self, *xs: Shape) -> Ops:
        (x,) = xs
        macs = [counting.conv_macs(y.spatial, taps, x.channels, 1, y.channels) for _, x, taps, y in self.steps(x)]
        return self.spent(counting.altogether(macs), self.output(*xs))

    def inner(self, *xs: Shape) -> dict[str, Shape]:
        (x,) = xs
        *made, _ = ((f"along_{axis}", y) for axis, _, _, y in self.steps(x))
        return dict(made)

    def saves(self, *xs: Shape) -> tuple[Kept, ...]:
        return INPUT, *(made(name, *shape) for name, shape in self.inner(*xs).items())

    def forward(self, *xs: Array, weights: Weights) -> Array:
        (x,) = xs
        parts = [weights[f"kernel_{axis.lower()}"] for axis in AXES[x.ndim - 2]]
        return kernels.separable.along_axes(x, parts, weights.get("bias"), **told(self.windows(x.ndim - 2)))
