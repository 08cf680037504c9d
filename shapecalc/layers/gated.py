"""Activations that make one channel of several: a gate, or the largest."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from shapecalc import kernels
from shapecalc.diagnostics import Mismatch
from shapecalc.formulas import counting
from shapecalc.formulas.reach import SAME_CELL, Reach
from shapecalc.layers.activation import Activation, Sigmoid
from shapecalc.layers.base import Array, Ops, Weightless, Weights
from shapecalc.layers.fields import WORD, Count
from shapecalc.layers.rectifier import Gelu, Relu, Silu
from shapecalc.layers.saving import INPUT, Kept, made
from shapecalc.shape import Shape

GATES: Mapping[str, type[Activation]] = {"sigmoid": Sigmoid, "silu": Silu, "gelu": Gelu, "relu": Relu}
"""What the second half may go through, and the kind that says what it costs."""


class Parting(Weightless):
    """Make one channel of several."""

    family: ClassVar = "activation"

    @abstractmethod
    def parts(self) -> int:
        """How many channels make one."""

    def output(self, *xs: Shape) -> Shape:
        (x,) = xs
        parts = self.parts()
        if x.channels % parts:
            fits = x.channels - x.channels % parts, x.channels + parts - x.channels % parts
            near = " or ".join(str(int(n)) for n in fits if n)
            raise Mismatch(
                "E331",
                f"makes one channel of every {parts} of {x.channels}",
                label=f"{x.channels} is not a multiple of {parts}",
                help=f"give the layer before it {near} channels",
            )
        return Shape(counting.parted(x.channels, parts), *x.spatial)

    def reach(self, *xs: Shape) -> tuple[tuple[Reach, ...], ...]:
        return tuple((SAME_CELL,) * x.rank for x in xs)


class Glu(Parting):
    """One half of the channels, times a gate made of the other half.

    Input ``(2c, *n)``, output ``(c, *n)``: the first c channels, each times the sigmoid of one of the last c (Dauphin
    et al. 2017). Another gate gives the variants of Shazeer 2020: ``silu`` SwiGLU, ``gelu`` GEGLU, ``relu`` ReGLU.

    Counted: what the gate costs an element of its half, and one mul.
    """

    kind: ClassVar = "glu"
    main: ClassVar = "gate"
    example: ClassVar = "- {conv: 16, kernel: 3, padding: same}\n- glu"

    gate: Annotated[Literal["sigmoid", "silu", "gelu", "relu"], WORD] = Field(
        "sigmoid", description="function of the second half: sigmoid, silu, gelu or relu"
    )

    def parts(self) -> int:
        return 2

    def ops(self, *xs: Shape) -> Ops:
        size = counting.elements(self.output(*xs))
        each = dict(GATES[self.gate].each)
        each["mul"] = each.get("mul", 0) + 1
        return {kind: size if times == 1 else counting.each(size, times) for kind, times in each.items()}

    def saves(self, *xs: Shape) -> tuple[Kept, ...]:
        return (INPUT,) if self.gate == "sigmoid" else (INPUT, made("gate", *self.output(*xs)))

    def forward(self, *xs: Array, weights: Weights) -> Array:
        return kernels.activation.glu(xs[0], self.gate)


class Maxout(Parting):
    """The largest of every few neighbouring channels.

    Input ``(k·c, *n)``, output ``(c, *n)``: channel i is the largest of the channels k·i to k·i + k − 1 (Goodfellow et
    al. 2013). After a layer of k·c filters it is a layer of c maxout units of k pieces.
    """

    kind: ClassVar = "maxout"
    main: ClassVar = "pieces"
    example: ClassVar = "- {conv: 16, kernel: 3, padding: same}\n- maxout: 4"

    pieces: Count = Field(2, description="channels of which the largest is kept")

    def parts(self) -> int:
        return self.pieces

    def ops(self, *xs: Shape) -> Ops:
        return {"compare": counting.merged(counting.elements(self.output(*xs)), self.pieces)}

    def saves(self, *xs: Shape) -> tuple[Kept, ...]:
        return (made("largest", *self.output(*xs), format="int64"),)

    def forward(self, *xs: Array, weights: Weights) -> Array:
        return kernels.activation.maxout(xs[0], self.pieces)
