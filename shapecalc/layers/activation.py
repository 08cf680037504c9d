"""Functions of each element alone: what an element costs stands in its class, by kind; a sign change is free."""

from collections.abc import Mapping
from typing import ClassVar

from shapecalc import kernels
from shapecalc.formulas import counting
from shapecalc.layers.base import Array, Elementwise, Ops, Weights
from shapecalc.layers.saving import INPUT, OUTPUT, Kept, made
from shapecalc.shape import Shape


class Activation(Elementwise):
    """A function of each element alone.

    Input and output have the same shape.
    """

    family: ClassVar = "activation"
    in_place: ClassVar = True
    each: ClassVar[Mapping[str, int]]
    """Operations that one element costs, by kind."""
    keeps: ClassVar[Kept] = INPUT
    """What its gradient is told by."""

    def ops(self, *xs: Shape) -> Ops:
        size = counting.elements(xs[0])
        return {kind: size if times == 1 else counting.each(size, times) for kind, times in self.each.items()}

    def saves(self, *xs: Shape) -> tuple[Kept, ...]:
        return (self.keeps,)


class Sigmoid(Activation):
    """1 / (1 + e⁻ˣ)."""

    kind: ClassVar = "sigmoid"
    keeps: ClassVar = OUTPUT
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
    keeps: ClassVar = OUTPUT
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

    def saves(self, *xs: Shape) -> tuple[Kept, ...]:
        return (made("tanh", *xs[0]),)

    def forward(self, *xs: Array, weights: Weights) -> Array:
        return kernels.activation.tanhshrink(xs[0])


class Softsign(Activation):
    """x / (1 + |x|)."""

    kind: ClassVar = "softsign"
    example: ClassVar = "- softsign"
    each: ClassVar = {"add": 1, "div": 1}

    def saves(self, *xs: Shape) -> tuple[Kept, ...]:
        return INPUT, made("divisor", *xs[0])

    def forward(self, *xs: Array, weights: Weights) -> Array:
        return kernels.activation.softsign(xs[0])


class Exp(Activation):
    """The exponential, eˣ."""

    kind: ClassVar = "exp"
    keeps: ClassVar = OUTPUT
    example: ClassVar = "- exp"
    each: ClassVar = {"exp": 1}

    def forward(self, *xs: Array, weights: Weights) -> Array:
        return kernels.activation.exp(xs[0])
