"""Distances from prototypes."""

from typing import ClassVar

from pydantic import Field

from shapecalc import kernels
from shapecalc.diagnostics import Mismatch
from shapecalc.formulas import counting
from shapecalc.formulas.reach import Reach
from shapecalc.layers.base import Array, Layer, Ops, Weights
from shapecalc.layers.fields import Count
from shapecalc.layers.saving import Kept, made
from shapecalc.shape import Buffer, Shape


class Rbf(Layer):
    """Measure the squared Euclidean distance from each of some fixed prototypes: LeNet-5's output layer.

    Input ``(n)``, output ``(units)``: ``yᵢ = ∑ⱼ (xⱼ − wᵢⱼ)²`` (LeCun, Bottou, Bengio & Haffner 1998, Gradient-Based
    Learning Applied to Document Recognition, equation 7). The prototypes are kept and not trained: there 10 bitmaps of
    7×12. Of each of their numbers a subtraction and a square, which are then added up.
    """

    mixes: ClassVar = "all"
    kind: ClassVar = "rbf"
    main: ClassVar = "units"
    family: ClassVar = "dense"
    composes: ClassVar = True
    example: ClassVar = "- {dense: 84, activation: tanh}\n- rbf: 10"
    example_input: ClassVar = (120,)

    units: Count = Field(description="prototypes, each giving one output")

    def output(self, *xs: Shape) -> Shape:
        (x,) = xs
        if x.rank:
            raise Mismatch(
                "E304",
                f"needs a flat input and gets {x}",
                label=f"{x} has {x.rank} spatial {'axis' if x.rank == 1 else 'axes'}",
                help=f"put `flatten` before it ({x.elements:,} inputs) or `global_avgpool` ({x.channels:,})",
            )
        return Shape(self.units)

    def weights(self, *xs: Shape) -> dict[str, Shape]:
        (x,) = xs
        return {"prototypes": Buffer(self.units, x.channels)}

    def ops(self, *xs: Shape) -> Ops:
        (x,) = xs
        differences = counting.elements((self.units, x.channels))
        return {
            "add": counting.altogether((differences, counting.along(x.channels, (self.units,)))),
            "mul": differences,
        }

    def reach(self, *xs: Shape) -> tuple[tuple[Reach, ...], ...]:
        return ((),)

    def saves(self, *xs: Shape) -> tuple[Kept, ...]:
        return (made("differences", self.units, xs[0].channels),)

    def forward(self, *xs: Array, weights: Weights) -> Array:
        (x,) = xs
        return kernels.prototypes.distances(x, weights["prototypes"])
