"""How an output sees one axis of its input: the words in which a layer states its reach."""

from __future__ import annotations

from dataclasses import dataclass

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
class Stretch:
    """A resizing from ``n`` cells to ``o``: an output sees the ``taps`` cells nearest its place."""

    n: int
    o: int
    taps: int


@dataclass(frozen=True, slots=True)
class Unknown:
    """What an output sees along this axis is not known; ``why`` is a sentence."""

    why: str
    covers: bool = False
    """All outputs together see every cell all the same."""


Step = Window | Transposed | Shift | Place | Whole | Past | Stretch | Unknown


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
