"""What an explanation is made of: frozen records of numbers, and of where each is from. No layout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

from shapecalc.analysis import AtLeast
from shapecalc.figure import Term, term

if TYPE_CHECKING:
    from shapecalc.figure import Formula
    from shapecalc.shape import Shape

Number = int | Fraction | AtLeast | None
"""A value; None: not known."""
Unit = Literal["shape", "count", "bytes", "cells", "percent", "word"]


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter of a formula: what it means, its value here, and where that is from."""

    letter: str
    meaning: str
    value: int | tuple[int, ...]
    origin: str


@dataclass(frozen=True, slots=True)
class Use:
    """A formula used once: what it gives, with which numbers."""

    of: str
    """What it gives: ``H, W of conv1``; empty where that has no name."""
    formula: Formula[Any]
    given: tuple[int | Sequence[int], ...]
    value: int | Fraction
    letters: tuple[Letter, ...] = ()

    @property
    def in_names(self) -> Term:
        """The formula in its letters."""
        return self.formula.over([Term("name", letter) for letter in self.formula.letters])

    @property
    def in_numbers(self) -> Term:
        """The formula with the numbers in it."""
        return self.formula.over([term(value) for value in self.given])

    @property
    def meaning(self) -> str:
        """What the formula gives, in a sentence."""
        return (self.formula.body.__doc__ or "").splitlines()[0].replace("``", "")


@dataclass(frozen=True, slots=True)
class Item:
    """One number of a figure that has several: of one axis, or of one kind of operation."""

    of: str
    value: Number
    why: str = ""
    """Where it is from, where no formula made it; or why it is not known."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a sum, or one case of several."""

    name: str
    value: Number
    note: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """One figure explained."""

    layer: str
    """Whose it is; empty for the whole network."""
    figure: str
    value: Shape | Number
    unit: Unit
    word: str = ""
    """What is said in place of a number."""
    items: tuple[Item, ...] = ()
    uses: tuple[Use, ...] = ()
    """Each formula on the way, nearest first, back to what was given."""
    more: int = 0
    """Uses that are left out."""
    parts: tuple[Part, ...] = ()
    parts_by: str = "part"
    """What the parts are."""
    remarks: tuple[str, ...] = ()
