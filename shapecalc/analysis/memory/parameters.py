"""What is there all the time: weights, and in training their gradients, copies and the optimizer's numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from shapecalc.analysis.cost import summed
from shapecalc.analysis.memory.formats import sized
from shapecalc.analysis.memory.optimizers import OPTIMIZERS
from shapecalc.formulas.memory import kept_numbers
from shapecalc.shape import Buffer

if TYPE_CHECKING:
    from shapecalc.analysis.memory.formats import Pair
    from shapecalc.analysis.memory.question import Asked
    from shapecalc.network.graph import Graph
    from shapecalc.shape import Shape


class Part(NamedTuple):
    """One part of the memory."""

    name: str
    bytes: int


def standing(graph: Graph, formats: Mapping[str, Pair], asked: Asked) -> tuple[Part, ...]:
    """The parts that do not depend on the batch.

    With mixed precision, what is trained is there in the short format and once more in float32, as are the numbers of
    the optimizer; gradients are in the short format; buffers in float32 alone.
    """
    trained, kept = list(_own(graph, formats, buffers=False)), list(_own(graph, formats, buffers=True))
    buffers = [sized(shape, "float32" if asked.amp else form) for shape, form in kept]
    weights = [sized(shape, form) for shape, form in trained]
    parts = [Part("weights", summed((*weights, *buffers)))]
    if not asked.train:
        return tuple(parts)
    full = [sized(shape, "float32") for shape, form in trained if form != "float32"] if asked.amp else []
    if asked.amp:
        parts.append(Part("master weights", summed(full)))
    parts.append(Part("gradients", summed(weights)))
    slots = len(OPTIMIZERS[asked.optimizer].slots)
    if slots:
        numbers = summed(sized(shape, "float32") for shape, _ in trained) if asked.amp else summed(weights)
        parts.append(Part("optimizer", kept_numbers(numbers, slots)))
    return tuple(parts)


def _own(graph: Graph, formats: Mapping[str, Pair], *, buffers: bool) -> Iterator[tuple[Shape, str]]:
    """The shapes and formats of what nodes hold of their own: what is trained, or what is not."""
    for node in graph:
        if node.shared_with is None:
            for shape in node.weights.values():
                if isinstance(shape, Buffer) is buffers:
                    yield shape, formats[node.name].weights
