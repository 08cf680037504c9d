"""Functions of each element alone: what an element costs stands in its class, by kind; a sign change is free."""

from collections.abc import Mapping
from typing import ClassVar

from shapecalc import kernels
from shapecalc.formulas import counting
from shapecalc.layers.base import Array, Elementwise, Ops, Weights
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


class LogSigmoid(Activation):
    """The logarithm of the sigmoid, −log(1 + e⁻ˣ)."""

    kind: ClassVar = "log_sigmoid"
    example: ClassVar = "- log_sigmoid"
    each: ClassVar = {"exp": 1, "add": 1, "log": 1}

    def forward(self, *xs: Array, weights: Weights) -> Array:
        return kernels.activation.log_sigmoid(xs[0])


class Tanh(Activation):
    """The hyperbolic tangent."""

    kind: ClassVar = "tanh"
    example: ClassVar = "- tanh"
    each: ClassVar = {"tanh": 1}

    def forward(self, *xs: Array, weights: Weights) -> Array:
        return kernels.activation.tanh(xs[0])


class HardTanh(Activation):
    """x cut at −1 and at 1."""

    kind: ClassVar = "hard_tanh"
    example: ClassVar = "- hard_tanh"
    each: ClassVar = {"compare": 2}

    def forward(self, *xs: Array, weights: Weights) -> Array:
        return kernels.activation.hard_tanh(xs[0])


class TanhShrink(Activation):
    """x − tanh(x)."""

    kind: ClassVar = "tanhshrink"
    example: ClassVar = "- tanhshrink"
    each: ClassVar = {"tanh": 1, "add": 1}

    def forward(self, *xs: Array, weights: Weights) -> Array:
        return kernels.activation.tanhshrink(xs[0])


class Softsign(Activation):
    """x / (1 + |x|)."""

    kind: ClassVar = "softsign"
    example: ClassVar = "- softsign"
    each: ClassVar = {"add": 1, "div": 1}

    def forward(self, *xs: Array, weights: Weights) -> Array:
        return kernels.activation.softsign(xs[0])


class Exp(Activation):
    """The exponential, eˣ."""

    kind: ClassVar = "exp"
    example: ClassVar = "- exp"
    each: ClassVar = {"exp": 1}

    def forward(self, *xs: Array, weights: Weights) -> Array:
        return kernels.activation.exp(xs[0])
