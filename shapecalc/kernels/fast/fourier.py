"""Convolution of each channel by itself as a product of Fourier transforms: a large kernel takes as long as a small."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shapecalc.kernels.fast import sizes
from shapecalc.kernels.fast.layout import blocks
from shapecalc.kernels.fast.strips import surrounded

if TYPE_CHECKING:
    from shapecalc.kernels.fast.finish import Finish
    from shapecalc.kernels.fast.layout import Axis
    from shapecalc.kernels.fast.room import Room
    from shapecalc.kernels.window import Array


def bank_of(kernel: Array, axes: tuple[Axis, ...]) -> Array:
    """A kernel ``(c, 1, *taps)`` transformed over all cells that the windows read: ``(*waves, c)``."""
    lengths = [sizes.quick(axis.span) for axis in axes]
    # NumPy before 2.0 gives long complex numbers for short floats
    waves = np.empty((*sizes.spectrum(lengths), len(kernel)), np.result_type(kernel.dtype, np.complex64))
    for (some,) in blocks((len(kernel),), sizes.waves(lengths, kernel.itemsize)):
        filters = np.moveaxis(kernel[some, 0], 0, -1)
        apart = np.zeros((*(axis.reach for axis in axes), filters.shape[-1]), kernel.dtype)
        apart[tuple(slice(None, None, axis.dilation) for axis in axes)] = filters
        # turned round, since the window is not
        np.conj(np.fft.rfftn(apart, lengths, tuple(range(len(axes)))), out=waves[..., some], casting="same_kind")
    return waves


@dataclass(frozen=True, slots=True)
class Fourier:
    """One filter for each channel."""

    axes: tuple[Axis, ...]
    bank: Array
    """Of a kernel, as ``bank_of`` gives it."""
    finish: Finish
    room: Room

    def __call__(self, x: Array) -> Array:
        """Of an array whose channels are last, and so are those of what it gives."""
        batch, channels = len(x), x.shape[-1]
        y = self.room.empty((batch, *(axis.places for axis in self.axes), channels), x.dtype)
        region = [axis.part(0, axis.places) for axis in self.axes]
        lengths = [sizes.quick(axis.span) for axis in self.axes]
        over = tuple(range(1, x.ndim - 1))
        kept = (slice(None), *(slice(0, axis.span - axis.reach + 1, axis.stride) for axis in self.axes))
        for examples, some in blocks((batch, channels), sizes.waves(lengths, x.itemsize)):
            cells = x[examples][..., some]
            spans = (stop - start for start, stop in region)
            (local,) = self.room.scratch(x.dtype, (len(cells), *spans, cells.shape[-1]))
            waves = np.fft.rfftn(surrounded(cells, region, local), lengths, over)
            waves *= self.bank[..., some]
            y[examples][..., some] = np.fft.irfftn(waves, lengths, over)[kept]
        self.finish(y)
        return y
