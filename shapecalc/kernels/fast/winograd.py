"""Convolution by 3×3 in fewer multiplications: small tiles are transformed, multiplied number by number, and back.

Lavin & Gray 2016, Fast Algorithms for Convolutional Neural Networks, sections 4.1 and 4.3, equations 7 to 9 and 18 to
20: F(2×2, 3×3) takes 16 products for 4 outputs, F(4×4, 3×3) 36 for 16, where the plain sum takes 36 and 144.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from shapecalc.kernels.fast import sizes
from shapecalc.kernels.fast.layout import blocks
from shapecalc.kernels.fast.strips import surrounded

if TYPE_CHECKING:
    from shapecalc.kernels.fast.finish import Finish
    from shapecalc.kernels.fast.layout import Axis
    from shapecalc.kernels.fast.room import Room
    from shapecalc.kernels.window import Array

# of the input, of the kernel, of the output: Bᵀ, G and Aᵀ
TRANSFORMS = {
    2: (
        [[1, 0, -1, 0], [0, 1, 1, 0], [0, -1, 1, 0], [0, 1, 0, -1]],
        [[1, 0, 0], [1 / 2, 1 / 2, 1 / 2], [1 / 2, -1 / 2, 1 / 2], [0, 0, 1]],
        [[1, 1, 1, 0], [0, 1, -1, -1]],
    ),
    4: (
        [
            [4, 0, -5, 0, 1, 0],
            [0, -4, -4, 1, 1, 0],
            [0, 4, -4, -1, 1, 0],
            [0, -2, -1, 2, 1, 0],
            [0, 2, -1, -2, 1, 0],
            [0, 4, 0, -5, 0, 1],
        ],
        [
            [1 / 4, 0, 0],
            [-1 / 6, -1 / 6, -1 / 6],
            [-1 / 6, 1 / 6, -1 / 6],
            [1 / 24, 1 / 12, 1 / 6],
            [1 / 24, -1 / 12, 1 / 6],
            [0, 0, 1],
        ],
        [[1, 1, 1, 1, 1, 0], [0, 1, -1, 2, -2, 0], [0, 1, 1, 4, 4, 0], [0, 1, -1, 8, -8, 1]],
    ),
}


def transform(tile: int, which: int, dtype: np.dtype[Any]) -> Array:
    """One of the three for both axes at once: a matrix that takes a flat square and gives one."""
    one = np.array(TRANSFORMS[tile][which], dtype)
    both: Array = np.kron(one, one)
    return both


def bank_of(kernel: Array, tile: int) -> Array:
    """A kernel ``(filters, c, 3, 3)`` transformed: ``((tile + 2)², c, filters)``."""
    filters, channels = kernel.shape[:2]
    flat = kernel.transpose(2, 3, 1, 0).reshape(9, channels * filters)
    bank: Array = np.matmul(transform(tile, 1, kernel.dtype), flat)
    return bank.reshape(-1, channels, filters)


@dataclass(frozen=True, slots=True)
class Winograd:
    """A convolution by 3×3 that steps one cell at a time."""

    axes: tuple[Axis, ...]
    tile: int
    """Outputs along a side of a tile: 2 or 4."""
    bank: Array
    finish: Finish
    room: Room

    def __call__(self, x: Array) -> Array:
        """Of an array whose channels are last, and so are those of what it gives."""
        m, side = self.tile, self.tile + 2
        squares, channels, filters = self.bank.shape
        places = [axis.places for axis in self.axes]
        tiles = [-(-count // m) for count in places]
        y = self.room.empty((len(x), *places, filters), x.dtype)
        there, back = transform(m, 0, x.dtype), transform(m, 2, x.dtype)
        for examples, down, across in blocks((len(x), *tiles), sizes.TILES):
            some = (examples.stop - examples.start, down.stop - down.start, across.stop - across.start)
            count = prod(some)
            region = [
                (first := piece.start * m - axis.before, first + (piece.stop - piece.start) * m + 2)
                for axis, piece in zip(self.axes, (down, across), strict=True)
            ]
            local, cells, seen, products, made = self.room.scratch(
                x.dtype,
                (some[0], *(end - start for start, end in region), channels),
                (squares, count * channels),
                (squares, count * channels),
                (squares, count, filters),
                (m * m, count * filters),
            )
            near = surrounded(x[examples], region, local)
            s = near.strides
            view = as_strided(near, (side, side, *some, channels), (s[1], s[2], s[0], m * s[1], m * s[2], s[3]))
            np.copyto(cells.reshape(view.shape), view)
            np.matmul(there, cells, out=seen)
            np.matmul(seen.reshape(squares, count, channels), self.bank, out=products)
            np.matmul(back, products.reshape(squares, count * filters), out=made)
            self.finish(made.reshape(m * m * count, filters))
            part = y[examples, down.start * m : down.stop * m, across.start * m : across.stop * m]
            squared = made.reshape(m, m, *some, filters)
            for i in range(m):
                for j in range(m):
                    to = part[:, i::m, j::m]
                    to[...] = squared[i, j][:, : to.shape[1], : to.shape[2]]
        return y
