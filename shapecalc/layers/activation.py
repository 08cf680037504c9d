"""Activations: what each element costs stands in its class, by kind of operation; a sign change is free."""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from shapecalc import kernels
from shapecalc.formulas import counting
from shapecalc.layers.base import Array, Elementwise, Ops, Weights
from shapecalc.layers.fields import Flag, Real
from shapecalc.shape import Shape


class Activation(Elementwise):
    """A function of each element alone.

    Input and output have the same shape.
    """

    family: ClassVar = "activation"
    each: ClassVar[Mapping[str, int]]
    """Operations that one element costs, by kind."""

    def ops(self, *xs: Shape) -> Ops:
        size = counting.elements(xs[0])
        return {kind: size if times == 1 else counting.each(size, times) for kind, times in self.each.items()}


class Relu(Activation):
    """The larger of x and 0."""

    kind: ClassVar = "relu"
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


class Elu(Activation):
    """x where it is positive, α·(eˣ − 1) elsewhere."""

    kind: ClassVar = "elu"
    main: ClassVar = "alpha"
    example: ClassVar = "- elu"
    each: ClassVar = {"compare": 1, "exp": 1, "add": 1, "mul": 1}

    alpha: Real = Field(1.0, description="depth of the curve below zero")

    def forward(self, *xs: Array, weights: Weights) -> Array:
        return kernels.activation.elu(xs[0], self.alpha)


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


class Sigmoid(Activation):
    """1 / (1 + e⁻ˣ)."""

    kind: ClassVar = "sigmoid"
    example: ClassVar = "- sigmoid"
    each: ClassVar = {"exp": 1, "add": 1, "div": 1}

    def forward(self, *xs: Array, weights: Weights) -> Array:
        return kernels.activation.sigmoid(xs[0])


class HardSigmoid(Activation):
    """The piecewise-linear sigmoid, ReLU6(x + 3) / 6."""

    kind: ClassVar = "hard_sigmoid"
    example: ClassVar = "- hard_sigmoid"
    each: ClassVar = {"add": 1, "compare": 2, "mul": 1}

    def forward(self, *xs: Array, weights: Weights) -> Array:
        return kernels.activation.hard_sigmoid(xs[0])


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


class Tanh(Activation):
    """The hyperbolic tangent."""

    kind: ClassVar = "tanh"
    example: ClassVar = "- tanh"
    each: ClassVar = {"tanh": 1}

    def forward(self, *xs: Array, weights: Weights) -> Array:
        return kernels.activation.tanh(xs[0])


class Softplus(Activation):
    """log(1 + eˣ)."""

    kind: ClassVar = "softplus"
    example: ClassVar = "- softplus"
    each: ClassVar = {"exp": 1, "add": 1, "log": 1}

    def forward(self, *xs: Array, weights: Weights) -> Array:
        return kernels.activation.softplus(xs[0])


class Softmax(Elementwise):
    """Exponentials divided by their sum, over the channels of each place.

    Input and output ``(c, *n)``. The largest is subtracted first, so that no exponential overflows.
    """

    kind: ClassVar = "softmax"
    family: ClassVar = "activation"
    example: ClassVar = "- flatten\n- softmax"

    def ops(self, *xs: Shape) -> Ops:
        (x,) = xs
        size, sums = counting.elements(x), counting.along(x.channels, x.spatial)
        return {"compare": sums, "add": counting.altogether((size, sums)), "exp": size, "div": size}

    def forward(self, *xs: Array, weights: Weights) -> Array:
        return kernels.activation.softmax(xs[0])
