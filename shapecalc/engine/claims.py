"""What is told of a field in the network that is probed, and where NaN has to be planted to find its ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shapecalc.analysis.receptive.onesided import OneSided

if TYPE_CHECKING:
    from shapecalc.analysis.receptive.seeing import Moving

Plant = tuple[int, int]
"""From a cell on to the end, 1, or to the beginning, −1; and that cell."""
ON, BACK = 1, -1
MOST_PHASES = 128
"""Of a field that depends on the position of the output cell in more ways than this, so many are looked at."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What is told of one node along one axis."""

    field: Moving | OneSided
    cells: int
    """Output cells along the axis that the field moves along."""
    n: int
    """Cells of the input's axis."""

    @property
    def period(self) -> int:
        """Output cells after which the field is the same again, moved on."""
        return int(getattr(self.field, "period", 1))

    def of(self, cell: int) -> tuple[int, int] | None:
        """The first and the last cell that an output cell sees, beyond the border too; None: nothing."""
        return self.field.at(cell if self.field.axis is not None else 0)

    def clipped(self, cell: int) -> tuple[int, int] | None:
        """What of the field of an output cell lies within the input."""
        span = self.of(cell)
        if span is None:
            return None
        first, last = max(0, int(span[0])), min(self.n - 1, int(span[1]))
        return (first, last) if first <= last else None

    def clean(self, cell: int) -> bool:
        """Whether an output cell sees nothing but the input, and nothing that a layer between has cut off or added."""
        span = self.of(cell)
        if self.field.whole or span is None:
            return True
        if isinstance(self.field, OneSided) and not self.field.sure(cell):
            return False
        if isinstance(self.field, OneSided):
            reached = self.field.real
            return bool(max(0, reached.low) <= span[0] and span[1] <= min(self.n - 1, reached.high))
        return self.field.real.clean((int(span[0]), int(span[1])))

    def looked_at(self) -> tuple[int, ...]:
        """Neighbouring output cells in the middle of those that are clean: a period, and the first of the next.

        Fewer, where there are not as many; none, where the border clips the fields of all.
        """
        if self.field.axis is None:
            return (0,) if self.clean(0) else ()
        begin = next((cell for cell in range(self.cells) if self.clean(cell)), self.cells)
        end = next((cell for cell in range(self.cells - 1, begin - 1, -1) if self.clean(cell)), begin - 1)
        count = min(self.period, MOST_PHASES) + 1
        begin = max(begin, (begin + end + 1 - count) // 2)
        return tuple(cell for cell in range(begin, min(begin + count, end + 1)) if self.clean(cell))

    def complete(self, cells: Sequence[int]) -> bool:
        """Whether these output cells show all that is told: every phase, and how far the field moves in a period."""
        return self.field.axis is None or len(cells) > self.period

    def plants(self, cells: Sequence[int]) -> Iterator[Plant]:
        """What is planted to find the ends of the field of each output cell: at each end, and one beyond.

        Of the first cell of the next period one end is enough, one that moves, which tells how far the field has moved.
        """
        for number, cell in enumerate(cells):
            if (seen := self.clipped(cell)) is not None:
                first, last = seen
                ways = self.ways(number)
                if BACK in ways:
                    yield from ((BACK, first), (BACK, first - 1))
                if ON in ways:
                    yield from ((ON, last), (ON, last + 1))

    def ways(self, number: int) -> tuple[int, ...]:
        """From which ends of the field of an output cell plants are set: both, and one of those of the next period."""
        if number < self.period:
            return BACK, ON
        return (ON,) if isinstance(self.field, OneSided) and self.field.side == "before" else (BACK,)
