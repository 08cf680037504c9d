"""Cells added round an array or cut off it, and axes dropped or put in; no number is computed.

What is cut is copied: a piece that is kept does not keep the whole alive.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapecalc.kernels.window import Array

MODES: dict[str, Any] = {"zero": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}
"""What NumPy calls the ways to fill what is added."""


def pad(x: Array, ends: Sequence[tuple[int, int]], *, mode: str = "zero", value: float = 0) -> Array:
    """Cells added before and after each axis after batch and channels.

    They hold a value, the mirror image of what is inside the edge, the cell at the edge, or what is at the other end.
    """
    options = {"constant_values": value} if mode == "zero" else {}
    return np.pad(x, [(0, 0), (0, 0), *ends], mode=MODES[mode], **options)


def crop(x: Array, ends: Sequence[tuple[int, int]]) -> Array:
    """Cells cut off before and after each axis after batch and channels."""
    kept = (slice(before, n - after) for n, (before, after) in zip(x.shape[2:], ends, strict=True))
    return x[(slice(None), slice(None), *kept)].copy()


def centre(x: Array, lengths: Sequence[int]) -> Array:
    """The middle of every axis after batch and channels; an odd cell is cut off the end."""
    kept = []
    for n, length in zip(x.shape[2:], lengths, strict=True):
        before = (n - length) // 2
        kept.append(slice(before, before + length))
    return x[(slice(None), slice(None), *kept)].copy()


def cut(x: Array, axis: int, start: int, stop: int | None, step: int = 1) -> Array:
    """The cells of one axis from ``start`` on, before ``stop``, every ``step``-th; below zero counts from the end."""
    return x[(slice(None),) * axis + (slice(start, stop, step),)].copy()


def part(x: Array, number: int, of: int) -> Array:
    """One of so many equal parts of the channels, counted from 1."""
    return np.split(x, of, axis=1)[number - 1].copy()


def piece(x: Array, number: int, sizes: Sequence[int]) -> Array:
    """One of the parts of the channels that have these sizes, counted from 1."""
    return np.split(x, np.cumsum(sizes)[:-1], axis=1)[number - 1].copy()


def at(x: Array, place: int) -> Array:
    """The channels at one place of a sequence: ``(batch, c)``."""
    return x[:, :, place].copy()


def without(x: Array, axes: Sequence[int]) -> Array:
    """The array without some axes of length 1."""
    return np.squeeze(x, tuple(axes))


def with_one(x: Array, axis: int) -> Array:
    """The array with an axis of length 1 put in."""
    return np.expand_dims(x, axis)
