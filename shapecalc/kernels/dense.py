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
