"""The peak of the memory explained: the tensors that are alive at once, each with its bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shapecalc.analysis import AtLeast
from shapecalc.analysis.cost import summed
from shapecalc.analysis.memory import DTYPES, last_readers
from shapecalc.explanation.answer import Answer, Item, Part
from shapecalc.explanation.trail import Label, Labels, used
from shapecalc.figure import Figure
from shapecalc.formulas.counting import batched, elements, stored

if TYPE_CHECKING:
    from shapecalc.analysis import Analysis
    from shapecalc.shape import Shape


def peak(analysis: Analysis, labels: Labels) -> Answer:
    """The most bytes alive at once: what lives while the layer runs at which they are."""
    graph = analysis.graph
    order = {node.name: index for index, node in enumerate(graph)}
    at = order.get(analysis.peak_at, -1)
    last = last_readers(graph)
    parts = []
    for name, shape in labels.shapes.items():
        made = order.get(name, -1)
        if made <= at <= last.get(name, made):
            parts.append(Part(name, _bytes(shape, analysis), _why(name, at, last.get(name, made), labels)))
    if at >= 0:
        inner = [_bytes(shape, analysis) for shape in graph.nodes[at].inner.values()]
        if inner:
            parts.append(Part(f"inside {analysis.peak_at}", summed(inner), "made on the way"))
    total = summed(part.value for part in parts if isinstance(part.value, int))
    uses = (used(total, Label("peak of the network", ""), labels),) if isinstance(total, Figure) else ()
    items = (Item(f"at {analysis.peak_at}", None, "while it runs, this is alive"),) if analysis.peak_at else ()
    said = ["each tensor lives from its making to its last reader, in the order of the file, nothing in place"]
    if analysis.batch > 1:
        said.append(f"for a batch of {analysis.batch:,}")
    if isinstance(analysis.peak_bytes, AtLeast):
        said.append("not every shape is known: it is at least that")
    return Answer("", "peak", analysis.peak_bytes, "bytes", "", items, uses, 0, tuple(parts), "tensor", tuple(said))


def _bytes(shape: Shape, analysis: Analysis) -> int:
    count = elements(shape)
    return stored(count if analysis.batch == 1 else batched(count, analysis.batch), DTYPES[analysis.dtype])


def _why(name: str, at: int, last: int, labels: Labels) -> str:
    shape = labels.shapes[name]
    nodes = labels.analysis.graph.nodes
    if at >= 0 and nodes[at].name == name:
        return f"{shape}: being made"
    if last >= len(nodes):
        return f"{shape}: an output of the network"
    return f"{shape}: until {nodes[last].name} has read it"
