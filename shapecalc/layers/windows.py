"""A map parted into windows for attention within each, and put together again."""

from math import prod
from typing import Annotated, ClassVar

from pydantic import Field

from shapecalc import kernels
from shapecalc.diagnostics import Mismatch
from shapecalc.formulas import counting, moves
from shapecalc.formulas.reach import Onto, Reach, Unknown
from shapecalc.layers.axes import names
from shapecalc.layers.base import AXES, Array, Ops, Weightless, Weights, spatial, spread
from shapecalc.layers.fields import WHOLE, Natural, Size, SizeOrNone
from shapecalc.layers.saving import Kept
from shapecalc.shape import Shape


def parting(lengths: tuple[int, ...], size: tuple[int, ...], shift: int, field: str) -> None:
    """Check that windows part a map evenly, and are shifted by less than one; ``field`` is the option that says how.

    Raises:
        Mismatch: they do not, or are not.
    """
    for name, n, m in zip(names(len(lengths))[1:], lengths, size, strict=True):
        if n % m:
            raise Mismatch(
                "E301",
                f"parts {name}, an axis of {int(n)}, into windows of {m}",
                field=field,
                label=f"{int(n)} is not a multiple of {m}",
                help=f"`pad` the map to {int(n) + m - int(n) % m} first, and `crop` it after",
            )
        if shift >= m:
            raise Mismatch(
                "E348",
                f"shifts windows of {m} by {shift}",
                field="shift",
                label="must be less than a window",
                help=f"Swin Transformer shifts by half a window: {m // 2}",
            )


class Windows(Weightless):
    """Windows of a map: (windows, cells) on one side, the map on the other."""

    main: ClassVar = "size"
    family: ClassVar = "tokens"

    shift: Annotated[Natural, WHOLE] = Field(
        0, description="cells by which the map is moved round before it is parted, the same along each axis"
    )

    def ops(self, *xs: Shape) -> Ops:
        return {}

    def saves(self, *xs: Shape) -> tuple[Kept, ...]:
        return ()


class WindowPartition(Windows):
    """Part a map into windows: one axis of windows, one of the cells in each.

    Input ``(c, *n)``, output ``(c, windows, cells)``, both in row order. ``shift`` moves the map round by so many
    cells first, towards its beginning (Liu et al. 2021, Swin Transformer, section 3.2: the cyclic shift); which cells
    may see each other across the seam is for the attention to say, and `attention` masks none.
    """

    kind: ClassVar = "window_partition"
    example: ClassVar = "- {window_partition: 4, shift: 2}"

    size: Size = Field(description="cells of a window along each axis")

    def output(self, *xs: Shape) -> Shape:
        (x,) = xs
        size = spread(self.size, spatial(x, "parts"), "size")
        parting(x.spatial, size, self.shift, "size")
        return Shape(x.channels, moves.windows(x.spatial, size), counting.elements(size))

    def reach(self, *xs: Shape) -> tuple[tuple[Reach, ...], ...]:
        (x,) = xs
        why = Unknown("the cells of an axis are parted into windows", covers=True)
        return ((Onto((0, 1), why),) * x.rank,)

    def forward(self, *xs: Array, weights: Weights) -> Array:
        (x,) = xs
        return kernels.tokens.partition(x, spread(self.size, x.ndim - 2, "size"), shift=self.shift)


class WindowMerge(Windows):
    """Put windows together to the map that they were parted from: the inverse of `window_partition`.

    Input ``(c, windows, cells)``, output ``(c, *map)``. Where ``map`` is not given, the map is a square; where ``size``
    is not, so is each window. ``shift`` is that of the partition, and is taken back.
    """

    kind: ClassVar = "window_merge"
    example: ClassVar = "- {window_partition: 4, shift: 2}\n- {window_merge: 4, map: [8, 12], shift: 2}"
    example_input: ClassVar = (8, 8, 12)

    size: SizeOrNone = Field(None, description="cells of a window along each axis; a square, if not given")
    map: SizeOrNone = Field(None, description="lengths of the map; one number is a square")

    @property
    def rank(self) -> int:
        """The axes of the map: as many as are listed, else two."""
        return next((len(given) for given in (self.map, self.size) if isinstance(given, tuple)), 2)

    def sides(self, given: object, cells: int, field: str) -> tuple[int, ...]:
        """So many cells along each axis, as given, or the sides of a square.

        Raises:
            Mismatch: they are not so many.
        """
        square = round(cells ** (1 / self.rank))
        sides = spread(square if given is None else given, self.rank, field)
        if prod(sides) != cells:
            what = "the map" if field == "map" else "a window"
            raise Mismatch(
                "E341",
                f"lays {what} of {cells} cells out as {'×'.join(map(str, sides))}",
                field=field,
                label=f"{'×'.join(map(str, sides))} {'is' if given else 'would be'} {prod(sides):,} cells",
                help=f"write the lengths that the map had: `map: [{', '.join(AXES[self.rank])}]`"
                if field == "map"
                else "write the `size` that `window_partition` has",
            )
        return sides

    def both(self, x: Shape) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The lengths of the map, and the window along each of its axes.

        Raises:
            Mismatch: the input is not its windows.
        """
        if spatial(x, "puts together") != 2:
            raise Mismatch(
                "E304",
                f"puts together an input of {x}",
                label=f"windows are [C, windows, cells]; this has {x.rank} spatial {'axis' if x.rank == 1 else 'axes'}",
                help="`window_partition` makes them of a map",
            )
        windows, cells = (int(n) for n in x.spatial)
        lengths = self.sides(self.map, windows * cells, "map")
        size = self.sides(self.size, cells, "size")
        parting(lengths, size, self.shift, "map")
        return lengths, size

    def output(self, *xs: Shape) -> Shape:
        (x,) = xs
        return Shape(x.channels, *self.both(x)[0])

    def reach(self, *xs: Shape) -> tuple[tuple[Reach, ...], ...]:
        why = Unknown("windows are laid out as a map", covers=True)
        return ((Onto(tuple(range(self.rank)), why),) * 2,)

    def forward(self, *xs: Array, weights: Weights) -> Array:
        (x,) = xs
        lengths, size = (None if given is None else spread(given, self.rank, "") for given in (self.map, self.size))
        return kernels.tokens.merge(x, lengths, size, rank=self.rank, shift=self.shift)
