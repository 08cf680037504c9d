"""The steps of a run: a layer each, or several at once where nobody asks for what lies between them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from shapecalc.engine.ways import BANDED, DIRECT, FINISHING, FOLDING, IN_BANDS, Way, banding, way

if TYPE_CHECKING:
    from shapecalc.network.graph import Graph, Node
    from shapecalc.shape import Shape


@dataclass(frozen=True)
class Step:
    """Layers that are computed together, one after another."""

    nodes: tuple[Node, ...]
    xs: tuple[Shape, ...]
    """What the first one reads."""
    way: str
    """How the first one is computed, and the others with it."""
    macs: int | None
    """Multiply-accumulates of an example; None where they are not known."""
    parts: tuple[Step, ...] = ()
    """The steps that it is made of, where they are computed together a band of rows at a time."""

    @property
    def head(self) -> Node:
        """The layer that reads."""
        return self.nodes[0]

    @property
    def end(self) -> Node:
        """The layer whose output is the step's."""
        return self.nodes[-1]

    @property
    def folded(self) -> Node | None:
        """The batch norm that goes into the first one's weights."""
        return next((node for node in self.nodes[1:2] if node.kind == "batchnorm"), None)

    @cached_property
    def beside(self) -> str | None:
        """What is added to the first one's output, before the functions of each element."""
        sums = [node for node in self.nodes[1:] if node.kind == "add"]
        return next((name for node in sums for name in node.inputs if name not in self.names), None)

    @cached_property
    def reads(self) -> tuple[str, ...]:
        """The names of all that it reads."""
        return self.head.inputs if self.beside is None else (*self.head.inputs, self.beside)

    @property
    def functions(self) -> tuple[Node, ...]:
        """The functions of each element in the end."""
        return tuple(node for node in self.nodes[1:] if node.kind in FINISHING)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of all of them."""
        return tuple(node.name for node in self.nodes)


def macs_of(nodes: Sequence[Node]) -> int | None:
    """Multiply-accumulates of an example; None where they are not known."""
    total = 0
    for node in nodes:
        if node.ops is None:
            return None
        total += int(node.ops.get("mac", 0))
    return total


def steps(
    graph: Graph, *, engine: str = "fast", winograd: bool = True, shown: Collection[str] | None = None
) -> Iterator[Step]:
    """The steps, in order.

    Args:
        graph: the network, without faults.
        engine: ``fast``, or ``direct`` for the plain kernels alone.
        winograd: whether 3×3 may be computed by Winograd's algorithm.
        shown: the nodes whose outputs are asked for; all, if not given, and then each is a step of its own.
    """
    shapes: dict[str, Shape] = dict(graph.inputs)
    readers: dict[str, int] = {}
    for node in graph:
        if node.output is None:
            raise ValueError(f"the shape of `{node.name}` is not known")
        shapes[node.name] = node.output
        for name in node.inputs:
            readers[name] = readers.get(name, 0) + 1
    asked = {*(shapes if shown is None else shown), *graph.outputs.values()}
    alone = {name for name in shapes if name in asked or readers.get(name) != 1}
    found = _chained(graph, shapes, alone, engine=engine, winograd=winograd)
    yield from _banded(tuple(found), alone)


def _chained(
    graph: Graph, shapes: Mapping[str, Shape], alone: Collection[str], *, engine: str, winograd: bool
) -> Iterator[Step]:
    """Each layer that reads, with what can be done to its output at once; ``alone``: whose outputs are wanted whole."""
    index = 0
    while index < len(graph):
        node = graph.nodes[index]
        xs = tuple(shapes[name] for name in node.inputs)
        chosen = way(node, xs, winograd=winograd) if engine == "fast" else None
        nodes = [node]
        for follower in graph.nodes[index + 1 :] if chosen is not None and chosen.finishes else ():
            before = nodes[-1].name
            if before in alone or before not in follower.inputs:
                break
            if chosen is None or not _joins(follower, nodes, chosen, shapes):
                break
            nodes.append(follower)
        yield Step(tuple(nodes), xs, chosen.name if chosen else DIRECT, macs_of(nodes))
        index += len(nodes)


def _banded(found: Sequence[Step], alone: Collection[str]) -> Iterator[Step]:
    """The steps, those together that can be computed in bands of rows."""
    index = 0
    while index < len(found):
        parts: list[Step] = []
        for position, step in enumerate(found[index : index + len(IN_BANDS)]):
            if step.way != IN_BANDS[position] or not banding(step.head, position):
                break
            if parts and not _follows(step, parts[-1], alone):
                break
            parts.append(step)
        if len(parts) > 1:
            nodes = tuple(node for part in parts for node in part.nodes)
            yield Step(nodes, parts[0].xs, BANDED, macs_of(nodes), tuple(parts))
        else:
            yield found[index]
        index += max(len(parts), 1)


def _follows(step: Step, before: Step, alone: Collection[str]) -> bool:
    """Whether a step alone reads another's output, and that is of no sum."""
    return step.head.inputs == (before.end.name,) and before.end.name not in alone and before.beside is None


def _joins(follower: Node, nodes: Sequence[Node], chosen: Way, shapes: Mapping[str, Shape]) -> bool:
    """Whether a layer that reads the last of some nodes can be computed in one with them."""
    first = all(node.kind == "batchnorm" for node in nodes[1:])
    match follower.kind:
        case "batchnorm":
            return len(nodes) == 1 and nodes[0].kind in FOLDING
        case "add":  # one that is as large, and was there before
            return chosen.adds and first and len(follower.inputs) == 2 and len({*map(shapes.get, follower.inputs)}) == 1
    return follower.kind in FINISHING
