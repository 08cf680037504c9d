"""Activations that let about half of their input through: x above 0, or nearly."""

from typing import Annotated, ClassVar

from pydantic import Field

from shapecalc import kernels
from shapecalc.formulas import counting
from shapecalc.formulas.reach import SAME_CELL, Reach
from shapecalc.layers.activation import Activation
from shapecalc.layers.base import Array, Layer, Ops, Weights
from shapecalc.layers.fields import REAL, Flag, Real
from shapecalc.layers.saving import INPUT, OUTPUT, Kept, made
from shapecalc.shape import Shape


class Relu(Activation):
    """The larger of x and 0."""

    kind: ClassVar = "relu"
    keeps: ClassVar = OUTPUT
    example: ClassVar = "- relu"
    each: ClassVar = {"compare": 1}

    def forward(self, *xs: Array, weights: Weights) -> Array:
        return kernels.activation.relu(xs[0])


class Relu6(Activation):
    """ReLU cut at 6."""

    kind: ClassVar = "relu6"
    example: ClassVar = "- relu6"
    each: ClassVar = {"compare": 2}

    def forward(self, *xs: Array, weights: Weights) -> Array:
        return kernels.activation.relu6(xs[0])


class LeakyRelu(Activation):
    """x where it is positive, a small multiple of it elsewhere."""

    kind: ClassVar = "leaky_relu"
    main: ClassVar = "slope"
    example: ClassVar = "- leaky_relu: 0.2"
    each: ClassVar = {"compare": 1, "mul": 1}

    slope: Real = Field(0.01, description="multiplier below zero")

    def forward(self, *xs: Array, weights: Weights) -> Array:
        return kernels.activation.leaky_relu(xs[0], self.slope)


class PRelu(Layer):
    """x where it is positive, a trained multiple of it elsewhere.

    Input and output ``(c, *n)``, one trained slope for each channel (He et al. 2015, section 2.1). ``shared: yes``
    trains a single slope, which is what PyTorch does unless told.
    """

    kind: ClassVar = "prelu"
    main: ClassVar = "init"
    family: ClassVar = "activation"
    example: ClassVar = "- prelu"

    init: Real = Field(0.25, description="what every slope starts as")
    shared: Flag = Field(False, description="one slope for all channels")

    def output(self, *xs: Shape) -> Shape:
        return xs[0]

    def weights(self, *xs: Shape) -> dict[str, Shape]:
        return {"slope": Shape(1 if self.shared else xs[0].channels)}

    def ops(self, *xs: Shape) -> Ops:
        size = counting.elements(xs[0])
        return {"compare": size, "mul": size}

    def reach(self, *xs: Shape) -> tuple[tuple[Reach, ...], ...]:
        return tuple((SAME_CELL,) * x.rank for x in xs)

    def saves(self, *xs: Shape) -> tuple[Kept, ...]:
        return (INPUT,)

    def forward(self, *xs: Array, weights: Weights) -> Array:
        return kernels.activation.prelu(xs[0], weights["slope"])


class Threshold(Activation):
    """x where it is more than a threshold, a constant elsewhere."""

    kind: ClassVar = "threshold"
    main: ClassVar = "theta"
    example: ClassVar = "- threshold: 0.5"
    each: ClassVar = {"compare": 1}

    theta: Real = Field(1.0, description="what x has to pass")
    value: Real = Field(0.0, description="what is given in place of the rest")

    def forward(self, *xs: Array, weights: Weights) -> Array:
        return kernels.activation.threshold(xs[0], self.theta, self.value)


class SquaredRelu(Activation):
    """The square of what lies above 0.

    So et al. 2021 (Primer).
    """

    kind: ClassVar = "squared_relu"
    example: ClassVar = "- squared_relu"
    each: ClassVar = {"compare": 1, "mul": 1}

    def saves(self, *xs: Shape) -> tuple[Kept, ...]:
        return (made("above", *xs[0]),)

    def forward(self, *xs: Array, weights: Weights) -> Array:
        return kernels.activation.squared_relu(xs[0])


class Elu(Activation):
    """x where it is positive, α·(eˣ − 1) elsewhere."""

    kind: ClassVar = "elu"
    main: ClassVar = "alpha"
    example: ClassVar = "- elu"
    each: ClassVar = {"compare": 1, "exp": 1, "add": 1, "mul": 1}

    alpha: Real = Field(1.0, description="depth of the curve below zero")

    def forward(self, *xs: Array, weights: Weights) -> Array:
        return kernels.activation.elu(xs[0], self.alpha)


class Celu(Activation):
    """x where it is positive, α·(e^(x/α) − 1) elsewhere: an ELU of slope 1 at 0 for every α.

    Barron 2017. The division by α counts as one mul, α being a constant.
    """

    kind: ClassVar = "celu"
    main: ClassVar = "alpha"
    example: ClassVar = "- celu"
    each: ClassVar = {"compare": 1, "exp": 1, "add": 1, "mul": 2}

    alpha: Annotated[float, Field(gt=0), REAL] = Field(1.0, description="depth of the curve below zero")

    def forward(self, *xs: Array, weights: Weights) -> Array:
        return kernels.activation.celu(xs[0], self.alpha)


class Selu(Activation):
    """ELU scaled so that layers normalise themselves."""

    kind: ClassVar = "selu"
    example: ClassVar = "- selu"
    each: ClassVar = {"compare": 1, "exp": 1, "add": 1, "mul": 2}

    def forward(self, *xs: Array, weights: Weights) -> Array:
        return kernels.activation.selu(xs[0])


class Gelu(Activation):
    """x·½·(1 + erf(x/√2)), or its tanh form with ``approximate: yes``."""

    kind: ClassVar = "gelu"
    example: ClassVar = "- gelu"
    each: ClassVar = {"mul": 3, "erf": 1, "add": 1}

    approximate: Flag = Field(False, description="½·x·(1 + tanh(√(2/π)·(x + 0.044715·x³))) instead")

    def ops(self, *xs: Shape) -> Ops:
        if not self.approximate:
            return super().ops(*xs)
        size = counting.elements(xs[0])
        return {"mul": counting.each(size, 6), "tanh": size, "add": counting.each(size, 2)}

    def forward(self, *xs: Array, weights: Weights) -> Array:
        return (kernels.activation.gelu_tanh if self.approximate else kernels.activation.gelu)(xs[0])


class QuickGelu(Activation):
    """x·sigmoid(1.702·x), the cheap form of GELU.

    Hendrycks & Gimpel 2016; CLIP's activation.
    """

    kind: ClassVar = "quick_gelu"
    example: ClassVar = "- quick_gelu"
    each: ClassVar = {"mul": 2, "exp": 1, "add": 1, "div": 1}

    def saves(self, *xs: Shape) -> tuple[Kept, ...]:
        return INPUT, made("sigmoid", *xs[0])

    def forward(self, *xs: Array, weights: Weights) -> Array:
        return kernels.activation.quick_gelu(xs[0])


class Silu(Activation):
    """x·sigmoid(x), also called swish."""

    kind: ClassVar = "silu"
    example: ClassVar = "- silu"
    each: ClassVar = {"exp": 1, "add": 1, "div": 1, "mul": 1}

    def forward(self, *xs: Array, weights: Weights) -> Array:
        return kernels.activation.silu(xs[0])


class HardSwish(Activation):
    """x·hard_sigmoid(x)."""

    kind: ClassVar = "hard_swish"
    example: ClassVar = "- hard_swish"
    each: ClassVar = {"add": 1, "compare": 2, "mul": 2}

    def forward(self, *xs: Array, weights: Weights) -> Array:
        return kernels.activation.hard_swish(xs[0])


class Mish(Activation):
    """x·tanh(softplus(x)).

    Misra 2019.
    """

    kind: ClassVar = "mish"
    example: ClassVar = "- mish"
    each: ClassVar = {"exp": 1, "add": 1, "log": 1, "tanh": 1, "mul": 1}

    def forward(self, *xs: Array, weights: Weights) -> Array:
        return kernels.activation.mish(xs[0])


class Softplus(Activation):
    """log(1 + eˣ)."""

    kind: ClassVar = "softplus"
    example: ClassVar = "- softplus"
    each: ClassVar = {"exp": 1, "add": 1, "log": 1}

    def forward(self, *xs: Array, weights: Weights) -> Array:
        return kernels.activation.softplus(xs[0])
