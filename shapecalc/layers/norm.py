"""Normalisation."""

from typing import Annotated, ClassVar

from pydantic import Field

from shapecalc import kernels
from shapecalc.formulas import counting
from shapecalc.formulas.reach import SAME_CELL, Reach
from shapecalc.layers.base import Array, Layer, Ops, Weights
from shapecalc.layers.fields import REAL, Flag
from shapecalc.shape import Buffer, Shape


class BatchNorm(Layer):
    """Scale and shift each channel by running statistics, then by trained gamma and beta.

    Input and output ``(c, *n)``. At inference all of it is one multiply and one add an element.
    """

    kind: ClassVar = "batchnorm"
    family: ClassVar = "normalisation"
    example: ClassVar = "- batchnorm"

    epsilon: Annotated[float, Field(gt=0), REAL] = Field(1e-5, description="added to the variance")
    affine: Flag = Field(True, description="train a scale (gamma) and a shift (beta) for each channel")

    def output(self, *xs: Shape) -> Shape:
        return xs[0]

    def weights(self, *xs: Shape) -> dict[str, Shape]:
        c = xs[0].channels
        trained = {"gamma": Shape(c), "beta": Shape(c)} if self.affine else {}
        return trained | {"mean": Buffer(c), "variance": Buffer(c)}

    def ops(self, *xs: Shape) -> Ops:
        (x,) = xs
        size = counting.elements(x)
        return {"add": size, "mul": size}

    def reach(self, *xs: Shape) -> tuple[tuple[Reach, ...], ...]:
        return tuple((SAME_CELL,) * x.rank for x in xs)

    def forward(self, *xs: Array, weights: Weights) -> Array:
        return kernels.norm.batch_norm(
            xs[0],
            weights.get("gamma"),
            weights.get("beta"),
            weights["mean"],
            weights["variance"],
            epsilon=self.epsilon,
        )
