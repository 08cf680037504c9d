"""The cells of an axis that a layer really reads: the first and the last of them, padding left out."""

from __future__ import annotations

from dataclasses import dataclass

from shapecalc.formulas.reach import Bins, Shift, Stretch
from shapecalc.formulas.windows import Transposed, Window

Span = tuple[int, int]
"""The first and the last cell."""
MOST_PLACES = 10_000
"""Places that are looked at to find the first cell that is read."""


@dataclass(frozen=True, slots=True)
class Real:
    """The input cells that really reach a tensor, first and last: padding is none, nor what a stride has left out."""

    low: int = 0
    high: int = 0
    joined: bool = False
    """Branches have met that do not see the same: which of them an end comes from is not kept."""
    sure: bool = True
    """Both ends are known to be reached."""

    @property
    def span(self) -> Span | None:
        """The first and the last of them, where they are known."""
        return (self.low, self.high) if self.sure else None

    def within(self, span: Span | None) -> Real:
        """Those of them that reach a part of the tensor, which sees from the first to the last cell of a span."""
        low, high = span if span is not None else (0, -1)
        return Real(max(self.low, low), min(self.high, high), self.joined, self.sure and not self.joined)

    def join(self, other: Real, *, alike: bool) -> Real:
        """Those that reach where two branches meet, which see alike or not."""
        low, high = min(self.low, other.low), max(self.high, other.high)
        covered = any(one.sure and (one.low, one.high) == (low, high) for one in (self, other))
        joined = self.joined or other.joined or not alike
        return Real(low, high, joined, covered or (self.sure and other.sure))


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
