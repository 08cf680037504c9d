"""Whether branches are aligned where they meet: whether the centres of their fields agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING

from shapecalc.analysis.receptive.phased import MOST_PHASES, Phased
from shapecalc.analysis.receptive.seeing import Field, Unclear

if TYPE_CHECKING:
    from shapecalc.analysis.receptive.onesided import Seeing


@dataclass(frozen=True, slots=True)
class Meeting:
    """How the fields of branches lie to each other along one axis of an input.

    Only fields with two ends that move along the same axis have centres to compare.
    """

    branches: tuple[str, ...]
    """The nodes that meet, in the order in which they are read."""
    offsets: tuple[tuple[int, ...], ...] | None
    """Of each branch, for each phase of all together: half cells by which its centre lies after the first branch's.

    None where fields move by different jumps, and so drift apart.
    """
    flush: bool = False
    """All fields end at the same cell, or all begin at one, at every output cell: as in a causal network."""

    @property
    def aligned(self) -> bool:
        """Whether the centres of all branches agree, at every output cell."""
        return self.apart == 0

    @property
    def apart(self) -> int | None:
        """Half cells between the two centres furthest apart, where that is most; None: they drift."""
        if self.offsets is None:
            return None
        return max(int(max(column) - min(column)) for column in zip(*self.offsets, strict=True))

    @property
    def shift(self) -> Fraction | None:
        """The same of the centres' means over a period: what is left when what resizing moves is evened out."""
        if self.offsets is None:
            return None
        means = [Fraction(sum(row), len(row)) for row in self.offsets]
        return max(means) - min(means)


def meeting(branches: Sequence[tuple[str, Seeing | None]], cells: int) -> Meeting | None:
    """How branches lie to each other along an axis of so many output cells; None where that cannot be told.

    Those that see nothing of the axis, or all of it, have no centre that could lie elsewhere.
    """
    there = [(name, seen) for name, seen in branches if seen is not None and (seen.axes or isinstance(seen, Unclear))]
    moving = [(name, seen) for name, seen in there if isinstance(seen, Field | Phased)]
    if len(moving) < 2 or len(moving) < len(there) or len({seen.axis for _, seen in moving}) > 1:
        return None
    names = tuple(name for name, _ in moving)
    period = lcm(*(seen.period if isinstance(seen, Phased) else 1 for _, seen in moving))
    if len({seen.jump for _, seen in moving}) > 1 and cells > 1:
        return Meeting(names, None)
    if min(period, cells) > MOST_PHASES:
        return None
    every = [[span for _, seen in moving if (span := seen.at(i)) is not None] for i in range(min(period, cells))]
    every = [spans for spans in every if len(spans) == len(moving)]
    columns = [[int(sum(span) - sum(spans[0])) for span in spans] for spans in every]
    flush = any(all(len({span[end] for span in spans}) == 1 for spans in every) for end in (0, 1))
    return Meeting(names, tuple(zip(*columns, strict=True)), flush) if columns else None
