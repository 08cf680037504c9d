"""The products that a layer is made of: how many MACs each takes, and what it multiplies.

The way back goes through the same products: the gradient of either factor is the output's gradient times the other one,
and takes as many MACs (Goodfellow, Bengio & Courville 2016, sections 6.5.6 and 9.5; of a convolution, equations 9.11 to
9.13). So whose gradient is needed says what the way back costs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from shapecalc.formulas import attention, counting, recurrent

if TYPE_CHECKING:
    from shapecalc.network.graph import Node
    from shapecalc.shape import Shape

WEIGHT = "weight"
"""A factor that is trained."""
MADE = "made"
"""A factor that the layer makes on the way from what is trained: its gradient is always needed."""
GIVEN = "given"
"""A factor that nothing trains."""


class Product(NamedTuple):
    """One product: its MACs, and its two factors."""

    macs: int
    left: str
    right: str | int
    """``MADE``, or the number of an input."""
    back: int | None = None
    """MACs of the gradient of ``right``, where not every one of its numbers has a gradient."""


Products = Callable[[Any, tuple["Shape", ...], int], Iterator[Product]]


def products(node: Node, xs: tuple[Shape, ...]) -> tuple[Product, ...] | None:
    """The products of a node, for one example; None: it has some, and does not say what of."""
    macs = (node.ops or {}).get("mac")
    if node.ops is None or node.layer is None:
        return None
    if not macs:
        return ()
    if node.kind not in KINDS or not type(node.layer).__module__.startswith("shapecalc.layers."):
        return None
    return tuple(KINDS[node.kind](node.layer, xs, macs))


def _weighted(_: Any, __: tuple[Shape, ...], macs: int) -> Iterator[Product]:
    yield Product(macs, WEIGHT, 0)


def _filter(_: Any, __: tuple[Shape, ...], macs: int) -> Iterator[Product]:
    yield Product(macs, GIVEN, 0)


def _matmul(_: Any, __: tuple[Shape, ...], macs: int) -> Iterator[Product]:
    yield Product(macs, "0", 1)


def _separable(layer: Any, xs: tuple[Shape, ...], _: int) -> Iterator[Product]:
    (x,) = xs
    o, k, once, filtered = layer.output(x).spatial, layer.taps(x.rank), (1,) * x.rank, layer.filtered(x)
    if layer.order == "pointwise_first":
        yield Product(counting.conv_macs(x.spatial, once, x.channels, 1, layer.filters), WEIGHT, 0)
        yield Product(counting.conv_macs(o, k, filtered, filtered, filtered), WEIGHT, MADE)
    else:
        yield Product(counting.conv_macs(o, k, x.channels, x.channels, filtered), WEIGHT, 0)
        yield Product(counting.conv_macs(o, once, filtered, 1, layer.filters), WEIGHT, MADE)


def _axis_by_axis(layer: Any, xs: tuple[Shape, ...], _: int) -> Iterator[Product]:
    for index, (_letter, x, taps, y) in enumerate(layer.steps(xs[0])):
        yield Product(counting.conv_macs(y.spatial, taps, x.channels, 1, y.channels), WEIGHT, MADE if index else 0)


def _attention(layer: Any, xs: tuple[Shape, ...], _: int) -> Iterator[Product]:
    x, memory, made = xs[0], xs[-1], layer.inner(*xs)
    across = (layer.heads, x.spatial[-1], memory.spatial[-1], layer.size(x), x.spatial[:-1])
    yield Product(counting.dense_macs(x.channels, made["query"].channels, x.spatial), WEIGHT, 0)
    for name in ("key", "value"):
        macs = counting.dense_macs(memory.channels, made[name].channels, memory.spatial)
        yield Product(macs, WEIGHT, len(xs) - 1)
    yield Product(attention.score_macs(*across), MADE, MADE)
    yield Product(attention.mixing_macs(*across), MADE, MADE)
    yield Product(counting.dense_macs(made["mixed"].channels, layer.output(*xs).channels, x.spatial), WEIGHT, MADE)


def _recurrent(layer: Any, xs: tuple[Shape, ...], _: int) -> Iterator[Product]:
    """The state before the first step is given, and has no gradient."""
    (x,) = xs
    (steps,), ways, states = x.spatial, len(layer.ways), layer.states
    for index, inputs in enumerate(layer.inputs(x)):
        one = (ways, layer.gates, layer.units)
        yield Product(recurrent.recurrent_macs(steps, *one, inputs, 0), WEIGHT, MADE if index else 0)
        yield Product(
            recurrent.recurrent_macs(steps, *one, 0, states),
            WEIGHT,
            MADE,
            recurrent.recurrent_macs(steps - 1, *one, 0, states),
        )
        if states != layer.units:
            yield Product(recurrent.projection_macs(steps, ways, layer.units, states), WEIGHT, MADE)


KINDS: Mapping[str, Products] = {
    "conv": _weighted,
    "conv_transpose": _weighted,
    "depthwise": _weighted,
    "local": _weighted,
    "conv_map": _weighted,
    "dense": _weighted,
    "netvlad": _weighted,
    "filter": _filter,
    "matmul": _matmul,
    "separable_conv": _separable,
    "spatially_separable_conv": _axis_by_axis,
    "attention": _attention,
    "rnn": _recurrent,
    "gru": _recurrent,
    "lstm": _recurrent,
}
"""The products of each kind that has MACs."""
