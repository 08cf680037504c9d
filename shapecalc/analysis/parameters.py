"""Parameters and buffers, counted from the shapes of the tensors that the nodes hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shapecalc.analysis.cost import summed
from shapecalc.formulas.counting import elements
from shapecalc.shape import Buffer

if TYPE_CHECKING:
    from shapecalc.network.graph import Node


def parameters(node: Node) -> int | None:
    """Trained numbers of a node; 0 where it shares another's, None where its shape is unknown."""
    return _count(node, buffers=False)


def buffers(node: Node) -> int | None:
    """Numbers that a node keeps without training them."""
    return _count(node, buffers=True)


def _count(node: Node, *, buffers: bool) -> int | None:
    if node.output is None:
        return None
    if node.shared_with is not None:
        return 0
    sizes = [elements(shape) for shape in node.weights.values() if isinstance(shape, Buffer) is buffers]
    return summed(sizes)
