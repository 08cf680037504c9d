"""A field that depends on the position of the output cell: exact for each phase, and the same again a period on.

Along one axis the field of output cell i is an interval from lo(i) to hi(i), and lo(i + P) = lo(i) + Q: P is the
period, Q the advance. A layer maps such a pair of functions to another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from dataclasses import field as attribute
from fractions import Fraction
from itertools import pairwise
from math import gcd, lcm

from shapecalc.analysis.receptive.reading import Real, Span, read
from shapecalc.formulas.reach import Bins, Shift, Stretch
from shapecalc.formulas.receptive import extent, overhang
from shapecalc.formulas.windows import Transposed, Window

MOST_PHASES = 4_096
MOST_STEPS = 2_000_000
"""Taps that are looked at to find what one layer sees, over all phases."""


@dataclass(frozen=True, slots=True)
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
        return tuple(0 if span is None else extent(*span) for span in self.spans)

    @property
    def size(self) -> int:
        """The largest of the sizes."""
        return max(self.sizes)

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

    def of(self, seen: Span | None, cells: int) -> Real:
        """The input cells that really reach these of so many output cells, from the first to the last of them."""
        if seen == (0, cells - 1):
            return self.real
        if seen is None:
            return self.real.within(None)
        first, last = seen
        ends = {*range(first, min(last + 1, first + self.period)), *range(max(first, last + 1 - self.period), last + 1)}
        return self.real.within(hull(map(self.at, ends)))

    def through(self, step: Window | Transposed | Shift | Stretch | Bins, cells: int) -> Phased | None:
        """What is seen through a layer on ``cells`` of these; None where that is more than can be counted."""
        match step:
            case Window():
                before, _ = step.pads(cells)
                period = self.period // gcd(self.period, step.stride)
                shifted = period * step.stride
                taps: Sequence[int] = self._ends(step.size)

                def reads(o: int) -> Iterator[int]:
                    return (o * step.stride - before + step.dilation * t for t in taps)

            case Transposed():
                cut, _ = step.cuts
                period, shifted = self.period * step.stride, self.period
                taps = range(step.size)

                def reads(o: int) -> Iterator[int]:
                    places = (o + cut - step.dilation * t for t in taps)
                    return (place // step.stride for place in places if place % step.stride == 0)

            case Shift(by=by):
                period = shifted = self.period
                taps = range(1)

                def reads(o: int) -> Iterator[int]:
                    return iter((o + by,))

            case Stretch() | Bins():
                turns = self.period // gcd(self.period, step.ratio.numerator)
                period, shifted = step.ratio.denominator * turns, step.ratio.numerator * turns
                taps = range(2)

                def reads(o: int) -> Iterator[int]:
                    from_, to = step.sees(o)
                    return iter((from_, to) if self.steady else range(from_, to + 1))

        if period > MOST_PHASES or period * len(taps) > MOST_STEPS:
            return None
        return Phased(
            self.axis,
            self._spans(period, reads),
            self.advance * shifted // self.period,
            self.of(read(step, cells), cells),
        )

    def _spans(self, period: int, reads: Callable[[int], Iterable[int]]) -> tuple[Span | None, ...]:
        return tuple(hull(map(self.at, reads(o))) for o in range(period))

    def _ends(self, size: int) -> Sequence[int]:
        """The taps that decide what a window sees: its ends, where no cell further on sees less far."""
        return sorted({0, size - 1}) if self.steady else range(size)

    @property
    def steady(self) -> bool:
        """Whether every cell sees something, and none less far on either side than the one before."""
        row = [*self.spans, self.at(self.period)]
        return all(a is not None and b is not None and a[0] <= b[0] and a[1] <= b[1] for a, b in pairwise(row))

    def join(self, other: Phased) -> Phased | None:
        """The union with a field of the same jump; None where the periods have no small common multiple."""
        period = lcm(self.period, other.period)
        if period > MOST_PHASES:
            return None
        spans = tuple(hull((self.at(i), other.at(i))) for i in range(period))
        advance = self.advance * period // self.period
        alike = all(self.at(i) == other.at(i) for i in range(period))
        return Phased(self.axis, spans, advance, self.real.join(other.real, alike=alike))

    @property
    def shortest(self) -> Phased:
        """The same with the shortest period there is."""
        for period in range(1, self.period):
            if self.period % period or self.advance * period % self.period:
                continue
            advance = self.advance * period // self.period
            if all(self.at(i + period) == moved(self.at(i), advance) for i in range(self.period)):
                return Phased(self.axis, self.spans[:period], advance, self.real)
        return self


def moved(span: Span | None, by: int) -> Span | None:
    """A span further on."""
    return None if span is None else (span[0] + by, span[1] + by)


def hull(spans: Iterable[Span | None]) -> Span | None:
    """From the first cell of all spans to the last; None of none."""
    some = [span for span in spans if span is not None]
    return (min(first for first, _ in some), max(last for _, last in some)) if some else None
