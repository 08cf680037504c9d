"""Shares of a whole: functions of all channels of a place together."""

from typing import ClassVar

from shapecalc import kernels
from shapecalc.formulas import counting
from shapecalc.layers.base import Array, Elementwise, Ops, Weights
from shapecalc.layers.saving import OUTPUT, Kept
from shapecalc.shape import Shape


class Softmax(Elementwise):
    """Exponentials divided by their sum, over the channels of each place.

    Input and output ``(c, *n)``. The largest is subtracted first, so that no exponential overflows.
    """

    mixes: ClassVar = "all"
    kind: ClassVar = "softmax"
    family: ClassVar = "activation"
    example: ClassVar = "- flatten\n- softmax"

    def ops(self, *xs: Shape) -> Ops:
        (x,) = xs
        size, sums = counting.elements(x), counting.along(x.channels, x.spatial)
        return {"compare": sums, "add": counting.altogether((size, sums)), "exp": size, "div": size}

    def saves(self, *xs: Shape) -> tuple[Kept, ...]:
        return (OUTPUT,)

    def forward(self, *xs: Array, weights: Weights) -> Array:
        return kernels.activation.softmax(xs[0])


class LogSoftmax(Elementwise):
    """The logarithm of the softmax, over the channels of each place.

    Input and output ``(c, *n)``: x less the largest, less the logarithm of the sum of exponentials.
    """

    mixes: ClassVar = "all"
    kind: ClassVar = "log_softmax"
    family: ClassVar = "activation"
    example: ClassVar = "- flatten\n- log_softmax"

    def ops(self, *xs: Shape) -> Ops:
        (x,) = xs
        size, sums = counting.elements(x), counting.along(x.channels, x.spatial)
        return {
            "compare": sums,
            "add": counting.altogether((size, sums, size)),
            "exp": size,
            "log": counting.elements(x.spatial),
        }

    def saves(self, *xs: Shape) -> tuple[Kept, ...]:
        return (OUTPUT,)

    def forward(self, *xs: Array, weights: Weights) -> Array:
        return kernels.activation.log_softmax(xs[0])
