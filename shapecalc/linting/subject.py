"""What a rule looks at: a network, what reads what, and where in its file each layer stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

from shapecalc.analysis import analyze
from shapecalc.analysis.receptive import receptive
from shapecalc.formulas.windows import Window

if TYPE_CHECKING:
    from shapecalc.analysis import Analysis
    from shapecalc.analysis.receptive import Receptive
    from shapecalc.diagnostics import Route
    from shapecalc.network.graph import Graph, Group, Node
    from shapecalc.shape import Shape

PASSING = frozenset({"dropout", "identity", "flatten", "reshape", "permute", "squeeze", "unsqueeze"})
"""Kinds that hand on the numbers they are given, or leave some out."""

MOST_PASSED = 100
"""Such nodes that are passed at most."""
NORMS = frozenset({"batchnorm", "layernorm", "groupnorm", "instancenorm", "rmsnorm"})


class Subject:
    """A network as the rules see it."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.nodes = {node.name: node for node in graph}
        self.index = {node.name: index for index, node in enumerate(graph)}
        self.shapes: dict[str, Shape | None] = {**graph.inputs, **{node.name: node.output for node in graph}}
        self.outputs = frozenset(graph.outputs.values())
        self.readers: dict[str, list[Node]] = defaultdict(list)
        for node in graph:
            for source in dict.fromkeys(node.inputs):
                self.readers[source].append(node)

    @property
    def complete(self) -> bool:
        """Whether every layer is known, so that nobody else can read what nobody reads here."""
        return self.graph.complete and bool(self.outputs) and all(node.output is not None for node in self.graph)

    def known(self) -> Iterator[tuple[Node, tuple[Shape, ...]]]:
        """Every node of which all is known, with the shapes that it is given."""
        for node in self.graph:
            given = self.given(node)
            if given is not None and node.output is not None:
                yield node, given

    def given(self, node: Node) -> tuple[Shape, ...] | None:
        """The shapes of a node's inputs; None where one is not known."""
        found = [shape for name in node.inputs if (shape := self.shapes.get(name)) is not None]
        return tuple(found) if len(found) == len(node.inputs) else None

    def windows(self) -> Iterator[tuple[Node, Shape, tuple[Window, ...]]]:
        """Every node that slides windows over all axes of its input, which has some."""
        for node, xs in self.known():
            if len(xs) != 1 or not xs[0].rank or not node.reach:
                continue
            found = [step for step in node.reach[0] if isinstance(step, Window)]
            if len(found) == xs[0].rank:
                yield node, xs[0], tuple(found)

    @cached_property
    def analysis(self) -> Analysis:
        """The figures of the network."""
        return analyze(self.graph)

    @cached_property
    def receptive(self) -> Receptive:
        """What every node sees, and how branches meet."""
        return receptive(self.graph)

    def params(self, node: Node) -> int | None:
        """The parameters that a node adds to the network."""
        total = self.analysis.layers[self.index[node.name]].params
        return total if isinstance(total, int) else None

    @cached_property
    def total(self) -> int | None:
        """The parameters of the network; None where they are not all known."""
        return self.analysis.params if isinstance(self.analysis.params, int) else None

    def family(self, node: Node) -> str:
        """The heading that a node's kind stands under."""
        return "" if node.layer is None else node.layer.family

    def before(self, node: Node, passing: Collection[str] = PASSING) -> Node | None:
        """The nearest node that changes the numbers this one reads; None where that is an input, or several."""
        for _ in range(MOST_PASSED):
            source = self.nodes.get(node.inputs[0]) if len(node.inputs) == 1 else None
            if source is None or source.kind not in passing:
                return source
            node = source
        return None

    def after(self, node: Node, passing: Collection[str] = PASSING) -> Iterator[Node]:
        """The nearest nodes that change the numbers this one gives."""
        waiting, seen = [node.name], {node.name}
        while waiting and len(seen) <= MOST_PASSED:
            for reader in self.readers[waiting.pop()]:
                if reader.name in seen:
                    continue
                seen.add(reader.name)
                if reader.kind in passing:
                    waiting.append(reader.name)
                else:
                    yield reader

    def behind(self, node: Node) -> Iterator[str]:
        """This node and all that it is made from, but for the inputs."""
        waiting, seen = [node.name], {node.name}
        while waiting:
            name = waiting.pop()
            yield name
            for source in self.nodes[name].inputs:
                if source in self.nodes and source not in seen:
                    seen.add(source)
                    waiting.append(source)

    @cached_property
    def trained(self) -> frozenset[str]:
        """The nodes that hold weights, or are made from what does."""
        found: set[str] = set()
        for node in self.graph:
            if node.weights or not found.isdisjoint(node.inputs):
                found.add(node.name)
        return frozenset(found)

    @cached_property
    def last(self) -> frozenset[str]:
        """The nodes after which an output comes and nothing with weights, nor a join."""
        found: set[str] = set()
        for node in reversed(self.graph.nodes):
            readers = self.readers[node.name]
            plain = all(reader.name in found and not reader.weights and len(reader.inputs) == 1 for reader in readers)
            if plain and (readers or node.name in self.outputs):
                found.add(node.name)
        return frozenset(found)

    # where things stand in the file

    @cached_property
    def _groups(self) -> dict[int, list[Group]]:
        """The groups that each node stands in, by its index, the outermost first."""
        found: dict[int, list[Group]] = defaultdict(list)
        for group in sorted(self.graph.groups, key=lambda group: group.start - group.stop):
            for index in range(group.start, group.stop):
                found[index].append(group)
        return found

    def _first(self, node: Node) -> Node:
        """The first node of the layer that a node was written as a part of: a norm's or an activation's own."""
        groups = self._groups[self.index[node.name]]
        return next((self.graph.nodes[group.start] for group in groups if group.sort == "layer"), node)

    def called(self, node: Node) -> str:
        """What the user calls a node: by the name of its layer, where it begins one."""
        groups = self._groups[self.index[node.name]]
        return next((g.name for g in groups if g.sort == "layer" and self.index[node.name] == g.start), node.name)

    def giving(self, node: Node) -> str:
        """What the user calls what a node gives: by the name of its layer, where it ends one."""
        groups = self._groups[self.index[node.name]]
        return next((g.name for g in groups if g.sort == "layer" and g.end == node.name), node.name)

    def item(self, node: Node) -> Route:
        """The entry of a list of layers that a node comes from."""
        route = self._first(node).route
        while route and not isinstance(route[-1], int):
            route = route[:-1]
        return route

    def head(self, node: Node) -> str:
        """The key of that entry that says what it is."""
        route, item = self._first(node).route, self.item(node)
        if len(route) > len(item):
            return str(route[len(item)])
        entry = self.data(item)
        return str(next(iter(entry)) if isinstance(entry, dict) and len(entry) == 1 else entry)

    def data(self, route: Route) -> Any:
        """What the file has at a route; None where it has nothing."""
        data: Any = self.graph.document.data
        for step in route:
            try:
                data = data[step]
            except (KeyError, IndexError, TypeError):
                return None
        return data

    def place(self, node: Node, option: str) -> tuple[Route, bool]:
        """The route of an option of a node's layer, and whether its key is meant: that of the head, if it has none."""
        item, head = self.item(node), self.head(node)
        entry = self.data(item)
        if not isinstance(entry, dict) or head not in entry:
            return item or node.route, False
        if self.shipped(node):
            return (*item, head), True
        if option in entry and option != head:
            return (*item, option), False
        inner = entry[head]
        if isinstance(inner, dict) and option in inner:
            return (*item, head, option), False
        own = self._first(node).layer
        if own is not None and option == own.main and inner is not None and not isinstance(inner, dict):
            return (*item, head), False
        return (*item, head), True

    def shipped(self, node: Node) -> bool:
        """Whether a node stands in a block that comes with shapecalc: in the file it has only the block's call."""
        return self.head(node)[:1].isupper()

    def written(self, node: Node) -> bool:
        """Whether a node is an entry of its own in the file, not an option of one, and not made by the language."""
        head = self.head(node)
        return head == node.kind and self._first(node) is node and not self.shipped(node)

    def projects(self, node: Node) -> bool:
        """Whether a node stands on a shortcut.

        That is the projection of ``shortcut: auto``, one that is written out, or a 1×1 that is added to what goes by.
        """
        if self.head(node) == "residual" or "shortcut" in node.route:
            return True
        one = all(isinstance(step, Window) and step.size == 1 for steps in node.reach for step in steps)
        return one and any(reader.kind == "add" for reader in self.after(node, PASSING | NORMS))

    def calls(self, node: Node) -> list[Route]:
        """The calls of blocks that led to a node, the outermost first."""
        groups = self._groups[self.index[node.name]]
        return [group.route for group in groups if group.sort == "call" and group.route]

    @cached_property
    def made(self) -> dict[tuple[Route, str], int]:
        """How many nodes of a kind each entry of the file makes."""
        found: dict[tuple[Route, str], int] = defaultdict(int)
        for node in self.graph:
            found[self.item(node), node.kind] += 1
        return found
