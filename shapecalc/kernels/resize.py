"""Resizing: each output cell is one cell of the input, or a weighted sum of those nearest its place."""

from __future__ import annotations

from functools import reduce
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from shapecalc.kernels.window import Array

SHARPNESS = -0.75
"""The free parameter of the cubic kernel: a of Keys 1981, Cubic Convolution Interpolation, as PyTorch sets it."""


class Tap(NamedTuple):
    """For every output place along an axis, one cell it reads and the weight of that cell."""

    cells: NDArray[np.intp]
    weights: Array


def nearest(n: int, o: int) -> NDArray[np.intp]:
    """The cell that each output place reads: the one that its left edge lies in."""
    return np.array([i * n // o for i in range(o)], np.intp)


def places(n: int, o: int, *, align_corners: bool) -> tuple[Array, Array]:
    """Where in the input the centre of each output cell lies: the last cell at it or before, and how far beyond that.

    By whole numbers, so that a place that falls on a cell does.
    """
    i = np.arange(o, dtype=np.int64)
    if align_corners:
        # the centres of the first and of the last cells meet
        place, parts = i * (n - 1), max(o - 1, 1)
    else:
        place, parts = (2 * i + 1) * n - o, 2 * o
    cell = place // parts
    return cell.astype(float), (place - cell * parts) / parts


def linear(n: int, o: int, *, align_corners: bool) -> list[Tap]:
    """The two cells around each place, weighted by how near they are."""
    cell, t = places(n, o, align_corners=align_corners)
    cell, t = np.maximum(cell, 0), np.where(cell < 0, 0, t)
    return taps(n, cell, [(0, 1 - t), (1, t)])


def cubic(n: int, o: int, *, align_corners: bool) -> list[Tap]:
    """The four cells around each place, weighted by cubic convolution; past an end the cell at the end is read."""
    cell, t = places(n, o, align_corners=align_corners)
    return taps(n, cell, [(-1, far(1 + t)), (0, near(t)), (1, near(1 - t)), (2, far(2 - t))])


def near(d: Array) -> Array:
    """The weight of a cell at most 1 away."""
    weight: Array = ((SHARPNESS + 2) * d - (SHARPNESS + 3)) * d * d + 1
    return weight


def far(d: Array) -> Array:
    """The weight of a cell between 1 and 2 away."""
    weight: Array = ((SHARPNESS * d - 5 * SHARPNESS) * d + 8 * SHARPNESS) * d - 4 * SHARPNESS
    return weight


def taps(n: int, cell: Array, weighted: Sequence[tuple[int, Array]]) -> list[Tap]:
    """Taps at distances from a cell; one of no weight reads the cell itself, so that it sees nothing of its own."""
    found = []
    for distance, weights in weighted:
        cells = np.where(weights == 0, cell, cell + distance)
        found.append(Tap(np.clip(cells, 0, n - 1).astype(np.intp), weights))
    return found


KERNELS = {"linear": linear, "cubic": cubic}


def resize(x: Array, lengths: Sequence[int], *, mode: str, align_corners: bool = False) -> Array:
    """The axes after batch and channels made so long; one that has its length already is left alone."""
    if x.shape[2:] == tuple(lengths):
        return x
    if mode == "nearest":
        for axis, length in enumerate(lengths, 2):
            if x.shape[axis] != length:
                x = np.take(x, nearest(x.shape[axis], length), axis=axis)
        return x
    axes = [
        [Tap(np.arange(n), np.ones(n))] if n == o else KERNELS[mode](n, o, align_corners=align_corners)
        for n, o in zip(x.shape[2:], lengths, strict=True)
    ]
    y: Array | None = None
    for chosen in product(*axes):
        weight = reduce(np.multiply.outer, [tap.weights.astype(x.dtype) for tap in chosen])
        cells: tuple[Any, ...] = (..., *np.ix_(*(tap.cells for tap in chosen)))
        part = x[cells]
        part *= weight
        if y is None:
            y = part
        else:
            y += part
    assert y is not None  # noqa: S101  there is one choice of taps at least
    return y


def enlarge(x: Array, factors: Sequence[int], *, mode: str, align_corners: bool = False) -> Array:
    """Each cell along the axes after batch and channels made so many."""
    lengths = [n * factor for n, factor in zip(x.shape[2:], factors, strict=True)]
    return resize(x, lengths, mode=mode, align_corners=align_corners)
