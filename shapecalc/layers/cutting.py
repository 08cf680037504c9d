"""Layers that add cells round a map, or keep a part of it."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from shapecalc import kernels
from shapecalc.diagnostics import Mismatch
from shapecalc.formulas import counting, moves
from shapecalc.formulas.reach import SAME_CELL, Reach, Shift
from shapecalc.formulas.windows import Window
from shapecalc.layers.axes import names, numbered
from shapecalc.layers.base import Array, Mixing, Ops, Weightless, Weights, spatial, spread
from shapecalc.layers.fields import COUNTS, REAL, WHOLE, WORD, Axis, Count, Margin, MarginOrNone, Positive, SizeOrNone
from shapecalc.layers.saving import INPUT, Kept
from shapecalc.shape import Shape

Ends = tuple[tuple[int, int], ...]


class Cut(Weightless):
    """A layer that computes nothing: it keeps cells, or adds some."""

    family: ClassVar = "cutting"

    def ops(self, *xs: Shape) -> Ops:
        return {}

    def saves(self, *xs: Shape) -> tuple[Kept, ...]:
        return ()


def both_ends(margin: object, rank: int) -> Ends:
    """Cells before and after each axis."""
    return tuple((side, side) if isinstance(side, int) else side for side in spread(margin, rank, "amount"))


class Pad(Cut):
    """Add cells round a map.

    Input ``(c, *n)``, output ``(c, *o)`` with ``o = n + before + after``. In mode `zero` they hold ``value``; `reflect`
    mirrors what is inside the edge, `replicate` repeats the cell at the edge, `circular` goes on at the other end.

    A receptive field counts them as padding in every mode: that some are copies of cells elsewhere is not told.
    """

    kind: ClassVar = "pad"
    main: ClassVar = "amount"
    example: ClassVar = "- {pad: [1, [0, 2]], mode: reflect}"

    amount: Margin = Field(description="cells added at the ends of each axis")
    mode: Annotated[Literal["zero", "reflect", "replicate", "circular"], WORD] = Field(
        "zero", description="what the cells hold: zero, reflect, replicate or circular"
    )
    value: Annotated[float, REAL] = Field(0, description="what they hold in mode `zero`")

    def ends(self, x: Shape) -> Ends:
        """Cells before and after each axis.

        Raises:
            Mismatch: the mode has not so many to give.
        """
        ends = both_ends(self.amount, spatial(x, "pads"))
        if self.value and self.mode != "zero":
            raise Mismatch(
                "E345",
                f"pads with {self.value:g} in mode `{self.mode}`",
                field="value",
                label="this mode takes what the cells hold from the map",
                help="leave out `value` or `mode`",
            )
        for n, sides in zip(x.spatial, ends, strict=True):
            most = {"reflect": n - 1, "circular": n}.get(self.mode, max(sides))
            if max(sides) > most:
                raise Mismatch(
                    "E345",
                    f"pads {max(sides)} cells in mode `{self.mode}` along an axis of {int(n)}",
                    field="amount",
                    label=f"there are {int(most)} cells to mirror, the edge left out"
                    if self.mode == "reflect"
                    else f"there are {int(most)} cells to go on with",
                    help=f"at most {int(most)} a side; `mode: replicate` takes any number",
                )
        return ends

    def output(self, *xs: Shape) -> Shape:
        (x,) = xs
        return Shape(x.channels, *(moves.padded(n, *sides) for n, sides in zip(x.spatial, self.ends(x), strict=True)))

    def reach(self, *xs: Shape) -> tuple[tuple[Reach, ...], ...]:
        (x,) = xs
        return (tuple(Shift(-before, -after) for before, after in self.ends(x)),)

    def saves(self, *xs: Shape) -> tuple[Kept, ...]:
        # PyTorch keeps the map of these two modes, though its shape would do
        return (INPUT,) if self.mode in {"reflect", "replicate"} else ()

    def forward(self, *xs: Array, weights: Weights) -> Array:
        (x,) = xs
        return kernels.cutting.pad(x, both_ends(self.amount, x.ndim - 2), mode=self.mode, value=self.value)


class Crop(Cut):
    """Cut cells off round a map: so many a side, or what is beyond a size in the middle.

    Input ``(c, *n)``, output ``(c, *o)`` with ``o = n − before − after``, or ``size``; of an odd number that is cut
    for a size, one more goes off the end, as with ``fit: crop``.
    """

    kind: ClassVar = "crop"
    view: ClassVar = "part"
    main: ClassVar = "amount"
    example: ClassVar = "- {crop: [1, [0, 3]]}\n- crop: {size: 9}"

    amount: MarginOrNone = Field(None, description="cells cut off the ends of each axis")
    size: SizeOrNone = Field(None, description="cells to keep along each axis, in the middle")

    def ends(self, x: Shape) -> Ends:
        """Cells cut off before and after each axis.

        Raises:
            Mismatch: that is more than there is.
        """
        rank = spatial(x, "crops")
        if (self.amount is None) == (self.size is None):
            raise Mismatch(
                "E346",
                "crops by an amount and to a size" if self.size is not None else "does not say what it crops",
                field="size",
                label="one of the two says all" if self.size is not None else "neither an amount nor a size",
                help="write `crop: 1` for one cell off each side, or `crop: {size: 24}` for the middle 24",
            )
        if self.size is None:
            ends = both_ends(self.amount, rank)
            for n, (before, after) in zip(x.spatial, ends, strict=True):
                if before + after >= n:
                    raise Mismatch(
                        "E346",
                        f"crops {before + after} cells of an axis of {int(n)}",
                        field="amount",
                        label=f"{before} before and {after} after leave nothing",
                        help=f"at most {int(n) - 1} cells, both ends together",
                    )
            return ends
        ends = ()
        for n, kept in zip(x.spatial, spread(self.size, rank, "size"), strict=True):
            if kept > n:
                raise Mismatch(
                    "E346",
                    f"crops an axis of {int(n)} cells to {kept}",
                    field="size",
                    label=f"there are no more than {int(n)}",
                    help="`pad` makes an axis longer, `upsample` stretches it",
                )
            ends += (((n - kept) // 2, (n - kept + 1) // 2),)
        return ends

    def output(self, *xs: Shape) -> Shape:
        (x,) = xs
        return Shape(x.channels, *(moves.cropped(n, *sides) for n, sides in zip(x.spatial, self.ends(x), strict=True)))

    def reach(self, *xs: Shape) -> tuple[tuple[Reach, ...], ...]:
        (x,) = xs
        return (tuple(Shift(before, after) for before, after in self.ends(x)),)

    def forward(self, *xs: Array, weights: Weights) -> Array:
        (x,) = xs
        rank = x.ndim - 2
        if self.size is None:
            return kernels.cutting.crop(x, both_ends(self.amount, rank))
        return kernels.cutting.centre(x, spread(self.size, rank, "size"))


class Slice(Cut):
    """Keep the cells of one axis from ``start`` on, before ``stop``, every ``step``-th.

    Input ``(c, *n)``, output the same with ``⌈(stop − start) / step⌉`` along the axis. Numbers count from 0; below
    zero they count from the end, as in Python: ``start: -2`` keeps the last two. Unlike there, a number past either
    end is an error.
    """

    kind: ClassVar = "slice"
    view: ClassVar = "part"
    example: ClassVar = "- slice: {start: 2, stop: 6}\n- slice: {axis: W, start: -9, step: 2}"

    start: Annotated[int, WHOLE] = Field(0, description="the first cell that is kept")
    stop: Annotated[int | None, WHOLE] = Field(None, description="the first that is not; the end, if not given")
    step: Count = Field(1, description="cells from one that is kept to the next")
    axis: Axis = Field("C", description="the axis that is cut")

    def cells(self, x: Shape) -> tuple[int, int, int]:
        """The number of the axis, the first cell that is kept and the first that is not.

        Raises:
            Mismatch: they are not on the axis, or none is kept.
        """
        axis = numbered(self.axis, x.rank, "axis", x)
        n, name = int(x[axis]), names(x.rank)[axis]
        for field, cell in (("start", self.start), ("stop", n if self.stop is None else self.stop)):
            if not -n <= cell <= n:
                raise Mismatch(
                    "E347",
                    f"cuts {name} at {cell}, which has {n} cells",
                    field=field,
                    label=f"{name} ends at {n}" if cell > 0 else f"−{n} is the beginning",
                    help=f"write a number from 0 to {n}, or one below zero to count from the end",
                )
        start = self.start + n if self.start < 0 else self.start
        stop = n if self.stop is None else self.stop + n if self.stop < 0 else self.stop
        if start >= stop:
            raise Mismatch(
                "E347",
                f"keeps nothing of {name}",
                field="start" if self.stop is None else "stop",
                label=f"from {start} on, before {stop}",
                help="`stop` is the first cell that is not kept: it has to come after `start`",
            )
        return axis, start, stop

    def output(self, *xs: Shape) -> Shape:
        (x,) = xs
        axis, start, stop = self.cells(x)
        return Shape(*x[:axis], moves.sliced(start, stop, self.step), *x[axis + 1 :])

    def reach(self, *xs: Shape) -> tuple[tuple[Reach, ...], ...]:
        (x,) = xs
        axis, start, stop = self.cells(x)
        steps: list[Reach] = [SAME_CELL] * x.rank
        if axis > 0:
            after = int(x[axis]) - stop
            # a window of one tap, with cells cut off where another has padding
            steps[axis - 1] = Shift(start, after) if self.step == 1 else Window(1, self.step, 1, (-start, -after))
        return (tuple(steps),)

    def mixing(self, *xs: Shape) -> Mixing:
        return "each" if numbered(self.axis, xs[0].rank, "axis", "its input") else "drops"

    def forward(self, *xs: Array, weights: Weights) -> Array:
        (x,) = xs
        axis = numbered(self.axis, x.ndim - 2, "axis", "its input")
        return kernels.cutting.cut(x, axis + 1, self.start, self.stop, self.step)


class Split(Cut):
    """Keep one part of the channels: of so many equal ones, or of parts of the sizes given.

    Input ``(c, *n)``, output ``(c / parts, *n)``, or ``(sizes[part], *n)``. Parts count from 1; write one layer for
    each part that is used, ``from`` the same source. ShuffleNet v2 splits its channels in two (Ma et al. 2018,
    section 3).
    """

    mixes: ClassVar = "drops"
    kind: ClassVar = "split"
    view: ClassVar = "part"
    main: ClassVar = "parts"
    example: ClassVar = "- {name: left, split: 2, part: 1}\n- {name: right, split: 2, part: 2, from: input}"

    parts: Annotated[Positive | None, WHOLE] = Field(None, description="equal parts of the channels")
    sizes: Annotated[tuple[Positive, ...] | None, COUNTS] = Field(None, description="channels of each part")
    part: Count = Field(description="part that is kept, counted from 1")

    def kept(self, x: Shape) -> int:
        """Channels of the part that is kept.

        Raises:
            Mismatch: the channels have no such part.
        """
        c = int(x.channels)
        if (self.parts is None) == (self.sizes is None):
            raise Mismatch(
                "E348",
                "splits into equal parts and into sizes" if self.sizes is not None else "does not say how it splits",
                field="sizes",
                label="one of the two says all" if self.sizes is not None else "neither parts nor sizes",
                help="write `split: 2` for two equal parts, or `split: {sizes: [8, 24]}`",
            )
        count = self.parts or len(self.sizes or ())
        if self.part > count:
            raise Mismatch(
                "E348",
                f"keeps part {self.part} of {count}",
                field="part",
                label=f"there are {count}",
                help=f"write a number from 1 to {count}",
            )
        if self.sizes is None:
            if c % count:
                raise Mismatch(
                    "E301",
                    f"splits {c} channels into {count} parts",
                    field="parts",
                    label=f"{c} is not a multiple of {count}",
                    help=f"`split: {{sizes: [{c // count}, …]}}` makes parts that differ",
                )
            return counting.parted(x.channels, count)
        if sum(self.sizes) != c:
            raise Mismatch(
                "E348",
                f"splits {c} channels into parts of {' + '.join(map(str, self.sizes))}",
                field="sizes",
                label=f"together {sum(self.sizes)} of {c}",
                help="`slice` keeps some channels and lets go of the others",
            )
        return self.sizes[self.part - 1]

    def output(self, *xs: Shape) -> Shape:
        (x,) = xs
        return Shape(self.kept(x), *x.spatial)

    def reach(self, *xs: Shape) -> tuple[tuple[Reach, ...], ...]:
        return tuple((SAME_CELL,) * x.rank for x in xs)

    def forward(self, *xs: Array, weights: Weights) -> Array:
        (x,) = xs
        if self.sizes is None:
            return kernels.cutting.part(x, self.part, self.parts or 1)
        return kernels.cutting.piece(x, self.part, self.sizes)
