"""Division by strength: what neighbouring channels hold, or the length of a vector."""

from typing import Annotated, ClassVar

from pydantic import Field

from shapecalc import kernels
from shapecalc.formulas import counting
from shapecalc.formulas.reach import SAME_CELL, Reach
from shapecalc.layers.base import Array, Elementwise, Ops, Weightless, Weights, whole
from shapecalc.layers.fields import REAL, Count, Real
from shapecalc.layers.norm import OVER, Epsilon, Over
from shapecalc.layers.saving import INPUT, Kept, made
from shapecalc.shape import Shape


class LocalResponse(Elementwise):
    """Divide each element by a power of the strength of the channels next to it.

    Input and output ``(c, *n)``: x / (k + alpha·∑x²)^beta, the sum over ``size`` channels of the same place, this one
    in their middle (Krizhevsky, Sutskever & Hinton 2012, section 3.3, and their constants). PyTorch, Caffe and ONNX
    divide their alpha by the size: their 1e-4 is ``alpha: 2e-5`` here. PyTorch's k is 1.

    Counted for each element: a square, size − 1 adds (also at the first and last channel), a mul by alpha, an add of
    k, the power as exp(beta·log), a div.
    """

    kind: ClassVar = "lrn"
    main: ClassVar = "size"
    family: ClassVar = "normalisation"
    composes: ClassVar = True
    example: ClassVar = "- lrn"

    size: Count = Field(5, description="channels that are summed; of an even size one more lies before")
    alpha: Annotated[float, Field(ge=0), REAL] = Field(1e-4, description="multiplies the sum of the squares")
    beta: Real = Field(0.75, description="the power")
    k: Epsilon = Field(2.0, description="added to the sum")

    def ops(self, *xs: Shape) -> Ops:
        size = counting.elements(xs[0])
        return {
            "add": counting.each(size, self.size),
            "mul": counting.each(size, 3),
            "div": size,
            "exp": size,
            "log": size,
        }

    def saves(self, *xs: Shape) -> tuple[Kept, ...]:
        (x,) = xs
        padded = made("squares", x.channels + self.size - 1, *x.spatial)
        return INPUT, padded, made("strength", *x), made("power", *x)

    def forward(self, *xs: Array, weights: Weights) -> Array:
        return kernels.norm.local_response(xs[0], size=self.size, alpha=self.alpha, beta=self.beta, k=self.k)


class L2Norm(Weightless):
    """Divide the channels of each place by their Euclidean length.

    Input and output ``(c, *n)``: x / √∑x², or x / epsilon where the length is less. SSD's norm is this and
    ``scale: 20`` after it (Liu, Rabinovich & Berg 2016, ParseNet).

    Counted, of m numbers that are normalised together: m squares, m − 1 adds, a sqrt, a compare with epsilon, m divs.
    """

    mixes: ClassVar = "all"
    kind: ClassVar = "l2norm"
    family: ClassVar = "normalisation"
    composes: ClassVar = True
    example: ClassVar = "- l2norm"

    over: Over = Field("channels", description=OVER)
    epsilon: Epsilon = Field(1e-12, description="least length that is divided by")

    def output(self, *xs: Shape) -> Shape:
        return xs[0]

    def ops(self, *xs: Shape) -> Ops:
        (x,) = xs
        size = counting.elements(x)
        sets, numbers = (counting.elements(x.spatial), x.channels) if self.over == "channels" else (1, size)
        return {
            "add": counting.statistics(sets, numbers),
            "mul": size,
            "div": size,
            "compare": sets,
            "sqrt": sets,
        }

    def reach(self, *xs: Shape) -> tuple[tuple[Reach, ...], ...]:
        return tuple((SAME_CELL,) * x.rank for x in xs) if self.over == "channels" else whole(*xs)

    def saves(self, *xs: Shape) -> tuple[Kept, ...]:
        (x,) = xs
        sets = counting.elements(x.spatial) if self.over == "channels" else 1
        return INPUT, made("length", sets), made("divisor", sets)

    def forward(self, *xs: Array, weights: Weights) -> Array:
        return kernels.norm.l2_norm(xs[0], over=self.over, epsilon=self.epsilon)
