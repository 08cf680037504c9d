"""The cells of an axis that a layer really reads: the first and the last of them, padding left out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import floor, gcd
from typing import Any, Protocol

from shapecalc.formulas.reach import (
    Behind,
    Bins,
    Future,
    Past,
    Place,
    Shift,
    Step,
    Stretch,
    Unknown,
    Whole,
)
from shapecalc.formulas.windows import Transposed, Window

Span = tuple[int, int]
"""The first and the last cell."""
MOST_PLACES = 10_000
"""Places that are looked at to find the first cell that is read."""


@dataclass(frozen=True, slots=True)
class Places:
    """The places of an axis that a layer reads, from the first to the last of them."""

    first: int
    last: int
    step: Window | Stretch | None = None
    """Which of those between are read; None: all of them."""
    n: int = 0

    def taken(self, place: int) -> bool:
        """Whether a place is one of them."""
        if not self.first <= place <= self.last:
            return False
        match self.step:
            case Window() as window:
                before, _ = window.pads(self.n)
                starts = (place + before - window.dilation * tap for tap in range(window.size))
                outputs = window.length(self.n)
                return any(start % window.stride == 0 and 0 <= start < outputs * window.stride for start in starts)
            case Stretch(taps=taps, o=o, ratio=ratio) as resizing:
                near = range(o)
                if ratio:
                    near = range(max(0, floor((place - taps) / ratio)), min(o, floor((place + taps) / ratio) + 2))
                return any(first <= place <= last for first, last in map(resizing.sees, near))
            case None:
                return True


@dataclass(frozen=True, slots=True)
class Real:
    """The input cells that really reach a tensor, first and last: padding is none, nor what a stride has left out."""

    low: int = 0
    high: int = 0
    joined: bool = False
    """Branches have met that do not see the same: which of them an end comes from is not kept."""
    sure: bool = True
    """Both ends are known to be reached."""
    solid: bool = True
    """Each cell of the tensor sees all cells of its field that are there."""
    padded: tuple[bool, bool] = (False, False)
    """Before, and after: places have been added that see nothing."""

    @property
    def span(self) -> Span | None:
        """The first and the last of them, where they are known."""
        return (self.low, self.high) if self.sure else None

    def within(self, span: Span | None, *, sure: bool = True) -> Real:
        """Those of them that reach a part of the tensor, which sees from the first to the last cell of a span."""
        low, high = span if span is not None else (0, -1)
        kept = sure and self.sure and not self.joined
        return replace(self, low=max(self.low, low), high=min(self.high, high), sure=kept)

    def join(self, other: Real, *, alike: bool, touching: bool = False) -> Real:
        """Those that reach where two branches meet, which see alike or not, and leave no cells between them or do."""
        low, high = min(self.low, other.low), max(self.high, other.high)
        covered = any(one.sure and (one.low, one.high) == (low, high) for one in (self, other))
        joined = self.joined or other.joined or not alike
        solid = self.solid and other.solid and (alike or touching)
        before, after = (one or two for one, two in zip(self.padded, other.padded, strict=True))
        return Real(low, high, joined, covered or (self.sure and other.sure), solid, (before, after))

    def onward(self, step: Window | Transposed | Shift | Stretch | Bins, cells: int, steps: Steps) -> Real:
        """Those of them that reach a layer's output, which reads so many cells."""
        real = self.through(places(step, cells), cells, steps)
        before, after = (had or adds for had, adds in zip(self.padded, pads(step, cells), strict=True))
        return replace(real, solid=self.solid and steps.tight(stepped(step)), padded=(before, after))

    def through(self, places: Places | None, cells: int, steps: Steps) -> Real:
        """Those of them that reach some places of a tensor of so many cells."""
        if places is None:
            return self.within(None)
        if places.step is None and (places.first, places.last) == (0, cells - 1):
            return self
        if not steps.steady or steps.advance <= 0:
            span = steps.over(places.first, places.last)
            inside = span is not None and self.low <= span[0] and span[1] <= self.high
            return self.within(span, sure=inside and places.step is None)
        ends = [self._end(places, steps, side) for side in (-1, 1)]
        if ends[0] is None or ends[1] is None:
            return self.within(None)
        return self.within((ends[0][0], ends[1][0]), sure=ends[0][1] and ends[1][1])

    def _end(self, places: Places, steps: Steps, side: int) -> tuple[int, bool] | None:
        """The last cell (of side 1; of -1 the first) that one of some places sees, and whether that is sure."""
        near, far = (0, 1) if side > 0 else (1, 0)
        bound = self.high if side > 0 else self.low

        def beyond(cell: int) -> bool:
            return side * (cell - bound) > 0

        edge = steps.place(bound, side)
        place = min(places.last, edge) if side > 0 else max(places.first, edge)
        best: tuple[int, bool] | None = None
        for _ in range(MOST_PLACES):
            if not places.first <= place <= places.last:
                return best
            span = steps.at(place)
            if places.taken(place) and not beyond(span[near]):
                if not beyond(span[far]):
                    # of a place that sees padding it is not known whether it sees the last cell before it
                    return best if best and span[far] != bound else (span[far], True)
                if self.solid or span[near] == bound:
                    return bound, True
                best = (bound, False)
            place -= side
        return best or (bound, False)


class Steps(Protocol):
    """How the field of a cell moves from place to place."""

    @property
    def steady(self) -> bool:
        """Whether no place sees less far on either side than the one before."""

    @property
    def advance(self) -> int:
        """Input cells by which it moves in a period."""

    def at(self, i: int) -> Any:
        """The first and the last cell that a place sees."""

    def over(self, first: int, last: int) -> Span | None:
        """From the first cell to the last that some places see."""

    def tight(self, gap: int) -> bool:
        """Whether places so far apart leave none of the input between their fields."""

    def place(self, cell: int, side: int) -> int:
        """A place no nearer than the last (of side 1) that begins at a cell, or the first (of -1) that ends there."""


def places(step: Window | Transposed | Shift | Stretch | Bins, n: int) -> Places | None:
    """The places of ``n`` that any output of a layer reads; None: none of them."""
    span = read(step, n)
    if span is None:
        return None
    match step:
        case Window():
            dense = step.stride == 1 and step.length(n) >= step.dilation
            every = dense or (step.dilation == 1 and step.stride <= step.size)
        case Stretch():
            every = step.o >= step.n
        case _:
            every = True
    return Places(*span) if every or not isinstance(step, Window | Stretch) else Places(*span, step, n)


def pads(step: Window | Transposed | Shift | Stretch | Bins, n: int) -> tuple[bool, bool]:
    """Whether a layer adds places before, and after, that read none of ``n`` cells."""
    match step:
        case Window():
            before, after = step.pads(n)
            return before >= step.reach, after >= step.reach
        case Shift(by=by, after=after):
            return by < 0, after < 0
        case _:
            return False, False


def stepped(step: Window | Transposed | Shift | Stretch | Bins) -> int:
    """Places from one that an output reads to the next; 0, where it reads one alone."""
    match step:
        case Window():
            return step.dilation if step.size > 1 else 0
        case Transposed():
            shared = gcd(step.stride, step.dilation)
            return step.dilation // shared if step.size > step.stride // shared else 0
        case Stretch():
            return int(step.taps > 1)
        case Shift():
            return 0
        case Bins():
            return 1


def read(step: Window | Transposed | Shift | Stretch | Bins, n: int) -> Span | None:
    """The first and the last of ``n`` cells that any output of a layer reads; None: it reads none of them.

    Where windows lie in padding further than is looked at, cells nearer the middle are told.
    """
    match step:
        case Window():
            return _windowed(step, n)
        case Transposed():
            return _stamped(step, n)
        case Shift(by=by, after=after):
            first, last = max(0, by), n - 1 - max(0, after)
        case Stretch():
            first, last = max(0, step.sees(0)[0]), min(n - 1, step.sees(step.o - 1)[1])
        case Bins():
            first, last = 0, n - 1
    return (first, last) if first <= last else None


def _windowed(step: Window, n: int) -> Span | None:
    before, _ = step.pads(n)
    places = step.length(n)
    beyond = (places - 1) * step.stride - before + step.reach - n  # cells of the last window past the end
    first = _nearest(before, step, places, n)
    last = _nearest(beyond, step, places, n)
    return None if first is None or last is None else (first, n - 1 - last)


def _nearest(overhang: int, step: Window, places: int, n: int) -> int | None:
    """The least distance from an end to a cell that a window reads, the first of which hangs over it so far."""
    best: int | None = None
    for place in range(min(places, MOST_PLACES)):
        start = place * step.stride - overhang
        if best is not None and (best == 0 or start >= best):
            break
        tap = max(0, -(start // step.dilation))  # the first that is not before the end
        cell = start + tap * step.dilation
        if tap < step.size and cell < n and (best is None or cell < best):
            best = cell
    return best


def _stamped(step: Transposed, n: int) -> Span | None:
    outputs, (cut, _) = step.length(n), step.cuts

    def kept(cell: int) -> bool:
        start = cell * step.stride - cut
        tap = max(0, -(start // step.dilation))
        return tap < step.size and start + tap * step.dilation < outputs

    first = next(filter(kept, range(min(n, MOST_PLACES))), None)
    last = next(filter(kept, range(n - 1, max(-1, n - 1 - MOST_PLACES), -1)), None)
    return None if first is None or last is None else (first, last)


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
        case Whole() | Past() | Future() | Behind():
            return True
