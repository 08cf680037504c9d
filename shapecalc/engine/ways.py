"""The rule that chooses how each layer is computed: the first way that fits, `direct` where none does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

from shapecalc.formulas.windows import Window

if TYPE_CHECKING:
    from shapecalc.network.graph import Node
    from shapecalc.shape import Shape

DIRECT = "direct"
"""The plain kernel of the layer's kind."""
ENGINES = ("fast", "direct")

Fits = Callable[["Node", Sequence["Shape"]], bool]


@dataclass(frozen=True, slots=True)
class Way:
    """One way to compute layers of some kinds."""

    name: str
    kinds: frozenset[str]
    fits: Fits
    finishes: bool = True
    """Whether a bias and functions of each element can be applied while its output is in the cache."""
    adds: bool = False
    """Whether another array can be added to it then."""


def windows(node: Node) -> tuple[Window, ...]:
    """The window along each axis of a layer that has them."""
    return tuple(step for step in (node.reach[0] if node.reach else ()) if isinstance(step, Window))


def option(node: Node, name: str, otherwise: object = None) -> object:
    """An option of the layer."""
    return getattr(node.layer, name, otherwise)


def one_bank(node: Node, xs: Sequence[Shape]) -> bool:
    """A convolution by one bank of filters that is not turned."""
    return not option(node, "flip") and len(node.weights["kernel"]) == xs[0].rank + 2


def groups(node: Node, xs: Sequence[Shape]) -> int:
    """Parts that the channels are split into."""
    return xs[0].channels // node.weights["kernel"][1]


NOTHING = frozenset(("valid", "half", "full", "causal", "same", "same_lower", (0, 0)))
"""Ways to pad that come to nothing for a kernel of one tap."""


def pointwise(node: Node, xs: Sequence[Shape]) -> bool:
    """Kernels of one tap, without padding, of all channels."""
    plain = all(w.size == 1 and w.padding in NOTHING for w in windows(node))
    return one_bank(node, xs) and plain and groups(node, xs) == 1


def three_by_three(node: Node, xs: Sequence[Shape]) -> bool:
    """3×3 at every cell, of enough channels that the transforms pay."""
    seen = windows(node)
    plain = len(seen) == 2 and all((w.size, w.stride, w.dilation) == (3, 1, 1) for w in seen)
    return one_bank(node, xs) and plain and groups(node, xs) == 1 and min(node.weights["kernel"][:2]) >= 32


def banding(node: Node, position: int) -> bool:
    """Whether a layer can be computed in bands of rows, as the one at a position of ``IN_BANDS``."""
    seen = windows(node)
    return len(seen) == 2 and (position == 1 or all(w.stride == 1 for w in seen))


def on_a_map(least: int) -> Fits:
    """3×3 at every cell of a map with no side shorter than this."""

    def fits(node: Node, xs: Sequence[Shape]) -> bool:
        return three_by_three(node, xs) and node.output is not None and min(node.output.spatial) >= least

    return fits


def each_channel(node: Node, xs: Sequence[Shape]) -> bool:
    """One filter for each channel."""
    return one_bank(node, xs) and groups(node, xs) == xs[0].channels == node.weights["kernel"][0] > 1


PER_CELL = 100
"""Products for each cell from which on transforms are quicker, with what it takes to transform the cells."""


def by_waves(node: Node, xs: Sequence[Shape]) -> bool:
    """One filter for each channel, with so many taps that the transforms pay."""
    if not each_channel(node, xs) or node.output is None:
        return False
    seen = list(zip(windows(node), node.output.spatial, strict=True))
    products = prod(w.size * o for w, o in seen)
    return products >= PER_CELL * prod((o - 1) * w.stride + w.reach for w, o in seen)


def in_groups(node: Node, xs: Sequence[Shape]) -> bool:
    """Channels in groups."""
    return one_bank(node, xs) and groups(node, xs) > 1


def few_channels(node: Node, xs: Sequence[Shape]) -> bool:
    """So few channels that the taps of a patch lie in very short runs: the first layer of most networks of images."""
    return one_bank(node, xs) and groups(node, xs) == 1 and xs[0].channels <= 3


def always(_: Node, __: Sequence[Shape]) -> bool:
    """Whatever its options are."""
    return True


def places(node: Node, _: Sequence[Shape]) -> bool:
    """A dense layer over features or channels."""
    return not option(node, "as_conv")


def channels(node: Node, _: Sequence[Shape]) -> bool:
    """Put behind each other along the channels."""
    return option(node, "axis") in {"channels", "C"}


def several(_: Node, xs: Sequence[Shape]) -> bool:
    """Two inputs or more, with as many axes each."""
    return len(xs) > 1 and len({x.rank for x in xs}) == 1


CONV = frozenset(("conv", "depthwise"))
WAYS = (
    Way("pointwise", CONV, pointwise, adds=True),
    Way("winograd-4", CONV, on_a_map(20)),
    Way("winograd-2", CONV, on_a_map(12)),
    Way("fourier", CONV, by_waves),
    Way("depthwise", CONV, each_channel),
    Way("grouped", CONV, in_groups),
    Way("taps", CONV, few_channels),
    Way("strips", CONV, one_bank),
    Way("subpixel", frozenset(("conv_transpose",)), always),
    Way("product", frozenset(("dense",)), places),
    Way("scaled", frozenset(("batchnorm",)), always),
    Way("merged", frozenset(("add", "multiply")), several),
    Way("joined", frozenset(("concat",)), channels, finishes=False),
    Way("running", frozenset(("maxpool", "avgpool", "sumpool")), always, finishes=False),
    Way("ones", frozenset(("global_avgpool",)), always, finishes=False),
)
"""In the order in which they are tried.

pointwise: one matrix product on the array as it lies. winograd-4, winograd-2: 3×3 by tiles of 4×4 or 2×2 outputs.
fourier: products of transforms, for a large kernel of each channel. depthwise: sums of products over runs of cells.
grouped: strips, one product for each group. taps, strips: the patches of some output rows at a time, of few channels a
row for each tap, else a row for each place. subpixel: an ordinary convolution for each place within a stride. product:
one matrix product. scaled, merged, joined: once through memory. running: along one axis, then the other. ones: a
product with ones.
"""
BANDED = "banded"
"""How some steps are computed together, a band of rows at a time."""
IN_BANDS = ("pointwise", "depthwise", "pointwise")
"""The ways of these steps; the last may be missing."""
FOLDING = CONV | {"conv_transpose", "dense"}
"""Kinds whose weights a batch norm after them can be folded into."""
FINISHING = frozenset(
    (
        *("relu", "relu6", "leaky_relu", "elu", "celu", "selu", "gelu", "quick_gelu", "silu", "hard_swish", "mish"),
        *("softplus", "squared_relu", "threshold", "sigmoid", "hard_sigmoid", "log_sigmoid", "tanh", "hard_tanh"),
        *("tanhshrink", "softsign", "exp", "identity", "dropout"),
    )
)
"""Kinds that are functions of each element alone."""


INTO_ITSELF = frozenset(("relu", "relu6", "identity", "dropout"))
"""Those of them that are written over their argument without a copy."""


def way(node: Node, xs: Sequence[Shape], *, winograd: bool = True) -> Way | None:
    """How a layer is computed; None: directly."""
    for candidate in WAYS:
        tried = winograd or not candidate.name.startswith("winograd")
        if node.kind in candidate.kinds and tried and candidate.fits(node, xs):
            return candidate
    return None
