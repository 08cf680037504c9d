"""A training step: forward, keeping what the way back reads, and back, with the gradients of activations.

A tensor is there from its making to its last reader on the way forward, or to the last layer that has kept it on the
way back. A gradient is as large as its tensor: there from the last of the tensor's readers, which the way back meets
first, to its maker. Where a tensor has several readers, each one's gradient is made whole and then added to the first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from shapecalc.analysis.memory import last_readers
from shapecalc.analysis.memory.gradients import Gradients
from shapecalc.analysis.memory.inference import tensors
from shapecalc.analysis.memory.ledger import Held, Ledger, Phase, of_inner, of_kept
from shapecalc.analysis.memory.saved import differentiated, left_out, savings
from shapecalc.analysis.memory.sharing import NOWHERE, Places, roots

if TYPE_CHECKING:
    from shapecalc.analysis.memory.formats import Pair
    from shapecalc.analysis.memory.saved import Saving
    from shapecalc.network.graph import Graph, Node


@dataclass(frozen=True)
class Step:
    """A training step of a network, and the blocks of it that are run again: the first node, and the one after."""

    graph: Graph
    formats: Mapping[str, Pair]
    places: Places = NOWHERE
    blocks: tuple[tuple[int, int], ...] = ()
    fused: bool = False
    """Whether attention is one kernel that never has its scores in one piece."""
    inputs: bool = False
    """The network's inputs want a gradient too."""

    @cached_property
    def wanted(self) -> set[str]:
        """What a gradient goes to."""
        return differentiated(self.graph, inputs=self.inputs)

    @cached_property
    def savings(self) -> dict[str, Saving | None]:
        """What each node keeps."""
        return savings(self.graph, self.wanted)

    @cached_property
    def never(self) -> set[tuple[str, str]]:
        """What fused kernels leave out."""
        return left_out(self.graph) if self.fused else set()

    @cached_property
    def made(self) -> dict[str, Held]:
        """Inputs and outputs of all nodes."""
        return tensors(self.graph, self.formats)

    @cached_property
    def block(self) -> dict[str, int]:
        """The number of the block that a node is in, of those that are in one."""
        return {
            node.name: number
            for number, (start, stop) in enumerate(self.blocks)
            for node in self.graph.nodes[start:stop]
        }

    @cached_property
    def roots(self) -> dict[str, str]:
        """For each tensor, the one whose memory it lies in."""
        kept = {name for saving in self.savings.values() if saving for name in saving.tensors}
        sizes = {name: int(held.size) for name, held in self.made.items()}
        return roots(self.graph, sizes, views=True, places=self.places, saved=kept, blocks=self.block)

    @cached_property
    def kept(self) -> dict[str, int]:
        """Memory that is kept from the way forward, and the first node that keeps it: the last on the way back.

        A block that is run again keeps what it reads from outside until it has been gone through.
        """
        first: dict[str, int] = {}
        for index, node in enumerate(self.graph):
            inside = self.block.get(node.name)
            saving = self.savings[node.name] if node.name in self.wanted else None
            names = {self.roots[name] for name in (saving.tensors if saving else ())}
            if inside is not None:
                read = {self.roots[name] for name in node.inputs}
                names = {name for name in read if self.block.get(name) != inside} if node.name in self.wanted else set()
                index = self.blocks[inside][0]  # noqa: PLW2901  the block as a whole is what keeps it
            for name in names:
                first[name] = min(first.get(name, index), index)
        return first

    def run(self, wanted: int | None = None) -> Ledger:
        """Every moment of the step: one for each node on the way forward, and on the way back."""
        ledger = Ledger(wanted)
        for name in self.graph.inputs:
            ledger.add(name, self.made[name])
        ledger.mark(next(iter(self.graph.inputs), ""))
        self._forward(ledger)
        self._back(ledger)
        return ledger

    def _ends(self) -> dict[int, list[str]]:
        """By node, the memory that is not kept and read there for the last time."""
        last = last_readers(self.graph)
        end: dict[str, int] = {}
        for index, node in enumerate(self.graph):
            root = self.roots[node.name]
            end[root] = max(end.get(root, -1), last.get(node.name, index))
        for name in self.graph.inputs:  # the caller has them still
            end[name] = len(self.graph)
        going: dict[int, list[str]] = {}
        for root, index in end.items():
            if root not in self.kept:
                going.setdefault(index, []).append(root)
        return going

    def _make(self, ledger: Ledger, node: Node, phase: Phase, *, keeping: bool, again: int | None = None) -> None:
        """What a node gives and makes on the way; with ``keeping``, what it makes for the way back as well."""
        held, root = self.made.get(node.name), self.roots[node.name]
        key = root if again is None else (again, root)
        if held is not None and root == node.name:
            ledger.add(key, held if again is None else held._replace(role="again"))
        elif held is not None and node.layer is not None and node.layer.view == "none":
            ledger.rename(key, held)
        usual = self.formats[node.name].activations
        saving = self.savings[node.name]
        if saving and keeping:
            for one, made in of_kept(node.name, saving.made, usual, fused=self.fused):
                ledger.add(one, made)
        inner = [(one, made) for one, made in of_inner(node, usual, self.never) if one not in ledger.alive]
        for one, made in inner:
            ledger.add(one, made)
        ledger.mark(node.name, phase)
        for one, _ in inner:
            ledger.drop(one)

    def _forward(self, ledger: Ledger) -> None:
        going = self._ends()
        for index, node in enumerate(self.graph):
            self._make(ledger, node, "forward", keeping=node.name not in self.block)
            for root in going.get(index, ()):
                ledger.drop(root)

    def _back(self, ledger: Ledger) -> None:
        going: dict[int, list[str]] = {}
        outputs = {self.roots[name] for name in self.graph.outputs.values()} | set(self.graph.inputs)
        for root, index in self.kept.items():
            if root not in outputs:
                going.setdefault(index, []).append(root)
        ends = {stop - 1: (number, start, stop) for number, (start, stop) in enumerate(self.blocks)}
        gradients = Gradients(ledger, self.made, self.wanted)
        gradients.begin(self.graph.outputs.values())
        again: dict[int, list[tuple[int, str]]] = {}
        for index in range(len(self.graph) - 1, -1, -1):
            node = self.graph.nodes[index]
            if index in ends:
                again |= self._again(ledger, *ends[index])
            if node.name in self.wanted:
                gradients.through(node)
            saving = self.savings[node.name]
            for kept in saving.made if saving else ():
                ledger.drop((node.name, kept.what))
            for key in (*going.get(index, ()), *again.pop(index, ())):
                ledger.drop(key)

    def _again(self, ledger: Ledger, number: int, start: int, stop: int) -> dict[int, list[tuple[int, str]]]:
        """Run a block again; what it keeps for the way back, by the node at which that goes."""
        members = range(start, stop)
        last: dict[str, int] = {}
        first: dict[str, int] = {}
        for index in members:
            node = self.graph.nodes[index]
            saving = self.savings[node.name] if node.name in self.wanted else None
            for name in (node.name, *node.inputs):
                last[self.roots[name]] = index
            for name in saving.tensors if saving else ():
                first.setdefault(self.roots[name], index)
        going: dict[int, list[str]] = {}
        for root, index in last.items():
            if root not in first:
                going.setdefault(index, []).append(root)
        for index in members:
            self._make(ledger, self.graph.nodes[index], "again", keeping=True, again=number)
            for root in going.get(index, ()):
                ledger.drop((number, root))
        kept: dict[int, list[tuple[int, str]]] = {}
        for root, index in first.items():
            kept.setdefault(index, []).append((number, root))
        return kept
