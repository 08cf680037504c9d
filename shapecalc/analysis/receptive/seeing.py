"""What the cells of a tensor see of one axis of an input: exact, or unknown with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from dataclasses import field as attribute
from functools import partial

from shapecalc.analysis.receptive.phased import Phased
from shapecalc.analysis.receptive.reading import Real, Span, read
from shapecalc.formulas.reach import (
    Behind,
    Bins,
    Onto,
    Past,
    Place,
    Reach,
    Shift,
    Step,
    Stretch,
    Unknown,
    Unread,
    Whole,
)
from shapecalc.formulas.receptive import extent, first, jump, last, overhang
from shapecalc.formulas.windows import Transposed, Window

BEYOND = 10**18
BEHIND = "along a joined axis an output cell sees one of the inputs only"
NONE = "the place that is taken sees no cell of the input"
EDGE = "which cells at the border are left out depends on branches that see differently"
MANY = "the field depends on the position of the output cell in more ways than are counted"


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
            return everything(Real(*span), n)
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
    real: Real = attribute(default=Real(), compare=False, repr=False)
    """The input cells that really reach this tensor."""

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
                    real=self.of(read(step, cells), cells),
                )
            case Shift(by=by, after=after):
                if by == after == 0:
                    return self
                moved, real = by * self.jump, self.of(read(step, cells), cells)
                return replace(self, first=self.first + moved, last=self.last + moved, real=real)
            case Place(at=at):
                begin, end = self.at(at)
                real = self.of((at, at), cells)
                if real.low > real.high:
                    return Unclear(NONE)
                return replace(self, axis=None, first=begin, last=end, jump=0, real=real)
            case Whole():
                return everything(self.real, n)
            case Transposed() if step.stride == 1:
                return self.through(step.as_window(), n, cells)
            case Past() | Behind() | Unknown():
                return Unclear(_why(step), axes=self.axes, span=self.real.span if covers(step, cells) else None)
            case _:
                return through(self.phased, step, n, cells)

    @property
    def phased(self) -> Phased:
        """The same as a field of one phase."""
        return Phased(self.axis or 0, ((int(self.first), int(self.last)),), int(self.jump), self.real)

    def at(self, i: int) -> Span:
        """The first and the last cell that output cell ``i`` sees."""
        return self.first + i * self.jump, self.last + i * self.jump

    def of(self, seen: Span | None, cells: int) -> Real:
        """The input cells that really reach these of so many output cells, from the first to the last of them."""
        if seen == (0, cells - 1):
            return self.real
        return self.real.within(None if seen is None else (int(self.at(seen[0])[0]), int(self.at(seen[1])[1])))


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
            return everything(seen.real, n)
        case Place(at=at):
            span, real = seen.at(at), seen.of((at, at), cells)
            if span is None or real.low > real.high:
                return Unclear(NONE)
            return Field(None, *span, 0, real=real)
        case Past() | Behind() | Unknown():
            return Unclear(_why(step), axes=seen.axes, span=seen.real.span if covers(step, cells) else None)
    after = seen.through(step, cells)
    if after is None or max(after.advance, after.size) > BEYOND:
        return Unclear(MANY, axes=seen.axes, span=seen.real.span if covers(step, cells) else None)
    return settled(after)


def settled(seen: Phased) -> Field | Phased:
    """A field of the shortest period; of period 1 it is the same for every cell."""
    short = seen.shortest
    span = short.spans[0]
    if short.period > 1 or span is None:
        return short
    return Field(short.axis, *span, short.advance, real=short.real)


def everything(real: Real, n: int) -> Field | Unclear:
    """The field of a cell that sees all that reaches a tensor, of an input axis of ``n`` cells."""
    if not real.sure:
        return Unclear(EDGE)
    if real.low <= 0 and real.high >= n - 1:
        return Field(None, 0, n - 1, 0, whole=True, real=Real(0, n - 1))
    return Field(None, real.low, real.high, 0, real=Real(real.low, real.high))


def _why(step: Step) -> str:
    match step:
        case Unknown():
            return step.why
        case Past():
            return "an output sees its own place and all before it"
        case Behind():
            return BEHIND
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
        case Whole() | Past() | Behind():
            return True
