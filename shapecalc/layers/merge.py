"""Layers with several inputs."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from shapecalc import kernels
from shapecalc.diagnostics import Mismatch
from shapecalc.formulas import counting
from shapecalc.formulas.reach import SAME_CELL, Reach, Shift
from shapecalc.layers.base import Array, Ops, Weightless, Weights
from shapecalc.layers.fields import WORD
from shapecalc.shape import Shape


class Merge(Weightless):
    """Bring several inputs together; with ``fit: crop`` all are first cut to the smallest.

    The cut is centred, an odd cell is cut off the end.
    """

    main: ClassVar = "from"
    family: ClassVar = "merging"
    composes: ClassVar = True
    merges: ClassVar = True

    fit: Annotated[Literal["none", "crop"], WORD] = Field(
        "none", description="`crop` cuts every input to the smallest, centred"
    )

    def lengths(self, xs: tuple[Shape, ...]) -> tuple[int, ...]:
        """The spatial lengths of the output.

        Raises:
            Mismatch: the inputs differ, and nothing is said of cropping.
        """
        first = xs[0]
        for x in xs[1:]:
            if x.rank != first.rank:
                raise Mismatch(
                    "E306" if self.kind == "concat" else "E305",
                    f"takes {first} and {x}",
                    field="from",
                    label=f"{first.rank} spatial axes against {x.rank}",
                    help="flatten or pool both first",
                )
        if self.fit == "crop":
            return tuple(min(column) for column in zip(*(x.spatial for x in xs), strict=True))
        for x in xs[1:]:
            if x.spatial != first.spatial:
                raise Mismatch(
                    "E306" if self.kind == "concat" else "E305",
                    f"takes {first} and {x}",
                    field="from",
                    label=" against ".join("×".join(str(int(n)) for n in y.spatial) for y in (first, x)),
                    help="`fit: crop` cuts all to the smallest; or change the padding or stride of one branch",
                )
        return first.spatial

    def reach(self, *xs: Shape) -> tuple[tuple[Reach, ...], ...]:
        lengths = self.lengths(xs)
        return tuple(
            tuple(Shift((n - o) // 2) if n != o else SAME_CELL for n, o in zip(x.spatial, lengths, strict=True))
            for x in xs
        )

    def fitted(self, xs: tuple[Array, ...]) -> list[Array]:
        """The arrays, cut to the smallest where that is asked for."""
        if self.fit == "none":
            return list(xs)
        lengths = tuple(min(column) for column in zip(*(x.shape[2:] for x in xs), strict=True))
        return [kernels.merge.crop(x, lengths) for x in xs]


class Concat(Merge):
    """Put the channels of all inputs behind each other.

    Inputs ``(cᵢ, *n)``, output ``(∑cᵢ, *n)``.
    """

    kind: ClassVar = "concat"
    example: ClassVar = (
        "- {name: a, conv: 4, kernel: 1}\n- {name: b, conv: 2, kernel: 1, from: input}\n- concat: [a, b]"
    )

    def output(self, *xs: Shape) -> Shape:
        lengths = self.lengths(xs)
        return Shape(counting.altogether(tuple(x.channels for x in xs)), *lengths)

    def ops(self, *xs: Shape) -> Ops:
        return {}

    def forward(self, *xs: Array, weights: Weights) -> Array:
        return kernels.merge.concat(self.fitted(xs))


class Elementwise(Merge):
    """Merge element by element; all inputs have the same channels."""

    def output(self, *xs: Shape) -> Shape:
        lengths = self.lengths(xs)
        first = xs[0]
        for x in xs[1:]:
            if x.channels != first.channels:
                raise Mismatch(
                    "E305",
                    f"takes {first} and {x}",
                    field="from",
                    label=f"{first.channels} channels against {x.channels}",
                    help=f"a 1×1 convolution to {first.channels} channels makes them equal; "
                    "`concat` takes any number of channels",
                )
        return Shape(first.channels, *lengths)

    def steps(self, xs: tuple[Shape, ...]) -> int:
        """Operations of one kind that the merge spends."""
        return counting.merged(counting.elements(self.output(*xs)), len(xs))


class Add(Elementwise):
    """Add all inputs, element by element."""

    kind: ClassVar = "add"
    example: ClassVar = "- {name: a, conv: 8, kernel: 1}\n- add: [a, input]"

    def ops(self, *xs: Shape) -> Ops:
        return {"add": self.steps(xs)}

    def forward(self, *xs: Array, weights: Weights) -> Array:
        return kernels.merge.add(self.fitted(xs))


class Multiply(Elementwise):
    """Multiply all inputs, element by element."""

    kind: ClassVar = "multiply"
    example: ClassVar = "- {name: gate, conv: 8, kernel: 1, activation: sigmoid}\n- multiply: [gate, input]"

    def ops(self, *xs: Shape) -> Ops:
        return {"mul": self.steps(xs)}

    def forward(self, *xs: Array, weights: Weights) -> Array:
        return kernels.merge.multiply(self.fitted(xs))
