"""The full connection."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from shapecalc import kernels
from shapecalc.diagnostics import Mismatch
from shapecalc.formulas import counting
from shapecalc.formulas.reach import SAME_CELL, Reach
from shapecalc.layers.base import Array, Layer, Ops, Weights, spatial, whole
from shapecalc.layers.fields import WORD, Count, Flag
from shapecalc.layers.saving import INPUT, Kept
from shapecalc.shape import Shape


class Dense(Layer):
    """Connect every input to every unit.

    Input ``(c)``, output ``(units)``; with ``over: channels`` input ``(c, *n)``, output ``(units, *n)``.

    With ``as_conv: yes`` it is seen as a convolution whose kernel is as large as the map: input ``(c, *n)``, output
    ``(units, 1, …)``, with the parameters, MACs and results of ``flatten`` and ``dense`` (the first one of VGG-16 is a
    convolution of 7×7, those after it of 1×1: Simonyan & Zisserman 2015, section 3.2).
    """

    mixes: ClassVar = "all"
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

    as_conv: Flag = Field(False, description="take a whole map at once, as a convolution of its size does")

    def output(self, *xs: Shape) -> Shape:
        (x,) = xs
        if self.as_conv:
            if self.over == "channels":
                raise Mismatch(
                    "E318",
                    "reads the whole map and each place by itself",
                    field="as_conv",
                    label="`over: channels` has one connection for every place",
                    help="leave one of the two out; at each place it is a convolution of kernel 1 already",
                )
            return Shape(self.units, *(1,) * spatial(x, "takes as a map"))
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
        kernel = Shape(self.units, *(x if self.as_conv else (x.channels,)))
        return {"kernel": kernel} | ({"bias": Shape(self.units)} if self.bias else {})

    def ops(self, *xs: Shape) -> Ops:
        (x,) = xs
        y = self.output(x)
        if self.as_conv:
            macs: Ops = {"mac": counting.conv_macs(y.spatial, x.spatial, x.channels, 1, self.units)}
        else:
            macs = {"mac": counting.dense_macs(x.channels, self.units, x.spatial)}
        return macs | ({"add": counting.elements(y)} if self.bias else {})

    def reach(self, *xs: Shape) -> tuple[tuple[Reach, ...], ...]:
        return whole(*xs) if self.as_conv else tuple((SAME_CELL,) * x.rank for x in xs)

    def saves(self, *xs: Shape) -> tuple[Kept, ...]:
        return (INPUT,)

    def forward(self, *xs: Array, weights: Weights) -> Array:
        (x,) = xs
        if self.as_conv:
            return kernels.dense.over_map(x, weights["kernel"], weights.get("bias"))
        return kernels.dense.dense(x, weights["kernel"], weights.get("bias"))
