"""How an output sees one axis of its input: the words in which a layer states its reach."""

from __future__ import annotations

from dataclasses import dataclass

from shapecalc.formulas.windows import Transposed, Window


@dataclass(frozen=True, slots=True)
class Shift:
    """Output cell i is input cell i + ``by``: a crop (or, below zero, a pad)."""

    by: int = 0


@dataclass(frozen=True, slots=True)
class Whole:
    """Every output sees the whole axis."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """What an output sees along this axis is not known; ``why`` is a sentence."""

    why: str


Reach = Window | Transposed | Shift | Whole | Unknown

SAME_CELL = Shift()
WHOLE = Whole()
