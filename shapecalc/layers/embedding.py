"""The table of a vocabulary."""

from typing import ClassVar

from pydantic import Field

from shapecalc import kernels
from shapecalc.diagnostics import Mismatch
from shapecalc.formulas.reach import SAME_CELL, Reach
from shapecalc.layers.base import Array, Layer, Ops, Weights
from shapecalc.layers.fields import Count
from shapecalc.layers.saving import Kept, made
from shapecalc.shape import Shape


class Embedding(Layer):
    """Look each id up in a trained table: its row becomes the channels of its place.

    Input ids ``(1, *n)``, output ``(dim, *n)``. Ids that are written flat, ``(n)``, give ``(dim, n)`` too, but a flat
    input has no axis: write ``input: [1, n]``, so that receptive fields can be told along it.

    A look-up multiplies nothing and adds nothing: no operations. When run, an input that it reads is made of random ids
    of the vocabulary, 0 to vocabulary − 1; those of a file are rounded to the nearest whole number.
    """

    mixes: ClassVar = "all"
    kind: ClassVar = "embedding"
    main: ClassVar = "dim"
    family: ClassVar = "sequences"
    composes: ClassVar = True
    example: ClassVar = "- {embedding: 300, vocabulary: 10000}"
    example_input: ClassVar = (1, 50)

    dim: Count = Field(description="numbers that stand for an id: the output's channels")
    vocabulary: Count = Field(description="ids that there are: the rows of the table")

    def output(self, *xs: Shape) -> Shape:
        (x,) = xs
        if x.rank == 0:
            return Shape(self.dim, x.channels)
        if x.channels != 1:
            raise Mismatch(
                "E350",
                f"looks up ids in {x}",
                label=f"{x.channels} channels, where one id stands at each place",
                help="ids are written [1, L], before any layer that gives them channels",
            )
        return Shape(self.dim, *x.spatial)

    def weights(self, *xs: Shape) -> dict[str, Shape]:
        return {"table": Shape(self.vocabulary, self.dim)}

    def ops(self, *xs: Shape) -> Ops:
        return {}

    def reach(self, *xs: Shape) -> tuple[tuple[Reach, ...], ...]:
        return tuple((SAME_CELL,) * x.rank for x in xs)

    def saves(self, *xs: Shape) -> tuple[Kept, ...]:
        return (made("ids", *xs[0], format="int64"),)

    def forward(self, *xs: Array, weights: Weights) -> Array:
        (x,) = xs
        return kernels.embedding.look_up(x, weights["table"])
