"""What a convention may count of a layer, by name: each amount is of one example and exact."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

from shapecalc.analysis.cost.apart import bias_adds, padding_macs, state_steps
from shapecalc.shape import Buffer

if TYPE_CHECKING:
    from shapecalc.network.graph import Node
    from shapecalc.shape import Shape


@dataclass(frozen=True, slots=True)
class Read:
    """A node and what it reads."""

    node: Node
    xs: tuple[Shape, ...]

    @property
    def layer(self) -> Any:
        """The layer, with its options."""
        return self.node.layer

    @property
    def x(self) -> Shape:
        """The first input."""
        return self.xs[0]

    @property
    def y(self) -> Shape:
        """The output."""
        return self.node.output or self.xs[0]

    @property
    def macs(self) -> int:
        """Its MACs."""
        return int((self.node.ops or {}).get("mac", 0))


class Amount(NamedTuple):
    """Something that can be counted of a layer."""

    each: str
    """What one of it is, after a number: ``2 an element``."""
    of: Callable[[Read], int]
    of_macs: bool = False
    """It stands for the layer's MACs: what is told of it is the difference to them."""
    once: bool = False
    """The same for every batch."""


def _trained(read: Read) -> int:
    return sum(prod(shape) for shape in read.node.weights.values() if not isinstance(shape, Buffer))


def _others(read: Read) -> int:
    return sum(count for kind, count in (read.node.ops or {}).items() if kind != "mac")


def _with(name: str) -> Callable[[Read], int]:
    return lambda read: prod(read.x) if name in read.node.weights else 0


def _stretched(read: Read) -> int:
    """A transposed convolution's taps, at every place of the output."""
    return prod(read.node.weights["kernel"]) * prod(read.y.spatial)


# recurrent layers


def _gate_macs(read: Read) -> int:
    """The products of the gates; the projection's are left out."""
    layer, steps = read.layer, read.x.spatial[0]
    rows = steps * len(layer.ways) * layer.gates * layer.units
    return sum(rows * (inputs + layer.states) for inputs in layer.inputs(read.x))


def _unprojected_macs(read: Read) -> int:
    """The products of the gates, as if each layer gave all its units on."""
    layer, steps = read.layer, read.x.spatial[0]
    ways = len(layer.ways)
    inputs = [read.x.channels, *(ways * layer.units for _ in range(1, layer.layers))]
    return sum(steps * ways * layer.gates * layer.units * (n + layer.units) for n in inputs)


def _units(read: Read) -> int:
    return int(state_steps(read.node, read.xs))


def _two_biases(read: Read) -> int:
    return 2 * read.layer.gates * _units(read) if read.layer.bias else 0


# attention


def _products(read: Read) -> int:
    """Queries with keys, and the values mixed."""
    return 2 * prod(read.node.inner["scores"]) * int(read.layer.size(read.x))


def _qkv_bias(read: Read) -> int:
    return sum(prod(read.node.inner[name]) for name in ("query", "key", "value")) if read.layer.bias else 0


# resizing


def _as_told(read: Read) -> int:
    """Where the size is told, the places of the output; where a factor is, its elements."""
    return prod(read.y.spatial) if _sized(read) else prod(read.y)


def _input_as_told(read: Read) -> int:
    """Where the size is told, the places of the output; where a factor is, the input's elements."""
    return prod(read.y.spatial) if _sized(read) else prod(read.x)


def _sized(read: Read) -> bool:
    return read.layer.size is not None or len(read.xs) > 1


# one tool's ways alone


def _divided_twice(read: Read) -> int:
    """A transposed convolution's MACs with the filters divided by the groups twice."""
    per_group = read.layer.filters // read.layer.groups
    taps = prod(read.layer.taps(read.x.rank))
    return int(prod(read.x.spatial) * taps * read.x.channels * (per_group // read.layer.groups))


def _shrunk_bias(read: Read) -> int:
    """A transposed convolution's biases at the places of a convolution over its input."""
    if not read.layer.bias:
        return 0
    windows = zip(read.layer.windows(read.x.rank), read.x.spatial, strict=True)
    places = [(n + 2 * w.cuts[0] - w.reach) // w.stride + 1 for w, n in windows]
    return int(read.layer.filters // read.layer.groups * prod(places))


AMOUNTS: Mapping[str, Amount] = {
    "macs": Amount("a MAC", lambda read: read.macs, of_macs=True),
    "met_macs": Amount(
        "a MAC that meets a cell", lambda read: read.macs - padding_macs(read.node, read.xs), of_macs=True
    ),
    "stretched_macs": Amount("a tap at each output place", _stretched, of_macs=True),
    "others": Amount("an operation besides MACs", _others),
    "bias": Amount("a bias add", lambda read: bias_adds(read.node, read.xs)),
    "input": Amount("an element", lambda read: prod(read.x)),
    "output": Amount("an output", lambda read: prod(read.y)),
    "gamma": Amount("an element scaled", _with("gamma")),
    "beta": Amount("an element shifted", _with("beta")),
    "merges": Amount("an element merged", lambda read: prod(read.y) * (len(read.xs) - 1)),
    "taps": Amount("a step in a window", lambda read: prod(read.y) * (prod(w.size for w in read.node.reach[0]) - 1)),  # type: ignore[union-attr,misc]
    "place_taps": Amount(
        "a step in a window of a map of ones",
        lambda read: prod(read.y.spatial) * (prod(w.size for w in read.node.reach[0]) - 1),  # type: ignore[union-attr,misc]
    ),
    "sums": Amount("a step of a sum over channels", lambda read: (read.x.channels - 1) * prod(read.x.spatial)),
    "sets": Amount("a mean", lambda read: read.layer.sets(read.x)[0]),
    "reads": Amount("an element less one a channel", lambda read: prod(read.x) - read.x.channels),
    "channels": Amount("a channel", lambda read: read.x.channels, once=True),
    "scaled_channels": Amount(
        "a channel scaled", lambda read: read.x.channels if "gamma" in read.node.weights else 0, once=True
    ),
    "trained": Amount("a trained number", _trained, of_macs=True),
    "gate_macs": Amount("a MAC of the gates", _gate_macs, of_macs=True),
    "unprojected_macs": Amount("a MAC of gates that read all units", _unprojected_macs, of_macs=True),
    "units": Amount("a unit's step", _units),
    "two_biases": Amount("a bias add of two biases", _two_biases),
    "projection_macs": Amount("a MAC of the projections", lambda read: read.macs - _products(read), of_macs=True),
    "product_macs": Amount("a MAC of the two products", _products, of_macs=True),
    "queries": Amount("a number of the queries", lambda read: prod(read.node.inner["query"])),
    "scores": Amount("a score", lambda read: prod(read.node.inner["scores"])),
    "score_sums": Amount(
        "a step of a softmax's sum",
        lambda read: prod(read.node.inner["scores"]) - prod(read.node.inner["scores"][:-1]),
    ),
    "qkv_bias": Amount("a bias of queries, keys and values", _qkv_bias),
    "resized": Amount("an output, or place where the size is told", _as_told),
    "resized_input": Amount("an element, or output place where the size is told", _input_as_told),
    "padded": Amount(
        "an element of the padded channels", lambda read: (read.x.channels + read.layer.size - 1) * prod(read.x.spatial)
    ),
    "divided_macs": Amount("a MAC, divided by the groups twice", _divided_twice, of_macs=True),
    "shrunk_bias": Amount("a bias add at a convolution's places", _shrunk_bias),
}
"""All that a convention weighs, by name."""
