"""Convolution of few channels: what each tap reads in a row of its own, since the patches would be very short runs."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import as_strided

from shapecalc.kernels.fast import sizes
from shapecalc.kernels.fast.layout import blocks, seen_last
from shapecalc.kernels.fast.strips import surrounded

if TYPE_CHECKING:
    from shapecalc.kernels.fast.finish import Finish
    from shapecalc.kernels.fast.layout import Axis
    from shapecalc.kernels.fast.room import Room
    from shapecalc.kernels.window import Array


@dataclass(frozen=True, slots=True)
class Taps:
    """A convolution."""

    axes: tuple[Axis, ...]
    matrix: Array
    """Of shape ``(c · taps, filters)``."""
    finish: Finish
    room: Room

    def __call__(self, x: Array) -> Array:
        """Of an array whose channels are first, and last in what it gives."""
        x = seen_last(x)
        reads, filters = self.matrix.shape
        y = self.room.empty((len(x), *(axis.places for axis in self.axes), filters), x.dtype)
        for examples, *block in blocks(y.shape[:-1], sizes.strip(1, reads, filters, x.itemsize)):
            part = y[(examples, *block)]
            region = [
                axis.part(piece.start, piece.stop - piece.start) for axis, piece in zip(self.axes, block, strict=True)
            ]
            count = prod(part.shape[:-1])
            local, patches = self.room.scratch(
                x.dtype,
                (len(part), x.shape[-1], *(stop - start for start, stop in region)),
                (reads, count),
            )
            near = surrounded(x[examples], region, seen_last(local))
            example, *cells, channel = near.strides
            shape = (x.shape[-1], *(axis.taps for axis in self.axes), *part.shape[:-1])
            taps = (axis.dilation * step for axis, step in zip(self.axes, cells, strict=True))
            places = (axis.stride * step for axis, step in zip(self.axes, cells, strict=True))
            strides = (channel, *taps, example, *places)
            np.copyto(patches.reshape(shape), as_strided(near, shape, strides, writeable=False))
            flat = part.reshape(count, filters)
            np.matmul(patches.T, self.matrix, out=flat)
            self.finish(flat)
        return y
