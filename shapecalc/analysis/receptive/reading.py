"""The input cells that really reach a tensor, the first and the last of them: padding left out, and what is skipped."""

from __future__ import annotations

from dataclasses import dataclass, replace
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
NOTHING: Span = (0, -1)
"""What is reached where nothing is."""
MOST_PLACES = 10_000
"""Places that are looked at to find the first cell that is read."""
BEYOND = 10**18
"""Cells further than any field reaches."""
Slid = Window | Transposed | Shift | Stretch | Bins
"""What reads some places of an axis for each output."""


@dataclass(frozen=True, slots=True)
class Real:
    """The input cells that really reach a tensor, first and last: padding is none, nor what a stride has left out."""

    low: int = 0
    high: int = 0
    sure: bool = True
    """Both ends are known to be reached; if not, it is only known that none beyond them is."""
    clear: Span = (-BEYOND, BEYOND)
    """A field that begins after the first and ends before the second of these cells has no padding in it anywhere."""
    padded: tuple[bool, bool] = (False, False)
    """Before, and after: places have been added that see nothing."""
    copied: bool = False
    """Places have been added that hold copies of others, and see what these see."""

    @property
    def span(self) -> Span | None:
        """The first and the last of them, where they are known."""
        return (self.low, self.high) if self.sure else None

    def clean(self, span: Span) -> bool:
        """Whether a field has no padding in it, of the input or of a layer between: it is then just what is seen."""
        inside = self.low <= span[0] and span[1] <= self.high
        return inside and self.clear[0] < span[0] and span[1] < self.clear[1]

    def known(self, span: Span) -> Real:
        """The same, now that it is known which cells reach."""
        return replace(self, low=span[0], high=span[1], sure=True)

    def join(self, other: Real) -> Real:
        """Those that reach where two branches meet."""
        ends = [(one.low, one.high) for one in (self, other) if one.low <= one.high] or [NOTHING]
        low, high = min(low for low, _ in ends), max(high for _, high in ends)
        covered = any(one.sure and (one.low, one.high) == (low, high) for one in (self, other))
        clear = max(self.clear[0], other.clear[0]), min(self.clear[1], other.clear[1])
        before, after = (one or two for one, two in zip(self.padded, other.padded, strict=True))
        sure, copied = covered or (self.sure and other.sure), self.copied or other.copied
        return Real(low, high, sure, clear, (before, after), copied)

    def onward(self, step: Slid, cells: int, steps: Steps) -> Real:
        """Those of them that reach a layer's output, which reads so many cells."""
        clear = _cleared(self.clear, step, cells, steps)
        before, after = (had or adds for had, adds in zip(self.padded, pads(step, cells), strict=True))
        span, every = read(step, cells), _every(step, cells)
        if span == (0, cells - 1) and every:
            return replace(self, clear=clear, padded=(before, after))
        return replace(self.part(span, steps, every=every), clear=clear, padded=(before, after))

    def part(self, places: Span | None, steps: Steps, *, every: bool = True) -> Real:
        """Those of them that reach the places of a tensor from one to another, or some of these places."""
        seen = None if places is None else steps.over(*places)
        if seen is not None and self.clean(seen) and (every or steps.steady):
            return self.known(seen)
        if places is not None and self.copied:
            return replace(self, sure=False)
        low, high = (max(self.low, seen[0]), min(self.high, seen[1])) if seen else NOTHING
        return replace(self, low=low, high=high, sure=False) if low <= high else self.known(NOTHING)


class Steps(Protocol):
    """How the field of a cell moves from place to place."""

    @property
    def steady(self) -> bool:
        """Whether no place sees less far on either side than the one before."""

    @property
    def period(self) -> int:
        """Places after which the field is the same again, moved on."""

    def at(self, i: int) -> Any:
        """The first and the last cell that a place sees; None: nothing."""

    def over(self, first: int, last: int) -> Span | None:
        """From the first cell to the last that some places see."""


def _cleared(clear: Span, step: Slid, cells: int, steps: Steps) -> Span:
    """Between which cells a field has no padding in it, after one layer more: all padding sees beyond these."""
    near = 1 if steps.steady else steps.period
    before, after = hangs(step, cells)
    firsts = [span[0] for p in range(-near, 0) if (span := steps.at(p)) is not None] if before else []
    lasts = [span[1] for p in range(cells, cells + near) if (span := steps.at(p)) is not None] if after else []
    return max([clear[0], *firsts]), min([clear[1], *lasts])


def hangs(step: Slid, n: int) -> tuple[bool, bool]:
    """Whether a layer reads beyond ``n`` cells, before and after them."""
    match step:
        case Window():
            before, _ = step.pads(n)
            return before > 0, (step.length(n) - 1) * step.stride - before + step.reach > n
        case Transposed():
            cut, _ = step.cuts
            return step.reach - 1 - cut >= step.stride, step.length(n) - 1 + cut >= n * step.stride
        case Shift(by=by, after=after):
            return by < 0, after < 0
        case Stretch():
            return step.sees(0)[0] < 0, step.sees(step.o - 1)[1] >= n
        case Bins():
            return False, False


def pads(step: Slid, n: int) -> tuple[bool, bool]:
    """Whether a layer adds places before, and after, that read none of ``n`` cells."""
    match step:
        case Window():
            before, after = step.pads(n)
            return before >= step.reach, after >= step.reach
        case Shift(by=by, after=after):
            return by < 0, after < 0
        case _:
            return False, False


def _every(step: Slid, n: int) -> bool:
    """Whether a layer reads all of ``n`` places that lie between the first and the last that it reads."""
    match step:
        case Window():
            dense = step.stride == 1 and step.length(n) >= step.dilation
            return dense or (step.dilation == 1 and step.stride <= step.size)
        case Transposed():
            return step.length(n) >= step.dilation
        case Stretch():
            return step.o >= step.n
        case _:
            return True


def read(step: Slid, n: int) -> Span | None:
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
            return read(step, n) == (0, n - 1) and _every(step, n)
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
