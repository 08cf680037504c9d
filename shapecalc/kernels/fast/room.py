"""Memory that is used again: fresh memory takes many times as long to write to."""

from __future__ import annotations

import sys
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from shapecalc.kernels.fast.sizes import LINE, WASTE, lined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from shapecalc.kernels.window import Array

SMALL = 2**12
"""Bytes below which an array is not worth a buffer."""

held = [np.empty(1)]
ALONE = sys.getrefcount(held[0])
"""What Python counts for an object that one list alone holds."""


def on_a_line(buffer: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A buffer from its first cache line on: what lies across two is read half as fast."""
    return buffer[-buffer.__array_interface__["data"][0] % LINE :]


class Room:
    """Buffers for arrays, and scratch. A buffer is free when no array that was made in it is left."""

    def __init__(self) -> None:
        self.buffers: list[NDArray[np.uint8]] = []
        self.bytes = 0
        """Of all buffers."""
        self.pieces = np.empty(0, np.uint8)

    def empty(self, shape: Sequence[int], dtype: np.dtype[Any]) -> Array:
        """An array with nothing in it yet."""
        size = prod(shape) * dtype.itemsize
        if size < SMALL:
            return np.empty(shape, dtype)
        fitting = [i for i in self.free() if size <= self.buffers[i].size - LINE <= size + size // WASTE]
        if fitting:
            buffer = self.buffers[min(fitting, key=lambda i: self.buffers[i].size)]
        else:
            buffer = np.empty(size + LINE, np.uint8)
            self.buffers.append(buffer)
            self.bytes += buffer.size
        return on_a_line(buffer)[:size].view(dtype).reshape(shape)

    def free(self) -> list[int]:
        """The indices of the buffers that nobody else holds."""
        return [i for i in range(len(self.buffers)) if sys.getrefcount(self.buffers[i]) == ALONE]

    def shrink(self, most: int) -> None:
        """Let go of free buffers, the largest first, until what is left of them has no more bytes than that."""
        if self.bytes <= most:
            return
        free = sorted(self.free(), key=lambda i: self.buffers[i].size)
        spare = sum(self.buffers[i].size for i in free)
        gone = set()
        while spare > most:
            gone.add(free.pop())
            spare = sum(self.buffers[i].size for i in free)
        if gone:
            self.buffers = [buffer for i, buffer in enumerate(self.buffers) if i not in gone]
            self.bytes = sum(buffer.size for buffer in self.buffers)

    def scratch(self, dtype: np.dtype[Any], *shapes: Sequence[int]) -> list[Array]:
        """Arrays to write to for a moment: the next call gives the same memory again."""
        each = [lined(prod(shape), dtype.itemsize) for shape in shapes]
        if self.pieces.size < sum(each):
            self.pieces = np.empty(0, np.uint8)  # the old one is let go first
            self.pieces = on_a_line(np.empty(sum(each) + LINE, np.uint8))
        given: list[Array] = []
        start = 0
        for shape, size in zip(shapes, each, strict=True):
            given.append(self.pieces[start : start + prod(shape) * dtype.itemsize].view(dtype).reshape(shape))
            start += size
        return given
