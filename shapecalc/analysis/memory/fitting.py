"""The largest batch that a limit admits: at each moment the bytes are affine in it, so it is the least of divisions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from shapecalc.analysis.cost import summed
from shapecalc.formulas.memory import at_batch, most_examples

if TYPE_CHECKING:
    from shapecalc.analysis.memory.ledger import Moment
    from shapecalc.analysis.memory.parameters import Part


class Fit(NamedTuple):
    """What fits in a limit, and what keeps one more from it."""

    limit: int
    batch: int
    """The largest batch; 0 where not even one example fits."""
    bytes: int
    """What that batch takes; what is there all the time, where none fits."""
    one_more: int
    """What one example more takes."""
    standing: int
    """What is there all the time, whatever the batch."""
    activations: int
    """The activations at their peak, with one example more."""
    binds: str
    """What takes the most of it: activations, or the largest part of what is there all the time."""
    moment: Moment
    """When one example more does not fit, at its worst."""
    known: bool
    """Whether every layer is counted whole; where not, no more than this fits."""


def fitted(limit: int, parts: Iterable[Part], moments: Sequence[Moment], *, known: bool) -> Fit:
    """The largest batch whose every moment keeps within a limit."""
    parts = list(parts)
    always = summed(part.bytes for part in parts)
    room = limit - always
    batch = max(0, min(most_examples(room, moment.fixed, moment.each) for moment in moments))
    worst = max(moments, key=lambda moment: moment.bytes(batch + 1))
    more = worst.bytes(batch + 1)
    largest = max(parts, key=lambda part: part.bytes)
    highest = max(moments, key=lambda moment: moment.bytes(batch))
    return Fit(
        limit=limit,
        batch=batch,
        bytes=summed((always, at_batch(highest.fixed, highest.each, batch))) if batch else always,
        one_more=summed((always, at_batch(worst.fixed, worst.each, batch + 1))),
        standing=always,
        activations=more,
        binds="activations" if more >= always else largest.name,
        moment=worst,
        known=known,
    )
