"""The way of one input axis through a network: along which axis each tensor carries it, and how each node reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from shapecalc.analysis.receptive.seeing import BEHIND, TORN, aimed
from shapecalc.formulas.reach import SAME_CELL, Behind, Place, Shift, Stretch, Unknown, Unread, Whole

if TYPE_CHECKING:
    from shapecalc.analysis.receptive import Axis, Seen
    from shapecalc.formulas.reach import Step
    from shapecalc.network.graph import Graph, Node
    from shapecalc.shape import Shape

APART = "branches meet whose fields move along different axes"
FILLED = ("reflect", "replicate", "circular")
"""Padding that holds what cells of the axis hold."""


@dataclass(frozen=True, slots=True)
class Read:
    """How a node reads one of the tensors that carry the axis, or that see the same of it in every cell."""

    source: str
    n: int | None
    """Cells of the source along the axis that carries it; None where it has no axis left."""
    step: Step = SAME_CELL
    fill: str = ""
    """How the cells beyond the ends are filled from those within; empty: with nothing of the input."""
    behind: bool = False
    """It stands behind others: some cells of the output read none of it."""

    def inside(self, cell: int) -> int | None:
        """The cell of the source that holds what is read at a place; None in padding."""
        n = self.n or 0
        if 0 <= cell < n:
            return cell
        match self.fill:
            case "replicate":
                return min(max(cell, 0), n - 1)
            case "circular":
                return cell % n
            case "reflect":
                return -cell if cell < 0 else 2 * (n - 1) - cell
        return None


@dataclass(slots=True)
class Way:
    """The nodes that see something of an axis of an input, in order, and how."""

    axis: Axis
    n: int
    reads: dict[str, tuple[Read, ...] | Unknown] = field(default_factory=dict)
    cells: dict[str, int | None] = field(default_factory=dict)
    """Cells of each tensor along the axis that carries it; None where it has no axis left."""
    along: dict[str, int | None] = field(default_factory=dict)
    """The axis of each tensor that carries it."""
    order: dict[str, int] = field(default_factory=dict)
    """The number of each node that sees something."""
    added: int = 0
    """Nodes of the network that have been looked at."""

    def __post_init__(self) -> None:
        name, index = self.axis
        self.cells[name], self.along[name] = self.n, index

    def alike(self, other: Way) -> bool:
        """Whether another axis of the same input goes just the same way."""
        return (self.axis[0], self.n, self.reads) == (other.axis[0], other.n, other.reads)

    def before(self, name: str) -> list[str]:
        """The nodes that a node sees the axis through, itself the last."""
        order = list(self.reads)
        wanted, found = {name}, []
        for node in reversed(order[: order.index(name) + 1] if name in self.reads else []):
            reads = self.reads[node]
            if node in wanted:
                found.append(node)
                wanted |= set() if isinstance(reads, Unknown) else {read.source for read in reads}
        return found[::-1]

    def add(self, node: Node, shapes: Mapping[str, Shape | None], seen: Seen) -> None:
        """One more node, of which it is known what it sees; of those before it the shapes are known."""
        self.added += 1
        self.order[node.name] = self.added
        if node.output is None or not any(source in self.along for source in node.inputs):
            return
        if isinstance(known := seen.get(self.axis), Unknown) and known.why == TORN:
            found: list[tuple[int | None, Read]] | Unknown = known
        else:
            found = self._read(node, shapes)
        if not isinstance(found, Unknown):
            onto = {axis for axis, _ in found if axis is not None}
            if not found:
                return
            if len(onto) > 1:
                found = Unknown(APART)
            else:
                # cells that all see the same still stand along an axis: a window over them takes as many paths
                last = node.output.rank - 1
                self.along[node.name] = next(iter(onto), None if last < 0 else min(self.axis[1], last))
        if isinstance(found, Unknown):
            self.reads[node.name] = found
            self.along[node.name] = self.cells[node.name] = None
            return
        self.reads[node.name] = tuple(read for _, read in found)
        carrying = self.along[node.name]
        self.cells[node.name] = None if carrying is None else int(node.output.spatial[carrying])

    def _read(self, node: Node, shapes: Mapping[str, Shape | None]) -> list[tuple[int | None, Read]] | Unknown:
        """How a node reads each of its inputs that sees the axis, and the axis of its output that it goes to."""
        found: list[tuple[int | None, Read]] = []
        seeing = [source for source in dict.fromkeys(node.inputs) if source in self.along]
        for source, steps, before in zip(node.inputs, node.reach, _before(node, shapes), strict=True):
            if source not in self.along or any(isinstance(step, Unread) for step in steps):
                continue
            if isinstance(known := self.reads.get(source), Unknown):
                return known
            carrying, n = self.along[source], self.cells[source]
            joined = next((i for i, step in enumerate(steps) if isinstance(step, Behind)), None)
            if joined is not None and joined != carrying and (len(seeing) > 1 or set(node.inputs) != {source}):
                return Unknown(BEHIND)
            if carrying is None:
                found.append((None, Read(source, None)))
                continue
            onto, step = aimed(carrying, steps[carrying])
            match step:
                case Behind():
                    found.append((carrying, Read(source, n, Shift(-before), behind=True)))
                case Unknown():
                    return Unknown(step.why)
                case Whole() | Place():
                    kept = node.output is not None and node.output.rank == len(steps)
                    found.append((onto[0] if kept else None, Read(source, n, step)))
                case _:
                    found.append((onto[0], Read(source, n, step, fill(node, step))))
        return found


def way_of(graph: Graph, axis: Axis, seen: Mapping[str, Seen]) -> Way:
    """The way of an axis through a network of which it is known what every node sees."""
    shapes: dict[str, Shape | None] = dict(graph.inputs)
    name, index = axis
    way = Way(axis, int(graph.inputs[name].spatial[index]))
    for node in graph:
        shapes[node.name] = node.output
        way.add(node, shapes, seen.get(node.name, {}))
    return way


def fill(node: Node, step: Step) -> str:
    """How a node fills the cells beyond the ends of what it reads, from those within."""
    if isinstance(step, Stretch):
        return "replicate"
    mode = getattr(node.layer, "mode", "") if isinstance(step, Shift) else ""
    return mode if mode in FILLED else ""


def _before(node: Node, shapes: Mapping[str, Shape | None]) -> Iterator[int]:
    """The cells that stand before each input, where they stand one behind the other."""
    at = 0
    for source, steps in zip(node.inputs, node.reach, strict=True):
        yield at
        along = next((i for i, step in enumerate(steps) if isinstance(step, Behind)), None)
        shape = shapes[source]
        if along is not None and shape is not None:
            at += int(shape.spatial[along])
