"""Where branches meet."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapecalc.kernels.window import Array


def tall(xs: Sequence[Array]) -> list[Array]:
    """Arrays that all have as many axes: a flat one gets places of length 1."""
    most = max(x.ndim for x in xs)
    return [x.reshape(*x.shape, *(1,) * (most - x.ndim)) for x in xs]


def add(xs: Sequence[Array]) -> Array:
    """The sum; an axis of length 1 is spread, and so is a flat array over all places."""
    return reduce(np.add, tall(xs))


def subtract(xs: Sequence[Array]) -> Array:
    """The first less all others."""
    return reduce(np.subtract, tall(xs))


def multiply(xs: Sequence[Array]) -> Array:
    """The product."""
    return reduce(np.multiply, tall(xs))


def divide(xs: Sequence[Array]) -> Array:
    """The first over all others."""
    return reduce(np.divide, tall(xs))


def maximum(xs: Sequence[Array]) -> Array:
    """The largest of the elements at each place."""
    return reduce(np.maximum, tall(xs))


def minimum(xs: Sequence[Array]) -> Array:
    """The smallest of the elements at each place."""
    return reduce(np.minimum, tall(xs))


def mean(xs: Sequence[Array]) -> Array:
    """The sum, times one over their number."""
    return add(xs) * (1 / len(xs))


def matmul(a: Array, b: Array, *, left: bool, right: bool) -> Array:
    """The matrix product of each example's two matrices, either one transposed first."""
    y: Array = np.matmul(a.swapaxes(1, 2) if left else a, b.swapaxes(1, 2) if right else b)
    return y


def concat(xs: Sequence[Array], axis: int = 1) -> Array:
    """One behind the other along an axis: the channels, unless told."""
    return np.concatenate(xs, axis=axis)


def crop(x: Array, lengths: Sequence[int | None]) -> Array:
    """The middle of every axis after batch and channels, or all of it; an odd cell is cut off the end."""
    kept = []
    for n, length in zip(x.shape[2:], lengths, strict=True):
        if length is None:
            kept.append(slice(None))
            continue
        if length > n:
            raise ValueError(f"an axis of {n} cells cannot be cropped to {length}")
        before = (n - length) // 2
        kept.append(slice(before, before + length))
    return x[(slice(None), slice(None), *kept)]


def crop_all(xs: Sequence[Array], *, along: int | None = None) -> list[Array]:
    """All arrays, each axis cut to the shortest, but for the one ``along``; a flat array as it is.

    The axes are counted from 0 after the channels.
    """
    maps = [x.shape[2:] for x in xs if x.ndim > 2]
    shortest = [None if axis == along else min(lengths) for axis, lengths in enumerate(zip(*maps, strict=True))]
    return [x if x.ndim == 2 else crop(x, shortest) for x in xs]
