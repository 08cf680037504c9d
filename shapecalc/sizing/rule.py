"""Sizes as a rule: those that leave certain numbers over a period, from one of them on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Rule:
    """Every size ``n ≥ first`` with ``n mod period`` among the residues; and some below that are out of step."""

    period: int
    residues: tuple[int, ...]
    first: int
    below: tuple[int, ...] = ()

    def holds(self, n: int) -> bool:
        """Whether a size is one of them."""
        return n in self.below or (n >= self.first and n % self.period in self.residues)

    @property
    def smallest(self) -> int | None:
        """The smallest of them; None where there is none."""
        if self.below:
            return self.below[0]
        return min((self.next(residue) for residue in self.residues), default=None)

    def next(self, residue: int) -> int:
        """The smallest size from ``first`` on that leaves a residue."""
        return self.first + (residue - self.first) % self.period


def rule(good: Callable[[int], bool], low: int, high: int, period: int) -> Rule | None:
    """The rule for the good sizes from ``low`` on, of which the last two periods before ``high`` were alike.

    None where they were not.
    """
    last = [good(n) for n in range(high - period, high)]
    if last != [good(n) for n in range(high - 2 * period, high - period)]:
        return None
    cells = next(p for p in range(1, period + 1) if period % p == 0 and last == last[:p] * (period // p))
    residues = tuple(sorted(n % cells for n in range(high - cells, high) if good(n)))
    first = high
    while first > low and good(first - 1) == ((first - 1) % cells in residues):
        first -= 1
    below = tuple(n for n in range(low, first) if good(n))
    return Rule(cells, residues, first, below)
