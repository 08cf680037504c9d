"""Transposed convolution: an ordinary one for each place within a stride, none of whose products is with a zero."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from shapecalc.kernels.fast.layout import Axis
from shapecalc.kernels.fast.strips import Strips, bank_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapecalc.kernels.fast.finish import Finish
    from shapecalc.kernels.fast.room import Room
    from shapecalc.kernels.window import Array


@dataclass(frozen=True, slots=True)
class Stamp:
    """How stamps fall along one axis."""

    cells: int
    taps: int
    stride: int
    dilation: int
    cut: int
    """Cells cut off before the first that is kept."""
    places: int
    """Cells that are kept."""


def phase(stamp: Stamp, first: int) -> tuple[Axis, list[int]]:
    """The convolution that gives the places ``first``, ``first + stride``, … along an axis, and its taps in order."""
    count = len(range(first, stamp.places, stamp.stride))
    # a place reads the cells from which a tap falls on it: the further the tap, the earlier the cell
    falls = [
        (first + stamp.cut - tap * stamp.dilation, tap)
        for tap in range(stamp.taps - 1, -1, -1)
        if (first + stamp.cut - tap * stamp.dilation) % stamp.stride == 0
    ]
    cells = [(fall // stamp.stride, tap) for fall, tap in falls]
    if not cells:
        return Axis(stamp.cells, 0, 1, 1, 0, count), []
    step = cells[1][0] - cells[0][0] if len(cells) > 1 else 1
    return Axis(stamp.cells, len(cells), 1, step, -cells[0][0], count), [tap for _, tap in cells]


@dataclass(frozen=True, slots=True)
class Transposed:
    """A transposed convolution."""

    stamps: tuple[Stamp, ...]
    parts: tuple[tuple[tuple[int, ...], Strips | None], ...]
    """For each first place within a stride, the convolution that gives it and every one a stride on."""
    filters: int
    finish: Finish
    room: Room

    @classmethod
    def of(cls, stamps: Sequence[Stamp], kernel: Array, groups: int, finish: Finish, room: Room) -> Transposed:
        """Of a kernel ``(c, filters / groups, *taps)``."""
        channels, filters, *taps = kernel.shape
        # (c, filters / groups) in each group becomes (filters / groups, c / groups), as an ordinary kernel has it
        turned = kernel.reshape(groups, channels // groups, filters, *taps).swapaxes(1, 2)
        ordinary = turned.reshape(groups * filters, channels // groups, *taps)
        parts: list[tuple[tuple[int, ...], Strips | None]] = []
        for firsts in product(*(range(min(stamp.stride, stamp.places)) for stamp in stamps)):
            axes, chosen = zip(*(phase(stamp, first) for stamp, first in zip(stamps, firsts, strict=True)), strict=True)
            if not all(chosen):
                parts.append((firsts, None))
                continue
            part = ordinary[np.ix_(*map(range, ordinary.shape[:2]), *chosen)]
            parts.append((firsts, Strips(axes, bank_of(part, groups), finish, room)))
        return cls(tuple(stamps), tuple(parts), groups * filters, finish, room)

    def __call__(self, x: Array) -> Array:
        """Of an array whose channels are last, and so are those of what it gives."""
        y = self.room.empty((len(x), *(stamp.places for stamp in self.stamps), self.filters), x.dtype)
        for firsts, strips in self.parts:
            steps = (slice(first, None, stamp.stride) for first, stamp in zip(firsts, self.stamps, strict=True))
            part = y[(slice(None), *steps)]
            if strips is not None:
                strips.into(part, x)
            else:  # no stamp falls here
                part[...] = 0
                self.finish(part)
        return y
