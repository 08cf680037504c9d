"""Where a field first covers the input: the first layer some output of which sees an axis from end to end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from shapecalc.analysis.receptive.onesided import OneSided
from shapecalc.analysis.receptive.reached import Walks
from shapecalc.analysis.receptive.seeing import Field, Moving, Unclear
from shapecalc.analysis.receptive.way import Way, way_of

if TYPE_CHECKING:
    from shapecalc.analysis.receptive import Axis, Seen
    from shapecalc.analysis.receptive.reading import Span
    from shapecalc.network.graph import Graph


class Covered(NamedTuple):
    """The first node some output of which sees an axis of an input from end to end."""

    node: str | None
    """Its name; None where no node is known to."""
    sure: bool
    """Whether it is the first for sure: of one before it the field may be unknown."""


MOST_PLACES = 64
"""Output cells of one phase of which it is looked at whether they see it all."""


def covered(graph: Graph, fields: Mapping[str, Seen]) -> dict[Axis, Covered]:
    """Where each axis of each input is first covered."""
    walks = Walks()
    found: dict[Axis, Covered] = {}
    for name, x in graph.inputs.items():
        for axis, n in enumerate(x.spatial):
            twin = next((other for other in range(axis) if x.spatial[other] == n and _alike(graph, axis, other)), None)
            search = _Search(graph, fields, (name, axis), int(n), walks)
            found[name, axis] = search.first() if twin is None else found[name, twin]
    return found


def _alike(graph: Graph, one: int, other: int) -> bool:
    """Whether every layer does the same along two axes."""
    return all(
        not steps or (max(one, other) < len(steps) and steps[one] == steps[other])
        for node in graph
        for steps in node.reach
    )


class _Search:
    """The search for where one axis is first covered."""

    def __init__(self, graph: Graph, fields: Mapping[str, Seen], axis: Axis, n: int, walks: Walks) -> None:
        self.graph = graph
        self.fields = fields
        self.axis = axis
        self.n = n
        self.walks = walks

    @cached_property
    def way(self) -> Way:
        return way_of(self.graph, self.axis, self.fields)

    def first(self) -> Covered:
        sure = True
        for node in self.graph:
            if node.output is None:
                sure = False
                continue
            seen = self.fields[node.name].get(self.axis)
            if seen is None:
                continue
            covering = None
            if not isinstance(seen, Unclear):
                cells = 1 if seen.axis is None else int(node.output.spatial[seen.axis])
                covering = covers(seen, self.n, cells, lambda place, name=node.name: self.reached(name, place))  # type: ignore[misc]
            if covering:
                return Covered(node.name, sure)
            sure = sure and covering is not None
        return Covered(None, sure)

    def reached(self, name: str, place: int) -> Span | None:
        return self.walks.reached(self.way, name, place)


def covers(
    seen: Moving | OneSided, n: int, cells: int, reached: Callable[[int], Span | None] = lambda _: None
) -> bool | None:
    """Whether one of so many outputs sees every cell of an axis of ``n``, from the first to the last; None: unknown.

    ``reached`` tells what one of them really sees.
    """
    if seen.whole:
        return True
    if seen.real.low > 0 or seen.real.high < n - 1:
        return False
    if isinstance(seen, Field) and seen.size < n and not seen.real.copied:
        return False
    unknown = seen.real.copied
    for place in (0,) if seen.axis is None else _nominal(seen, n, cells):
        span = seen.at(place)
        if span is None or span[0] > 0 or span[1] < n - 1:
            continue
        if span == (0, n - 1) and not isinstance(seen, OneSided) and seen.real.clean(span):
            return True
        found = reached(place)
        if found == (0, n - 1):
            return True
        unknown = unknown or found is None
    return None if unknown else False


def _nominal(seen: Moving | OneSided, n: int, cells: int) -> Iterator[int]:
    """The outputs that may see an axis from end to end: of each phase those that begin before it and end after it."""
    phased = seen.phased if isinstance(seen, Field) else seen
    period, advance = phased.period, phased.advance
    for phase in range(min(period, cells)):
        most = (cells - 1 - phase) // period
        span = None if isinstance(phased, OneSided) else phased.at(phase)
        if isinstance(phased, OneSided):
            turns = range(most, most + 1) if phased.side == "before" else range(1)
        elif span is None:
            continue
        elif advance <= 0:
            turns = range(1)
        else:
            turns = range(max(0, -((span[1] - n + 1) // advance)), min(most, -span[0] // advance) + 1)
        middle = len(turns) // 2
        nearest = sorted(turns[max(0, middle - MOST_PLACES // 2) :][:MOST_PLACES], key=lambda t: abs(t - turns[middle]))
        yield from (phase + turn * period for turn in nearest)
