"""A run forward: each tensor from its making to its last reader."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from shapecalc.analysis.memory import last_readers
from shapecalc.analysis.memory.ledger import Held, Ledger, of_inner
from shapecalc.analysis.memory.saved import left_out
from shapecalc.analysis.memory.sharing import Places, roots

if TYPE_CHECKING:
    from shapecalc.analysis.memory.formats import Pair
    from shapecalc.network.graph import Graph


def tensors(graph: Graph, formats: Mapping[str, Pair]) -> dict[str, Held]:
    """The inputs and the outputs of all nodes whose shapes are known."""
    found = {name: Held(name, shape, formats[name].activations, "input") for name, shape in graph.inputs.items()}
    for node in graph:
        if node.output is not None:
            found[node.name] = Held(node.name, node.output, formats[node.name].activations, "output")
    return found


def run(
    graph: Graph, formats: Mapping[str, Pair], places: Places, wanted: int | None = None, *, fused: bool = False
) -> Ledger:
    """Every moment of a run, one for each node; before the first the inputs alone are there.

    Nothing is in place unless ``places`` says so; then what PyTorch has as a view takes no memory of its own either.
    """
    made = tensors(graph, formats)
    sizes = {name: int(held.size) for name, held in made.items()}
    root = roots(graph, sizes, views=places.activations, places=places)
    last = last_readers(graph)
    end: dict[str, int] = {}
    for index, name in enumerate((*graph.inputs, *(node.name for node in graph)), -len(graph.inputs)):
        end[root[name]] = max(end.get(root[name], -1), last.get(name, index))
    going: dict[int, list[str]] = {}
    for name, index in end.items():
        going.setdefault(index, []).append(name)
    never = left_out(graph) if fused else set()
    ledger = Ledger(wanted)
    for name in graph.inputs:
        ledger.add(name, made[name])
    ledger.mark(next(iter(graph.inputs), ""))
    for index, node in enumerate(graph):
        held = made.get(node.name)
        if held is not None and root[node.name] == node.name:
            ledger.add(node.name, held)
        elif held is not None and node.layer is not None and node.layer.view == "none":
            ledger.rename(root[node.name], held)
        inner = dict(of_inner(node, formats[node.name].activations, never))
        for key, one in inner.items():
            ledger.add(key, one)
        ledger.mark(node.name)
        for key in inner:
            ledger.drop(key)
        for name in going.get(index, ()):
            ledger.drop(name)
    return ledger
