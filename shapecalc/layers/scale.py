"""A trained factor for each channel."""

from typing import ClassVar

from pydantic import Field

from shapecalc import kernels
from shapecalc.formulas import counting
from shapecalc.formulas.reach import SAME_CELL, Reach
from shapecalc.layers.base import Array, Layer, Ops, Weights
from shapecalc.layers.fields import Flag, Real
from shapecalc.layers.saving import INPUT, Kept
from shapecalc.shape import Shape


class Factor(Layer):
    """Multiply each channel by a trained number of its own."""

    main: ClassVar = "init"
    family: ClassVar = "normalisation"

    init: Real = Field(1.0, description="what every factor starts as")

    def output(self, *xs: Shape) -> Shape:
        return xs[0]

    def weights(self, *xs: Shape) -> dict[str, Shape]:
        return {"gamma": Shape(xs[0].channels)}

    def ops(self, *xs: Shape) -> Ops:
        return {"mul": counting.elements(xs[0])}

    def reach(self, *xs: Shape) -> tuple[tuple[Reach, ...], ...]:
        return tuple((SAME_CELL,) * x.rank for x in xs)

    def saves(self, *xs: Shape) -> tuple[Kept, ...]:
        return (INPUT,)

    def forward(self, *xs: Array, weights: Weights) -> Array:
        return kernels.norm.scaled(xs[0], weights["gamma"], weights.get("beta"))


class Scale(Factor):
    """Multiply each channel by a trained number (gamma); with ``shift: yes`` add another (beta).

    Input and output ``(c, *n)``: Caffe's Scale layer. After ``sumpool: 2``, with its shift, it is the trainable
    subsampling of LeNet-5: two numbers a map (LeCun et al. 1998, section II.B).
    """

    kind: ClassVar = "scale"
    composes: ClassVar = True
    example: ClassVar = "- sumpool: 2\n- {scale: , shift: yes, activation: tanh}"

    shift: Flag = Field(False, description="add one trained number (beta) to each channel")

    def weights(self, *xs: Shape) -> dict[str, Shape]:
        c = xs[0].channels
        return {"gamma": Shape(c)} | ({"beta": Shape(c)} if self.shift else {})

    def ops(self, *xs: Shape) -> Ops:
        size = counting.elements(xs[0])
        return {"mul": size, "add": size} if self.shift else {"mul": size}


class LayerScale(Factor):
    """Multiply each channel by a trained number that starts near 0, at the end of a residual path.

    Input and output ``(c, *n)``: Touvron et al. 2021 (CaiT), and ConvNeXt.
    """

    kind: ClassVar = "layer_scale"
    example: ClassVar = "- residual: [{conv: 8, kernel: 3, padding: same}, layer_scale]"

    init: Real = Field(1e-6, description="what every factor starts as")
