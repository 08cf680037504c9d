"""The largest variables of a file with which a network keeps within limits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise, product
from typing import TYPE_CHECKING

from shapecalc.analysis import AtLeast, analyze
from shapecalc.budget import figure
from shapecalc.diagnostics import SpecError, nearest
from shapecalc.network import build

if TYPE_CHECKING:
    from shapecalc.analysis import Analysis, Total
    from shapecalc.source.document import Document

FIGURES = ("params", "macs", "flops", "memory")
MOST = 1 << 20
"""Values of one variable that are looked among."""
MOST_POINTS = 10_000
"""Points of a grid of several."""
DOWN = 64
"""Steps down to a value whose shapes fit."""
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
        return MOST if self.high is None else max(-1, int((self.high - self.low) // self.step))


@dataclass(frozen=True, slots=True)
class Point:
    """Values of the variables, and what the network is with them; None where its shapes do not fit."""

    values: Values
    analysis: Analysis | None
    over: tuple[str, ...] = ()
    """The limits that it passes."""

    @property
    def fits(self) -> bool:
        """Whether it keeps within all limits."""
        return self.analysis is not None and not self.over

    def figure(self, name: str) -> Total | None:
        """A figure of it."""
        found = None if self.analysis is None else figure(self.analysis, name)
        return None if isinstance(found, tuple) else found


@dataclass(frozen=True, slots=True)
class Solution:
    """What was found, and how sure it is."""

    limits: Mapping[str, Fraction]
    best: tuple[Point, ...]
    """The largest; of several variables every point that no other passes in all of them."""
    next: Point | None
    """One step more than the largest, of one variable: what stops it."""
    tried: int
    unfit: int
    """Of those tried, the values with which shapes do not fit."""
    monotone: bool
    """Whether every figure that was seen grew with the variable: only then is there surely none larger."""


class Unsolvable(ValueError):
    """A question that has no answer: a variable that the file does not have, limits that nothing keeps."""


def solve(
    document: Document,
    axes: Sequence[Axis],
    limits: Mapping[str, Fraction],
    settings: Mapping[str, object] | None = None,
    inputs: Mapping[str, object] | None = None,
    tell: Callable[[], object] = lambda: None,
) -> Solution:
    """The largest values of variables with which a network keeps within limits, for one example in float32.

    One variable is found by bisection: figures that grow with it are passed once and for all. Several are tried at
    every point of a grid.

    Args:
        document: the file.
        axes: the variables, each with its values; several need an end each.
        limits: the most of each figure: ``params``, ``macs``, ``flops``, ``memory``.
        settings: values for other variables.
        inputs: other input shapes.
        tell: called after each network that is built.

    Raises:
        SpecError: the file cannot be read.
        Unsolvable: there is no answer.
    """
    variables = build(document, settings, inputs).spec.variables
    for axis in axes:
        if axis.name not in variables:
            near = nearest(axis.name, variables)
            known = f"did you mean `{near}`?" if near else f"it has {', '.join(variables) or 'none'}"
            raise Unsolvable(f"`{axis.name}` is not a variable of this file; {known}")
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
        except SpecError:
            return Point(values, None)
        if graph.wrong:
            return Point(values, None)
        analysis = analyze(graph)
        return Point(values, analysis, tuple(name for name in self.limits if self.passes(analysis, name)))

    def passes(self, analysis: Analysis, name: str) -> bool:
        """Whether a figure is over its limit; one that is not known is, unless it is surely below."""
        found = figure(analysis, name)
        return not isinstance(found, int) or isinstance(found, AtLeast) or found > self.limits[name]

    def near(self, axis: Axis, index: int) -> tuple[int, Point]:
        """The largest value not above this one, and not far below, whose shapes fit."""
        point = self.point(axis.at(index))
        for down in range(1, DOWN):
            if point.analysis is not None or index - down < 0:
                break
            at = self.point(axis.at(index - down))
            if at.analysis is not None:
                return index - down, at
        return index, point

    def along(self, axis: Axis) -> Solution:
        """One variable, by doubling and then by halves."""
        low, first = self.first(axis)
        if not first.fits:
            raise Unsolvable(
                f"no value of `{axis.name}` keeps the limits: with {first.values[axis.name]}, {self.why(first)}"
            )
        best, step, high = low, 1, None
        while high is None and low < axis.last:
            here = min(low + step, axis.last)
            at, point = self.near(axis, here)
            if point.fits:
                best, low, step = max(best, at), here, step * 2
            else:
                high = here if point.analysis is None else at
        while high is not None and high - low > 1:
            middle = (low + high) // 2
            at, point = self.near(axis, middle)
            if point.analysis is None or at <= low:
                low = middle
            elif point.fits:
                best, low = at, middle
            else:
                high = at
        beyond = (self.point(axis.at(i)) for i in range(best + 1, min(best + DOWN, axis.last + 1)))
        return self.solution((self.point(axis.at(best)),), next((point for point in beyond if point.analysis), None))

    def first(self, axis: Axis) -> tuple[int, Point]:
        """The least value whose shapes fit."""
        for index in range(min(axis.last + 1, 4 * DOWN)):
            point = self.point(axis.at(index))
            if point.analysis is not None:
                return index, point
        raise Unsolvable(f"with no value of `{axis.name}` do the shapes of the file fit")

    def grid(self) -> Solution:
        """Several variables: every point, and of those that fit the ones that no other passes in all variables."""
        if any(axis.high is None for axis in self.axes):
            raise Unsolvable("several variables need a range each, as in width=8..64")
        count = 1
        for axis in self.axes:
            count *= axis.last + 1
        if not 0 < count <= MOST_POINTS:
            raise Unsolvable(f"the ranges have {count:,} points together; {MOST_POINTS:,} at most, and one at least")
        points = [self.point(*values) for values in product(*map(_values, self.axes))]
        fitting = [point for point in points if point.fits]
        if not fitting:
            raise Unsolvable("no point of the grid keeps the limits: " + self.why(points[0]))
        best = [point for point in fitting if not any(_passes(other, point) for other in fitting)]
        return self.solution(tuple(best), None)

    def why(self, point: Point) -> str:
        if point.analysis is None:
            return "the shapes do not fit"
        told = (f"{name} is {point.figure(name)} of {int(self.limits[name]):,}" for name in point.over)
        return ", ".join(told)

    def solution(self, best: tuple[Point, ...], more: Point | None) -> Solution:
        known = list(self.known.values())
        unfit = sum(point.analysis is None for point in known)
        return Solution(self.limits, best, more, len(known), unfit, self.monotone())

    def monotone(self) -> bool:
        """Whether figures never fell from one value that was tried to the next, of one variable."""
        if len(self.axes) > 1:
            return True
        made = [point for _, point in sorted(self.known.items()) if point.analysis is not None]
        for name in self.limits:
            figures = [value for point in made if isinstance(value := point.figure(name), int)]
            if any(after < before for before, after in pairwise(figures)):
                return False
        return True


def _values(axis: Axis) -> Iterator[Fraction]:
    return (axis.at(index) for index in range(axis.last + 1))


def _passes(other: Point, point: Point) -> bool:
    """Whether a point is as large in every variable, and larger in one."""
    pairs = [(other.values[name], value) for name, value in point.values.items()]
    return all(a >= b for a, b in pairs) and any(a > b for a, b in pairs)
