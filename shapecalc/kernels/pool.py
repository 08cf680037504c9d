"""Pooling: one number for each window of each channel."""

from __future__ import annotations

import math
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np

from shapecalc.kernels.window import view, walks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapecalc.kernels.window import Array, Mode, Walk


def max_pool(
    x: Array,
    size: Sequence[int],
    *,
    stride: Sequence[int],
    dilation: Sequence[int],
    padding: Sequence[Mode],
    ceil: bool = False,
) -> Array:
    """The largest cell of each window; padding never wins."""
    windows = view(x, walks(x, size, stride, dilation, padding, ceil=ceil), fill=-np.inf)
    y: Array = windows.max(axis=tuple(range(x.ndim, windows.ndim)))
    return y


def sum_pool(
    x: Array, size: Sequence[int], *, stride: Sequence[int], padding: Sequence[Mode], ceil: bool = False
) -> Array:
    """The sum of each window."""
    windows = view(x, walks(x, size, stride, (1,) * len(size), padding, ceil=ceil))
    y: Array = windows.sum(axis=tuple(range(x.ndim, windows.ndim)))
    return y


def avg_pool(
    x: Array,
    size: Sequence[int],
    *,
    stride: Sequence[int],
    padding: Sequence[Mode],
    ceil: bool = False,
    count_include_pad: bool = False,
) -> Array:
    """The mean of each window over its cells in the input, or in the padded input; never over an overhang."""
    axes = walks(x, size, stride, (1,) * len(size), padding, ceil=ceil)
    cells = reduce(np.multiply.outer, [counted(walk, pad=count_include_pad) for walk in axes])
    # a window of nothing but padding gives 0, the empty sum
    return sum_pool(x, size, stride=stride, padding=padding, ceil=ceil) * (1 / np.maximum(cells, 1)).astype(x.dtype)


def counted(walk: Walk, *, pad: bool) -> Array:
    """How many cells of each window lie in the axis, with its padding or without."""
    before, after = walk.pads
    inside = range(before + walk.cells + after) if pad else range(before, before + walk.cells)
    return np.array([sum(start + tap in inside for tap in range(walk.taps)) for start in walk.places], float)


def global_max(x: Array, *, keep: bool = False) -> Array:
    """The largest cell of each channel: ``(batch, c)``, or ``(batch, c, 1, …)`` to keep the axes."""
    y: Array = x.max(axis=tuple(range(2, x.ndim)), keepdims=keep)
    return y


def global_avg(x: Array, *, keep: bool = False) -> Array:
    """The mean of each channel: ``(batch, c)``, or ``(batch, c, 1, …)`` to keep the axes."""
    y: Array = x.sum(axis=tuple(range(2, x.ndim)), keepdims=keep) * (1 / math.prod(x.shape[2:]))
    return y
