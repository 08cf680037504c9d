"""Bytes of weights and activations, and the most that is alive at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from shapecalc.network.graph import Graph

DTYPES: Mapping[str, int] = {"float64": 8, "float32": 4, "float16": 2, "bfloat16": 2, "int8": 1}
"""Bytes of one number."""


class Peak(NamedTuple):
    """The most bytes alive at once, and the node at which they are."""

    bytes: int
    at: str
    complete: bool
    """Whether every tensor's size is known."""


def last_readers(graph: Graph) -> dict[str, int]:
    """For each tensor, the index of the node that reads it last; an output of the network lives on."""
    last = {name: index for index, node in enumerate(graph) for name in node.inputs}
    return last | dict.fromkeys(graph.outputs.values(), len(graph))


def peak(graph: Graph, sizes: Mapping[str, int], inner: Mapping[str, int] | None = None) -> Peak:
    """The most that is alive at once when each tensor lives from its making to its last reader, nothing in place.

    ``inner`` is what a node makes on the way, which lives while the node runs.
    """
    last = last_readers(graph)
    freed: dict[int, list[str]] = {}
    for name, index in last.items():
        freed.setdefault(index, []).append(name)
    alive = sum(sizes[name] for name in graph.inputs)
    most, at = alive, next(iter(graph.inputs), "")
    complete = True
    for index, node in enumerate(graph):
        size = sizes.get(node.name)
        complete = complete and size is not None
        alive += size or 0
        here = alive + (inner or {}).get(node.name, 0)
        if here > most:
            most, at = here, node.name
        alive -= sum(sizes.get(name, 0) for name in freed.get(index, ()))
        if node.name not in last:
            alive -= size or 0
    return Peak(most, at, complete)
