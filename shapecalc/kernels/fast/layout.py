"""Arrays that lie with their channels last, seen with their channels first."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Self

import numpy as np

from shapecalc.kernels.fast import sizes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from shapecalc.kernels.window import Array, Walk


def seen_last(x: Array) -> Array:
    """The array seen as ``(batch, *lengths, channels)``, however it lies."""
    return x.transpose(0, *range(2, x.ndim), 1)


def last(x: Array) -> Array:
    """The array as ``(batch, *lengths, channels)`` in one piece; copied only where it does not lie so."""
    return np.ascontiguousarray(seen_last(x))


def first(y: Array) -> Array:
    """An array of shape ``(batch, *lengths, channels)``, seen as ``(batch, channels, *lengths)``."""
    return y.transpose(0, y.ndim - 1, *range(1, y.ndim - 1))


@dataclass(frozen=True, slots=True)
class Axis:
    """The windows along one axis."""

    cells: int
    taps: int
    stride: int
    dilation: int
    before: int
    """Cells of padding in front of the first; fewer than none where the first windows begin later."""
    places: int

    @classmethod
    def of(cls, walk: Walk) -> Self:
        """The axis of a walk."""
        return cls(walk.cells, walk.taps, walk.stride, walk.dilation, walk.pads[0], len(walk.places))

    @property
    def reach(self) -> int:
        """Cells from a window's first tap to its last, both counted."""
        return self.dilation * (self.taps - 1) + 1

    @property
    def span(self) -> int:
        """Cells from the first window's first tap to the last window's last."""
        return (self.places - 1) * self.stride + self.reach

    @property
    def plain(self) -> bool:
        """Whether each place reads its own cell and nothing else."""
        return self.taps == self.stride == 1 and not self.before and self.places == self.cells

    def part(self, start: int, count: int) -> tuple[int, int]:
        """The first cell that some places read, and the one after their last; either may be in the padding."""
        begin = start * self.stride - self.before
        return begin, begin + (count - 1) * self.stride + self.reach


def blocks(places: Sequence[int], most: int) -> Iterator[tuple[slice, ...]]:
    """Parts of a grid of places, each in one piece in row order and of ``most`` places, or of one if that is more."""
    if prod(places) <= most:
        yield tuple(slice(0, n) for n in places)
        return
    sides = sizes.sides(places, most)
    for corner in np.ndindex(*(-(-n // side) for n, side in zip(places, sides, strict=True))):
        yield tuple(
            slice(at * side, min((at + 1) * side, n)) for at, side, n in zip(corner, sides, places, strict=True)
        )
