"""Maps as sequences of tokens, and back; tokens put in and taken out; positions."""

from math import isqrt, prod
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from shapecalc import kernels
from shapecalc.diagnostics import Mismatch
from shapecalc.formulas import counting, moves
from shapecalc.formulas.reach import SAME_CELL, Place, Reach, Shift
from shapecalc.layers.axes import regrouped
from shapecalc.layers.base import AXES, Array, Layer, Ops, Weightless, Weights, spatial
from shapecalc.layers.fields import WHOLE, WORD, SizeOrNone
from shapecalc.layers.saving import Kept
from shapecalc.shape import Shape


def sequence(x: Shape, doing: str) -> int:
    """The places of an input that has to be a sequence.

    Raises:
        Mismatch: it is flat, or a map.
    """
    if spatial(x, doing) != 1:
        raise Mismatch(
            "E304",
            f"{doing} an input of {x}",
            label=f"a sequence has one spatial axis, [C, L]; this has {x.rank}",
            help="put `to_tokens` before it",
        )
    return x.spatial[0]


def squared(places: int) -> tuple[int, int] | None:
    """The sides of a square of so many places, if there is one."""
    side = isqrt(places)
    return (side, side) if side * side == places else None


class ToTokens(Weightless):
    """Put all places of a map in one row: each becomes a token.

    Input ``(c, *n)``, output ``(c, ∏n)``, row by row. A sequence stays as it is.
    """

    kind: ClassVar = "to_tokens"
    view: ClassVar = "rows"
    family: ClassVar = "tokens"
    example: ClassVar = "- to_tokens"

    def output(self, *xs: Shape) -> Shape:
        (x,) = xs
        if spatial(x, "makes tokens of") == 1:
            return x
        return Shape(x.channels, moves.row(x.spatial))

    def ops(self, *xs: Shape) -> Ops:
        return {}

    def reach(self, *xs: Shape) -> tuple[tuple[Reach, ...], ...]:
        (x,) = xs
        return (regrouped(x, self.output(x), f"the axes {' and '.join(AXES[x.rank])} lie in one row of tokens"),)

    def saves(self, *xs: Shape) -> tuple[Kept, ...]:
        return ()

    def forward(self, *xs: Array, weights: Weights) -> Array:
        (x,) = xs
        return kernels.tokens.to_row(x)


class ToMap(Weightless):
    """Lay a sequence of tokens out as a map, row by row: the inverse of `to_tokens`.

    Input ``(c, n)``, output ``(c, *size)``; without ``size`` a square, where ``n`` is one.
    """

    kind: ClassVar = "to_map"
    view: ClassVar = "rows"
    main: ClassVar = "size"
    family: ClassVar = "tokens"
    example: ClassVar = "- to_map: [8, 12]"
    example_input: ClassVar = (8, 96)

    size: SizeOrNone = Field(None, description="lengths of the map; one number is a square")

    def lengths(self, x: Shape) -> tuple[int, ...]:
        """The lengths of the map.

        Raises:
            Mismatch: it does not hold so many places.
        """
        n = sequence(x, "lays out")
        lengths = (self.size,) * 2 if isinstance(self.size, int) else self.size or squared(n)
        if lengths is None:
            raise Mismatch(
                "E341",
                f"lays {int(n)} places out as a square",
                field="size",
                label=f"{int(n)} is not a square: {isqrt(n)}×{isqrt(n)} is {isqrt(n) ** 2}",
                help=PLACES,
            )
        if prod(lengths) != n or len(lengths) not in AXES:
            raise Mismatch(
                "E341",
                f"lays {int(n)} places out as {'×'.join(map(str, lengths))}",
                field="size",
                label=f"that is {prod(lengths):,} places"
                if prod(lengths) != n
                else f"a map has at most 3 axes, this would have {len(lengths)}",
                help=PLACES,
            )
        return lengths

    def output(self, *xs: Shape) -> Shape:
        (x,) = xs
        return Shape(x.channels, *self.lengths(x))

    def ops(self, *xs: Shape) -> Ops:
        return {}

    def reach(self, *xs: Shape) -> tuple[tuple[Reach, ...], ...]:
        (x,) = xs
        return (regrouped(x, self.output(x), "the tokens of one row are laid out over several axes"),)

    def saves(self, *xs: Shape) -> tuple[Kept, ...]:
        return ()

    def forward(self, *xs: Array, weights: Weights) -> Array:
        (x,) = xs
        return kernels.tokens.to_map(x, (self.size,) * 2 if isinstance(self.size, int) else self.size)


PLACES = "write `to_map: [H, W]`; a class token goes first: `slice: {axis: L, start: 1}`"


class ClassToken(Layer):
    """Put one trained token before a sequence, the same for every example.

    Input ``(c, n)``, output ``(c, n + 1)``. What gathers there stands for the whole (Devlin et al. 2019, BERT;
    Dosovitskiy et al. 2021); `take: 0` reads it.
    """

    kind: ClassVar = "class_token"
    main: ClassVar = "position"
    family: ClassVar = "tokens"
    example: ClassVar = "- class_token"
    example_input: ClassVar = (8, 49)

    position: Annotated[Literal["first", "last"], WORD] = Field("first", description="where it stands: first or last")

    def output(self, *xs: Shape) -> Shape:
        (x,) = xs
        return Shape(x.channels, moves.one_more(sequence(x, "puts a token before")))

    def weights(self, *xs: Shape) -> dict[str, Shape]:
        return {"token": Shape(xs[0].channels)}

    def ops(self, *xs: Shape) -> Ops:
        return {}

    def reach(self, *xs: Shape) -> tuple[tuple[Reach, ...], ...]:
        return ((Shift(-1, 0) if self.position == "first" else Shift(0, -1),),)

    def saves(self, *xs: Shape) -> tuple[Kept, ...]:
        return ()

    def hands_on(self, *xs: Shape) -> tuple[bool, ...]:
        return (True,)

    def forward(self, *xs: Array, weights: Weights) -> Array:
        (x,) = xs
        return kernels.tokens.with_token(x, weights["token"], last=self.position == "last")


class Take(Weightless):
    """Keep the token at one place of a sequence.

    Input ``(c, n)``, output ``(c)``. Places count from 0; below zero from the end: −1 is the last.
    """

    kind: ClassVar = "take"
    view: ClassVar = "part"
    main: ClassVar = "index"
    family: ClassVar = "tokens"
    example: ClassVar = "- take: 0"
    example_input: ClassVar = (8, 50)

    index: Annotated[int, WHOLE] = Field(description="place that is kept")

    def place(self, x: Shape) -> int:
        """The place, counted from 0.

        Raises:
            Mismatch: the sequence has no such place.
        """
        n = int(sequence(x, "takes a token of"))
        if not -n <= self.index < n:
            raise Mismatch(
                "E347",
                f"takes place {self.index} of {n}",
                field="index",
                label=f"the places are 0 to {n - 1}" if self.index > 0 else f"−{n} is the first",
                help="0 is the first place, −1 the last",
            )
        return self.index + n if self.index < 0 else self.index

    def output(self, *xs: Shape) -> Shape:
        (x,) = xs
        self.place(x)
        return Shape(x.channels)

    def ops(self, *xs: Shape) -> Ops:
        return {}

    def reach(self, *xs: Shape) -> tuple[tuple[Reach, ...], ...]:
        (x,) = xs
        return ((Place(self.place(x)),),)

    def saves(self, *xs: Shape) -> tuple[Kept, ...]:
        return ()

    def forward(self, *xs: Array, weights: Weights) -> Array:
        (x,) = xs
        return kernels.cutting.at(x, self.index)


class PositionEmbedding(Layer):
    """Add to every place numbers that tell it from the others.

    Input and output ``(c, *n)``. A `learned` table has a number for every channel of every place (Dosovitskiy et al.
    2021, section 3.1), so the network holds for this size alone. A `sinusoidal` one trains nothing: at place p,
    channels 2i and 2i + 1 are the sine and cosine of p / 10000^(2i/c) (Vaswani et al. 2017, section 3.5); it is the
    same for every example, and making it is not counted.
    """

    kind: ClassVar = "position_embedding"
    main: ClassVar = "table"
    family: ClassVar = "tokens"
    example: ClassVar = "- position_embedding\n- position_embedding: sinusoidal"
    example_input: ClassVar = (8, 50)

    table: Annotated[Literal["learned", "sinusoidal"], WORD] = Field("learned", description="learned or sinusoidal")

    def output(self, *xs: Shape) -> Shape:
        (x,) = xs
        if self.table == "sinusoidal":
            sequence(x, "numbers the places of")
        spatial(x, "numbers the places of")
        return x

    def weights(self, *xs: Shape) -> dict[str, Shape]:
        return {"table": Shape(*xs[0])} if self.table == "learned" else {}

    def ops(self, *xs: Shape) -> Ops:
        return {"add": counting.elements(xs[0])}

    def reach(self, *xs: Shape) -> tuple[tuple[Reach, ...], ...]:
        return tuple((SAME_CELL,) * x.rank for x in xs)

    def saves(self, *xs: Shape) -> tuple[Kept, ...]:
        return ()

    def hands_on(self, *xs: Shape) -> tuple[bool, ...]:
        return (True,)

    def forward(self, *xs: Array, weights: Weights) -> Array:
        (x,) = xs
        if self.table == "sinusoidal":
            return kernels.tokens.add_sinusoids(x)
        return kernels.tokens.add_table(x, weights["table"])
