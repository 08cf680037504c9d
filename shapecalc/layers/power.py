"""Pooling by powers: between the mean and the largest."""

from typing import Annotated, ClassVar

from pydantic import Field

from shapecalc import kernels
from shapecalc.formulas import counting
from shapecalc.formulas.reach import Reach
from shapecalc.layers.base import Array, Layer, Ops, Weights, spatial, whole
from shapecalc.layers.fields import REAL, Few, Flag
from shapecalc.layers.pool import Pool
from shapecalc.layers.saving import INPUT, OUTPUT, Kept, made
from shapecalc.layers.sliding import told
from shapecalc.shape import Shape


class LpPool(Pool):
    """Sum the p-th powers of each window, and take the p-th root.

    Input ``(c, *n)``, output ``(c, *o)``. The rule is PyTorch's, ``(∑ xᵖ)^(1/p)``, with no absolute value: for an odd
    p a window whose sum is below 0 has no root and gives NaN. Padding adds nothing. With ``ceil`` a window that hangs
    over sums the cells it has; PyTorch scales that sum up as if it were full.

    Counted: each input cell is raised once, by p − 1 multiplications, and each window is added up. The root is nothing
    for p = 1, a square root for p = 2, and otherwise a logarithm, a division by p and an exponential.
    """

    kind: ClassVar = "lppool"
    example: ClassVar = "- {lppool: 3, stride: 2, p: 2}"

    p: Few = Field(2, description="the power: 1 sums the window up, a large one comes near the largest number")

    def ops(self, *xs: Shape) -> Ops:
        (x,) = xs
        sums: Ops = {"add": self.steps(x)}
        if self.p == 1:
            return sums
        outputs = counting.elements(self.output(x))
        powers: Ops = {"mul": counting.each(counting.elements(x), self.p - 1)}
        root = {"sqrt": outputs} if self.p == 2 else {"log": outputs, "div": outputs, "exp": outputs}
        return sums | powers | root

    def saves(self, *xs: Shape) -> tuple[Kept, ...]:
        y = self.output(*xs)
        return INPUT, made("powers", *xs[0]), *(made(name, *y) for name in ("sums", "signs", "above", "scaled"))

    def forward(self, *xs: Array, weights: Weights) -> Array:
        (x,) = xs
        windows = self.windows(x.ndim - 2)
        return kernels.power.lp_pool(
            x,
            tuple(w.size for w in windows),
            self.p,
            **told(windows, "stride", "padding"),
            ceil=self.ceil,
        )


class Gem(Layer):
    """Take each channel's generalized mean, with a trained power (GeM).

    Input ``(c, *n)``, output ``(c)``, or ``(c, 1, …)`` with ``keep: yes``: ``(1/N · ∑ xᵖ)^(1/p)`` over all N places,
    the mean for p = 1 and the largest for p → ∞ (Radenović, Tolias & Chum 2018, Fine-tuning CNN Image Retrieval with
    No Human Annotation, section 3.2). The power starts at 3. What is below ``epsilon`` is taken for ``epsilon``, as in
    the authors' code.

    Counted: of each element a comparison and a power (a logarithm, a multiplication, an exponential); of each channel
    the mean, and a root (a logarithm, a division, an exponential).
    """

    kind: ClassVar = "gem"
    family: ClassVar = "pooling"
    composes: ClassVar = True
    example: ClassVar = "- gem"

    per_channel: Flag = Field(False, description="train a power for each channel, not one for all")
    keep: Flag = Field(False, description="keep the spatial axes, each of length 1")
    epsilon: Annotated[float, Field(gt=0), REAL] = Field(1e-6, description="the least that an element is taken for")

    def output(self, *xs: Shape) -> Shape:
        (x,) = xs
        rank = spatial(x, "pools")
        return Shape(x.channels, *((1,) * rank if self.keep else ()))

    def weights(self, *xs: Shape) -> dict[str, Shape]:
        (x,) = xs
        return {"p": Shape(x.channels if self.per_channel else 1)}

    def ops(self, *xs: Shape) -> Ops:
        (x,) = xs
        size, roots = counting.elements(x), counting.elements((x.channels,))
        both = counting.altogether((size, roots))
        return {
            "add": counting.reduced(x.spatial, x.channels),
            "mul": both,
            "div": roots,
            "compare": size,
            "exp": both,
            "log": both,
        }

    def reach(self, *xs: Shape) -> tuple[tuple[Reach, ...], ...]:
        return whole(*xs)

    def saves(self, *xs: Shape) -> tuple[Kept, ...]:
        (x,) = xs
        (p,) = self.weights(x).values()
        cells = [made(name, *x) for name in ("clipped", "powers")]
        return INPUT, *cells, made("mean", x.channels), OUTPUT, made("1/p", *p, once=True)

    def forward(self, *xs: Array, weights: Weights) -> Array:
        (x,) = xs
        return kernels.power.gem(x, weights["p"], epsilon=self.epsilon, keep=self.keep)
