"""Arrays brought together element by element, or put behind each other, and finished while they are near."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from shapecalc.kernels.fast import sizes
from shapecalc.kernels.fast.layout import first

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapecalc.kernels.fast.finish import Finish
    from shapecalc.kernels.fast.room import Room
    from shapecalc.kernels.window import Array


@dataclass(frozen=True, slots=True)
class Merged:
    """Two arrays or more, combined from the first to the last."""

    combine: np.ufunc
    finish: Finish
    room: Room

    def __call__(self, xs: Sequence[Array]) -> Array:
        """Of arrays whose channels are first, and so are those of what it gives; what is short is spread."""
        seen = [x.transpose(0, *range(2, x.ndim), 1) for x in xs]
        shape = np.broadcast_shapes(*(x.shape for x in seen))
        y = self.room.empty(shape, xs[0].dtype)
        rows = max(1, sizes.NEAR // (prod(shape[2:]) * y.itemsize))
        whole = [np.broadcast_to(x, shape) for x in seen]
        for example in range(len(y)):
            for start in range(0, shape[1] if len(shape) > 2 else 1, rows):
                here = (example, slice(start, start + rows)) if len(shape) > 2 else (slice(example, example + 1),)
                part = y[here]
                self.combine(whole[0][here], whole[1][here], out=part)
                for x in whole[2:]:
                    self.combine(part, x[here], out=part)
                self.finish(part)
        return first(y)


@dataclass(frozen=True, slots=True)
class Scaled:
    """Every channel multiplied by a number of its own, then finished."""

    scale: Array
    finish: Finish
    room: Room

    def __call__(self, x: Array) -> Array:
        """Of an array whose channels are last, and so are those of what it gives."""
        y = self.room.empty(x.shape, x.dtype)
        rows, made = x.reshape(-1, x.shape[-1]), y.reshape(-1, x.shape[-1])
        step = max(1, sizes.NEAR // (x.shape[-1] * x.itemsize))
        for start in range(0, len(rows), step):
            part = made[start : start + step]
            np.multiply(rows[start : start + step], self.scale, out=part)
            self.finish(part)
        return y


def joined(xs: Sequence[Array], room: Room) -> Array:
    """The channels of all arrays behind each other; they are first in the arrays, and in what it gives."""
    channels = sum(x.shape[1] for x in xs)
    y = room.empty((len(xs[0]), *xs[0].shape[2:], channels), np.result_type(*xs))
    start = 0
    for x in xs:
        y[..., start : start + x.shape[1]] = x.transpose(0, *range(2, x.ndim), 1)
        start += x.shape[1]
    return first(y)
