"""One more layer: what is seen through it, of what its input sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from shapecalc.analysis.receptive.onesided import OneSided, Seeing, one_sided
from shapecalc.analysis.receptive.reading import Real, covers
from shapecalc.analysis.receptive.seeing import Field, Moving, Unclear, aimed, everything, through
from shapecalc.formulas.reach import Future, Past, Place, Reach, Step, Whole


def onward(seen: Seeing, steps: Sequence[Reach], n: int, cells: Sequence[int]) -> Seeing:
    """What is seen through one more layer on so many cells along each axis, of an input axis of ``n``."""
    if isinstance(seen, Unclear):
        return _unclear(seen, steps, n, cells)
    if seen.axis is None:
        return seen
    onto, step = aimed(seen.axis, steps[seen.axis])
    after = _through(seen, step, n, cells[seen.axis])
    if isinstance(after, Unclear):
        return replace(after, axes=() if isinstance(step, Whole | Place) else onto)
    if after.axis in {None, onto[0]}:
        return after
    if isinstance(after, OneSided):
        return replace(after, own=replace(after.own, axis=onto[0]))
    return replace(after, axis=onto[0])


def _through(seen: Moving | OneSided, step: Step, n: int, cells: int) -> Seeing:
    if isinstance(seen, OneSided):
        return seen.through(step, n, cells)
    match step:
        case Past():
            return one_sided(seen, "before", n, cells)
        case Future():
            return one_sided(seen, "after", n, cells)
    return (seen.through if isinstance(seen, Field) else partial(through, seen))(step, n, cells)


def _unclear(seen: Unclear, steps: Sequence[Reach], n: int, cells: Sequence[int]) -> Field | Unclear:
    """What is not known stays so, until something sees all of it."""
    along: set[int] = set()
    span = seen.span
    for axis in seen.axes:
        onto, step = aimed(axis, steps[axis])
        if isinstance(step, Whole) or (isinstance(step, Place) and cells[axis] == 1):
            continue
        if not isinstance(step, Place):
            along.update(onto)
        if not covers(step, cells[axis]):
            span = None
    if seen.axes and not along and span is not None:
        return everything(Real(*span), n)
    return replace(seen, axes=tuple(sorted(along)), span=span)
