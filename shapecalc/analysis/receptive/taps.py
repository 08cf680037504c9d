"""The cells that one output cell reads along an axis: each as often as a tap reads it, padding among them."""

from __future__ import annotations

from collections.abc import Iterable

from shapecalc.formulas.reach import Behind, Bins, Future, Past, Place, Shift, Step, Stretch, Unknown, Whole
from shapecalc.formulas.windows import Transposed, Window


def taps(step: Step, o: int, n: int) -> Iterable[int]:
    """The cells that output cell ``o`` reads of an axis of ``n``; those before 0 or past the end are padding."""
    match step:
        case Window():
            start = o * step.stride - step.pads(n)[0]
            return range(start, start + step.size * step.dilation, step.dilation)
        case Transposed():
            places = (o + step.cuts[0] - step.dilation * t for t in range(step.size))
            return [place // step.stride for place in places if place % step.stride == 0]
        case Shift(by=by):
            return (o + by,)
        case Stretch() | Bins():
            first, last = step.sees(o)
            return range(first, last + 1)
        case Place(at=at):
            return (at,)
        case Whole():
            return range(n)
        case Past():
            return range(o + 1)
        case Future():
            return range(o, n)
        case Behind() | Unknown():
            raise TypeError("which cells are read is not known")


def most(step: Step, n: int) -> int:
    """The most cells that one output reads, to say what it costs to look at them."""
    match step:
        case Window() | Transposed():
            return step.size
        case Stretch():
            return step.taps
        case Bins():
            return step.n // step.o + 2
        case Whole() | Past() | Future():
            return n
        case _:
            return 1
