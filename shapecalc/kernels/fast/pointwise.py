"""Convolution by kernels of one tap, and the dense layer: one matrix product on the array as it lies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shapecalc.kernels.fast import sizes

if TYPE_CHECKING:
    from shapecalc.kernels.fast.finish import Finish
    from shapecalc.kernels.fast.room import Room
    from shapecalc.kernels.window import Array


@dataclass(frozen=True, slots=True)
class Pointwise:
    """The same matrix at every place, or at every place a stride apart."""

    matrix: Array
    """Of shape ``(c, filters)``."""
    finish: Finish
    room: Room
    stride: tuple[int, ...] = ()

    def __call__(self, x: Array, beside: Array | None = None) -> Array:
        """Of an array whose channels are last, and so are those of what it gives; ``beside`` is added to that."""
        if max(self.stride, default=1) > 1:
            x = x[(slice(None), *(slice(None, None, step) for step in self.stride))]
            (near,) = self.room.scratch(x.dtype, x.shape)
            near[...] = x
            x = near
        y = self.room.empty((*x.shape[:-1], self.matrix.shape[1]), x.dtype)
        self.into(y, x, beside)
        return y

    def into(self, y: Array, x: Array, beside: Array | None = None) -> None:
        """Write to an array, of one that has as many places."""
        channels, filters = self.matrix.shape
        rows, made = x.reshape(-1, channels), y.reshape(-1, filters)
        others = None if beside is None else beside.reshape(-1, filters)
        step = max(sizes.ROWS, 2 * sizes.NEAR // (filters * x.itemsize))
        for start in range(0, len(rows), step):
            here = slice(start, start + step)
            np.matmul(rows[here], self.matrix, out=made[here])
            self.finish(made[here], None if others is None else others[here])
