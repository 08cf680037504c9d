"""Where a field first covers the input: the first layer some output of which sees an axis from end to end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from shapecalc.analysis.receptive.onesided import OneSided
from shapecalc.analysis.receptive.seeing import Field, Moving, Unclear

if TYPE_CHECKING:
    from shapecalc.analysis.receptive import Axis, Seen
    from shapecalc.network.graph import Graph


class Covered(NamedTuple):
    """The first node some output of which sees an axis of an input from end to end."""

    node: str | None
    """Its name; None where no node is known to."""
    sure: bool
    """Whether it is the first for sure: of one before it the field may be unknown."""


def covered(graph: Graph, fields: Mapping[str, Seen]) -> dict[Axis, Covered]:
    """Where each axis of each input is first covered."""
    axes = [((name, axis), int(n)) for name, x in graph.inputs.items() for axis, n in enumerate(x.spatial)]
    return {axis: _first(axis, n, graph, fields) for axis, n in axes}


def _first(axis: Axis, n: int, graph: Graph, fields: Mapping[str, Seen]) -> Covered:
    sure = True
    for node in graph:
        if node.output is None:
            sure = False
            continue
        seen = fields[node.name].get(axis)
        if seen is None:
            continue
        covering = None
        if not isinstance(seen, Unclear):
            covering = covers(seen, n, 1 if seen.axis is None else int(node.output.spatial[seen.axis]))
        if covering:
            return Covered(node.name, sure)
        sure = sure and covering is not None
    return Covered(None, sure)


def covers(seen: Moving | OneSided, n: int, cells: int) -> bool | None:
    """Whether one of so many outputs sees every cell of an axis of ``n``, from the first to the last; None: unknown."""
    if seen.whole:
        return True
    if seen.real.low > 0 or seen.real.high < n - 1:
        return False
    nominal = False
    for place in {0} if seen.axis is None else _furthest(seen, cells):
        span = seen.at(place)
        if span is None or span[0] > 0 or span[1] < n - 1:
            continue
        nominal = True
        # an end that hangs over the border is there only if there are no holes
        there = seen.real.solid or span == (0, n - 1)
        if there and seen.real.sure and (not isinstance(seen, OneSided) or seen.sure(place)):
            return True
    return None if nominal else False


def _furthest(seen: Moving | OneSided, cells: int) -> set[int]:
    """The outputs that may see an axis from end to end: of each phase the last that sees cell 0."""
    phased = seen.phased if isinstance(seen, Field) else seen
    period, advance = phased.period, phased.advance
    found = set()
    for phase in range(min(period, cells)):
        last = (cells - 1 - phase) // period
        if isinstance(phased, OneSided):
            turns = last if phased.side == "before" else 0
        else:
            span = phased.spans[phase]
            if span is None or span[0] > 0:
                continue
            turns = last if advance <= 0 else min(last, -span[0] // advance)
        found.add(phase + turns * period)
    return found
