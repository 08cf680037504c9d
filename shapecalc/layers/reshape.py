"""Layers that compute nothing: they rearrange, or pass on."""

from typing import Annotated, ClassVar

from pydantic import Field

from shapecalc import kernels
from shapecalc.diagnostics import Mismatch
from shapecalc.formulas import counting, moves
from shapecalc.formulas.reach import Reach
from shapecalc.layers.axes import carried, names, numbered, regrouped
from shapecalc.layers.base import AXES, Array, Elementwise, Mixing, Ops, Weightless, Weights, whole
from shapecalc.layers.fields import LENGTHS, ORDER, REST, Axis, AxisOrNone, Rate
from shapecalc.layers.saving import Kept, made
from shapecalc.shape import Shape


class Flatten(Weightless):
    """All elements in one row.

    Input ``(c, *n)``, output ``(c·∏n)``.
    """

    mixes: ClassVar = "gathers"
    kind: ClassVar = "flatten"
    view: ClassVar = "rows"
    family: ClassVar = "shape"
    example: ClassVar = "- flatten"

    def output(self, *xs: Shape) -> Shape:
        return Shape(counting.elements(xs[0]))

    def ops(self, *xs: Shape) -> Ops:
        return {}

    def reach(self, *xs: Shape) -> tuple[tuple[Reach, ...], ...]:
        return whole(*xs)

    def saves(self, *xs: Shape) -> tuple[Kept, ...]:
        return ()

    def forward(self, *xs: Array, weights: Weights) -> Array:
        (x,) = xs
        return x.reshape(x.shape[0], -1)


class Reshape(Weightless):
    """The same elements, row by row, in another shape.

    Input ``(c, *n)``, output ``shape``: channels first, of as many elements. The rows are those of channels-first
    order (PyTorch's ``view``), which differ from those of a channels-last framework.
    """

    kind: ClassVar = "reshape"
    view: ClassVar = "rows"
    main: ClassVar = "shape"
    family: ClassVar = "shape"
    example: ClassVar = "- reshape: [16, rest, 8]"

    shape: Annotated[tuple[int, ...], LENGTHS] = Field(
        description="lengths, channels first; `rest` for one that is what is left over"
    )

    def output(self, *xs: Shape) -> Shape:
        (x,) = xs
        known = tuple(n for n in self.shape if n != REST)
        held, made = counting.elements(x), counting.elements(known)
        if len(known) == len(self.shape):
            if held != made:
                raise Mismatch(
                    "E341",
                    f"makes {Shape(*known)} of {x}",
                    field="shape",
                    label=f"{made:,} elements of {held:,}",
                    help="the product of the lengths must stay the same; `rest` stands for what one length has to be",
                )
            return Shape(*known)
        if held % made:
            raise Mismatch(
                "E341",
                f"makes {'×'.join('rest' if n == REST else str(n) for n in self.shape)} of {x}",
                field="shape",
                label=f"{held:,} elements are not a multiple of {made:,}",
                help="the lengths that are given must divide the number of elements",
            )
        return Shape(*(moves.left_over(held, known) if n == REST else n for n in self.shape))

    def ops(self, *xs: Shape) -> Ops:
        return {}

    def mixing(self, *xs: Shape) -> Mixing:
        x, y = xs[0], self.output(*xs)
        return "each" if x.channels == y.channels else "regroups" if y.rank else "gathers"

    def reach(self, *xs: Shape) -> tuple[tuple[Reach, ...], ...]:
        (x,) = xs
        return (regrouped(x, self.output(x), "a reshaping lays the cells of an axis out over others"),)

    def saves(self, *xs: Shape) -> tuple[Kept, ...]:
        return ()

    def forward(self, *xs: Array, weights: Weights) -> Array:
        (x,) = xs
        return x.reshape(x.shape[0], *self.shape)


class Permute(Weightless):
    """The axes in another order.

    Input ``(c, *n)``, output the same lengths in the given order: ``order: [H, C, W]`` makes the rows the channels.
    """

    kind: ClassVar = "permute"
    view: ClassVar = "turned"
    main: ClassVar = "order"
    family: ClassVar = "shape"
    example: ClassVar = "- permute: [H, C, W]"

    order: Annotated[tuple[str | int, ...], ORDER] = Field(
        description="axes in the order they are to have, each once, by name or number"
    )

    def places(self, x: Shape) -> tuple[int, ...]:
        """The numbers of the input's axes, in the output's order.

        Raises:
            Mismatch: they are not every axis once.
        """
        order = tuple(numbered(axis, x.rank, "order", x) for axis in self.order)
        if sorted(order) != list(range(len(x))):
            known = names(x.rank)
            missing = [name for axis, name in enumerate(known) if axis not in order]
            twice = [name for axis, name in enumerate(known) if order.count(axis) > 1]
            faults = [f"{name} is missing" for name in missing] + [f"{name} is there twice" for name in twice]
            raise Mismatch(
                "E342",
                f"puts {len(x)} axes in an order of {len(order)}"
                if len(order) != len(x)
                else "names an axis twice in its order",
                field="order",
                label=", ".join(faults),
                help=f"name each of {', '.join(known)} once",
            )
        return order

    def output(self, *xs: Shape) -> Shape:
        (x,) = xs
        return Shape(*(x[axis] for axis in self.places(x)))

    def ops(self, *xs: Shape) -> Ops:
        return {}

    def mixing(self, *xs: Shape) -> Mixing:
        return "regroups" if self.places(xs[0])[0] else "each"

    def reach(self, *xs: Shape) -> tuple[tuple[Reach, ...], ...]:
        (x,) = xs
        return (carried(x, self.places(x)),)

    def saves(self, *xs: Shape) -> tuple[Kept, ...]:
        return ()

    def forward(self, *xs: Array, weights: Weights) -> Array:
        (x,) = xs
        order = self.places(Shape(*x.shape[1:]))
        return x.transpose(0, *(axis + 1 for axis in order))


class Squeeze(Weightless):
    """Drop the spatial axes of length 1, or the one that is named.

    Input ``(c, *n)``, output the lengths that are left. The channels stay, however few.
    """

    kind: ClassVar = "squeeze"
    view: ClassVar = "same"
    main: ClassVar = "axis"
    family: ClassVar = "shape"
    example: ClassVar = "- {global_avgpool: , keep: yes}\n- squeeze"

    axis: AxisOrNone = Field(None, description="the axis to drop; every one of length 1, if not given")

    def kept(self, x: Shape) -> tuple[int, ...]:
        """The numbers of the axes that stay.

        Raises:
            Mismatch: the axis named is not one of length 1.
        """
        if self.axis is None:
            return tuple(axis for axis, n in enumerate(x) if axis == 0 or n != 1)
        dropped = numbered(self.axis, x.rank, "axis", x)
        if dropped == 0 or x[dropped] != 1:
            name = names(x.rank)[dropped]
            raise Mismatch(
                "E343",
                f"drops {name}, an axis of {int(x[dropped])}" if dropped else "drops the channels",
                field="axis",
                label="only an axis of length 1 can go" if dropped else "every shape has channels",
                help="a pooling makes an axis shorter; `flatten` or `reshape` moves its cells elsewhere"
                if dropped
                else "to make another axis the channels, write `permute` or `reshape`",
            )
        return tuple(axis for axis in range(len(x)) if axis != dropped)

    def output(self, *xs: Shape) -> Shape:
        (x,) = xs
        return Shape(*(x[axis] for axis in self.kept(x)))

    def ops(self, *xs: Shape) -> Ops:
        return {}

    def reach(self, *xs: Shape) -> tuple[tuple[Reach, ...], ...]:
        (x,) = xs
        return (carried(x, self.kept(x)),)

    def saves(self, *xs: Shape) -> tuple[Kept, ...]:
        return ()

    def forward(self, *xs: Array, weights: Weights) -> Array:
        (x,) = xs
        kept = self.kept(Shape(*x.shape[1:]))
        return kernels.cutting.without(x, [axis + 1 for axis in range(x.ndim - 1) if axis not in kept])


class Unsqueeze(Weightless):
    """One more axis, of length 1.

    Input ``(c, *n)``, output the same with a 1 put in where ``axis`` stands in the output: on a sequence, ``H`` makes
    ``(c, 1, n)`` and ``W`` makes ``(c, n, 1)``. A new ``C`` makes the channels a spatial axis.
    """

    kind: ClassVar = "unsqueeze"
    view: ClassVar = "same"
    main: ClassVar = "axis"
    family: ClassVar = "shape"
    example: ClassVar = "- global_avgpool\n- unsqueeze: L"

    axis: Axis = Field(description="place of the new axis in the output")

    def place(self, x: Shape) -> int:
        """The number that the new axis has.

        Raises:
            Mismatch: there is no such place.
        """
        if x.rank + 1 not in AXES:
            raise Mismatch(
                "E344",
                f"makes {x.rank + 1} spatial axes of {x}",
                field="axis",
                label=f"there are {x.rank} already, and no name for one more",
                help="a shape has at most three spatial axes: D, H and W",
            )
        return numbered(self.axis, x.rank + 1, "axis", f"an output of {x.rank + 1} spatial axes")

    def output(self, *xs: Shape) -> Shape:
        (x,) = xs
        place = self.place(x)
        return Shape(*x[:place], 1, *x[place:])

    def ops(self, *xs: Shape) -> Ops:
        return {}

    def mixing(self, *xs: Shape) -> Mixing:
        return "each" if self.place(xs[0]) else "regroups"

    def reach(self, *xs: Shape) -> tuple[tuple[Reach, ...], ...]:
        (x,) = xs
        place, axes = self.place(x), tuple(range(len(x)))
        return (carried(x, (*axes[:place], None, *axes[place:])),)

    def saves(self, *xs: Shape) -> tuple[Kept, ...]:
        return ()

    def forward(self, *xs: Array, weights: Weights) -> Array:
        (x,) = xs
        return kernels.cutting.with_one(x, self.place(Shape(*x.shape[1:])) + 1)


class Identity(Elementwise):
    """The input, unchanged."""

    kind: ClassVar = "identity"
    view: ClassVar = "same"
    family: ClassVar = "shape"
    example: ClassVar = "- identity"

    def ops(self, *xs: Shape) -> Ops:
        return {}

    def saves(self, *xs: Shape) -> tuple[Kept, ...]:
        return ()

    def forward(self, *xs: Array, weights: Weights) -> Array:
        return xs[0]


class Dropout(Elementwise):
    """In training, set a share of the elements to zero; when run here, the identity.

    ``rate`` is the share that is dropped: keep_prob = 1 − rate.
    """

    kind: ClassVar = "dropout"
    in_place: ClassVar = True
    main: ClassVar = "rate"
    family: ClassVar = "shape"
    example: ClassVar = "- dropout: 0.5"

    rate: Rate = Field(0.5, description="share of the elements dropped in training")

    def ops(self, *xs: Shape) -> Ops:
        return {}

    def saves(self, *xs: Shape) -> tuple[Kept, ...]:
        return (made("mask", *xs[0], format="bool"),) if self.rate else ()

    def forward(self, *xs: Array, weights: Weights) -> Array:
        return xs[0]
