"""Which tensors are one and the same memory: views, and what is written over its input."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, NamedTuple

from shapecalc.analysis.memory import last_readers

if TYPE_CHECKING:
    from shapecalc.network.graph import Graph, Node


class Places(NamedTuple):
    """What may be written over what."""

    activations: bool = False
    """An activation, and dropout, over its input."""
    adds: bool = False
    """A sum over one of its summands, as ``out += identity`` does."""


NOWHERE = Places()


def roots(
    graph: Graph,
    sizes: Mapping[str, int],
    *,
    views: bool,
    places: Places,
    saved: Collection[str] = (),
    blocks: Mapping[str, int] | None = None,
) -> dict[str, str]:
    """For each input and node, the one whose memory its tensor lies in: its own name, or that of an earlier one.

    Nothing is written over an input of the network, over what is still to be read, is an output or is ``saved``, nor
    over what comes from outside the block that a node is in.

    Args:
        graph: the network.
        sizes: bytes of each tensor; one is written over another of the same size alone.
        views: whether what PyTorch has as a view takes no memory of its own.
        places: what may be written over what.
        saved: the tensors that are kept for the way back.
        blocks: the number of the block that is run again in training, of each node that is in one.
    """
    last = last_readers(graph)
    found = {name: name for name in graph.inputs}
    until = {name: last.get(name, -1) for name in graph.inputs}
    kept = {name: name in saved for name in graph.inputs}
    in_rows = dict.fromkeys(graph.inputs, True)
    within = blocks or {}

    def free(root: str, index: int, node: Node) -> bool:
        return (
            root not in graph.inputs
            and sizes.get(root) == sizes.get(node.name)
            and until[root] <= index
            and not kept[root]
            and within.get(root) == within.get(node.name)
        )

    for index, node in enumerate(graph):
        view = node.layer.view if views and node.layer and node.inputs else "none"
        first = node.inputs[0] if node.inputs else node.name
        in_rows[node.name] = view not in {"turned", "part"} and (view != "same" or in_rows[first])
        if view in {"same", "turned", "part"} or (view == "rows" and in_rows[first]):
            root = found[first]
        else:
            candidates = (found[name] for name in _overwritable(node, places))
            root = next((root for root in candidates if free(root, index, node)), node.name)
        found[node.name] = root
        until[root] = max(until.get(root, -1), last.get(node.name, index))
        kept[root] = kept.get(root, False) or node.name in saved
    return found


def _overwritable(node: Node, places: Places) -> tuple[str, ...]:
    """The inputs that a node may write over, if nothing else needs them."""
    if node.layer is not None and places.activations and node.layer.in_place:
        return node.inputs[:1]
    return node.inputs if places.adds and node.kind == "add" else ()
