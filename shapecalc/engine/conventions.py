"""Where a direct kernel does otherwise than the conventions count: by how much, to the operation, and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shapecalc.network.graph import Node
    from shapecalc.shape import Shape


@dataclass(frozen=True, slots=True)
class Otherwise:
    """What a kernel does beside what is told, by kind; below zero, what it leaves out."""

    ops: Mapping[str, int]
    why: str


def stamps(node: Node, x: Shape) -> Otherwise:
    """A transposed convolution adds every stamp to its output, also where no other lies."""
    layer: Any = node.layer
    per_cell = prod(node.weights["kernel"][1:]) * layer.groups
    return Otherwise({"add": per_cell * prod(x.spatial)}, "adds each stamp to its output, which a MAC has within it")


def sums(node: Node, x: Shape) -> Otherwise:
    """A recurrence adds the sum over its state to that over its inputs, gate by gate."""
    layer: Any = node.layer
    gates = layer.gates
    if node.kind == "gru" and layer.biases == "two":
        gates -= 1  # the reset gate stands between the two sums of the third, and that addition is told
    made = prod(x.spatial) * len(layer.ways) * layer.units * layer.layers
    return Otherwise({"add": gates * made}, "adds the sums over inputs and over states, which a MAC has within it")


def masked(node: Node, x: Shape) -> Otherwise | None:
    """Causal attention leaves the masked half of the square out; it is told in full."""
    layer: Any = node.layer
    if not layer.causal:
        return None
    n = x.spatial[-1]
    half = layer.heads * prod(x.spatial[:-1]) * (n * (n - 1) // 2)
    adds = 3 if layer.relative_positions else 2
    left_out = {"mac": 2 * layer.size(x), "add": adds, "div": 1, "compare": 1, "exp": 1}
    return Otherwise(
        {kind: -half * each for kind, each in left_out.items()}, "leaves out the masked half, which is told in full"
    )


def looked_up(_: Node, x: Shape) -> Otherwise:
    """An embedding holds each id against both ends of its vocabulary."""
    return Otherwise({"compare": 2 * prod(x)}, "looks whether each id is in the vocabulary")


def neighbours(node: Node, x: Shape) -> Otherwise | None:
    """Local response leaves out neighbours that lie beyond all channels for every channel; they are told nominally."""
    layer: Any = node.layer
    reach = sum(min(side, x.channels - 1) for side in (layer.size // 2, (layer.size - 1) // 2))
    missing = layer.size - 1 - reach
    if not missing:
        return None
    return Otherwise({"add": -missing * prod(x)}, "leaves out neighbours beyond all channels, which are told as others")


OTHERWISE: Mapping[str, Callable[[Node, Shape], Otherwise | None]] = {
    "conv_transpose": stamps,
    "rnn": sums,
    "gru": sums,
    "lstm": sums,
    "attention": masked,
    "embedding": looked_up,
    "lrn": neighbours,
}
"""By kind; all other kinds do just what the conventions count."""


def otherwise(node: Node, x: Shape) -> Otherwise | None:
    """What a node does beside what is told of it; None where it does just that."""
    rule = OTHERWISE.get(node.kind)
    return None if rule is None else rule(node, x)
