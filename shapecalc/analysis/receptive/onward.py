"""One more layer: what is seen through it, of what its input sees."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from shapecalc.analysis.receptive.onesided import OneSided, Seeing, one_sided
from shapecalc.analysis.receptive.reading import NOTHING, Real, Span, covers
from shapecalc.analysis.receptive.seeing import GAPS, Field, Moving, Unclear, aimed, everything, through
from shapecalc.formulas.reach import Behind, Future, Past, Place, Reach, Step, Unknown, Unread, Whole
from shapecalc.formulas.windows import Transposed


def onward(
    seen: Seeing,
    steps: Sequence[Reach],
    n: int,
    cells: Sequence[int],
    reached: Callable[[], Span | None] = lambda: None,
) -> Seeing:
    """What is seen through one more layer on so many cells along each axis, of an input axis of ``n``.

    ``reached`` tells which cells of the axis really reach these, where what is nominally seen does not.
    """
    if isinstance(seen, Unclear):
        return _unclear(seen, steps, n, cells, reached)
    along = seen.axis
    if along is None:
        return _alike(seen, steps, cells)
    onto, step = aimed(along, steps[along])
    if isinstance(step, Whole | Past | Future | Behind | Unknown) and not seen.real.sure:
        seen = known(seen, reached())
    after = _through(seen, step, n, cells[along])
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


def known(seen: Moving | OneSided, span: Span | None) -> Moving | OneSided:
    """The same, where it is known now which cells of the input really reach the tensor."""
    if span is None:
        return seen
    real = seen.real.known(span)
    return replace(seen, own=replace(seen.own, real=real)) if isinstance(seen, OneSided) else replace(seen, real=real)


def _alike(seen: Moving | OneSided, steps: Sequence[Reach], cells: Sequence[int]) -> Moving | OneSided | Unclear:
    """What all cells see alike stays so, unless some of the next see none of them."""
    gaps = [onto for axis, reach in enumerate(steps) for onto in _gaps(axis, reach, cells[axis])]
    return Unclear(GAPS, axes=tuple(gaps)) if gaps else seen


def _gaps(axis: int, reach: Reach, cells: int) -> tuple[int, ...]:
    """The axis along which a transposed convolution gives cells, between others, that no stamp reaches."""
    if isinstance(reach, Unread):
        return ()
    onto, step = aimed(axis, reach)
    if not isinstance(step, Transposed) or (step.size >= step.stride and step.dilation == 1):
        return ()
    places = range(step.cuts[0], step.cuts[0] + min(step.stride, step.length(cells)))
    stamped = {step.dilation * tap % step.stride for tap in range(min(step.size, step.stride))}
    return onto if any(place % step.stride not in stamped for place in places) else ()


def _unclear(
    seen: Unclear, steps: Sequence[Reach], n: int, cells: Sequence[int], reached: Callable[[], Span | None]
) -> Field | Unclear:
    """What is not known stays so, until something sees all of it."""
    along: set[int] = set()
    span, every = seen.span, bool(seen.axes)
    for axis in seen.axes:
        onto, step = aimed(axis, steps[axis])
        if isinstance(step, Whole) or (isinstance(step, Place) and cells[axis] == 1):
            continue
        every = False
        if not isinstance(step, Place):
            along.update(onto)
        if span != NOTHING and not covers(step, cells[axis]):
            span = None
    if every and span is None:
        span = reached()
    if seen.axes and not along and span is not None:
        return everything(Real(*span), n)
    return replace(seen, axes=tuple(sorted(along)), span=span)
