"""Convolution in strips: the patches of some output rows at a time, one matrix product for each."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import as_strided

from shapecalc.kernels.fast import sizes
from shapecalc.kernels.fast.layout import blocks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapecalc.kernels.fast.finish import Finish
    from shapecalc.kernels.fast.layout import Axis
    from shapecalc.kernels.fast.room import Room
    from shapecalc.kernels.window import Array


def bank_of(kernel: Array, groups: int = 1) -> Array:
    """A kernel ``(filters, c / groups, *taps)`` as a matrix for each group: taps and channels by filters."""
    filters = len(kernel) // groups
    parts = kernel.reshape(groups, filters, *kernel.shape[1:])
    last = parts.transpose(0, *range(3, parts.ndim), 2, 1)
    return np.ascontiguousarray(last).reshape(groups, -1, filters)


@dataclass(frozen=True, slots=True)
class Strips:
    """A convolution."""

    axes: tuple[Axis, ...]
    bank: Array
    """Of each group, as ``bank_of`` gives it."""
    finish: Finish
    room: Room

    def __call__(self, x: Array) -> Array:
        """Of an array whose channels are last, and so are those of what it gives."""
        groups, _, filters = self.bank.shape
        y = self.room.empty((len(x), *(axis.places for axis in self.axes), groups * filters), x.dtype)
        self.into(y, x)
        return y

    def into(self, y: Array, x: Array) -> None:
        """Write to an array, which may be a view of a larger one."""
        groups, reads, filters = self.bank.shape
        batch, *places, channels = y.shape
        most = sizes.strip(groups, reads, filters, x.itemsize)
        for examples, *block in blocks((batch, *places), most):
            part = y[(examples, *block)]
            count = prod(part.shape[:-1])
            sides = [piece.stop - piece.start for piece in block]
            whole = part.flags.c_contiguous
            region = [axis.part(piece.start, side) for axis, piece, side in zip(self.axes, block, sides, strict=True)]
            local, patches, product = self.room.scratch(
                x.dtype,
                (part.shape[0], *(end - start for start, end in region), x.shape[-1]),
                (groups, count, reads),
                (groups, count, filters) if groups > 1 or not whole else (0,),
            )
            near = surrounded(x[examples], region, local)
            gather(near, self.axes, sides, patches, groups)
            if groups > 1:
                np.matmul(patches, self.bank, out=product)
                joined = product.transpose(1, 0, 2)
                if whole:
                    flat = part.reshape(count, channels)
                    flat.reshape(count, groups, filters)[...] = joined
                    self.finish(flat)
                else:
                    part[...] = joined.reshape(part.shape)
                    self.finish(part)
            elif whole:
                flat = part.reshape(count, channels)
                np.matmul(patches[0], self.bank[0], out=flat)
                self.finish(flat)
            else:
                np.matmul(patches[0], self.bank[0], out=product[0])
                self.finish(product[0])
                part[...] = product[0].reshape(part.shape)


def surrounded(x: Array, region: Sequence[tuple[int, int]], local: Array) -> Array:
    """A region of the lengths of ``x``, with zeros where it reaches beyond; copied to ``local`` only then."""
    inside = [
        (first := min(max(start, 0), end), max(min(end, n), first))
        for (start, end), n in zip(region, x.shape[1:-1], strict=True)
    ]
    kept = x[(slice(None), *(slice(max(first, 0), max(stop, 0)) for first, stop in inside))]
    if inside == list(region):
        return kept
    here: tuple[slice, ...] = (slice(None),)
    for (start, _), (first, stop) in zip(region, inside, strict=True):
        side = slice(first - start, stop - start)
        local[(*here, slice(0, side.start))] = 0
        local[(*here, slice(side.stop, None))] = 0
        here = (*here, side)
    local[here] = kept
    return local


def gather(x: Array, axes: Sequence[Axis], places: Sequence[int], patches: Array, groups: int = 1) -> None:
    """Copy the patch of every place to a row of ``(groups, places, taps · channels)``."""
    batch, *_, channels = x.shape
    taps = [axis.taps for axis in axes]
    steps = [axis.dilation * step for axis, step in zip(axes, x.strides[1:-1], strict=True)]
    run = channels // groups
    if axes[-1].dilation == 1 and groups == 1:  # the taps along the last axis lie in one piece
        run *= taps.pop()
        steps.pop()
    shape = (batch, *places, *taps, groups, run)
    strides = (
        x.strides[0],
        *(axis.stride * step for axis, step in zip(axes, x.strides[1:-1], strict=True)),
        *steps,
        run * x.itemsize,
        x.itemsize,  # the stride that NumPy gives an axis of length 1 may be anything
    )
    seen = as_strided(x, shape, strides, writeable=False)
    if groups == 1:
        np.copyto(patches.reshape(*shape[:-2], run), seen[..., 0, :])
    else:
        np.copyto(patches.reshape(groups, *shape[:-2], run), np.moveaxis(seen, -2, 0))
