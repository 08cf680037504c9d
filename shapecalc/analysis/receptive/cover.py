"""What reaches one output cell along an input axis: which cells really do, and how many paths lead from them.

A path takes one tap of each layer it goes through, and every tap counts one, as in a network of one channel whose
weights are all the same. Where branches meet their paths are added; an identity is one path. Each axis is taken by
itself: the taps along another do not multiply.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt


@dataclass(frozen=True, slots=True)
class Cover:
    """The input cells that reach an output cell, and the moments of the paths from them."""

    first: int
    """The first of the cells."""
    mask: int
    """A bit for each cell from the first on: set where it reaches. 0: none does."""
    paths: int
    """Paths from the input to the output cell."""
    places: int
    """The cells they begin at, added up over the paths."""
    squares: int
    """The squares of these cells, added up over the paths."""

    @classmethod
    def cell(cls, i: int) -> Cover:
        """What reaches an input cell: itself."""
        return cls(i, 1, 1, i, i * i)

    @property
    def size(self) -> int:
        """Cells from the first to the last that reaches."""
        return self.mask.bit_length()

    @property
    def reached(self) -> int:
        """How many of them do."""
        return self.mask.bit_count()

    @property
    def holes(self) -> int:
        """How many do not."""
        return self.size - self.reached

    @property
    def mean(self) -> Fraction | None:
        """The cell at which a path begins on average; None where there is none."""
        return Fraction(self.places, self.paths) if self.paths else None

    @property
    def variance(self) -> Fraction | None:
        """The variance of the cell at which a path begins."""
        if not self.paths:
            return None
        return Fraction(self.squares * self.paths - self.places**2, self.paths**2)

    @property
    def spread(self) -> float | None:
        """The standard deviation: half the width of the effective field, in cells."""
        if not self.paths:
            return None
        # one division of integers: no common divisor is looked for, and the result is as exact as a float can be
        return sqrt((self.squares * self.paths - self.places**2) / self.paths**2)

    def moved(self, by: int) -> Cover:
        """The same so many cells further on."""
        if not by or not self.mask:
            return self
        return Cover(
            self.first + by,
            self.mask,
            self.paths,
            self.places + by * self.paths,
            self.squares + 2 * by * self.places + by * by * self.paths,
        )


NOTHING = Cover(0, 0, 0, 0, 0)
"""What reaches a cell that sees padding only."""


def merged(covers: Iterable[Cover]) -> Cover:
    """What reaches a cell that reads others, each as often as it is given."""
    some = [cover for cover in covers if cover.mask]
    if len(some) < 2:
        return some[0] if some else NOTHING
    first = min(cover.first for cover in some)
    mask = paths = places = squares = 0
    for cover in some:
        mask |= cover.mask << (cover.first - first)
        paths += cover.paths
        places += cover.places
        squares += cover.squares
    return Cover(first, mask, paths, places, squares)
