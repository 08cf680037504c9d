"""Convolutions whose filters are not shared by all places, or do not read all channels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shapecalc.kernels.norm import channelwise
from shapecalc.kernels.window import view, walks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapecalc.kernels.window import Array, Mode


def local(
    x: Array,
    kernel: Array,
    bias: Array | None = None,
    *,
    stride: Sequence[int],
    dilation: Sequence[int],
    padding: Sequence[Mode],
) -> Array:
    """Every place with filters of its own: ``kernel`` ``(*places, filters, c, *taps)``, bias ``(filters, *places)``."""
    rank = x.ndim - 2
    windows = view(x, walks(x, kernel.shape[-rank:], stride, dilation, padding))
    y: Array = np.matmul(kernel.reshape(*kernel.shape[: rank + 1], -1), columns(windows, rank))
    y = np.moveaxis(y, (-1, -2), (0, 1))  # from (*places, filters, batch)
    return y if bias is None else y + bias


def columns(windows: Array, rank: int) -> Array:
    """What each place sees as a column for every example: ``(*places, c·∏taps, batch)``."""
    cells = np.moveaxis(windows, range(2, 2 + rank), range(rank))
    return np.moveaxis(cells.reshape(*cells.shape[: rank + 1], -1), -2, -1)


def conv_map(
    x: Array,
    kernel: Array,
    bias: Array | None = None,
    *,
    connections: Sequence[Sequence[int]],
    stride: Sequence[int],
    dilation: Sequence[int],
    padding: Sequence[Mode],
) -> Array:
    """Each filter over the channels it is connected to: ``kernel`` ``(connections, *taps)``, filter by filter."""
    maps, start = [], 0
    for channels in connections:
        windows = view(x[:, list(channels)], walks(x, kernel.shape[1:], stride, dilation, padding))
        own = kernel[start : start + len(channels)]
        maps.append(np.tensordot(own, windows, axes=(range(own.ndim), (1, *range(x.ndim, windows.ndim)))))
        start += len(channels)
    y = np.stack(maps, axis=1)
    return y if bias is None else y + channelwise(bias, y)
