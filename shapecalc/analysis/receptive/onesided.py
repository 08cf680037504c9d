"""A field that sees all on one side: from an edge of the input to a cell that moves with the output.

So sees what walks a sequence in one direction, and an attention that looks back only. What an output would see without
the cells that reach it from the edge is a field of its own: a layer moves it as it moves any other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from dataclasses import field as attribute
from fractions import Fraction
from functools import partial
from math import lcm
from typing import ClassVar, Literal

from shapecalc.analysis.receptive.phased import Phased
from shapecalc.analysis.receptive.reading import Real, Span, read
from shapecalc.analysis.receptive.seeing import (
    COPIES,
    EDGE,
    NONE,
    Field,
    Moving,
    Unclear,
    everything,
    settled,
    through,
    unclear,
)
from shapecalc.formulas.reach import Behind, Future, Past, Place, Step, Unknown, Whole

Side = Literal["before", "after"]
FIRST = "the first outputs see otherwise than those after them"
SIDES = "branches meet of which one sees all before and one all after"


@dataclass(frozen=True, slots=True)
class OneSided:
    """The cells of one input axis from an edge on, or up to it; the other end moves with the output cell."""

    side: Side
    """The side on which all is seen that reaches the layer."""
    own: Moving
    """What moves with the output: its end away from that edge is the field's. Nominal, as any field."""
    left_out: int
    """Cells between the edge of the input and the first (or last) that is seen: cut off, or skipped by a stride."""
    edge: int = attribute(compare=False)
    """The first (or last) cell that is seen."""
    surely: int = attribute(compare=False, repr=False)
    """Of an output whose own field begins (or ends) here or further from the edge no tap lies in padding there."""

    whole: ClassVar[bool] = False

    @property
    def axis(self) -> int | None:
        """The axis of the output along which it moves."""
        return self.own.axis

    @property
    def axes(self) -> tuple[int, ...]:
        """The same."""
        return self.own.axes

    @property
    def jump(self) -> int | Fraction:
        """Input cells by which the field's end moves from one output to the next, on average."""
        return self.own.jump

    @property
    def period(self) -> int:
        """Output cells after which it moves the same again."""
        return self.own.period if isinstance(self.own, Phased) else 1

    @property
    def advance(self) -> int:
        """Input cells by which the end moves in a period."""
        return self.own.advance if isinstance(self.own, Phased) else self.own.jump

    @property
    def real(self) -> Real:
        """The input cells that really reach this tensor."""
        return self.own.real

    def at(self, i: int) -> Span | None:
        """The first and the last cell that output cell ``i`` sees; None: nothing."""
        own = self.own.at(i)
        if own is None:
            return None
        first, last = (self.edge, own[1]) if self.side == "before" else (own[0], self.edge)
        return (first, last) if first <= last else None

    def sure(self, i: int) -> bool:
        """Whether output cell ``i`` sees the edge for sure."""
        own, (first, last) = self.own.at(i), self.real.clear
        if own is None or own[0] <= first or own[1] >= last:
            return False
        return bool(own[0] >= self.surely if self.side == "before" else own[1] <= self.surely)

    def through(self, step: Step, n: int, cells: int) -> Seeing:
        """What is seen of ``cells`` of these cells through a layer, on an input axis of ``n``."""
        match step:
            case Whole():
                return everything(self.real, n)
            case Place(at=at):
                span = self.at(at)
                real = self._reaching(self.own.real.part((at, at), self.own))
                if span is None or real.low > real.high:
                    return Unclear(NONE)
                return Field(None, *span, 0, real=real) if self.sure(at) else Unclear(EDGE)
            case Past() | Future():
                return self._again(step, n, cells)
            case Behind() | Unknown():
                return unclear(self.own, step, cells)
        if read(step, cells) is None:
            return Unclear(NONE)
        go = self.own.through if isinstance(self.own, Field) else partial(through, self.own)
        after = go(step, n, cells)
        if isinstance(after, Unclear):
            return unclear(self.own, step, cells)
        return replace(self, own=replace(after, real=self._reaching(after.real)))

    def _reaching(self, real: Real) -> Real:
        """Where the ends of some cells are reached all up to the edge is."""
        return replace(real, low=self.real.low) if self.side == "before" else replace(real, high=self.real.high)

    def _again(self, step: Past | Future, n: int, cells: int) -> Seeing:
        """What an output sees that sees its own place and all on one side of it."""
        if self.side == ("before" if isinstance(step, Past) else "after"):
            own = running(self.own, self.side, cells)
            return Unclear(FIRST, axes=self.axes, span=self.real.span) if own is None else replace(self, own=own)
        # every output sees the outermost place, and that, where it sees all that reaches the tensor, is everything
        outermost = 0 if isinstance(step, Past) else cells - 1
        if self.sure(outermost) and self.at(outermost) == self.real.span:
            return everything(self.real, n)
        return Unclear(EDGE, axes=self.axes, span=self.real.span)

    def joined(self, other: Seeing) -> OneSided | Unclear | None:
        """The union with a field that moves alike; None where there is none of this sort."""
        if isinstance(other, Unclear) or (self.axis, self.jump) != (other.axis, other.jump):
            return None
        if isinstance(other, OneSided) and other.side != self.side:
            return Unclear(SIDES, axes=self.axes, span=self.real.join(other.real).span)
        if not isinstance(other, OneSided):
            outside = other.real.low < self.edge if self.side == "before" else other.real.high > self.edge
            if outside or not other.real.sure:
                return None
        both = _phased(self.own).join(_phased(other.own if isinstance(other, OneSided) else other))
        if both is None:
            return None
        ones = [self, *([other] if isinstance(other, OneSided) else [])]
        furthest = min if self.side == "before" else max
        edge = furthest(one.edge for one in ones)
        surely = [one.surely for one in ones if one.edge == edge and _always(one.own, both)]
        if not surely:
            return None
        own = settled(replace(both, real=self.real.join(other.real)))
        return OneSided(self.side, own, min(one.left_out for one in ones), edge, furthest(surely))


Seeing = Field | Phased | OneSided | Unclear
"""What the cells of a tensor see of one axis of an input."""


def one_sided(seen: Moving, side: Side, n: int, cells: int) -> OneSided | Unclear:
    """What an output sees that sees its own place and all before it, or all after it, of ``cells`` of these."""
    real = seen.real
    if real.copied:
        return Unclear(COPIES, axes=seen.axes, span=real.span)
    if not real.sure:
        return Unclear(EDGE, axes=seen.axes)
    own, edge = running(seen, side, cells), real.low if side == "before" else real.high
    if own is None:
        return Unclear(FIRST, axes=seen.axes, span=real.span)
    surely = edge
    if own is not seen:
        # the place that sees the edge is one of those whose fields hold it: beyond the last of them all see that one
        holding = _holding(_phased(seen), side, edge, cells)
        span = None if holding is None else own.at(holding)
        if span is None:
            return Unclear(FIRST, axes=seen.axes, span=real.span)
        surely = span[0] + 1 if side == "before" else span[1] - 1
    return OneSided(side, own, edge if side == "before" else n - 1 - edge, edge, surely)


def running(seen: Moving, side: Side, cells: int) -> Moving | None:
    """The ends furthest on of all places up to each, or from it on; None where that does not repeat from the border on.

    Where no place sees less far than the one before, that is what each place sees itself.
    """
    phased = _phased(seen)
    if phased.steady:
        return seen
    step = -1 if side == "before" else 1

    def over(i: int, count: int) -> Span | None:
        spans = [span for turn in range(count) if (span := phased.at(i + step * turn)) is not None]
        furthest = max if side == "before" else min
        return (furthest(first for first, _ in spans), furthest(last for _, last in spans)) if spans else None

    spans = tuple(over(i, phased.period) for i in range(phased.period))
    made = replace(phased, spans=spans)
    for turn in range(min(phased.period - 1, cells)):
        place = turn if side == "before" else cells - 1 - turn
        if made.at(place) != over(place, turn + 1):
            return None
    return settled(made)


def _holding(seen: Phased, side: Side, edge: int, cells: int) -> int | None:
    """The place furthest from the edge whose field holds it; None where there is no end of such places."""
    if seen.advance <= 0:
        return 0 if side == "before" else cells - 1
    found = []
    for phase, span in enumerate(seen.spans):
        if span is None or phase >= cells:
            continue
        most = (cells - 1 - phase) // seen.period
        if side == "before":
            turns = min(most, (edge - span[0]) // seen.advance)
        else:
            turns = max(0, -((span[1] - edge) // seen.advance))
        if 0 <= turns <= most:
            found.append(phase + turns * seen.period)
    return None if not found else max(found) if side == "before" else min(found)


def _always(one: Moving, union: Phased) -> bool:
    """Whether a part of a union sees something wherever the union does."""
    part = _phased(one)
    return all(part.at(i) is not None or union.at(i) is None for i in range(lcm(part.period, union.period)))


def _phased(seen: Moving) -> Phased:
    return seen.phased if isinstance(seen, Field) else seen
