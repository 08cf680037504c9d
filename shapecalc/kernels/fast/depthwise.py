"""Convolution of each channel by itself: sums of products over runs of cells, channels and all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import as_strided

from shapecalc.kernels.fast import sizes
from shapecalc.kernels.fast.layout import blocks
from shapecalc.kernels.fast.strips import surrounded

if TYPE_CHECKING:
    from shapecalc.kernels.fast.finish import Finish
    from shapecalc.kernels.fast.layout import Axis
    from shapecalc.kernels.fast.room import Room
    from shapecalc.kernels.window import Array

PLACES, TAPS = "abcd", "ijkl"
"""Letters of the batch and the places, and of the taps, for einsum."""


def run_of(axes: tuple[Axis, ...], channels: int) -> int:
    """Neighbouring places along the last axis that are taken as one run; they can be where it steps a cell a place."""
    if axes[-1].stride > 1:
        return 1
    places = axes[-1].places
    most = max(1, min(sizes.RUN // channels, places))
    even = sizes.even(places, most)
    return even if 4 * even >= most else most


def rows_of(kernel: Array, run: int) -> Array:
    """A kernel ``(c, 1, *taps)`` as ``(*taps, run · c)``: each tap's weights, once for each place of a run."""
    last = np.moveaxis(kernel[:, 0], 0, -1)
    return np.ascontiguousarray(np.tile(last, run))


@dataclass(frozen=True, slots=True)
class Depthwise:
    """One filter for each channel."""

    axes: tuple[Axis, ...]
    rows: Array
    """Of a kernel, as ``rows_of`` gives it."""
    run: int
    finish: Finish
    room: Room

    def __call__(self, x: Array) -> Array:
        """Of an array whose channels are last, and so are those of what it gives."""
        batch, channels = len(x), x.shape[-1]
        y = self.room.empty((batch, *(axis.places for axis in self.axes), channels), x.dtype)
        most = sizes.SUMS // (channels * x.itemsize)
        for examples, *block in blocks(y.shape[:-1], most):
            part = y[(examples, *block)]
            sides = [piece.stop - piece.start for piece in block]
            region = [axis.part(piece.start, side) for axis, piece, side in zip(self.axes, block, sides, strict=True)]
            (local,) = self.room.scratch(x.dtype, (len(part), *(stop - start for start, stop in region), channels))
            self.sums(part, surrounded(x[examples], region, local))
            self.finish(part)
        return y

    def sums(self, y: Array, x: Array) -> None:
        """Write to an array, of one with its padding that begins where the first place reads; to be finished."""
        whole = y.shape[-2] // self.run * self.run
        for first, count in ((0, whole), (whole, y.shape[-2] - whole)):
            if count:
                self._sum(x, y, first, count)

    def _sum(self, x: Array, y: Array, first: int, count: int) -> None:
        """Write the sums of some places along the last axis."""
        rank, cell = len(self.axes), y.shape[-1] * y.itemsize
        run = min(count, self.run)
        end, steps = self.axes[-1], [*x.strides[1:rank], cell]
        windows = as_strided(
            x[..., first * end.stride :, :],
            (*y.shape[:-2], count // run, *self.rows.shape[:-1], run * y.shape[-1]),
            (
                x.strides[0],
                *(axis.stride * step for axis, step in zip(self.axes[:-1], steps[:-1], strict=True)),
                run * end.stride * cell,
                *(axis.dilation * step for axis, step in zip(self.axes, steps, strict=True)),
                y.itemsize,
            ),
            writeable=False,
        )
        out = as_strided(
            y[..., first : first + count, :],
            (*y.shape[:-2], count // run, run * y.shape[-1]),
            (*y.strides[:-2], run * cell, y.itemsize),
        )
        places, taps = PLACES[: rank + 1], TAPS[:rank]
        np.einsum(f"{places}{taps}z,{taps}z->{places}z", windows, self.rows[..., : run * y.shape[-1]], out=out)
