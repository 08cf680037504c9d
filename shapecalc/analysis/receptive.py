"""The receptive field of every node on the network's inputs, axis by axis: exact, or unknown with its reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as attribute
from typing import TYPE_CHECKING

from shapecalc.formulas.reach import Onto, Past, Place, Reach, Shift, Step, Stretch, Unknown, Unread, Whole
from shapecalc.formulas.receptive import extent, first, jump, last, overhang
from shapecalc.formulas.windows import Transposed, Window

if TYPE_CHECKING:
    from shapecalc.network.graph import Graph, Node
    from shapecalc.shape import Shape

BEYOND = 10**18
Axis = tuple[str, int]
"""A spatial axis of one of the network's inputs."""


@dataclass(frozen=True, slots=True)
class Unclear(Unknown):
    """What one output cell sees is not known; ``span`` is what all of them see together, first to last, if that is."""

    axes: tuple[int, ...] = ()
    """The axes of the output along which it moves."""
    span: tuple[int, int] | None = None

    def onward(self, steps: Sequence[Reach], n: int, cells: Sequence[int]) -> Field | Unclear:
        """The same, seen through one more layer on so many cells along each of its axes."""
        along: set[int] = set()
        span = self.span
        for axis in self.axes:
            onto, step = aimed(axis, steps[axis])
            if isinstance(step, Whole) or (isinstance(step, Place) and cells[axis] == 1):
                continue
            if not isinstance(step, Place):
                along.update(onto)
            if not covers(step, cells[axis]):
                span = None
        if self.axes and not along and span is not None:
            return everything(*span, n)
        return replace(self, axes=tuple(sorted(along)), span=span)


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
    def axes(self) -> tuple[int, ...]:
        """The axis of the output along which it moves, if there is one."""
        return () if self.axis is None else (self.axis,)

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

    def onward(self, steps: Sequence[Reach], n: int, cells: Sequence[int]) -> Field | Unclear:
        """The field seen through one more layer on so many cells along each axis, of an input axis of ``n``."""
        if self.axis is None:
            return self
        onto, step = aimed(self.axis, steps[self.axis])
        moved = self.through(step, n, cells[self.axis])
        if isinstance(moved, Unclear):
            return replace(moved, axes=() if isinstance(step, Whole | Place) else onto)
        return moved if moved.axis is None else replace(moved, axis=onto[0])

    def through(self, step: Step, n: int, cells: int) -> Field | Unclear:
        """The field of a cell that sees ``cells`` of these cells through a layer, on an input axis of ``n``."""
        if max(self.jump, self.last - self.first) > BEYOND:
            return Unclear("the field is wider than can be counted")
        match step:
            case Window():
                before, _ = step.pads(cells)
                reach = step.reach
                return Field(
                    self.axis,
                    first(self.first, self.jump, before),
                    last(self.last, self.jump, before, reach),
                    jump(self.jump, step.stride) if step.stride != 1 else self.jump,
                    low=max(self.low, self.first),
                    high=self.end(cells),
                )
            case Shift(by=by):
                if by == 0:
                    return self
                return replace(self, first=self.first + by * self.jump, last=self.last + by * self.jump)
            case Place(at=at):
                seen = self.through(Shift(at), n, cells)
                return seen if isinstance(seen, Unclear) else replace(seen, axis=None, jump=0)
            case Whole():
                return self.over_all(n, cells)
            case Transposed() if step.stride == 1:
                return self.through(step.as_window(), n, cells)
        span = (max(self.low, self.first), self.end(cells)) if covers(step, cells) else None
        return Unclear(_why(step), axes=self.axes, span=span)

    def end(self, cells: int) -> int:
        """The last input cell that really reaches one of so many cells along the axis."""
        return min(self.high, self.last + self.jump * (cells - 1))

    def over_all(self, n: int, cells: int) -> Field:
        """The union of the fields of all cells along the axis: all of the input's, unless a stride leaves some out."""
        return everything(max(self.low, self.first), self.end(cells), n)


def everything(low: int, high: int, n: int) -> Field:
    """The field of a cell that sees all that reaches a tensor: the cells from ``low`` to ``high`` of ``n``."""
    if low <= 0 and high >= n - 1:
        return Field(None, 0, n - 1, 0, whole=True)
    return Field(None, low, high, 0, low=low, high=high)


def _why(step: Step) -> str:
    match step:
        case Unknown():
            return step.why
        case Past():
            return "an output sees its own place and all before it"
        case Stretch() if step.o < step.n:
            return "after a resizing the field depends on the position of the output cell"
        case _:
            return "after an upsampling the field depends on the position of the output cell"


def aimed(axis: int, step: Reach) -> tuple[tuple[int, ...], Step]:
    """The axes of the output along which an input's axis is seen, and how."""
    if isinstance(step, Unread):
        raise TypeError("an input of which no cell is seen")
    if isinstance(step, Onto):
        return step.axis if isinstance(step.axis, tuple) else (step.axis,), step.step
    return (axis,), step


def covers(step: Step, n: int) -> bool:
    """Whether the outputs of a layer together read every one of ``n`` cells."""
    match step:
        case Window():
            before, _ = step.pads(n)
            return (
                step.dilation == 1
                and step.stride <= step.size
                and ((step.length(n) - 1) * step.stride + step.size - before >= n)
            )
        case Transposed():
            return max(step.cuts) < step.reach
        case Shift(by=by, after=after):
            return max(by, after) <= 0
        case Place():
            return n == 1
        case Stretch():
            return step.o >= step.n
        case Unknown():
            return step.covers
        case Whole() | Past():
            return True


def join(a: Field | Unclear, b: Field | Unclear, n: int, output: Shape) -> Field | Unclear:
    """What a cell sees where two branches meet: the union."""
    for one in (a, b):
        if isinstance(one, Field) and one.whole:
            return one
    if isinstance(a, Field) and isinstance(b, Field) and (a.axis, a.jump) == (b.axis, b.jump):
        low, high = min(a.low, b.low), max(a.high, b.high)
        return replace(a, first=min(a.first, b.first), last=max(a.last, b.last), low=low, high=high)
    spans = [_span(one, n, output) for one in (a, b)]
    known = [span for span in spans if span is not None]
    union = (min(low for low, _ in known), max(high for _, high in known)) if len(known) == 2 else None
    for one, span in zip((a, b), spans, strict=True):
        if isinstance(one, Field) and one.axis is None and span == union:
            return one
    axes = tuple(sorted({*a.axes, *b.axes}))
    why = next((one.why for one in (a, b) if isinstance(one, Unclear)), "")
    if not why and len(axes) > 1:
        why = "branches meet whose fields move along different axes"
    jumps = [int(one.jump) for one in (a, b) if isinstance(one, Field)]
    return Unclear(why or f"branches meet whose fields move by {jumps[0]} and {jumps[1]} cells", axes=axes, span=union)


def _span(one: Field | Unclear, n: int, output: Shape) -> tuple[int, int] | None:
    """The input cells that all cells along the axis see together."""
    if isinstance(one, Unclear):
        return one.span
    every = one if one.axis is None else one.over_all(n, output.spatial[one.axis])
    return every.first, every.last


Seen = Mapping[Axis, Field | Unclear]


def receptive_fields(graph: Graph) -> dict[str, Seen]:
    """What every node sees of each axis of the network's inputs; nothing for a node whose shape is unknown."""
    seen: dict[str, Seen] = {
        name: {(name, axis): Field(axis, high=n - 1) for axis, n in enumerate(shape.spatial)}
        for name, shape in graph.inputs.items()
    }
    shapes = {**graph.inputs, **{node.name: node.output for node in graph if node.output is not None}}
    for node in graph:
        if node.output is not None:
            seen[node.name] = _seen_by(node, node.output, seen, shapes, graph.inputs)
    return seen


def _seen_by(
    node: Node, output: Shape, seen: Mapping[str, Seen], shapes: Mapping[str, Shape], inputs: Mapping[str, Shape]
) -> Seen:
    found: dict[Axis, Field | Unclear] = {}
    for source, steps in zip(node.inputs, node.reach, strict=True):
        if any(isinstance(step, Unread) for step in steps):
            continue
        for axis, field in seen[source].items():
            n = inputs[axis[0]].spatial[axis[1]]
            now = field.onward(steps, n, shapes[source].spatial)
            found[axis] = join(found[axis], now, n, output) if axis in found else now
    return found
