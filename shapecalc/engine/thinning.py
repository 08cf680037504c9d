"""The same network with fewer channels, or on an input of other lengths: what an output sees stays as it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from shapecalc.diagnostics import Mismatch
from shapecalc.shape import Shape

if TYPE_CHECKING:
    from shapecalc.network.graph import Graph, Node

WIDTHS = ("filters", "units", "dim", "head_size", "projection")
"""Options that say how many channels a layer gives, or makes on the way."""
DIVISORS = (768, 512, 384, 256, 192, 128, 96, 64, 48, 32, 24, 16, 12, 8, 6, 4, 3, 2)
"""What widths are divided by, the largest that the network can still be built with."""

PARTING = frozenset(("split", "slice", "channel_shuffle", "pixel_shuffle", "depth_to_space", "glu", "maxout"))
"""Kinds that tell one channel from another: in front of them all widths are divided alike."""


@dataclass(frozen=True, slots=True)
class Thinning:
    """What a width becomes: a part of it; where that is not whole, one channel or all of them."""

    divisor: int
    alone: bool
    """A width that cannot be divided becomes one channel."""

    def width(self, n: int) -> int:
        """The channels that stay of so many."""
        return n // self.divisor if n % self.divisor == 0 else 1 if self.alone else n

    def groups(self, n: int) -> int:
        """The groups that stay of so many: parts of the channels are never brought together unless all are one."""
        return n // self.divisor if n % self.divisor == 0 else 1 if self.divisor > max(DIVISORS) else n

    def layer(self, layer: Any) -> Any:
        """A layer with fewer channels."""
        fields = type(layer).model_fields
        changed = {name: self.width(value) for name in WIDTHS if name in fields and (value := getattr(layer, name))}
        if "groups" in fields and layer.kind != "channel_shuffle":
            changed["groups"] = self.groups(layer.groups)
        return layer.model_copy(update=changed) if changed else layer


ONE = Thinning(10**9, alone=True)
"""All widths one channel."""
THINNINGS = tuple(Thinning(divisor, alone) for divisor in DIVISORS for alone in (True, False))


def rebuilt(graph: Graph, inputs: Mapping[str, Shape] | None = None, thinning: Thinning | None = None) -> Graph | None:
    """The network with fewer channels or on other inputs; None where its layers do not fit each other then."""
    shapes = dict(graph.inputs if inputs is None else inputs)
    given = dict(shapes)
    nodes: list[Node] = []
    try:
        for node in graph:
            made = _node(node, [shapes[name] for name in node.inputs], thinning)
            if made.output is None or min(made.output) < 1:
                return None
            shapes[node.name] = made.output
            nodes.append(made)
    except Mismatch:
        return None
    except Exception:  # noqa: BLE001  what a layer of a package may raise is not known
        return None
    by_name = {node.name: node for node in nodes}
    if any(node.weights != by_name[node.shared_with].weights for node in nodes if node.shared_with):
        return None
    return replace(graph, inputs=given, nodes=tuple(nodes))


def _node(node: Node, xs: list[Shape], thinning: Thinning | None) -> Node:
    layer = node.layer
    if layer is None:
        raise ValueError(node.name)
    if thinning is not None:
        layer = thinning.layer(layer)
    output = layer.output(*xs)
    return replace(
        node,
        layer=layer,
        output=Shape(*map(int, output)),
        weights={name: type(shape)(*map(int, shape)) for name, shape in layer.weights(*xs).items()},
        reach=layer.reach(*xs),
        inner={name: Shape(*map(int, shape)) for name, shape in layer.inner(*xs).items()},
    )


def thinned(graph: Graph) -> Iterator[Graph]:
    """The network with fewer channels, the fewest first, and in the end as it is."""
    parting = any(node.kind in PARTING for node in graph)
    if not parting and (least := rebuilt(graph, None, ONE)) is not None:
        yield least
    every = (rebuilt(graph, None, thinning) for thinning in THINNINGS if not (parting and thinning.alone))
    yield from sorted((made for made in every if made is not None), key=numbers)
    yield graph


def numbers(graph: Graph) -> int:
    """The numbers that the nodes make for one example."""
    return sum(int(node.output.elements) for node in graph if node.output is not None)


def with_lengths(graph: Graph, name: str, lengths: Mapping[int, int]) -> Graph | None:
    """The network with other lengths of some axes of an input; None where it cannot be."""
    x = graph.inputs[name]
    changed = Shape(x.channels, *(lengths.get(axis, n) for axis, n in enumerate(x.spatial)))
    return rebuilt(graph, {**graph.inputs, name: changed})


def shorter(n: int) -> Iterator[int]:
    """Lengths that an axis may be tried with, from short to as long as it is."""
    yield from (length for length in (1, 2, 4, 8, 16, 32, 48, 64, 96, 128, 192, 256) if length < n)
    yield n
