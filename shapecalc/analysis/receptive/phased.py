"""A field that depends on the position of the output cell: exact for each phase, and the same again a period on.

Along one axis the field of output cell i is an interval from lo(i) to hi(i), and lo(i + P) = lo(i) + Q: P is the
period, Q the advance. A layer maps such a pair of functions to another.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import field as attribute
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from math import gcd, lcm

from shapecalc.analysis.receptive.reading import Real, Span
from shapecalc.formulas.reach import Bins, Shift, Stretch
from shapecalc.formulas.receptive import extent, overhang
from shapecalc.formulas.windows import Transposed, Window

MOST_PHASES = 4_096
MOST_STEPS = 2_000_000
"""Taps that are looked at to find what one layer sees, over all phases."""


@dataclass(frozen=True)
class Phased:
    """The cells of one input axis that each output cell sees, by its position modulo the period.

    Nominal: cells before 0 or past the end lie in padding.
    """

    axis: int
    """The axis of the output along which the field moves."""
    spans: tuple[Span | None, ...]
    """For each phase the first and the last cell; None where the cell sees nothing."""
    advance: int
    """Input cells by which the field moves in a period."""
    real: Real = attribute(default=Real(), compare=False, repr=False)
    """The input cells that really reach this tensor."""
    whole: bool = False

    @property
    def axes(self) -> tuple[int, ...]:
        """The axis of the output along which it moves."""
        return (self.axis,)

    @property
    def period(self) -> int:
        """Output cells after which the field is the same again, moved on."""
        return len(self.spans)

    @property
    def jump(self) -> Fraction:
        """Input cells between the fields of neighbouring outputs, on average."""
        return Fraction(self.advance, self.period)

    @property
    def sizes(self) -> tuple[int, ...]:
        """Cells from the first to the last, for each phase; 0 where nothing is seen."""
        return tuple(0 if span is None else span[1] - span[0] + 1 for span in self.spans)

    @property
    def size(self) -> int:
        """The largest of the sizes."""
        return extent(*max(filter(None, self.spans), key=lambda span: span[1] - span[0]))

    @property
    def first(self) -> int:
        """The first cell that the first output cell sees that sees any."""
        return self._leading[0]

    @property
    def last(self) -> int:
        """The last one."""
        return self._leading[1]

    @property
    def start(self) -> float:
        """The centre of that field, in input cells; cell 0 is centred at 0."""
        return sum(self._leading) / 2

    @property
    def padding(self) -> int:
        """Cells by which it reaches before the input."""
        return overhang(self.first)

    @property
    def _leading(self) -> Span:
        return next(span for span in self.spans if span is not None)

    def at(self, i: int) -> Span | None:
        """The first and the last cell that output cell ``i`` sees; None: nothing."""
        turns, phase = divmod(i, self.period)
        span = self.spans[phase]
        return None if span is None else (span[0] + turns * self.advance, span[1] + turns * self.advance)

    def over(self, first: int, last: int) -> Span | None:
        """From the first cell to the last that some output cells see."""
        ends = {*range(first, min(last + 1, first + self.period)), *range(max(first, last + 1 - self.period), last + 1)}
        return hull(map(self.at, ends))

    def through(self, step: Window | Transposed | Shift | Stretch | Bins, cells: int) -> Phased | None:
        """What is seen through a layer on ``cells`` of these; None where that is more than can be counted."""
        match step:
            case Window():
                period, taps = self.period // gcd(self.period, step.stride), 2 if self.steady else step.size
                shifted = period * step.stride
            case Transposed():
                period, shifted, taps = self.period * step.stride, self.period, step.size
            case Shift():
                period, shifted, taps = self.period, self.period, 1
            case Stretch() | Bins():
                turns = self.period // gcd(self.period, step.ratio.numerator)
                period, shifted, taps = step.ratio.denominator * turns, step.ratio.numerator * turns, 2
        if period > MOST_PHASES or period * taps > MOST_STEPS:
            return None
        return Phased(
            self.axis,
            tuple(map(hull, self._seen(step, cells, period))),
            self.advance * shifted // self.period,
            self.real.onward(step, cells, self),
        )

    def _seen(
        self, step: Window | Transposed | Shift | Stretch | Bins, cells: int, period: int
    ) -> Iterable[Iterable[Span | None]]:
        """What the places see that each of so many outputs reads; of many in a row the ends may stand for all."""
        match step:
            case Window():
                before, _ = step.pads(cells)
                # where no cell further on sees less far, the ends of a window decide what it sees
                taps: Iterable[int] = {0, step.size - 1} if self.steady else range(step.size)
                yield from zip(*(self.row(step.dilation * t - before, step.stride, period) for t in taps), strict=True)
            case Transposed():
                cut, _ = step.cuts
                for o in range(period):
                    stamps = (o + cut - step.dilation * t for t in range(step.size))
                    yield [self.at(place // step.stride) for place in stamps if place % step.stride == 0]
            case Shift(by=by):
                yield from zip(self.row(by, 1, period), strict=True)
            case Stretch() | Bins():
                for first, last in map(step.sees, range(period)):
                    yield map(self.at, (first, last) if self.steady else range(first, last + 1))

    @cached_property
    def steady(self) -> bool:
        """Whether every cell sees something, and none less far on either side than the one before."""
        row = [*self.spans, self.at(self.period)]
        return all(a is not None and b is not None and a[0] <= b[0] and a[1] <= b[1] for a, b in pairwise(row))

    def row(self, start: int, stride: int, count: int) -> list[Span | None]:
        """What so many cells see, from one on and so far apart."""
        period, advance, spans = self.period, self.advance, self.spans
        found: list[Span | None] = []
        for i in range(start, start + stride * count, stride):
            span = spans[i % period]
            moved = i // period * advance
            found.append(None if span is None else (span[0] + moved, span[1] + moved))
        return found

    def join(self, other: Phased) -> Phased | None:
        """The union with a field of the same jump; None where the periods have no small common multiple."""
        period = lcm(self.period, other.period)
        if period > MOST_PHASES:
            return None
        spans = tuple(hull((self.at(i), other.at(i))) for i in range(period))
        advance = self.advance * period // self.period
        return Phased(self.axis, spans, advance, self.real.join(other.real))

    @property
    def shortest(self) -> Phased:
        """The same with the shortest period there is."""
        for period in range(1, self.period):
            if self.period % period or self.advance * period % self.period:
                continue
            advance = self.advance * period // self.period
            if all(self.at(i + period) == moved(span, advance) for i, span in enumerate(self.spans)):
                return Phased(self.axis, self.spans[:period], advance, self.real)
        return self


def moved(span: Span | None, by: int) -> Span | None:
    """A span further on."""
    return None if span is None else (span[0] + by, span[1] + by)


def hull(spans: Iterable[Span | None]) -> Span | None:
    """From the first cell of all spans to the last; None of none."""
    first = last = None
    for span in spans:
        if span is not None:
            first = span[0] if first is None or span[0] < first else first
            last = span[1] if last is None or span[1] > last else last
    return None if first is None or last is None else (first, last)
