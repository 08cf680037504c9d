"""How often each cell of a layer's input is read along one axis, as it is padded and as it might be."""

from __future__ import annotations

from dataclasses import dataclass, replace

from shapecalc.analysis.receptive.taps import most, taps
from shapecalc.formulas.reach import Bins, Shift, Stretch
from shapecalc.formulas.windows import Transposed, Window

MOST_READS = 2_000_000
"""Reads that are counted one by one."""
AS_WRITTEN = "as written"
PADDINGS = ("valid", "same", "full")
"""The three that text books compare."""


@dataclass(frozen=True, slots=True)
class Reads:
    """How many windows read each cell of one axis; ``counts`` is None where they are too many to be counted."""

    padding: str
    """``as written``, or the padding that it is compared with."""
    outputs: int
    """Places that the window takes; below 1 where it does not fit."""
    counts: tuple[int, ...] | None

    @property
    def first(self) -> int | None:
        """How often the first cell is read."""
        return self.counts[0] if self.counts else None

    @property
    def middle(self) -> int | None:
        """How often the middle cell is read."""
        return self.counts[len(self.counts) // 2] if self.counts else None

    @property
    def most(self) -> int | None:
        """How often the cell is read that is read most."""
        return max(self.counts) if self.counts else None

    @property
    def unread(self) -> int | None:
        """Cells that are never read."""
        return None if self.counts is None else self.counts.count(0)


Slid = Window | Transposed | Stretch | Bins | Shift
"""What reads some cells of an axis and not others."""


def reads_of(step: Slid, n: int, outputs: int, padding: str = AS_WRITTEN) -> Reads:
    """How often so many outputs of a layer read each of ``n`` cells."""
    if outputs < 1:
        return Reads(padding, outputs, None)
    if outputs * most(step, n) + n > MOST_READS:
        return Reads(padding, outputs, None)
    counts = [0] * n
    for o in range(outputs):
        for cell in taps(step, o, n):
            if 0 <= cell < n:
                counts[cell] += 1
    return Reads(padding, outputs, tuple(counts))


def under_paddings(window: Window, n: int) -> tuple[Reads, ...]:
    """How often each of ``n`` cells is read by a window under VALID, SAME and full padding."""
    padded = [replace(window, padding=word, ceil=False) for word in PADDINGS]  # type: ignore[arg-type]
    return tuple(reads_of(one, n, int(one.length(n)), word) for word, one in zip(PADDINGS, padded, strict=True))
