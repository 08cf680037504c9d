"""The receptive field of every node on the network's inputs, axis by axis: exact, or unknown with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from dataclasses import field as attribute
from typing import TYPE_CHECKING

from shapecalc.formulas.reach import Reach, Shift, Unknown, Whole
from shapecalc.formulas.receptive import extent, first, jump, last, overhang
from shapecalc.formulas.windows import Transposed, Window

if TYPE_CHECKING:
    from shapecalc.network.graph import Graph, Node
    from shapecalc.shape import Shape

BEYOND = 10**18
Axis = tuple[str, int]
"""A spatial axis of one of the network's inputs."""


@dataclass(frozen=True, slots=True)
class Field:
    """The cells of one input axis that the first output cell sees, and the jump to its neighbour's.

    Nominal: cells before 0 or past the end lie in padding.
    """

    axis: int | None
    """The axis of the output along which the field moves; None where every output sees the same."""
    first: int = 0
    last: int = 0
    jump: int = 1
    whole: bool = False
    low: int = attribute(default=0, compare=False, repr=False)
    high: int = attribute(default=0, compare=False, repr=False)
    """The input cells that really reach this tensor lie from ``low`` to ``high``: beyond them is padding of a layer
    between, or what a stride has left out."""

    @property
    def size(self) -> int:
        """Cells from the first to the last."""
        return extent(self.first, self.last)

    @property
    def start(self) -> float:
        """The centre of the first output cell's field, in input cells; cell 0 is centred at 0."""
        return (self.first + self.last) / 2

    @property
    def padding(self) -> int:
        """Cells by which the first field reaches before the input."""
        return overhang(self.first)

    def through(self, step: Reach, n: int, window_on: int) -> Field | Unknown:
        """The field of a cell that sees these cells through a layer, on an input axis of ``n`` cells."""
        if max(self.jump, self.last - self.first) > BEYOND:
            return Unknown("the field is wider than can be counted")
        match step:
            case Window():
                before, _ = step.pads(window_on)
                reach = step.reach
                return Field(
                    self.axis,
                    first(self.first, self.jump, before),
                    last(self.last, self.jump, before, reach),
                    jump(self.jump, step.stride) if step.stride != 1 else self.jump,
                    low=max(self.low, self.first),
                    high=self.end(window_on),
                )
            case Shift(by=by):
                if by == 0:
                    return self
                return replace(self, first=self.first + by * self.jump, last=self.last + by * self.jump)
            case Whole():
                return self.over_all(n, window_on)
            case Transposed() if step.stride == 1:
                return self.through(step.as_window(window_on), n, window_on)
            case Transposed():
                return Unknown("after an upsampling the field depends on the position of the output cell")
            case Unknown():
                return step

    def end(self, cells: int) -> int:
        """The last input cell that really reaches one of so many cells along the axis."""
        return min(self.high, self.last + self.jump * (cells - 1))

    def over_all(self, n: int, cells: int) -> Field:
        """The union of the fields of all cells along the axis: all of the input's, unless a stride leaves some out."""
        low, high = max(self.low, self.first), self.end(cells)
        if low <= 0 and high >= n - 1:
            return Field(None, 0, n - 1, 0, whole=True)
        return Field(None, low, high, 0, low=low, high=high)

    def join(self, other: Field) -> Field | Unknown:
        """The union of two fields that meet."""
        if self.whole or other.whole:
            return self if self.whole else other
        if self.axis != other.axis or self.jump != other.jump:
            return Unknown(f"branches meet whose fields move by {int(self.jump)} and {int(other.jump)} cells")
        low, high = min(self.low, other.low), max(self.high, other.high)
        return replace(self, first=min(self.first, other.first), last=max(self.last, other.last), low=low, high=high)


Seen = Mapping[Axis, Field | Unknown]


def receptive_fields(graph: Graph) -> dict[str, Seen]:
    """What every node sees of each axis of the network's inputs; nothing for a node whose shape is unknown."""
    seen: dict[str, Seen] = {
        name: {(name, axis): Field(axis, high=n - 1) for axis, n in enumerate(shape.spatial)}
        for name, shape in graph.inputs.items()
    }
    shapes = {**graph.inputs, **{node.name: node.output for node in graph if node.output is not None}}
    for node in graph:
        if node.output is not None:
            seen[node.name] = _seen_by(node, seen, shapes, graph.inputs)
    return seen


def _seen_by(node: Node, seen: Mapping[str, Seen], shapes: Mapping[str, Shape], inputs: Mapping[str, Shape]) -> Seen:
    found: dict[Axis, Field | Unknown] = {}
    for source, steps in zip(node.inputs, node.reach, strict=True):
        for axis, field in seen[source].items():
            now = field
            if isinstance(field, Field) and field.axis is not None:
                n = inputs[axis[0]].spatial[axis[1]]
                now = field.through(steps[field.axis], n, shapes[source].spatial[field.axis])
            found[axis] = _joined(found[axis], now) if axis in found else now
    return found


def _joined(a: Field | Unknown, b: Field | Unknown) -> Field | Unknown:
    if isinstance(a, Field) and isinstance(b, Field):
        return a.join(b)
    for field in (a, b):
        if isinstance(field, Field) and field.whole:
            return field
    return a if isinstance(a, Unknown) else b
