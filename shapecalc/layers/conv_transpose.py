"""The transposed convolution: a convolution's shape run backwards."""

from typing import ClassVar

from pydantic import Field

from shapecalc import kernels
from shapecalc.diagnostics import Mismatch
from shapecalc.formulas import counting
from shapecalc.formulas.reach import Reach
from shapecalc.formulas.windows import FILLING, Transposed
from shapecalc.layers.base import Array, Mixing, Ops, Weights, spatial, spread
from shapecalc.layers.fields import Count, Cut, Extra
from shapecalc.layers.sliding import Bank, Convolution, divided, told
from shapecalc.shape import Shape


class ConvTranspose(Convolution, Bank):
    """Spread each input cell over the taps of every filter: a convolution's shape run backwards.

    Input ``(c, *n)``, output ``(filters, *o)`` with ``o = (n−1)·s − 2p + d·(k−1) + output_padding + 1``.

    Padding is what is cut off, as in PyTorch. ``same`` is that of TensorFlow and Keras: ``o = n·s``, less what SAME
    would add to such an output on the way back, the odd cell cut after (``same_lower``: before). ``keras_valid`` is
    ``valid`` as Keras has it: ``o = n·s + max(k−s, 0)``, which differs from ``valid`` where the kernel is shorter
    than the stride. Where a mode gives more cells than the stamps reach, those at the end hold the bias alone.
    """

    kind: ClassVar = "conv_transpose"
    example: ClassVar = "- {conv_transpose: 4, kernel: 4, stride: 2, padding: 1}"

    padding: Cut = Field(
        "valid",
        description="cells cut off: none (`valid`, `keras_valid`), d·(k−1)/2 a side (`half`), all beyond n·s (`same`)",
    )
    output_padding: Extra = Field(0, description="cells added at the end of each axis")
    groups: Count = Field(1, description="parts the channels are split into, each with its own filters")

    def windows(self, rank: int) -> tuple[Transposed, ...]:
        """The transposed window along each axis."""
        extras = spread(self.output_padding, rank, "output_padding")
        axes = tuple(self.axes(rank))
        for extra, (_, s, d, padding) in zip(extras, axes, strict=True):
            if extra and padding in FILLING:
                raise Mismatch(
                    "E315",
                    f"adds {extra} {'cell' if extra == 1 else 'cells'} of output padding under `{padding}`",
                    field="output_padding",
                    label=f"`{padding}` fixes the length by itself",
                    help="leave one of the two out; with `output_padding`, write the cells to cut as numbers",
                )
            if extra >= max(s, d):
                raise Mismatch(
                    "E310",
                    f"adds {extra} {'cell' if extra == 1 else 'cells'} of output padding at stride {s}",
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
            short = lengths.index(min(lengths))
            raise Mismatch(
                "E302",
                f"cuts off all of its output along an axis of {int(x.spatial[short])}",
                field="padding",
                label=f"{sum(windows[short].cuts)} cells are cut off {sum(windows[short].cuts) + int(lengths[short])}",
                help="use less padding or a larger kernel",
            )
        return Shape(self.filters, *lengths)

    def weights(self, *xs: Shape) -> dict[str, Shape]:
        (x,) = xs
        f = self.filters if self.groups == 1 else counting.parted(self.filters, self.groups)
        kernel = Shape(x.channels, f, *self.taps(x.rank))
        return {"kernel": kernel} | self.with_bias(Shape(self.filters))

    def ops(self, *xs: Shape) -> Ops:
        (x,) = xs
        macs = counting.transposed_macs(x.spatial, self.taps(x.rank), x.channels, self.groups, self.filters)
        return self.spent(macs, self.output(x))

    def mixing(self, *xs: Shape) -> Mixing:
        return "all" if self.groups == 1 else "each"

    def reach(self, *xs: Shape) -> tuple[tuple[Reach, ...], ...]:
        return tuple(self.windows(x.rank) for x in xs)

    def forward(self, *xs: Array, weights: Weights) -> Array:
        (x,) = xs
        return kernels.conv.conv_transpose(
            x,
            weights["kernel"],
            weights.get("bias"),
            **told(windows := self.windows(x.ndim - 2)),
            output_padding=tuple(w.extra for w in windows),
            groups=self.groups,
        )
