"""Where a window lies along an axis: found by walking, never by a formula of lengths."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count, takewhile
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

Array = NDArray[np.floating[Any]]
Mode = str | tuple[int, int]
"""The padding of one axis: a word, or the cells before and after."""


def ends(mode: Mode, reach: int) -> tuple[int, int]:
    """Cells before and after an axis, for the modes that need to know the window alone."""
    match mode:
        case (before, after):
            return before, after
        case "valid":
            return 0, 0
        case "half" if reach % 2:
            return reach // 2, reach // 2
        case "full":
            return reach - 1, reach - 1
        case "causal":
            return reach - 1, 0
    raise ValueError(f"no padding {mode!r} here for a window that reaches {reach} cells")


@dataclass(frozen=True, slots=True)
class Walk:
    """A window's walk along one axis of ``cells`` cells."""

    cells: int
    taps: int
    stride: int
    dilation: int
    mode: Mode
    ceil: bool = False
    """Whether the last window may hang over the padded end."""

    @property
    def reach(self) -> int:
        """Cells from a window's first tap to its last, both counted."""
        return self.dilation * (self.taps - 1) + 1

    @property
    def pads(self) -> tuple[int, int]:
        """Cells added before and after."""
        if self.mode not in {"same", "same_lower"}:
            return ends(self.mode, self.reach)
        last = max(range(0, self.cells, self.stride))
        missing = max(0, last + self.reach - self.cells)
        less, more = missing // 2, missing - missing // 2
        # the odd cell goes after, as in TensorFlow; ONNX's SAME_LOWER has it before
        return (less, more) if self.mode == "same" else (more, less)

    @property
    def places(self) -> list[int]:
        """The first cell of every window, counted from the padded beginning."""
        before, after = self.pads
        inside = before + self.cells
        end = inside + after

        def whole(start: int) -> bool:
            return start + self.reach <= end

        def wanted(start: int) -> bool:
            # as PyTorch: none begins in the padding after, nor once the one before has reached the end
            return start < inside and start - self.stride + self.reach < end

        return list(takewhile(wanted if self.ceil else whole, count(0, self.stride)))


def walks(
    x: Array,
    size: Sequence[int],
    stride: Sequence[int],
    dilation: Sequence[int],
    padding: Sequence[Mode],
    *,
    ceil: bool = False,
) -> list[Walk]:
    """A window's walk along every axis of ``x`` after batch and channels."""
    axes = zip(x.shape[2:], size, stride, dilation, padding, strict=True)
    return [Walk(n, k, s, d, mode, ceil) for n, k, s, d, mode in axes]


def view(x: Array, walks: Sequence[Walk], *, fill: float = 0) -> Array:
    """Every window of ``x``: shape ``(batch, channels, *places, *taps)``; padding holds ``fill``."""
    pads, places, taps = [], [], []
    for walk in walks:
        before, after = walk.pads
        starts = walk.places
        # the last window may hang over; with no window at all there is room for one, and none is taken
        furthest = max(starts, default=0) + walk.reach
        pads.append((before, max(after, furthest - before - walk.cells)))
        places.append(slice(0, len(starts) * walk.stride, walk.stride))
        taps.append(slice(None, None, walk.dilation))
    padded = np.pad(x, [(0, 0), (0, 0), *pads], constant_values=fill)
    windows = sliding_window_view(padded, [walk.reach for walk in walks], tuple(range(2, x.ndim)))
    return windows[(slice(None), slice(None), *places, *taps)]
