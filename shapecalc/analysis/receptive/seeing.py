"""What the cells of a tensor see of one axis of an input: exact, or unknown with its reason."""

from __future__ import annotations

from dataclasses import dataclass, replace
from dataclasses import field as attribute
from typing import ClassVar

from shapecalc.analysis.receptive.phased import Phased
from shapecalc.analysis.receptive.reading import BEYOND, NOTHING, Real, Span, covers
from shapecalc.formulas.reach import Behind, Future, Onto, Past, Place, Reach, Shift, Step, Unknown, Unread, Whole
from shapecalc.formulas.receptive import centre, extent, first, jump, last, overhang, widened
from shapecalc.formulas.windows import Transposed, Window

BEHIND = "along a joined axis an output cell sees one of the inputs only"
NONE = "it sees no cell of the input"
TORN = "channels that do not see the same are taken apart"
COPIES = "padding holds copies of cells elsewhere, and what these see is not what its own place would"
GAPS = "cells that the stamps of a transposed convolution leave out see nothing, the others all the same"
EDGE = "which cells at the border reach it is not known, or takes more steps to find than are taken"
MANY = "the field depends on the position of the output cell in more ways than are counted"


@dataclass(frozen=True, slots=True)
class Unclear(Unknown):
    """What one output cell sees is not known; ``span`` is what all of them see together, first to last, if that is."""

    axes: tuple[int, ...] = ()
    """The axes of the output along which it moves."""
    span: Span | None = None


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
    grown: int | None = attribute(default=None, compare=False, repr=False)
    """The size, where windows have made it from that of the field before."""

    steady: ClassVar[bool] = True
    period: ClassVar[int] = 1

    @property
    def advance(self) -> int:
        """Input cells by which it moves in a period, which is one output cell."""
        return self.jump

    @property
    def axes(self) -> tuple[int, ...]:
        """The axis of the output along which it moves, if there is one."""
        return () if self.axis is None else (self.axis,)

    @property
    def size(self) -> int:
        """Cells from the first to the last."""
        return extent(self.first, self.last) if self.grown is None else self.grown

    @property
    def centre(self) -> int:
        """The centre of the first output cell's field, in half cells; that of cell 0 is 0."""
        return centre(self.first, self.last)

    @property
    def start(self) -> float:
        """The same in input cells."""
        return self.centre / 2

    @property
    def padding(self) -> int:
        """Cells by which the first field reaches before the input."""
        return overhang(self.first)

    def through(self, step: Step, n: int, cells: int) -> Moving | Unclear:
        """The field of a cell that sees ``cells`` of these cells through a layer, on an input axis of ``n``."""
        if max(self.jump, self.last - self.first) > BEYOND:
            return Unclear("the field is wider than can be counted")
        match step:
            case Window():
                before, _ = step.pads(cells)
                grown = self.grown if step.reach == 1 else widened(self.size, self.jump, step.reach)
                return replace(
                    self,
                    grown=grown,
                    first=first(self.first, self.jump, before),
                    last=last(self.last, self.jump, before, step.reach),
                    jump=jump(self.jump, step.stride) if step.stride != 1 else self.jump,
                    real=self.real.onward(step, cells, self),
                )
            case Shift(by=by, after=after):
                if by == after == 0:
                    return self
                begin, end = self.first, self.last
                if by:
                    begin, end = first(begin, self.jump, -by), last(end, self.jump, -by, 1)
                return replace(self, first=begin, last=end, real=self.real.onward(step, cells, self))
            case Place(at=at):
                begin, end = self.at(at)
                real = self.real.part((at, at), self)
                if real.low > real.high:
                    return Unclear(NONE)
                return replace(self, axis=None, first=begin, last=end, jump=0, real=real)
            case Transposed() if step.stride == 1:
                return self.through(step.as_window(), n, cells)
            case _:
                return through(self.phased, step, n, cells)

    @property
    def phased(self) -> Phased:
        """The same as a field of one phase."""
        return Phased(self.axis or 0, ((int(self.first), int(self.last)),), int(self.jump), self.real)

    def at(self, i: int) -> Span:
        """The first and the last cell that output cell ``i`` sees."""
        return self.first + i * self.jump, self.last + i * self.jump

    def over(self, first: int, last: int) -> Span:
        """From the first cell to the last that some output cells see."""
        return int(self.at(first)[0]), int(self.at(last)[1])


Moving = Field | Phased
"""What has two ends that move with the output cell, or none."""


def through(seen: Phased, step: Step, n: int, cells: int) -> Moving | Unclear:
    """What is seen of cells whose field depends on their position."""
    match step:
        case Whole():
            return everything(seen.real, n)
        case Place(at=at):
            span, real = seen.at(at), seen.real.part((at, at), seen)
            if span is None or real.low > real.high:
                return Unclear(NONE)
            return Field(None, *span, 0, real=real)
        case Past() | Future() | Behind() | Unknown():
            return unclear(seen, step, cells)
    after = seen.through(step, cells)
    if after is None or max([after.advance, *(last - first for first, last in filter(None, after.spans))]) > BEYOND:
        return unclear(seen, step, cells)
    return settled(after) if any(after.spans) else Unclear(NONE, axes=seen.axes, span=NOTHING)


def settled(seen: Phased) -> Moving:
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
    if real.low > real.high:
        return Unclear(NONE)
    if real.low <= 0 and real.high >= n - 1:
        return Field(None, 0, n - 1, 0, whole=True, real=Real(0, n - 1))
    return Field(None, real.low, real.high, 0, real=Real(real.low, real.high))


def unclear(seen: Moving, step: Step, cells: int) -> Unclear:
    """What is not known through a layer on so many cells, and why."""
    match step:
        case Unknown():
            why = step.why
        case Behind():
            why = BEHIND
        case _:
            why = MANY
    return Unclear(why, axes=seen.axes, span=seen.real.span if covers(step, cells) else None)


def aimed(axis: int, step: Reach) -> tuple[tuple[int, ...], Step]:
    """The axes of the output along which an input's axis is seen, and how."""
    if isinstance(step, Unread):
        raise TypeError("an input of which no cell is seen")
    if isinstance(step, Onto):
        return step.axis if isinstance(step.axis, tuple) else (step.axis,), step.step
    return (axis,), step
