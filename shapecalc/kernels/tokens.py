"""Maps as sequences and back, tokens put in, positions added, windows parted."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapecalc.kernels.window import Array


def to_row(x: Array) -> Array:
    """All places in one row: ``(batch, c, ∏n)``."""
    return x.reshape(*x.shape[:2], -1)


def to_map(x: Array, lengths: Sequence[int] | None) -> Array:
    """A row of places laid out as a map; as a square where no lengths are given."""
    batch, c, n = x.shape
    return x.reshape(batch, c, *(lengths or (round(n**0.5), -1)))


def with_token(x: Array, token: Array, *, last: bool = False) -> Array:
    """The same token put before every example's places, or after them."""
    one = np.broadcast_to(token[None, :, None], (x.shape[0], token.shape[0], 1))
    return np.concatenate([x, one] if last else [one, x], axis=2)


def add_table(x: Array, table: Array) -> Array:
    """A table of positions added to every example."""
    return x + table


def sinusoids(c: int, n: int) -> Array:
    """``(c, n)``: at place p, channels 2i and 2i + 1 hold the sine and cosine of p / 10000^(2i/c)."""
    channel = np.arange(c)
    angle = np.arange(n) / 10000.0 ** ((channel - channel % 2) / c)[:, None]
    return np.where((channel % 2 == 0)[:, None], np.sin(angle), np.cos(angle))


def add_sinusoids(x: Array) -> Array:
    """Sinusoids of its place added to every token."""
    return x + sinusoids(*x.shape[1:]).astype(x.dtype)


def partition(x: Array, size: Sequence[int], *, shift: int = 0) -> Array:
    """Windows in row order, each with its cells in row order: ``(batch, c, windows, cells)``.

    The map is first moved against its axes by ``shift`` cells, what leaves it coming in at the other end.
    """
    batch, c, *n = x.shape
    rank = len(n)
    x = rolled(x, -shift)
    parts = [part for length, m in zip(n, size, strict=True) for part in (length // m, m)]
    x = x.reshape(batch, c, *parts)
    x = x.transpose(0, 1, *range(2, 2 + 2 * rank, 2), *range(3, 3 + 2 * rank, 2))
    return x.reshape(batch, c, -1, prod(size))


def merge(
    x: Array, lengths: Sequence[int] | None, size: Sequence[int] | None, *, rank: int = 2, shift: int = 0
) -> Array:
    """Windows laid out as the map they were parted from; map and windows have equal sides where none are given."""
    batch, c, windows, cells = x.shape
    lengths = lengths or (round((windows * cells) ** (1 / rank)),) * rank
    size = size or (round(cells ** (1 / rank)),) * rank
    counts = [length // m for length, m in zip(lengths, size, strict=True)]
    x = x.reshape(batch, c, *counts, *size)
    x = x.transpose(0, 1, *(axis for i in range(rank) for axis in (2 + i, 2 + rank + i)))
    return rolled(x.reshape(batch, c, *lengths), shift)


def rolled(x: Array, by: int) -> Array:
    """Every axis after batch and channels moved by so many cells, what leaves it coming in at the other end."""
    axes = tuple(range(2, x.ndim))
    return np.roll(x, (by,) * len(axes), axes) if by else x
