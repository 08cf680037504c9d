"""A network walked node by node with the direct kernels; an array goes when the last that reads it has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from shapecalc.kernels.window import Array
    from shapecalc.network.graph import Graph, Node
    from shapecalc.shape import Shape

Forward = Callable[["Node", Sequence["Array"]], "Array"]


@dataclass(frozen=True, slots=True)
class Step:
    """What a node read and gave, and how many bytes were alive then, its own among them."""

    node: Node
    xs: tuple[Array, ...]
    y: Array
    alive: int


def walk(graph: Graph, inputs: Mapping[str, Array], forward: Forward) -> Iterator[Step]:
    """Every node's step, in order."""
    waiting = Counter(name for node in graph for name in node.inputs) + Counter(graph.outputs.values())
    arrays = dict(inputs)
    alive = sum(x.nbytes for x in arrays.values())
    for node in graph:
        xs = tuple(arrays[name] for name in node.inputs)
        y = forward(node, xs)
        arrays[node.name] = y
        alive += y.nbytes
        yield Step(node, xs, y, alive)
        waiting.subtract(node.inputs)
        for name in {*node.inputs, node.name}:
            if not waiting[name]:
                alive -= arrays.pop(name).nbytes


def evened(shapes: Mapping[str, Shape], dtype: str = "float32") -> dict[str, Array]:
    """Arrays of these shapes that keep numbers about as large as they are: each output is a mean of what it reads.

    Of one axis they hold ones.
    """
    return {
        name: np.full([int(n) for n in shape], 1 / prod(shape[1:]) if len(shape) > 1 else 1.0, dtype)
        for name, shape in shapes.items()
    }


def tensors(node: Node, arrays: Mapping[str, Array]) -> dict[str, Array]:
    """The arrays of one node by its own names for them; those of the node it shares with, where it does."""
    owner = node.shared_with or node.name
    return {tensor: arrays[f"{owner}.{tensor}"] for tensor in node.weights}
