"""Pooling by powers and roots."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from shapecalc.kernels.norm import channelwise
from shapecalc.kernels.pool import sum_pool

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapecalc.kernels.window import Array, Mode


def lp_pool(
    x: Array, size: Sequence[int], p: int, *, stride: Sequence[int], padding: Sequence[Mode], ceil: bool = False
) -> Array:
    """The p-th root of the sum of the p-th powers of each window."""
    powers = x
    for _ in range(p - 1):
        powers = powers * x
    return root(sum_pool(powers, size, stride=stride, padding=padding, ceil=ceil), p)


@np.errstate(divide="ignore", invalid="ignore")  # the root of 0 is 0, and a sum below 0 has none
def root(sums: Array, p: int) -> Array:
    """The p-th root."""
    match p:
        case 1:
            return sums
        case 2:
            return np.sqrt(sums)
        case _:
            y: Array = np.exp(np.log(sums) / p)
            return y


def gem(x: Array, p: Array, *, epsilon: float, keep: bool = False) -> Array:
    """The generalized mean of each channel, with a power for all or one for each: ``(batch, c)``, or with the axes."""
    power = channelwise(p, x)
    raised = np.exp(power * np.log(np.maximum(x, epsilon)))
    mean = raised.sum(axis=tuple(range(2, x.ndim)), keepdims=True) * (1 / math.prod(x.shape[2:]))
    y: Array = np.exp(np.log(mean) / power)
    return y if keep else y.reshape(x.shape[:2])
