"""The receptive field of every node on the network's inputs, axis by axis: exact, or unknown with its reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as attribute
from functools import partial
from typing import TYPE_CHECKING

from shapecalc.analysis.phased import NOTHING, Phased
from shapecalc.analysis.reading import Span, read
from shapecalc.formulas.reach import Bins, Onto, Past, Place, Reach, Shift, Step, Stretch, Unknown, Unread, Whole
from shapecalc.formulas.receptive import extent, first, jump, last, overhang
from shapecalc.formulas.windows import Transposed, Window

if TYPE_CHECKING:
    from shapecalc.network.graph import Graph, Node
    from shapecalc.shape import Shape

BEYOND = 10**18
MANY = "the field depends on the position of the output cell in more ways than are counted"
Axis = tuple[str, int]
"""A spatial axis of one of the network's inputs."""


@dataclass(frozen=True, slots=True)
class Unclear(Unknown):
    """What one output cell sees is not known; ``span`` is what all of them see together, first to last, if that is."""

    axes: tuple[int, ...] = ()
    """The axes of the output along which it moves."""
    span: Span | None = None

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

    def through(self, step: Step, n: int, cells: int) -> Seeing:
        """The field of a cell that sees ``cells`` of these cells through a layer, on an input axis of ``n``."""
        if max(self.jump, self.last - self.first) > BEYOND:
            return Unclear("the field is wider than can be counted")
        match step:
            case Window():
                before, _ = step.pads(cells)
                return replace(
                    self,
                    first=first(self.first, self.jump, before),
                    last=last(self.last, self.jump, before, step.reach),
                    jump=jump(self.jump, step.stride) if step.stride != 1 else self.jump,
                ).reached(self.of(read(step, cells)))
            case Shift(by=by, after=after):
                if by == after == 0:
                    return self
                moved = replace(self, first=self.first + by * self.jump, last=self.last + by * self.jump)
                return moved.reached(self.of(read(step, cells)))
            case Place(at=at):
                begin, end = self.at(at)
                return replace(self, axis=None, first=begin, last=end, jump=0).reached(self.of((at, at)))
            case Whole():
                return everything(self.low, self.high, n)
            case Transposed() if step.stride == 1:
                return self.through(step.as_window(), n, cells)
            case Past() | Unknown():
                return Unclear(_why(step), axes=self.axes, span=(self.low, self.high) if covers(step, cells) else None)
            case _:
                return through(self.phased, step, n, cells)

    @property
    def phased(self) -> Phased:
        """The same as a field of one phase."""
        return Phased(self.axis or 0, ((int(self.first), int(self.last)),), int(self.jump), self.low, self.high)

    def at(self, i: int) -> Span:
        """The first and the last cell that output cell ``i`` sees."""
        return self.first + i * self.jump, self.last + i * self.jump

    def of(self, cells: Span | None) -> Span:
        """The input cells that really reach these output cells, from the first to the last of them."""
        if cells is None:
            return NOTHING
        return max(self.low, self.at(cells[0])[0]), min(self.high, self.at(cells[1])[1])

    def reached(self, cells: Span) -> Field:
        """The same, these input cells being the ones that really reach it."""
        return replace(self, low=int(cells[0]), high=int(cells[1]))


Seeing = Field | Phased | Unclear
"""What the cells of a tensor see of one axis of an input."""


def onward(seen: Seeing, steps: Sequence[Reach], n: int, cells: Sequence[int]) -> Seeing:
    """What is seen through one more layer on so many cells along each axis, of an input axis of ``n``."""
    if isinstance(seen, Unclear):
        return seen.onward(steps, n, cells)
    if seen.axis is None:
        return seen
    onto, step = aimed(seen.axis, steps[seen.axis])
    after = (seen.through if isinstance(seen, Field) else partial(through, seen))(step, n, cells[seen.axis])
    if isinstance(after, Unclear):
        return replace(after, axes=() if isinstance(step, Whole | Place) else onto)
    return after if after.axis is None else replace(after, axis=onto[0])


def through(seen: Phased, step: Step, n: int, cells: int) -> Seeing:
    """What is seen of cells whose field depends on their position."""
    match step:
        case Whole():
            return everything(seen.low, seen.high, n)
        case Place(at=at):
            return Field(None, *(seen.at(at) or NOTHING), 0).reached(seen.of(at, at) or NOTHING)
        case Past() | Unknown():
            return Unclear(_why(step), axes=seen.axes, span=(seen.low, seen.high) if covers(step, cells) else None)
    after = seen.through(step, cells)
    if after is None or max(after.advance, after.size) > BEYOND:
        return Unclear(MANY, axes=seen.axes, span=(seen.low, seen.high) if covers(step, cells) else None)
    return settled(after)


def settled(seen: Phased) -> Field | Phased:
    """A field of the shortest period; of period 1 it is the same for every cell."""
    short = seen.shortest
    span = short.spans[0]
    if short.period > 1 or span is None:
        return short
    return Field(short.axis, *span, short.advance, low=short.low, high=short.high)


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
        case _:
            return MANY


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
        case Bins():
            return True
        case Unknown():
            return step.covers
        case Whole() | Past():
            return True


def join(a: Seeing, b: Seeing) -> Seeing:
    """What a cell sees where two branches meet: the union."""
    for one in (a, b):
        if not isinstance(one, Unclear) and one.whole:
            return one
    if not isinstance(a, Unclear) and not isinstance(b, Unclear) and (a.axis, a.jump) == (b.axis, b.jump):
        if isinstance(a, Field) and isinstance(b, Field):
            low, high = min(a.low, b.low), max(a.high, b.high)
            return replace(a, first=min(a.first, b.first), last=max(a.last, b.last), low=low, high=high)
        both = (a.phased if isinstance(a, Field) else a).join(b.phased if isinstance(b, Field) else b)
        if both is not None:
            return settled(both)
    spans = [_span(one) for one in (a, b)]
    known = [span for span in spans if span is not None]
    union = (min(low for low, _ in known), max(high for _, high in known)) if len(known) == 2 else None
    for one, span in zip((a, b), spans, strict=True):
        if isinstance(one, Field) and one.axis is None and span == union:
            return one
    axes = tuple(sorted({*a.axes, *b.axes}))
    why = next((one.why for one in (a, b) if isinstance(one, Unclear)), "")
    if not why and len(axes) > 1:
        why = "branches meet whose fields move along different axes"
    jumps = [str(one.jump) for one in (a, b) if not isinstance(one, Unclear)]
    if not why and jumps[0] == jumps[1]:
        why = MANY
    return Unclear(why or f"branches meet whose fields move by {jumps[0]} and {jumps[1]} cells", axes=axes, span=union)


def _span(one: Seeing) -> Span | None:
    """The input cells that all cells of a tensor see together."""
    return one.span if isinstance(one, Unclear) else (one.low, one.high)


Seen = Mapping[Axis, Seeing]


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
    found: dict[Axis, Seeing] = {}
    for source, steps in zip(node.inputs, node.reach, strict=True):
        if any(isinstance(step, Unread) for step in steps):
            continue
        for axis, field in seen[source].items():
            n = inputs[axis[0]].spatial[axis[1]]
            now = onward(field, steps, n, shapes[source].spatial)
            found[axis] = join(found[axis], now) if axis in found else now
    return found
