"""Layers with several inputs: what they have in common, and the joining along an axis."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from shapecalc import kernels
from shapecalc.diagnostics import Mismatch
from shapecalc.formulas import counting
from shapecalc.formulas.reach import SAME_CELL, WHOLE, Behind, Reach, Shift
from shapecalc.layers.base import AXES, Array, Ops, Weightless, Weights
from shapecalc.layers.fields import WORD
from shapecalc.layers.saving import Kept
from shapecalc.shape import Shape

ONE_BRANCH = "or change the padding or stride of one branch"
"""What would do too, and the network may know more exactly."""
Fit = Annotated[Literal["none", "crop"], WORD]


class Merge(Weightless):
    """Bring several inputs together."""

    main: ClassVar = "from"
    family: ClassVar = "merging"
    composes: ClassVar = True
    merges: ClassVar = True


class Fitting(Merge):
    """Bring several inputs together; with ``fit: crop`` all are first cut to the smallest.

    The cut is centred, an odd cell is cut off the end.
    """

    fit: Fit = Field("none", description="`crop` cuts every input to the smallest, centred")


def seen(x: Shape, output: Shape) -> tuple[Reach, ...]:
    """The reach into an input that is cut to the output, or spread over it where an axis has length 1."""
    if x.rank != output.rank:
        return ()  # a flat one has no axes to be seen along
    return tuple(
        SAME_CELL if n == o else WHOLE if n == 1 else Shift((n - o) // 2, (n - o + 1) // 2)
        for n, o in zip(x.spatial, output.spatial, strict=True)
    )


class Concat(Fitting):
    """Put all inputs behind each other: their channels, or the cells of one axis.

    Inputs ``(cᵢ, *n)``, output ``(∑cᵢ, *n)``. With ``axis: L`` (or D, H, W) the channels have to be the same and the
    lengths of that axis are added. Everything but the axis itself has to be equal; ``fit: crop`` cuts the spatial axes
    to the smallest, centred, an odd cell off the end.
    """

    mixes: ClassVar = "joins"
    kind: ClassVar = "concat"
    example: ClassVar = (
        "- {name: a, conv: 4, kernel: 1}\n- {name: b, conv: 2, kernel: 1, from: input}\n- concat: [a, b]"
    )

    axis: Annotated[Literal["channels", "C", "L", "D", "H", "W"], WORD] = Field(
        "channels", description="what is put behind each other: channels (C), or the axis L, D, H or W"
    )

    def along(self, x: Shape) -> int:
        """The axis as an index of the shape: 0 for the channels.

        Raises:
            Mismatch: the input has no such axis.
        """
        names = ("C", *AXES.get(x.rank, ()))
        wanted = "C" if self.axis == "channels" else self.axis
        if wanted not in names:
            raise Mismatch(
                "E332",
                f"joins along {self.axis}, and {x} has no such axis",
                field="axis",
                label=f"its axes: {', '.join(names)}",
                help="an image has C, H, W; a sequence C, L; a volume C, D, H, W",
            )
        return names.index(wanted)

    def output(self, *xs: Shape) -> Shape:
        first = xs[0]
        for x in xs[1:]:
            if x.rank != first.rank:
                raise self.unequal(
                    first, x, f"{first.rank} spatial axes against {x.rank}", "flatten or pool both first"
                )
        joined = self.along(first)
        return Shape(*(self.length(xs, index, joined) for index in range(len(first))))

    def length(self, xs: tuple[Shape, ...], index: int, joined: int) -> int:
        """The length of the output along one axis of the shape, of which ``joined`` is added up.

        Raises:
            Mismatch: two inputs differ along another, and it is not cut.
        """
        column = tuple(x[index] for x in xs)
        if index == joined:
            return counting.altogether(column)
        if index and self.fit == "crop":
            return min(column)
        for x in xs:
            if x[index] != column[0]:
                raise self.apart(xs[0], x, index, joined)
        return column[0]

    def apart(self, first: Shape, x: Shape, index: int, joined: int) -> Mismatch:
        """The fault of two inputs that differ along an axis."""
        if index == 0:
            advice = f"along {self.axis} all need the same channels: a 1×1 convolution to {first[0]} makes them equal"
            return self.unequal(first, x, f"{first[0]} channels against {x[0]}", advice)
        advice = f"`fit: crop` cuts all to the smallest; {ONE_BRANCH}"
        if joined:
            return self.unequal(first, x, f"{first[index]} against {x[index]} along {AXES[x.rank][index - 1]}", advice)
        lengths = ("×".join(str(int(n)) for n in y.spatial) for y in (first, x))
        return self.unequal(first, x, " against ".join(lengths), advice)

    def unequal(self, first: Shape, x: Shape, label: str, help: str) -> Mismatch:
        """The fault of two inputs that cannot be joined."""
        return Mismatch("E306", f"takes {first} and {x}", field="from", label=label, help=help)

    def ops(self, *xs: Shape) -> Ops:
        return {}

    def reach(self, *xs: Shape) -> tuple[tuple[Reach, ...], ...]:
        joined = self.along(xs[0])
        output = self.output(*xs)
        found = []
        for x in xs:
            cut = zip(x.spatial, output.spatial, strict=True)
            steps: list[Reach] = [Shift((n - o) // 2, (n - o + 1) // 2) for n, o in cut]
            if joined:
                steps[joined - 1] = Behind()
            found.append(tuple(SAME_CELL if step == SAME_CELL else step for step in steps))
        return tuple(found)

    def saves(self, *xs: Shape) -> tuple[Kept, ...]:
        return ()

    def hands_on(self, *xs: Shape) -> tuple[bool, ...]:
        return tuple(self.fit == "none" or x.spatial == self.output(*xs).spatial for x in xs)

    def forward(self, *xs: Array, weights: Weights) -> Array:
        joined = 0 if self.axis in {"channels", "C"} else AXES[xs[0].ndim - 2].index(self.axis) + 1
        parts = kernels.merge.crop_all(xs, along=joined - 1) if self.fit == "crop" else xs
        return kernels.merge.concat(parts, axis=joined + 1)
