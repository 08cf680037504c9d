"""A product at every place, then each channel by itself, then a product again, in bands: what lies between stays near.

What the first gives is most often several times as wide as what is read and given, and is never in memory whole. Where
the filters step several cells a place, its columns lie apart by where in a step they are, so that the cells that
neighbouring places read are neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import as_strided

from shapecalc.kernels.fast import sizes
from shapecalc.kernels.fast.depthwise import Depthwise, rows_of, run_of

if TYPE_CHECKING:
    from shapecalc.kernels.fast.finish import Finish
    from shapecalc.kernels.fast.layout import Axis
    from shapecalc.kernels.fast.pointwise import Pointwise
    from shapecalc.kernels.fast.room import Room
    from shapecalc.kernels.window import Array


def phases_of(axes: tuple[Axis, Axis], kernel: Array, finish: Finish, room: Room) -> tuple[Depthwise, ...]:
    """The filters of each phase of a step along the last axis; the results are to be added, and finished."""
    down, across = axes
    phases = sizes.phases(across.taps, across.stride, across.dilation, len(kernel))
    found = []
    for phase in range(phases):
        part = kernel[..., phase::phases]
        pair = (down, replace(across, taps=part.shape[-1], stride=across.stride // phases))
        run = run_of(pair, len(kernel))
        found.append(Depthwise(pair, rows_of(part, run), run, finish, room))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Banded:
    """Some rows of places at a time, and the rows of cells that they read; what two bands read is kept."""

    widen: Array
    """Of shape ``(c + 1, wide)``: a row for each channel, and the bias."""
    widened: Finish
    axes: tuple[Axis, Axis]
    filters: tuple[Depthwise, ...]
    """As ``phases_of`` gives them."""
    narrow: Pointwise | None
    """None: what the filters give is what is wanted."""
    room: Room

    def __call__(self, x: Array, beside: Array | None = None) -> Array:
        """Of an array whose channels are last, and so are those of what it gives; ``beside`` is added to that."""
        (down, across), phases, (reads, wide) = self.axes, len(self.filters), self.widen.shape
        given = wide if self.narrow is None else self.narrow.matrix.shape[1]
        y = self.room.empty((len(x), down.places, across.places, given), x.dtype)
        front, side = sizes.columns(across.cells, across.before, across.span, phases)
        pitch, made = phases * side * wide, across.places * wide
        height = sizes.band(down.places, down.stride, down.reach, pitch, made, x.itemsize)
        tall = (height - 1) * down.stride + down.reach
        read, cells, *sums = self.room.scratch(
            x.dtype,
            (tall, phases, side, reads),
            (front + tall * phases * side, wide),
            (1, height if self.narrow is not None else 0, across.places, wide),
            (1, height if phases > 1 else 0, across.places, wide),
        )
        read[...] = 0
        for phase, there, _ in self._columns():
            read[:, phase, there, -1] = 1  # what the bias is multiplied by
        cells[:front] = 0
        rows = cells[front:].reshape(tall, phases, side, wide)
        starts = [front - across.before] if phases == 1 else [phase * side for phase in range(phases)]
        strides = (0, rows.strides[0], *cells.strides)
        windows = [as_strided(cells[start:], (1, tall, side, wide), strides) for start in starts]
        for example in range(len(x)):
            since = until = -down.before
            for start in range(0, down.places, height):
                here = (slice(example, example + 1), slice(start, min(start + height, down.places)))
                begin, end = down.part(start, here[1].stop - start)
                kept = max(until - begin, 0)
                rows[:kept] = rows[begin - since : begin - since + kept]
                self._fill(x[example], rows, begin, begin + kept, end, read)
                since, until = begin, end
                self._filter(y[here], windows, sums, None if beside is None else beside[here])
        return y

    def _columns(self) -> list[tuple[int, slice, slice]]:
        """Of each phase the columns that are not padding, and which of the array they are."""
        (_, across), phases = self.axes, len(self.filters)
        if phases == 1:  # the padding is between two rows, after the one and before the other
            return [(0, slice(0, across.cells), slice(0, across.cells))]
        found = []
        for phase in range(phases):
            first = (phase - across.before) % phases
            start = (first + across.before) // phases
            count = len(range(first, across.cells, phases))
            found.append((phase, slice(start, start + count), slice(first, None, phases)))
        return found

    def _fill(self, x: Array, rows: Array, begin: int, start: int, end: int, read: Array) -> None:
        """Write rows of cells from one to another, of which the first of all is ``begin``; zeros beyond the ends."""
        first = min(max(start, 0), end)
        stop = max(min(end, len(x)), first)
        rows[start - begin : first - begin] = 0
        rows[stop - begin : end - begin] = 0
        if first == stop:
            return
        near, made = read[: stop - first], rows[first - begin : stop - begin]
        for phase, there, columns in self._columns():
            near[:, phase, there, :-1] = x[first:stop, columns]
        np.matmul(near.reshape(-1, near.shape[-1]), self.widen, out=made.reshape(-1, made.shape[-1]))
        self.widened(made)
        for phase, there, _ in self._columns():
            made[:, phase, : there.start] = 0
            made[:, phase, there.stop :] = 0

    def _filter(self, y: Array, windows: list[Array], sums: list[Array], beside: Array | None) -> None:
        """Write what is made of a band."""
        made = y if self.narrow is None else sums[0][:, : y.shape[1]]
        more = sums[1][:, : y.shape[1]]
        for filters, cells in zip(self.filters, windows, strict=True):
            first = filters is self.filters[0]
            filters.sums(made if first else more, cells)
            if not first:
                np.add(made, more, out=made)
        self.filters[0].finish(made)
        if self.narrow is not None:
            self.narrow.into(y, made, beside)
