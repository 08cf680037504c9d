"""What training keeps, layer by layer: each tensor stands with the first that keeps it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from shapecalc.analysis.cost import summed
from shapecalc.analysis.memory.formats import Pair, assigned
from shapecalc.analysis.memory.ledger import Held, of_kept
from shapecalc.analysis.memory.training import Step

if TYPE_CHECKING:
    from shapecalc.network.graph import Graph, Group


class SavedRow(NamedTuple):
    """What one layer keeps that none before it has kept; None where that is not known."""

    name: str
    kind: str
    tensors: tuple[Held, ...] | None

    def bytes(self, batch: int) -> int | None:
        """The bytes for a batch."""
        return None if self.tensors is None else summed(held.at(batch) for held in self.tensors)


def rows(step: Step, blocks: tuple[Group, ...] = ()) -> Iterator[SavedRow]:
    """A row for each layer, and for each block that is run again and keeps what it reads alone."""
    told: set[str] = set()

    def new(names: Iterator[str]) -> tuple[Held, ...]:
        found = []
        for name in names:
            root = step.roots[name]
            if root not in told:
                told.add(root)
                own, whole = step.made[name], step.made[root]
                found.append(own if own.size == whole.size else whole)  # a part keeps all of it alive
        return tuple(found)

    for index, node in enumerate(step.graph):
        inside = step.block.get(node.name)
        if inside is not None:
            block = blocks[inside]
            if index == block.start:
                members = step.graph.nodes[block.start : block.stop]
                read = (name for one in members if one.name in step.wanted for name in one.inputs)
                outside = (name for name in read if step.block.get(step.roots[name]) != inside)
                yield SavedRow(block.name, block.kind, new(outside))
            continue
        saving = step.savings[node.name]
        if saving is None:
            yield SavedRow(node.name, node.kind, None)
            continue
        made = of_kept(node.name, saving.made, step.formats[node.name].activations, fused=step.fused)
        yield SavedRow(node.name, node.kind, (*new(iter(saving.tensors)), *(held for _, held in made)))


def saved_bytes(graph: Graph, batch: int, dtype: str) -> dict[str, int | None]:
    """Of each node, the bytes that it keeps in training and none before it has kept; None where not known."""
    step = Step(graph, assigned(graph, Pair(dtype, dtype), ()))
    return {row.name: row.bytes(batch) for row in rows(step)}
