"""Convolutions, in the plainest form that is not slow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shapecalc.kernels.norm import channelwise
from shapecalc.kernels.window import ends, view, walks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapecalc.kernels.window import Array, Mode


def conv(
    x: Array,
    kernel: Array,
    bias: Array | None = None,
    *,
    stride: Sequence[int],
    dilation: Sequence[int],
    padding: Sequence[Mode],
    groups: int = 1,
) -> Array:
    """Cross-correlate ``x`` with ``kernel``, of shape ``(filters, c / groups, *taps)``, group by group."""
    windows = view(x, walks(x, kernel.shape[2:], stride, dilation, padding))
    taps = tuple(range(x.ndim, windows.ndim))
    parts = [
        np.tensordot(ks, ws, axes=(tuple(range(1, ks.ndim)), (1, *taps)))
        for ks, ws in zip(np.split(kernel, groups), np.split(windows, groups, axis=1), strict=True)
    ]
    y = np.concatenate(parts).swapaxes(0, 1)
    return y if bias is None else y + channelwise(bias, y)


def conv_transpose(
    x: Array,
    kernel: Array,
    bias: Array | None = None,
    *,
    stride: Sequence[int],
    dilation: Sequence[int],
    padding: Sequence[Mode],
    output_padding: Sequence[int],
    groups: int = 1,
) -> Array:
    """Stamp ``kernel``, of shape ``(c, filters / groups, *taps)``, wherever a cell of ``x`` falls, and sum.

    Cells fall a stride apart, and no zero is put between them: every product is of a cell and a tap.
    Padding is cut off the ends of the sum; output padding lets the end reach that much further.
    """
    parts = [
        np.tensordot(ks, xs, axes=(0, 1))
        for ks, xs in zip(np.split(kernel, groups), np.split(x, groups, axis=1), strict=True)
    ]
    y = stamp(np.concatenate(parts), stride, dilation, output_padding).swapaxes(0, 1)
    kept = []
    for n, k, d, mode in zip(y.shape[2:], kernel.shape[2:], dilation, padding, strict=True):
        before, after = ends(mode, d * (k - 1) + 1)
        kept.append(slice(before, max(0, n - after)))
    y = y[(slice(None), slice(None), *kept)]
    return y if bias is None else y + channelwise(bias, y)


def stamp(products: Array, stride: Sequence[int], dilation: Sequence[int], spare: Sequence[int]) -> Array:
    """Lay ``(filters, *taps, batch, *cells)`` as ``(filters, batch, *lengths)``; add where stamps meet.

    An axis ends with the furthest cell a tap falls on, and the spare cells after it.
    """
    rank = len(stride)
    taps, cells = products.shape[1 : 1 + rank], products.shape[2 + rank :]
    falls = [
        [range(d * t, d * t + n * s, s) for t in range(k)]
        for n, k, s, d in zip(cells, taps, stride, dilation, strict=True)
    ]
    lengths = [axis[-1][-1] + 1 + extra for axis, extra in zip(falls, spare, strict=True)]
    y = np.zeros((len(products), products.shape[1 + rank], *lengths), products.dtype)
    for tap in np.ndindex(*taps):
        here = (axis[t] for axis, t in zip(falls, tap, strict=True))
        there = (slice(fall.start, fall.stop, fall.step) for fall in here)
        y[(slice(None), slice(None), *there)] += products[(slice(None), *tap)]
    return y
