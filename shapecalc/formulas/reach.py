"""How an output sees one axis of its input: the words in which a layer states its reach."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import floor

from shapecalc.figure import ceil_div
from shapecalc.formulas.windows import Transposed, Window


@dataclass(frozen=True, slots=True)
class Shift:
    """Output cell i is input cell i + ``by``: a crop (or, below zero, a pad)."""

    by: int = 0
    after: int = 0
    """Cells cut off the end; below zero, added there."""


@dataclass(frozen=True, slots=True)
class Place:
    """Every output sees one and the same cell: the one at ``at``."""

    at: int


@dataclass(frozen=True, slots=True)
class Whole:
    """Every output sees the whole axis."""


@dataclass(frozen=True, slots=True)
class Past:
    """Every output sees its own place and all before it: a causal attention, a recurrence in one direction."""


@dataclass(frozen=True, slots=True)
class Future:
    """Every output sees its own place and all after it: a recurrence from the end to the beginning."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A resizing from ``n`` cells to ``o``: an output sees the ``taps`` cells nearest its place.

    One tap: the cell that the output's left edge lies in. More: those around its centre; the one alone on which the
    centre lies.
    """

    n: int
    o: int
    taps: int
    align_corners: bool = False
    """The centres of the first and of the last cells meet; otherwise the edges do."""

    @property
    def ratio(self) -> Fraction:
        """Input cells from one output to the next."""
        if self.align_corners:
            return Fraction(self.n - 1, self.o - 1) if self.o > 1 else Fraction(0)
        return Fraction(self.n, self.o)

    def sees(self, i: int) -> tuple[int, int]:
        """The first and the last cell that output ``i`` sees, past the ends of the axis too."""
        if self.taps == 1:
            cell = i * self.n // self.o
            return cell, cell
        place = i * self.ratio if self.align_corners else (i + Fraction(1, 2)) * self.ratio - Fraction(1, 2)
        cell = floor(place)
        side = self.taps // 2
        return (cell, cell) if place == cell else (cell - side + 1, cell + side)


@dataclass(frozen=True, slots=True)
class Bins:
    """``o`` bins that part ``n`` cells, neighbours sharing a cell where it does not come out even."""

    n: int
    o: int

    @property
    def ratio(self) -> Fraction:
        """Input cells from one output to the next."""
        return Fraction(self.n, self.o)

    def sees(self, i: int) -> tuple[int, int]:
        """The first and the last cell of bin ``i``."""
        return i * self.n // self.o, ceil_div((i + 1) * self.n, self.o) - 1


@dataclass(frozen=True, slots=True)
class Behind:
    """The cells of several inputs stand one behind the other along this axis: each output sees one of the inputs."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """What an output sees along this axis is not known; ``why`` is a sentence."""

    why: str
    covers: bool = False
    """All outputs together see every cell all the same."""


Step = Window | Transposed | Shift | Place | Whole | Past | Future | Stretch | Bins | Behind | Unknown


@dataclass(frozen=True, slots=True)
class Unread:
    """No cell is seen: of this input the shape alone is read."""


@dataclass(frozen=True, slots=True)
class Onto:
    """The axis is seen along another axis of the output, counted from 0 after the channels.

    Along several where the cells of one axis are laid out over them: how is then `Unknown`.
    """

    axis: int | tuple[int, ...]
    step: Step = Shift()


Reach = Step | Onto | Unread

SAME_CELL = Shift()
WHOLE = Whole()
UNREAD = Unread()
