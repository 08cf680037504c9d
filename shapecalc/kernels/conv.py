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
    flip: bool = False,
) -> Array:
    """Cross-correlate ``x`` with ``kernel``, of shape ``(filters, c / groups, *taps)``, group by group.

    ``flip`` turns the kernel by 180° first. Where it has an axis of banks before these for every spatial axis, and
    the bias too, the places along each take the banks by turns.
    """
    rank = x.ndim - 2
    if flip:
        kernel = np.flip(kernel, tuple(range(-rank, 0)))
    windows = view(x, walks(x, kernel.shape[-rank:], stride, dilation, padding))
    banks = kernel.shape[: -rank - 2]
    if not banks:
        return correlate(windows, kernel, bias, groups)
    y = np.empty((len(x), kernel.shape[-rank - 2], *windows.shape[2 : 2 + rank]), np.result_type(x, kernel))
    for bank in np.ndindex(*banks):
        here = tuple(slice(first, None, step) for first, step in zip(bank, banks, strict=True))
        under = windows[(slice(None), slice(None), *here)]
        y[(slice(None), slice(None), *here)] = correlate(
            under, kernel[bank], None if bias is None else bias[bank], groups
        )
    return y


def correlate(windows: Array, kernel: Array, bias: Array | None, groups: int) -> Array:
    """Every filter's sum over every window: ``windows`` has shape ``(batch, c, *places, *taps)``."""
    taps = tuple(range(kernel.ndim, windows.ndim))
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
    Under ``same`` and ``keras_valid`` every cell makes room for a stride at least; ``same`` leaves no more than that.
    """
    rooms = [
        room(*axis)
        for axis in zip(x.shape[2:], kernel.shape[2:], stride, dilation, padding, output_padding, strict=True)
    ]
    parts = [
        np.tensordot(ks, xs, axes=(0, 1))
        for ks, xs in zip(np.split(kernel, groups), np.split(x, groups, axis=1), strict=True)
    ]
    y = stamp(np.concatenate(parts), stride, dilation, [spare for _, _, spare in rooms]).swapaxes(0, 1)
    kept = (slice(before, max(0, n - after)) for n, (before, after, _) in zip(y.shape[2:], rooms, strict=True))
    y = y[(slice(None), slice(None), *kept)]
    return y if bias is None else y + channelwise(bias, y)


def room(cells: int, taps: int, stride: int, dilation: int, mode: Mode, extra: int) -> tuple[int, int, int]:
    """Cells cut off before and after the sum of the stamps along an axis, and cells added at its end."""
    reach = dilation * (taps - 1) + 1
    if mode not in {"same", "same_lower", "keras_valid"}:
        return *ends(mode, reach), extra
    strides = range(0, cells * stride, stride)
    surplus = strides[-1] + reach - (strides[-1] + stride)
    if surplus < 0:
        return 0, 0, -surplus
    if mode == "keras_valid":
        return 0, 0, 0
    less, more = surplus // 2, surplus - surplus // 2
    return (less, more, 0) if mode == "same" else (more, less, 0)


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
