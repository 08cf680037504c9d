"""Arithmetic of several inputs, element by element; what is short is spread."""

from typing import ClassVar

from shapecalc import kernels
from shapecalc.diagnostics import Mismatch
from shapecalc.formulas import counting
from shapecalc.formulas.reach import Reach
from shapecalc.layers.base import AXES, Array, Ops, Weights
from shapecalc.layers.merge import ONE_BRANCH, Fitting, seen
from shapecalc.layers.saving import Kept, given, made
from shapecalc.shape import Shape

SPREAD = "an axis of length 1 is spread, and a flat input over all places"


class Arithmetic(Fitting):
    """Merge element by element."""

    def output(self, *xs: Shape) -> Shape:
        rank = max(x.rank for x in xs)
        tallest = next(x for x in xs if x.rank == rank)
        for x in xs:
            if x.rank not in {0, rank}:
                first, other = (tallest, x) if xs.index(tallest) < xs.index(x) else (x, tallest)
                raise self.unequal(
                    first,
                    other,
                    f"{first.rank} spatial {'axis' if first.rank == 1 else 'axes'} against {other.rank}",
                    "give them the same number of axes: only a flat input is spread over the places of another",
                )
        return Shape(*(self.length(xs, index) for index in range(rank + 1)))

    def length(self, xs: tuple[Shape, ...], index: int) -> int:
        """The length of the output along one axis, the channels being axis 0.

        Raises:
            Mismatch: two inputs differ there, and neither is spread or cut.
        """
        if index and self.fit == "crop":
            return min(x[index] for x in xs if x.rank)
        long = [x for x in xs if index < len(x) and x[index] != 1]
        if not long:
            return 1
        first = long[0]
        for x in long[1:]:
            if x[index] != first[index]:
                raise self.apart(first, x, index)
        return first[index]

    def apart(self, first: Shape, x: Shape, index: int) -> Mismatch:
        """The fault of two inputs that differ along an axis."""
        if index:
            axis = AXES[first.rank][index - 1] if first.rank in AXES else f"axis {index}"
            return self.unequal(
                first,
                x,
                f"{first[index]} against {x[index]} along {axis}",
                f"{SPREAD}; `fit: crop` cuts all to the smallest; {ONE_BRANCH}",
            )
        advice = f"a 1×1 convolution to {first[0]} channels makes them equal; `concat` takes any number of channels"
        if first.rank != x.rank:
            map_, flat = (first, x) if first.rank else (x, first)
            advice = f"{SPREAD}: give it {map_.channels} channels, or 1, instead of {flat.channels}"
        return self.unequal(first, x, f"{first[0]} channels against {x[0]}", advice)

    def unequal(self, first: Shape, x: Shape, label: str, help: str) -> Mismatch:
        """The fault of two inputs that do not go together."""
        return Mismatch("E305", f"takes {first} and {x}", field="from", label=label, help=help)

    def steps(self, xs: tuple[Shape, ...]) -> int:
        """Operations of one kind that bringing all inputs into one spends."""
        return counting.merged(counting.elements(self.output(*xs)), len(xs))

    def reach(self, *xs: Shape) -> tuple[tuple[Reach, ...], ...]:
        output = self.output(*xs)
        return tuple(seen(x, output) for x in xs)

    def saves(self, *xs: Shape) -> tuple[Kept, ...]:
        return ()

    def halfway(self, xs: tuple[Shape, ...], *, wanted: bool) -> tuple[Kept, ...]:
        """What the first two, the first three inputs and so on give, short of all.

        Each is kept for the input that it meets; where ``wanted`` is no, for those that made it too.
        """
        y, parts = self.output(*xs), []
        for count in range(2, len(xs)):
            part = self.output(*xs[:count])
            lengths = y.spatial if self.fit == "crop" and part.rank else part.spatial
            readers = (count,) if wanted else tuple(range(count + 1))
            parts.append(made(f"first {count}", part.channels, *lengths, wanted=readers))
        return tuple(parts)

    def compared(self, xs: tuple[Shape, ...]) -> tuple[Kept, ...]:
        """What tells afterwards which of the inputs was taken: all that was compared."""
        inputs = (given(index, *range(max(index, 1) + 1)) for index in range(len(xs)))
        return *inputs, *self.halfway(xs, wanted=False)

    def fitted(self, xs: tuple[Array, ...]) -> list[Array]:
        """The arrays, cut to the smallest where that is asked for."""
        return kernels.merge.crop_all(xs) if self.fit == "crop" else list(xs)


class Add(Arithmetic):
    """Add all inputs, element by element.

    Inputs and output ``(c, *n)``. An axis of length 1 is spread over that of the others, and a flat input ``(c)`` over
    all places; ``fit: crop`` cuts the other axes to the smallest, centred, an odd cell off the end.
    """

    kind: ClassVar = "add"
    example: ClassVar = "- {name: a, conv: 8, kernel: 1}\n- add: [a, input]"

    def ops(self, *xs: Shape) -> Ops:
        return {"add": self.steps(xs)}

    def hands_on(self, *xs: Shape) -> tuple[bool, ...]:
        return tuple(x == self.output(*xs) for x in xs)

    def forward(self, *xs: Array, weights: Weights) -> Array:
        return kernels.merge.add(self.fitted(xs))


class Subtract(Arithmetic):
    """Subtract all other inputs from the first, element by element.

    Inputs and output ``(c, *n)``; what is short is spread, as in ``add``.
    """

    kind: ClassVar = "subtract"
    example: ClassVar = "- {name: a, conv: 8, kernel: 1}\n- subtract: [input, a]"

    def ops(self, *xs: Shape) -> Ops:
        return {"add": self.steps(xs)}

    def hands_on(self, *xs: Shape) -> tuple[bool, ...]:
        return xs[0] == self.output(*xs), *(False,) * (len(xs) - 1)

    def forward(self, *xs: Array, weights: Weights) -> Array:
        return kernels.merge.subtract(self.fitted(xs))


class Multiply(Arithmetic):
    """Multiply all inputs, element by element.

    Inputs and output ``(c, *n)``. An axis of length 1 is spread over that of the others, and a flat input ``(c)`` over
    all places: a gate of one number a channel, or ``(1, *n)`` of one a place.
    """

    kind: ClassVar = "multiply"
    example: ClassVar = (
        "- {name: gate, global_avgpool: }\n- {name: gates, dense: 8, activation: sigmoid}\n- multiply: [input, gates]"
    )

    def ops(self, *xs: Shape) -> Ops:
        return {"mul": self.steps(xs)}

    def saves(self, *xs: Shape) -> tuple[Kept, ...]:
        others = (given(index, *range(index)) for index in range(1, len(xs)))
        return given(0, 1), *others, *self.halfway(xs, wanted=True)

    def forward(self, *xs: Array, weights: Weights) -> Array:
        return kernels.merge.multiply(self.fitted(xs))


class Divide(Arithmetic):
    """Divide the first input by all others, element by element.

    Inputs and output ``(c, *n)``; what is short is spread, as in ``add``.
    """

    kind: ClassVar = "divide"
    example: ClassVar = "- {name: a, conv: 8, kernel: 1, activation: softplus}\n- divide: [input, a]"

    def ops(self, *xs: Shape) -> Ops:
        return {"div": self.steps(xs)}

    def saves(self, *xs: Shape) -> tuple[Kept, ...]:
        divisors = (given(index, *range(index + 1)) for index in range(1, len(xs)))
        return given(0, 1), *divisors, *self.halfway(xs, wanted=True)

    def forward(self, *xs: Array, weights: Weights) -> Array:
        return kernels.merge.divide(self.fitted(xs))


class Maximum(Arithmetic):
    """Keep the largest of all inputs, element by element.

    Inputs and output ``(c, *n)``; what is short is spread, as in ``add``.
    """

    kind: ClassVar = "maximum"
    example: ClassVar = "- {name: a, conv: 8, kernel: 1}\n- maximum: [a, input]"

    def ops(self, *xs: Shape) -> Ops:
        return {"compare": self.steps(xs)}

    def saves(self, *xs: Shape) -> tuple[Kept, ...]:
        return self.compared(xs)

    def forward(self, *xs: Array, weights: Weights) -> Array:
        return kernels.merge.maximum(self.fitted(xs))


class Minimum(Arithmetic):
    """Keep the smallest of all inputs, element by element.

    Inputs and output ``(c, *n)``; what is short is spread, as in ``add``.
    """

    kind: ClassVar = "minimum"
    example: ClassVar = "- {name: a, conv: 8, kernel: 1}\n- minimum: [a, input]"

    def ops(self, *xs: Shape) -> Ops:
        return {"compare": self.steps(xs)}

    def saves(self, *xs: Shape) -> tuple[Kept, ...]:
        return self.compared(xs)

    def forward(self, *xs: Array, weights: Weights) -> Array:
        return kernels.merge.minimum(self.fitted(xs))


class Mean(Arithmetic):
    """Average all inputs, element by element.

    Inputs and output ``(c, *n)``; what is short is spread, as in ``add``. Of m inputs each output is m − 1 adds and
    one mul.
    """

    kind: ClassVar = "mean"
    example: ClassVar = "- {name: a, conv: 8, kernel: 1}\n- mean: [a, input]"

    def ops(self, *xs: Shape) -> Ops:
        return {"add": self.steps(xs), "mul": counting.elements(self.output(*xs))}

    def forward(self, *xs: Array, weights: Weights) -> Array:
        return kernels.merge.mean(self.fitted(xs))
