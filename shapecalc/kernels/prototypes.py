"""Distances from prototypes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from shapecalc.kernels.window import Array


def distances(x: Array, prototypes: Array) -> Array:
    """The squared distance of ``x`` from each prototype: ``(batch, prototypes)``."""
    y = np.empty((len(x), len(prototypes)), x.dtype)
    for unit, prototype in enumerate(prototypes):
        y[:, unit] = square(x - prototype).sum(axis=1)
    return y


def square(x: Array) -> Array:
    """Each number by itself."""
    return x * x
