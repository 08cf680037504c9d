"""Cells that become channels, channels that become cells, and channels in another order."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapecalc.kernels.window import Array


def pixel_shuffle(x: Array, factors: Sequence[int], *, order: str = "pytorch") -> Array:
    """Blocks of cells laid out from the channels.

    The cells of a block count faster than the channels that stay (pytorch), or slower (tensorflow).
    """
    batch, c, *n = x.shape
    rank, left = len(n), c // prod(factors)
    if order == "pytorch":
        x = x.reshape(batch, left, *factors, *n)
        channel, first = 1, 2
    else:
        x = x.reshape(batch, *factors, left, *n)
        channel, first = 1 + rank, 1
    pairs = [axis for i in range(rank) for axis in (2 + rank + i, first + i)]
    y = x.transpose(0, channel, *pairs)
    return y.reshape(batch, left, *(length * r for length, r in zip(n, factors, strict=True)))


def pixel_unshuffle(x: Array, factors: Sequence[int], *, order: str = "pytorch") -> Array:
    """The cells of each block made channels: the inverse of `pixel_shuffle`."""
    batch, c, *n = x.shape
    rank = len(n)
    blocks = [length // r for length, r in zip(n, factors, strict=True)]
    x = x.reshape(batch, c, *(part for pair in zip(blocks, factors, strict=True) for part in pair))
    places, cells = range(2, 2 + 2 * rank, 2), range(3, 3 + 2 * rank, 2)
    y = x.transpose(0, 1, *cells, *places) if order == "pytorch" else x.transpose(0, *cells, 1, *places)
    return y.reshape(batch, c * prod(factors), *blocks)


def channel_shuffle(x: Array, groups: int) -> Array:
    """The first channel of every group, then the second of every group, and so on."""
    batch, c, *n = x.shape
    return x.reshape(batch, groups, c // groups, *n).swapaxes(1, 2).reshape(x.shape)
