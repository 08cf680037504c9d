"""Normalisation: a scale and a shift for each channel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
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
