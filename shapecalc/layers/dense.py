"""The full connection."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from shapecalc import kernels
from shapecalc.diagnostics import Mismatch
from shapecalc.formulas import counting
from shapecalc.formulas.reach import SAME_CELL, Reach
from shapecalc.layers.base import Array, Layer, Ops, Weights
from shapecalc.layers.fields import WORD, Count, Flag
from shapecalc.shape import Shape


class Dense(Layer):
    """Connect every input to every unit.

    Input ``(c)``, output ``(units)``; with ``over: channels`` input ``(c, *n)``, output ``(units, *n)``.
    """

    kind: ClassVar = "dense"
    main: ClassVar = "units"
    family: ClassVar = "dense"
    composes: ClassVar = True
    example: ClassVar = "- flatten\n- {dense: 10, activation: softmax}"

    units: Count = Field(description="outputs")
    bias: Flag = Field(True, description="add one trained number to each output")
    over: Annotated[Literal["features", "channels"], WORD] = Field(
        "features", description="`features`: the input is flat; `channels`: the same connection at each place"
    )

    def output(self, *xs: Shape) -> Shape:
        (x,) = xs
        if x.rank and self.over == "features":
            raise Mismatch(
                "E304",
                f"needs a flat input and gets {x}",
                label=f"{x} has {x.rank} spatial {'axis' if x.rank == 1 else 'axes'}",
                help=f"put `flatten` before it ({x.elements:,} inputs) or `global_avgpool` ({x.channels:,}), "
                "or write `over: channels` for the same connection at each place",
            )
        return Shape(self.units, *x.spatial)

    def weights(self, *xs: Shape) -> dict[str, Shape]:
        (x,) = xs
        return {"kernel": Shape(self.units, x.channels)} | ({"bias": Shape(self.units)} if self.bias else {})

    def ops(self, *xs: Shape) -> Ops:
        (x,) = xs
        macs: Ops = {"mac": counting.dense_macs(x.channels, self.units, x.spatial)}
        return macs | ({"add": counting.elements(self.output(x))} if self.bias else {})

    def reach(self, *xs: Shape) -> tuple[tuple[Reach, ...], ...]:
        return tuple((SAME_CELL,) * x.rank for x in xs)

    def forward(self, *xs: Array, weights: Weights) -> Array:
        (x,) = xs
        return kernels.dense.dense(x, weights["kernel"], weights.get("bias"))
