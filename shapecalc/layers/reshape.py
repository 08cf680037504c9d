"""Layers that compute nothing: they rearrange, or pass on."""

from typing import ClassVar

from pydantic import Field

from shapecalc.formulas import counting
from shapecalc.formulas.reach import Reach
from shapecalc.layers.base import Array, Elementwise, Ops, Weightless, Weights, whole
from shapecalc.layers.fields import Rate
from shapecalc.shape import Shape


class Flatten(Weightless):
    """All elements in one row.

    Input ``(c, *n)``, output ``(c·∏n)``.
    """

    kind: ClassVar = "flatten"
    family: ClassVar = "shape"
    example: ClassVar = "- flatten"

    def output(self, *xs: Shape) -> Shape:
        return Shape(counting.elements(xs[0]))

    def ops(self, *xs: Shape) -> Ops:
        return {}

    def reach(self, *xs: Shape) -> tuple[tuple[Reach, ...], ...]:
        return whole(*xs)

    def forward(self, *xs: Array, weights: Weights) -> Array:
        (x,) = xs
        return x.reshape(x.shape[0], -1)


class Identity(Elementwise):
    """The input, unchanged."""

    kind: ClassVar = "identity"
    family: ClassVar = "shape"
    example: ClassVar = "- identity"

    def ops(self, *xs: Shape) -> Ops:
        return {}

    def forward(self, *xs: Array, weights: Weights) -> Array:
        return xs[0]


class Dropout(Elementwise):
    """In training, set a share of the elements to zero; when run here, the identity.

    ``rate`` is the share that is dropped: keep_prob = 1 − rate.
    """

    kind: ClassVar = "dropout"
    main: ClassVar = "rate"
    family: ClassVar = "shape"
    example: ClassVar = "- dropout: 0.5"

    rate: Rate = Field(0.5, description="share of the elements dropped in training")

    def ops(self, *xs: Shape) -> Ops:
        return {}

    def forward(self, *xs: Array, weights: Weights) -> Array:
        return xs[0]
