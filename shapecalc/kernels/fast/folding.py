"""A normalisation by running statistics, folded into the weights before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from shapecalc.kernels.window import Array


def scale_and_shift(
    gamma: Array | None, beta: Array | None, mean: Array, variance: Array, *, epsilon: float
) -> tuple[Array, Array]:
    """What each channel is multiplied by, and what is added then."""
    scale = 1 / np.sqrt(variance + epsilon)
    if gamma is not None:
        scale = scale * gamma
    shift = -mean * scale
    return scale, shift if beta is None else shift + beta
