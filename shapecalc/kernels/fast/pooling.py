"""Pooling: a running maximum or sum along one axis, then along the next."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from shapecalc.kernels.fast.layout import Axis
    from shapecalc.kernels.fast.room import Room
    from shapecalc.kernels.window import Array


def under(axis: Axis, tap: int) -> tuple[slice, slice]:
    """The places at which a tap lies on a cell, and those cells."""
    offset = tap * axis.dilation - axis.before
    first = max(0, -(offset // axis.stride))
    stop = max(first, min(axis.places, -((offset - axis.cells) // axis.stride)))
    start = first * axis.stride + offset
    return slice(first, stop), slice(start, start + (stop - first) * axis.stride, axis.stride)


@dataclass(frozen=True, slots=True)
class Running:
    """Every window brought to one number by ``np.maximum`` or ``np.add``."""

    axes: tuple[Axis, ...]
    combine: np.ufunc
    empty: float
    """What a window of nothing but padding gives."""
    room: Room
    cells: tuple[Array, ...] = ()
    """What each place along each axis is divided by in the end."""

    def __call__(self, x: Array) -> Array:
        """Of an array whose channels are last, and so are those of what it gives."""
        for number in range(len(self.axes), 0, -1):
            x = self._along(x, number)
        for number, cells in enumerate(self.cells, start=1):
            np.divide(x, cells.astype(x.dtype).reshape(-1, *(1,) * (x.ndim - 1 - number)), out=x)
        return x

    def _along(self, x: Array, number: int) -> Array:
        axis = self.axes[number - 1]
        y = self.room.empty((*x.shape[:number], axis.places, *x.shape[number + 1 :]), x.dtype)
        lying = [under(axis, tap) for tap in range(axis.taps)]
        taps = [pair for pair in lying if pair[0].start < pair[0].stop]
        # one that lies on a cell at every place comes first, and need not be combined
        taps.sort(key=lambda pair: pair[0].stop - pair[0].start, reverse=True)
        before = (slice(None),) * number
        if taps and taps[0][0] == slice(0, axis.places):
            y[...] = x[(*before, taps.pop(0)[1])]
        else:
            y[...] = self.empty
        for places, cells in taps:
            part = y[(*before, places)]
            self.combine(part, x[(*before, cells)], out=part)
        return y


def global_avg(x: Array) -> Array:
    """The mean of each channel, ``(batch, c)``, of an array whose channels are last: a product with ones."""
    cells = prod(x.shape[1:-1])
    y: Array = np.matmul(np.ones((1, cells), x.dtype), x.reshape(len(x), cells, x.shape[-1]))[:, 0]
    return y * x.dtype.type(1 / cells)
