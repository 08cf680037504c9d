"""Residuals from centres, summed: VLAD, and NetVLAD."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shapecalc.kernels.activation import softmax
from shapecalc.kernels.dense import dense

if TYPE_CHECKING:
    from shapecalc.kernels.window import Array

LEAST = 1e-12
"""A shorter vector is divided by this: a centre that no descriptor belongs to keeps its zeros."""


def residuals(x: Array, centres: Array) -> Array:
    """Every descriptor less every centre: ``(batch, centres, channels, places)``."""
    y: Array = x.reshape(len(x), 1, x.shape[1], -1) - centres[None, :, :, None]
    return y


def soft(x: Array, assignment: Array, bias: Array, centres: Array) -> Array:
    """Each centre's residuals, weighted by a softmax over the centres and summed: ``(batch, centres · channels)``."""
    shares = softmax(dense(x.reshape(*x.shape[:2], -1), assignment, bias))
    sums = (shares[:, :, None] * residuals(x, centres)).sum(axis=3)
    return scaled(sums)


def hard(x: Array, centres: Array) -> Array:
    """Each descriptor's residual from its nearest centre, added to that centre's sum."""
    every = residuals(x, centres)
    nearest = (every * every).sum(axis=2).argmin(axis=1)
    own = np.take_along_axis(every, nearest[:, None, None], axis=1)[:, 0]
    sums = np.zeros_like(x, shape=(len(x), *centres.shape))
    np.add.at(sums, (np.arange(len(x))[:, None], nearest), own.swapaxes(1, 2))
    return scaled(sums)


def scaled(sums: Array) -> Array:
    """Each centre's sum to length 1, then all of them together."""
    return unit(unit(sums).reshape(len(sums), -1))


def unit(x: Array) -> Array:
    """Vectors along the last axis, to length 1."""
    y: Array = x / np.maximum(np.sqrt((x * x).sum(axis=-1, keepdims=True)), LEAST)
    return y
