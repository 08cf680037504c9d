"""The dense layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shapecalc.kernels.norm import channelwise

if TYPE_CHECKING:
    from shapecalc.kernels.window import Array


def dense(x: Array, kernel: Array, bias: Array | None = None) -> Array:
    """Multiply the channels at each place by ``kernel``, of shape ``(units, c)``."""
    y = np.tensordot(kernel, x, axes=(1, 1)).swapaxes(0, 1)
    return y if bias is None else y + channelwise(bias, y)


def over_map(x: Array, kernel: Array, bias: Array | None = None) -> Array:
    """Multiply the whole map by ``kernel``, of the shape ``(units, c, *n)``: one place, ``(units, 1, …)``, is left."""
    every = range(1, x.ndim)
    y: Array = np.tensordot(kernel, x, axes=(every, every)).swapaxes(0, 1)
    y = y if bias is None else y + bias
    return y.reshape(*y.shape, *(1,) * (x.ndim - 2))
