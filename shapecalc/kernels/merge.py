"""Where branches meet."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapecalc.kernels.window import Array


def add(xs: Sequence[Array]) -> Array:
    """The sum; an axis of length 1 is spread."""
    return reduce(np.add, xs)


def multiply(xs: Sequence[Array]) -> Array:
    """The product; an axis of length 1 is spread."""
    return reduce(np.multiply, xs)


def concat(xs: Sequence[Array], axis: int = 1) -> Array:
    """One behind the other along an axis: the channels, unless told."""
    return np.concatenate(xs, axis=axis)


def crop(x: Array, lengths: Sequence[int]) -> Array:
    """The middle of every axis after batch and channels; an odd cell is cut off the end."""
    kept = []
    for n, length in zip(x.shape[2:], lengths, strict=True):
        if length > n:
            raise ValueError(f"an axis of {n} cells cannot be cropped to {length}")
        before = (n - length) // 2
        kept.append(slice(before, before + length))
    return x[(slice(None), slice(None), *kept)]
