"""Aggregation of local descriptors: how they lie about centres."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from shapecalc import kernels
from shapecalc.formulas import counting
from shapecalc.formulas.reach import Reach
from shapecalc.layers.base import Array, Layer, Ops, Weights, spatial, whole
from shapecalc.layers.fields import WORD, Count
from shapecalc.layers.saving import INPUT, Kept, made
from shapecalc.shape import Shape


class NetVlad(Layer):
    """Sum, for each of K centres, the descriptors' residuals from it, by how much each belongs to it (NetVLAD).

    Input ``(D, *n)``, N = ∏n descriptors of D numbers; output ``(K·D)``, centre after centre (Arandjelović, Gronat,
    Torii, Pajdla & Sivic 2016, NetVLAD: CNN architecture for weakly supervised place recognition, equations 1 and 4).
    The assignment is a softmax over the centres of W·x + b, with W and b trained apart from the centres. Each centre's
    sum is scaled to length 1, then the whole is. ``assignment: hard`` is VLAD: each descriptor belongs to its nearest
    centre, and the centres are all that is trained. The descriptors are taken as they come: the authors' network
    scales each to length 1 before.

    Counted as the equation reads, with the residuals made: they and the assignment are in the memory. Soft: W·x in
    MACs (K·D·N), the bias, the softmax, K·D·N subtractions, as many multiplications by the assignment, K·D·(N − 1)
    additions. Hard: K·D·N subtractions and squares, their sums, K − 1 comparisons a place, and D additions a place to
    its centre. Both: the two scalings (squares, sums, roots, a comparison that keeps from dividing by 0, divisions).
    """

    mixes: ClassVar = "all"
    kind: ClassVar = "netvlad"
    main: ClassVar = "clusters"
    family: ClassVar = "aggregation"
    composes: ClassVar = True
    example: ClassVar = "- netvlad: 4"

    clusters: Count = Field(description="centres")
    assignment: Annotated[Literal["soft", "hard"], WORD] = Field(
        "soft", description="how descriptors belong to centres: soft (all, by shares) or hard (the nearest)"
    )

    def output(self, *xs: Shape) -> Shape:
        (x,) = xs
        spatial(x, "aggregates")
        return Shape(counting.elements((self.clusters, x.channels)))

    def weights(self, *xs: Shape) -> dict[str, Shape]:
        (x,) = xs
        centres = Shape(self.clusters, x.channels)
        shares = {"assignment": Shape(self.clusters, x.channels), "bias": Shape(self.clusters)}
        return (shares if self.assignment == "soft" else {}) | {"centres": centres}

    def inner(self, *xs: Shape) -> dict[str, Shape]:
        (x,) = xs
        name = "shares" if self.assignment == "soft" else "distances"
        return {name: Shape(self.clusters, *x.spatial), "residuals": self.residuals(x)}

    def residuals(self, x: Shape) -> Shape:
        """Every descriptor's difference from every centre."""
        return Shape(self.clusters, *x)

    def ops(self, *xs: Shape) -> Ops:
        (x,) = xs
        k, d = self.clusters, x.channels
        differences, sums = counting.elements(self.residuals(x)), counting.elements((k, d))
        scalings: Ops = {
            "mul": counting.each(sums, 2),
            "add": counting.altogether((counting.along(d, (k,)), counting.reduced((sums,), 1))),
            "compare": counting.altogether((k, 1)),
        }
        adding = self.softly(x, differences) if self.assignment == "soft" else self.hardly(x, differences)
        both = {kind: counting.altogether((adding[kind], scalings[kind])) for kind in scalings}
        return adding | both | {"sqrt": counting.altogether((k, 1)), "div": self.divisions(adding, sums)}

    def divisions(self, adding: Ops, sums: int) -> int:
        """Divisions of the softmax and of the two scalings."""
        return counting.altogether((adding.get("div", 0), counting.each(sums, 2)))

    def softly(self, x: Shape, differences: int) -> Ops:
        """The operations up to the sums, where each descriptor belongs to all centres."""
        k, d = self.clusters, x.channels
        shares = counting.elements((k, *x.spatial))
        sums = counting.along(k, x.spatial)
        added = counting.reduced(x.spatial, counting.elements((k, d)))
        return {
            "mac": counting.dense_macs(d, k, x.spatial),
            # the bias, the largest that is taken off before the exponential, the softmax's own sum
            "add": counting.altogether((shares, shares, sums, differences, added)),
            "mul": differences,
            "compare": sums,
            "exp": shares,
            "div": shares,
        }

    def hardly(self, x: Shape, differences: int) -> Ops:
        """The operations up to the sums, where each descriptor belongs to its nearest centre."""
        k, d = self.clusters, x.channels
        distances = counting.along(d, (k, *x.spatial))
        return {
            "add": counting.altogether((differences, distances, counting.elements(x))),
            "mul": differences,
            "compare": counting.along(k, x.spatial),
        }

    def reach(self, *xs: Shape) -> tuple[tuple[Reach, ...], ...]:
        return whole(*xs)

    def saves(self, *xs: Shape) -> tuple[Kept, ...]:
        (x,) = xs
        k, d = self.clusters, x.channels
        lengths = [
            made(name, n) for n, of in ((k, "each"), (1, "all")) for name in (f"length of {of}", f"divisor of {of}")
        ]
        sums = [made("sums", k, d), made("scaled", k, d), *lengths]
        if self.assignment == "hard":
            return made("nearest", *x.spatial, format="int64"), *sums
        inner = self.inner(x)
        return INPUT, *(made(name, *shape) for name, shape in inner.items()), *sums

    def forward(self, *xs: Array, weights: Weights) -> Array:
        (x,) = xs
        if self.assignment == "hard":
            return kernels.vlad.hard(x, weights["centres"])
        return kernels.vlad.soft(x, weights["assignment"], weights["bias"], weights["centres"])
