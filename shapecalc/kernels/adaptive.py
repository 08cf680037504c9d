"""Pooling into a given number of bins along each axis."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from shapecalc.kernels.window import Array


def bin_of(cells: int, count: int, place: int) -> slice:
    """The cells that one of ``count`` equal parts of an axis touches, as PyTorch has it."""
    return slice(place * cells // count, -(-(place + 1) * cells // count))


def pooled(x: Array, size: Sequence[int], reduce: Callable[[Array], Array]) -> Array:
    """Every bin reduced: ``reduce`` is given the cells of one, of shape ``(batch, channels, *cells)``."""
    y = np.empty((*x.shape[:2], *size), x.dtype)
    for number in range(math.prod(size)):
        place: tuple[Any, ...] = np.unravel_index(number, size)
        cells = (bin_of(n, o, i) for n, o, i in zip(x.shape[2:], size, place, strict=True))
        y[(..., *place)] = reduce(x[(slice(None), slice(None), *cells)])
    return y


def avg(x: Array, size: Sequence[int]) -> Array:
    """The mean of each bin."""
    return pooled(x, size, mean)


def largest(x: Array, size: Sequence[int]) -> Array:
    """The largest cell of each bin."""
    return pooled(x, size, lambda cells: cells.max(axis=tuple(range(2, cells.ndim))))


def mean(cells: Array) -> Array:
    """The mean of each channel's cells: their sum, multiplied once."""
    y: Array = cells.sum(axis=tuple(range(2, cells.ndim))) * (1 / math.prod(cells.shape[2:]))
    return y
