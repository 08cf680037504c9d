"""What training keeps of every layer for the way back, each tensor once however many layers keep it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from shapecalc.formulas.reach import Unread
from shapecalc.shape import Buffer

if TYPE_CHECKING:
    from shapecalc.layers.saving import Kept
    from shapecalc.network.graph import Graph, Node
    from shapecalc.shape import Shape


class Saving(NamedTuple):
    """What one node keeps."""

    tensors: tuple[str, ...]
    """Inputs of the network and outputs of nodes, by name."""
    made: tuple[Kept, ...]
    """What is made for the way back alone."""


def trained(node: Node) -> bool:
    """Whether a node has numbers that are trained."""
    return any(not isinstance(shape, Buffer) for shape in node.weights.values())


def told(node: Node) -> tuple[bool, ...]:
    """Of each input, whether a gradient can go there: not where the shape alone is read."""
    return tuple(not axes or not all(isinstance(axis, Unread) for axis in axes) for axes in node.reach)


def differentiated(graph: Graph, *, inputs: bool = False) -> set[str]:
    """Inputs and nodes that a gradient goes to: what trained numbers lie before, and what an output lies behind.

    ``inputs``: the network's inputs want a gradient too, as where it is a part of a larger one.
    """
    before = set(graph.inputs) if inputs else set[str]()
    for node in graph:
        ways = zip(node.inputs, told(node), strict=False)
        if trained(node) or any(name in before and way for name, way in ways):
            before.add(node.name)
    behind = set(graph.outputs.values())
    for node in reversed(graph.nodes):
        if node.name in behind:
            behind |= {name for name, way in zip(node.inputs, told(node), strict=False) if way}
    return before & behind


def kept_by(graph: Graph) -> Iterator[tuple[Node, tuple[Kept, ...] | None]]:
    """What each node states that it keeps; None where that is not known."""
    shapes: Mapping[str, Shape | None] = {**graph.inputs, **{node.name: node.output for node in graph}}
    for node in graph:
        xs = [x for x in (shapes[name] for name in node.inputs) if x is not None]
        known = node.output is not None and node.layer is not None and len(xs) == len(node.inputs)
        yield node, node.layer.saves(*xs) if known and node.layer is not None else None


def savings(graph: Graph, wanted: set[str]) -> dict[str, Saving | None]:
    """What each node keeps; None where that is not known. ``wanted`` is what a gradient goes to."""
    found: dict[str, Saving | None] = {}
    for node, kept in kept_by(graph):
        if node.output is not None and node.name not in wanted:
            kept = ()  # noqa: PLW2901  nothing goes back through it
        found[node.name] = None if kept is None else _saving(node, kept, wanted)
    return found


def left_out(graph: Graph) -> set[tuple[str, str]]:
    """Tensors that fused kernels do not make in one piece: the node and the tensor's name."""
    return {(node.name, str(one.what)) for node, kept in kept_by(graph) for one in kept or () if one.fused is not None}


def _saving(node: Node, kept: tuple[Kept, ...], wanted: set[str]) -> Saving:
    ways = told(node)
    due = [k for k in kept if not k.wanted or any(ways[i] and node.inputs[i] in wanted for i in k.wanted)]
    names = (node.name if k.what == "output" else node.inputs[k.what] for k in due if not _made(k))  # type: ignore[index]
    return Saving(tuple(dict.fromkeys(names)), tuple(k for k in due if _made(k)))


def _made(kept: Kept) -> bool:
    return kept.shape is not None
