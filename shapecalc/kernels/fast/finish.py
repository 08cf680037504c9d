"""What is done to each part of a product while it is in the cache: the bias, and functions of each element."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from shapecalc.kernels.fast import sizes

if TYPE_CHECKING:
    from collections.abc import Callable

    from shapecalc.kernels.window import Array


def relu(y: Array) -> None:
    """Nothing below 0, in place."""
    y.clip(0, np.inf, out=y)  # three times as fast as np.maximum with a number; NaN passes


def relu6(y: Array) -> None:
    """Nothing below 0, nothing above 6, in place."""
    y.clip(0, 6, out=y)


def in_place(function: Callable[[Array], Array]) -> Callable[[Array], None]:
    """A function of each element, written over its argument."""

    def write(y: Array) -> None:
        y[...] = function(y)

    return write


@dataclass(frozen=True, slots=True)
class Finish:
    """A bias for each channel, then functions of each element, each written over its argument."""

    bias: Array | None = None
    steps: tuple[Callable[[Array], None], ...] = ()
    tiled: Array | None = field(init=False, default=None)
    """A short bias, once for each of several places: NumPy adds few long rows faster than many short ones."""

    def __post_init__(self) -> None:
        if self.bias is not None and self.bias.size < sizes.RUN // 2:
            object.__setattr__(self, "tiled", np.tile(self.bias, sizes.RUN // self.bias.size))

    def __call__(self, y: Array, beside: Array | None = None) -> None:
        """Finish an array whose channels are last; what lies beside it is added before the functions."""
        if self.bias is not None:
            self._shift(y, self.bias)
        if beside is not None:
            np.add(y, beside, out=y)
        for step in self.steps:
            step(y)

    def _shift(self, y: Array, bias: Array) -> None:
        if self.tiled is not None and y.flags.c_contiguous:
            flat = y.reshape(-1)
            whole = flat.size // self.tiled.size * self.tiled.size
            rows = flat[:whole].reshape(-1, self.tiled.size)
            np.add(rows, self.tiled, out=rows)
            y = flat[whole:].reshape(-1, bias.size)
        np.add(y, bias, out=y)

    def __bool__(self) -> bool:
        return self.bias is not None or bool(self.steps)
