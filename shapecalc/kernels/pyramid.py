"""Pooling at several scales into one row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shapecalc.kernels import adaptive
from shapecalc.kernels.pool import avg_pool, max_pool

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapecalc.kernels.window import Array


def spp(x: Array, levels: Sequence[int], *, reduce: str, rule: str) -> Array:
    """Every level's bins, one row behind the other: ``(batch, numbers)``."""
    rank = x.ndim - 2
    parts = [(slid(x, level, reduce) if rule == "sppnet" else parted(x, (level,) * rank, reduce)) for level in levels]
    return np.concatenate([part.reshape(len(x), -1) for part in parts], axis=1)


def parted(x: Array, size: Sequence[int], reduce: str) -> Array:
    """A level whose bins part each axis evenly."""
    return adaptive.largest(x, size) if reduce == "max" else adaptive.avg(x, size)


def slid(x: Array, level: int, reduce: str) -> Array:
    """A level whose bins are the places of a window."""
    size = [-(-n // level) for n in x.shape[2:]]
    stride = [n // level for n in x.shape[2:]]
    modes = ["valid"] * len(size)
    if reduce == "max":
        return max_pool(x, size, stride=stride, dilation=[1] * len(size), padding=modes)
    return avg_pool(x, size, stride=stride, padding=modes)
