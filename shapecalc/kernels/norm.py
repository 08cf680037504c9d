"""Normalisation: by running statistics, by those of the example itself, by strength; a trained scale and shift."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapecalc.kernels.window import Array


def channelwise(values: Array, x: Array) -> Array:
    """One value a channel, in the shape that meets the channels of ``x``."""
    return values.reshape(-1, *(1,) * (x.ndim - 2))


def batch_norm(
    x: Array, gamma: Array | None, beta: Array | None, mean: Array, variance: Array, *, epsilon: float
) -> Array:
    """Normalise each channel by running statistics: one multiply and one add an element."""
    scale = 1 / np.sqrt(variance + epsilon)
    if gamma is not None:
        scale = scale * gamma
    shift = -mean * scale
    if beta is not None:
        shift = shift + beta
    return x * channelwise(scale, x) + channelwise(shift, x)


def scaled(x: Array, gamma: Array | None, beta: Array | None) -> Array:
    """Multiplied by gamma, then moved by beta: one of each a channel, or one an element."""
    if gamma is not None:
        x = x * (channelwise(gamma, x) if gamma.ndim == 1 else gamma)
    if beta is not None:
        x = x + (channelwise(beta, x) if beta.ndim == 1 else beta)
    return x


def mean(x: Array, axes: Sequence[int]) -> Array:
    """The mean over some axes, which stay with length 1."""
    count = 1
    for axis in axes:
        count *= x.shape[axis]
    means: Array = x.sum(axis=tuple(axes), keepdims=True) * (1 / count)
    return means


def standardised(x: Array, axes: Sequence[int], *, epsilon: float) -> Array:
    """Moved to mean 0 and brought to variance 1 over some axes."""
    centred = x - mean(x, axes)
    return rms_divided(centred, axes, epsilon=epsilon)


def rms_divided(x: Array, axes: Sequence[int], *, epsilon: float) -> Array:
    """Divided by its root mean square over some axes."""
    ratio: Array = x / np.sqrt(mean(x * x, axes) + epsilon)
    return ratio


def axes_of(x: Array, over: str) -> range:
    """The axes of one place's channels, of each channel's places, or of a whole example."""
    match over:
        case "channels":
            return range(1, 2)
        case "places":
            return range(2, x.ndim)
        case _:
            return range(1, x.ndim)


def norm(x: Array, gamma: Array | None, beta: Array | None, *, over: str, epsilon: float) -> Array:
    """Standardise by the mean and variance of the example itself, then scale and shift."""
    return scaled(standardised(x, axes_of(x, over), epsilon=epsilon), gamma, beta)


def group_norm(x: Array, gamma: Array | None, beta: Array | None, *, groups: int, epsilon: float) -> Array:
    """Standardise each group of channels, over all places."""
    parts = x.reshape(x.shape[0], groups, -1)
    return scaled(standardised(parts, (2,), epsilon=epsilon).reshape(x.shape), gamma, beta)


def rms_norm(x: Array, gamma: Array | None, *, over: str, epsilon: float) -> Array:
    """Divide by the root mean square of the example itself, then scale."""
    return scaled(rms_divided(x, axes_of(x, over), epsilon=epsilon), gamma, None)


def l2_norm(x: Array, *, over: str, epsilon: float) -> Array:
    """Divide by the Euclidean length, or by epsilon where that is more."""
    length = np.sqrt((x * x).sum(axis=tuple(axes_of(x, over)), keepdims=True))
    ratio: Array = x / np.maximum(length, epsilon)
    return ratio


def local_response(x: Array, *, size: int, alpha: float, beta: float, k: float) -> Array:
    """Divide by a power of what ``size`` neighbouring channels hold; of an even size one more lies before."""
    furthest = x.shape[1] - 1  # beyond all channels there is nothing to sum
    before, after = min(size // 2, furthest), min((size - 1) // 2, furthest)
    ends = [(0, 0), (before, after), *[(0, 0)] * (x.ndim - 2)]
    sums = sliding_window_view(np.pad(x * x, ends), before + after + 1, axis=1).sum(axis=-1)
    ratio: Array = x / np.power(k + alpha * sums, beta)
    return ratio
