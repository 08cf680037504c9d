"""The product of two matrices that the network itself makes."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from shapecalc import kernels
from shapecalc.diagnostics import Mismatch
from shapecalc.formulas import counting
from shapecalc.formulas.reach import SAME_CELL, WHOLE, Reach
from shapecalc.layers.base import Array, Ops, Weights
from shapecalc.layers.fields import WORD
from shapecalc.layers.merge import Merge
from shapecalc.layers.saving import Kept, given
from shapecalc.shape import Shape


class Matmul(Merge):
    """Multiply two sequences as matrices: channels are rows, places are columns.

    Inputs ``(m, k)`` and ``(k, n)``, output ``(m, n)``. ``transpose: left`` takes the first as ``(k, m)``,
    ``transpose: right`` the second as ``(n, k)``, ``both`` the two. So ``{matmul: [keys, queries], transpose: left}``
    gives the scores of each query, over the channels, where ``softmax`` acts.
    """

    kind: ClassVar = "matmul"
    example: ClassVar = (
        "- {name: keys, dense: 4, over: channels}\n"
        "- {name: queries, dense: 4, over: channels, from: input}\n"
        "- {matmul: [keys, queries], transpose: left}\n"
        "- softmax"
    )
    example_input: ClassVar = (8, 16)

    transpose: Annotated[Literal["none", "left", "right", "both"], WORD] = Field(
        "none", description="which of the two is turned first: none, left, right or both"
    )

    @property
    def left(self) -> bool:
        """Whether the first matrix is transposed."""
        return self.transpose in {"left", "both"}

    @property
    def right(self) -> bool:
        """Whether the second matrix is transposed."""
        return self.transpose in {"right", "both"}

    def sides(self, xs: tuple[Shape, ...]) -> tuple[int, int, int]:
        """Rows, the length that both share, and columns.

        Raises:
            Mismatch: they are not two matrices, or share no length.
        """
        if len(xs) != 2:
            raise Mismatch(
                "E333",
                f"multiplies {len(xs)} matrices",
                field="from",
                label="a matrix product has two inputs",
                help="multiply two, then the next with what they give",
            )
        for x in xs:
            if x.rank != 1:
                raise Mismatch(
                    "E333",
                    f"takes {x} as a matrix",
                    field="from",
                    label=f"it has {x.rank or 'no'} spatial axes, and a matrix has one: [C, L]",
                    help="`to_tokens` puts the places of a map in one row"
                    if x.rank
                    else "a matrix is a sequence: its channels are the rows, its places the columns",
                )
        a, b = xs
        m, k = (a[1], a[0]) if self.left else (a[0], a[1])
        n, inner = (b[0], b[1]) if self.right else (b[1], b[0])
        if k != inner:
            turned = f" (transpose: {self.transpose})" if self.transpose != "none" else ""
            raise Mismatch(
                "E334",
                f"multiplies {int(m)}×{int(k)} and {int(inner)}×{int(n)}{turned}",
                field="from",
                label=f"{int(k)} columns against {int(inner)} rows",
                help="the columns of the first are as many as the rows of the second; "
                "`transpose: left` or `right` turns one",
            )
        return m, k, n

    def output(self, *xs: Shape) -> Shape:
        m, _, n = self.sides(xs)
        return Shape(m, n)

    def ops(self, *xs: Shape) -> Ops:
        return {"mac": counting.matmul_macs(*self.sides(xs))}

    def reach(self, *xs: Shape) -> tuple[tuple[Reach, ...], ...]:
        return (WHOLE,), (WHOLE if self.right else SAME_CELL,)

    def saves(self, *xs: Shape) -> tuple[Kept, ...]:
        return given(0, 1), given(1, 0)

    def forward(self, *xs: Array, weights: Weights) -> Array:
        return kernels.merge.matmul(*xs, left=self.left, right=self.right)
