"""The largest variables of a file with which a network keeps within limits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise, product
from typing import TYPE_CHECKING

from shapecalc.analysis import AtLeast, analyze
from shapecalc.budget import figure
from shapecalc.diagnostics import SpecError, nearest
from shapecalc.network import build

if TYPE_CHECKING:
    from shapecalc.analysis import Total
    from shapecalc.source.document import Document

FIGURES = ("params", "macs", "flops", "memory")
FEW = 32
"""Values that are all tried, however the figures go."""
MANY = 1_000
"""Values that are all tried where a figure falls."""
ALL = 1 << 50
"""Values of a variable without an end; lengths pass what a tensor can have long before."""
MOST_POINTS = 10_000
"""Points of a grid of several."""
NEAR = 256
"""Values that are looked among, one by one, for one whose shapes fit."""
DOWN = 32
"""Steps down to a value whose shapes fit."""
AGAIN = 8
"""Searches that start anew, above a value that was the largest so far."""
MOST_LAYERS = 5_000
"""Layers of a network that is tried."""
TOO_MANY_LAYERS = "E206"
Values = Mapping[str, Fraction]


@dataclass(frozen=True, slots=True)
class Axis:
    """A variable and the values it may take: from ``low`` in steps, up to ``high`` where that is given."""

    name: str
    low: Fraction = Fraction(1)
    high: Fraction | None = None
    step: Fraction = Fraction(1)

    def at(self, index: int) -> Fraction:
        """The value so many steps up."""
        return self.low + index * self.step

    @property
    def last(self) -> int:
        """The index of its last value."""
        return ALL if self.high is None else max(-1, int((self.high - self.low) // self.step))


@dataclass(frozen=True, slots=True)
class Point:
    """Values of the variables, and what the network is with them."""

    values: Values
    figures: Mapping[str, Total] | None
    """None where its shapes do not fit."""
    over: tuple[str, ...] = ()
    """The limits that it passes, or may pass as far as is known."""
    fault: str = ""
    """Why its shapes do not fit."""
    end: bool = False
    """It has more layers than are tried, as every larger one would."""

    @property
    def made(self) -> bool:
        """Whether its shapes fit."""
        return self.figures is not None

    @property
    def fits(self) -> bool:
        """Whether it keeps within all limits."""
        return self.made and not self.over

    def figure(self, name: str) -> Total | None:
        """A figure of it."""
        return None if self.figures is None else self.figures[name]


@dataclass(frozen=True, slots=True)
class Solution:
    """What was found, and how sure it is."""

    limits: Mapping[str, Fraction]
    best: tuple[Point, ...]
    """The largest; of several variables every point but those that another is as large as in all of them."""
    next: Point | None
    """The next larger one whose shapes fit, of one variable: what stops it."""
    tried: int
    unfit: int
    """Of those tried, the values with which shapes do not fit."""
    falling: tuple[str, ...]
    """The limited figures that fell from one value tried to the next, of one variable."""
    every: bool
    """Whether every larger value was tried."""
    fault: str = ""
    """Why the value after the largest has shapes that do not fit, where none of the larger ones tried has."""

    @property
    def monotone(self) -> bool:
        """Whether every figure that was seen grew with the variable."""
        return not self.falling


class Unsolvable(ValueError):
    """No value keeps the limits."""


class Misasked(ValueError):
    """A question that cannot be asked of this file: a variable that it does not have, ranges without an end."""


def solve(
    document: Document,
    axes: Sequence[Axis],
    limits: Mapping[str, Fraction],
    settings: Mapping[str, object] | None = None,
    inputs: Mapping[str, object] | None = None,
    tell: Callable[[], object] = lambda: None,
) -> Solution:
    """The largest values of variables with which a network keeps within limits, for one example in float32.

    One variable is found by bisection: figures that grow with it are passed once and for all. Where there are few
    values, or a figure falls and there are not too many, every one is tried. Several variables are tried at every
    point of a grid.

    Args:
        document: the file.
        axes: the variables, each with its values; several need an end each.
        limits: the most of each figure: ``params``, ``macs``, ``flops``, ``memory``.
        settings: values for other variables.
        inputs: other input shapes.
        tell: called after each network that is built.

    Raises:
        SpecError: the file cannot be read.
        Misasked: the variables are not the file's, or a grid of them has no end.
        Unsolvable: there is no answer.
    """
    variables = build(document, settings, inputs).spec.variables
    for axis in axes:
        if axis.name not in variables:
            near = nearest(axis.name, variables)
            known = f"did you mean `{near}`?" if near else f"it has {', '.join(variables) or 'none'}"
            raise Misasked(f"`{axis.name}` is not a variable of this file; {known}")
    search = _Search(document, axes, limits, settings or {}, inputs or {}, tell)
    return search.along(axes[0]) if len(axes) == 1 else search.grid()


class _Search:
    def __init__(
        self,
        document: Document,
        axes: Sequence[Axis],
        limits: Mapping[str, Fraction],
        settings: Mapping[str, object],
        inputs: Mapping[str, object],
        tell: Callable[[], object],
    ) -> None:
        self.document, self.axes, self.limits = document, axes, limits
        self.settings, self.inputs, self.tell = settings, inputs, tell
        self.known: dict[tuple[Fraction, ...], Point] = {}
        self.far = 2 * DOWN
        """Values that are looked among, one by one, for the next whose shapes fit."""

    def point(self, *values: Fraction) -> Point:
        """The network with some values; each is built once."""
        if values not in self.known:
            named = dict(zip((axis.name for axis in self.axes), values, strict=True))
            self.known[values] = self.made(named)
            self.tell()
        return self.known[values]

    def made(self, values: Values) -> Point:
        written = {name: int(v) if v.denominator == 1 else float(v) for name, v in values.items()}
        try:
            graph = build(self.document, {**self.settings, **written}, self.inputs)
        except SpecError as error:
            return Point(values, None, fault=error.diagnostics[0].message)
        if graph.wrong:
            fault = next(d for d in graph.diagnostics if d.code.startswith("E"))
            end = any(d.code == TOO_MANY_LAYERS for d in graph.diagnostics)
            return Point(values, None, fault=fault.message, end=end)
        if len(graph) > MOST_LAYERS:
            return Point(values, None, fault=f"more than {MOST_LAYERS:,} layers, and that is not tried", end=True)
        analysis = analyze(graph)
        figures = {name: found for name in FIGURES if isinstance(found := figure(analysis, name), int | AtLeast)}
        return Point(values, figures, tuple(name for name in self.limits if not self.keeps(figures[name], name)))

    def keeps(self, found: Total, name: str) -> bool:
        """Whether a figure is surely within its limit."""
        return isinstance(found, int) and found <= self.limits[name]

    # one variable, by the index of its values

    def along(self, axis: Axis) -> Solution:
        """One variable: by doubling and halving, or one by one."""
        every = axis.last < FEW
        if every:
            best = self.down(axis, axis.last, -1)
        else:
            first, step = self.first(axis)
            low = self.low(axis, first, step)
            best = -1 if low is None else self.largest(axis, low, step)
            every = best == axis.last
            if not every and axis.last < MANY and self.falling():
                best, every = self.down(axis, axis.last, -1), True
        if best < 0:
            raise Unsolvable(self.nothing(axis, every=every))
        more = self.above(axis, best)
        after = None if more is None else self.at(axis, more)
        fault = self.at(axis, best + 1).fault if after is None and best < axis.last else ""
        return self.solution((self.at(axis, best),), after, every=every, fault=fault)

    def at(self, axis: Axis, index: int) -> Point:
        return self.point(axis.at(index))

    def down(self, axis: Axis, top: int, floor: int) -> int:
        """The largest above the floor that keeps the limits, each value tried from the top; the floor if none does."""
        return next((index for index in range(top, floor, -1) if self.at(axis, index).fits), floor)

    def above(self, axis: Axis, index: int) -> int | None:
        """The least value above this one whose shapes fit, if it is not far."""
        for more in range(index + 1, min(index + self.far, axis.last) + 1):
            point = self.at(axis, more)
            if point.made or point.end:
                return more if point.made else None
        return None

    def first(self, axis: Axis) -> tuple[int, int]:
        """The least value whose shapes fit, and how far it is to the next: where all in a row fit, one."""
        self.far = NEAR
        first = self.above(axis, -1)
        if first is None:
            raise Unsolvable(self.nothing(axis, every=False))
        self.far = max(2 * DOWN, 2 * (first + 1))
        second = self.above(axis, first)
        step = 1 if second is None else second - first
        self.far = max(2 * DOWN, 2 * step)
        return first, step

    def low(self, axis: Axis, first: int, step: int) -> int | None:
        """A value that keeps the limits: the first, or where figures fall one that is farther up."""
        before, far = self.at(axis, first), 1
        if before.fits:
            return first
        while (index := first + far * step) <= axis.last:
            point = self.at(axis, index)
            if point.fits:
                return index
            if not point.made or (far > 2 and not self.falling()):
                return None
            far *= 2
        return None

    def largest(self, axis: Axis, low: int, step: int) -> int:
        """The largest that keeps the limits, if figures grow."""
        for _ in range(AGAIN):
            best, high = self.halved(axis, *self.doubled(axis, low, step), step)
            best = self.down(axis, min(high - 1, best + NEAR), best)  # what the steps have passed over
            more = self.above(axis, best)
            if more is None or not self.at(axis, more).fits:
                break
            low = more
        return best

    def doubled(self, axis: Axis, low: int, step: int) -> tuple[int, int]:
        """By steps twice as long each time: a value that keeps the limits, and a larger one that does not."""
        best, far, end = low, 1, low + (axis.last - low) // step * step
        while best < end:
            here = min(low + far * step, end)
            at = self.near(axis, here, best, step)
            if at is None or not self.at(axis, at).fits:
                return best, here if at is None else at
            best, far = at, far * 2
        return best, axis.last + 1

    def halved(self, axis: Axis, best: int, high: int, step: int) -> tuple[int, int]:
        """The same, brought together by halves."""
        low = best
        while (between := (high - low - 1) // step) > 0:
            middle = low + (between + 1) // 2 * step
            at = self.near(axis, middle, low, step)
            if at is None and middle - low < DOWN * step and not self.at(axis, middle).end:
                low = middle  # nothing up to here has shapes that fit
            elif at is not None and self.at(axis, at).fits:
                best = low = at
            else:
                high = middle if at is None else at
        return best, high

    def near(self, axis: Axis, index: int, floor: int, step: int) -> int | None:
        """The largest value not above this one, and not far below, whose shapes fit."""
        for at in range(index, max(floor, index - DOWN * step), -step):
            point = self.at(axis, at)
            if point.made or point.end:
                return at if point.made else None
        return None

    def falling(self) -> tuple[str, ...]:
        """The figures that fell from one value that was tried to the next."""
        made = [point for _, point in sorted(self.known.items()) if point.made]
        return tuple(name for name in self.limits if _falls(point.figure(name) for point in made))

    def nothing(self, axis: Axis, *, every: bool) -> str:
        """Why no value keeps the limits."""
        made = [point for _, point in sorted(self.known.items()) if point.made]
        which = "no value" if every else f"none of the {len(self.known)} values tried"
        if not made:
            least = next(iter(self.known.values()), None)
            because = "" if least is None else f"; with {axis.name}={_said(axis.low)}: {least.fault}"
            return f"with {which} of `{axis.name}` do the shapes of the file fit{because}"
        least = min(made, key=lambda point: len(point.over))
        which = which if self.falling() and not every else "no value"
        return f"{which} of `{axis.name}` keeps the limits: with {_said(least.values[axis.name])}, {self.why(least)}"

    # several

    def grid(self) -> Solution:
        """Several variables: every point, and of those that fit the ones that no other is as large as in all."""
        if any(axis.high is None for axis in self.axes):
            raise Misasked("several variables need a range each, as in width=8..64")
        count = 1
        for axis in self.axes:
            count *= axis.last + 1
        if not 0 < count <= MOST_POINTS:
            raise Misasked(f"the ranges have {count:,} points together; {MOST_POINTS:,} at most")
        points = [self.point(*values) for values in product(*map(_values, self.axes))]
        if not any(point.made for point in points):
            raise Unsolvable(f"at no point of the grid do the shapes of the file fit; at the first: {points[0].fault}")
        best: list[Point] = []
        for point in reversed(points):  # what is as large as another comes before it
            if point.fits and not any(_covers(other, point) for other in best):
                best.append(point)
        if not best:
            least = next(point for point in points if point.made)
            at = ", ".join(f"{name}={_said(value)}" for name, value in least.values.items())
            raise Unsolvable(f"no point of the grid keeps the limits: at {at}, {self.why(least)}")
        return self.solution(tuple(reversed(best)), None, every=True)

    def why(self, point: Point) -> str:
        """The limits that a point passes."""
        told = []
        for name in point.over:
            found, limit = point.figure(name), int(self.limits[name])
            known = isinstance(found, int)
            told.append(f"{name} is {found:,} of {limit:,}" if known else f"{name} is not known, of {limit:,}")
        return ", ".join(told)

    def solution(self, best: tuple[Point, ...], more: Point | None, *, every: bool, fault: str = "") -> Solution:
        known = list(self.known.values())
        unfit = sum(not point.made for point in known)
        falling = self.falling() if len(self.axes) == 1 else ()
        return Solution(self.limits, best, more, len(known), unfit, falling, every, fault)


def _falls(figures: Iterable[Total | None]) -> bool:
    known = [value for value in figures if isinstance(value, int)]
    return any(after < before for before, after in pairwise(known))


def _values(axis: Axis) -> Iterator[Fraction]:
    return (axis.at(index) for index in range(axis.last + 1))


def _covers(other: Point, point: Point) -> bool:
    """Whether a point is as large in every variable."""
    return all(other.values[name] >= value for name, value in point.values.items())


def _said(value: Fraction) -> str:
    return str(value.numerator) if value.denominator == 1 else f"{float(value):.12g}"
