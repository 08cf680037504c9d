"""The window: what a convolution, a pooling and a receptive field slide along one axis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from shapecalc.formulas import lengths

PaddingWord = Literal["valid", "same", "same_lower", "half", "full", "causal"]
Padding = PaddingWord | tuple[int, int]
"""One axis' padding: a word, or the cells before and after."""

CutWord = Literal["valid", "half", "same", "same_lower", "keras_valid"]
Cut = CutWord | tuple[int, int]
"""What is cut off one axis of a transposed convolution: a word, or the cells before and after."""
FILLING = ("same", "same_lower", "keras_valid")
"""Words under which every input cell gives a stride's cells at least."""


@dataclass(frozen=True, slots=True)
class Window:
    """A window along one axis: its taps, how far apart they are, how far it steps, how the ends are padded."""

    size: int
    stride: int = 1
    dilation: int = 1
    padding: Padding = "valid"
    ceil: bool = False
    """A last window may hang over the end (pooling only)."""

    @property
    def reach(self) -> int:
        """Cells from the first tap to the last; a plain size where there is no dilation."""
        return self.size if self.dilation == 1 else lengths.reach(self.size, self.dilation)

    def pads(self, n: int) -> tuple[int, int]:
        """Cells added before and after."""
        match self.padding:
            case "valid":
                return 0, 0
            case "same":  # the odd cell goes after, as TensorFlow does
                missing = lengths.same_padding(n, self.reach, self.stride)
                return lengths.lesser(missing), lengths.greater(missing)
            case "same_lower":
                missing = lengths.same_padding(n, self.reach, self.stride)
                return lengths.greater(missing), lengths.lesser(missing)
            case "half":
                side = lengths.half(self.reach)
                return side, side
            case "full":
                side = lengths.full(self.reach)
                return side, side
            case "causal":
                return lengths.full(self.reach), 0
            case (before, after):
                return before, after

    def length(self, n: int) -> int:
        """Places the window takes along an axis of ``n`` cells; below 1 where it does not fit."""
        if self.padding in {"same", "same_lower"}:
            return lengths.same(n, self.stride)
        before, after = self.pads(n)
        if self.ceil:
            return lengths.ceiling(n, self.reach, self.stride, before, after)
        if before != after:
            return lengths.uneven(n, self.reach, self.stride, before, after)
        if before == 0:
            return lengths.valid(n, self.reach, self.stride)
        return lengths.explicit(n, self.reach, self.stride, before)


@dataclass(frozen=True, slots=True)
class Transposed:
    """A window run backwards along one axis: each input cell is spread over the taps."""

    size: int
    stride: int = 1
    dilation: int = 1
    padding: Cut = "valid"
    extra: int = 0
    """Cells added at the end: output padding."""

    @property
    def reach(self) -> int:
        """Cells from the first tap to the last; a plain size where there is no dilation."""
        return self.size if self.dilation == 1 else lengths.reach(self.size, self.dilation)

    @property
    def cuts(self) -> tuple[int, int]:
        """Cells cut off before and after."""
        match self.padding:
            case "valid" | "keras_valid":
                return 0, 0
            case "half":
                side = lengths.half(self.reach)
                return side, side
            case "same":
                surplus = lengths.surplus(self.reach, self.stride)  # what SAME would add to an output of n·s cells
                return lengths.lesser(surplus), lengths.greater(surplus)
            case "same_lower":
                surplus = lengths.surplus(self.reach, self.stride)
                return lengths.greater(surplus), lengths.lesser(surplus)
            case (before, after):
                return before, after

    @property
    def spare(self) -> int:
        """Cells at the end that no stamp reaches."""
        return max(0, self.stride - self.reach) if self.padding in FILLING else self.extra

    def length(self, n: int) -> int:
        """Cells that ``n`` input cells give; below 1 where the padding cuts all off."""
        if self.padding in {"same", "same_lower"}:
            return lengths.transposed_same(n, self.stride)
        if self.padding == "keras_valid":
            return lengths.transposed_keras_valid(n, self.reach, self.stride)
        before, after = self.cuts
        if before == after == self.extra == 0:
            return lengths.transposed_plain(n, self.reach, self.stride)
        return lengths.transposed(n, self.reach, self.stride, before, after, self.extra)

    def as_window(self) -> Window:
        """The ordinary window that reads what this one spreads, where the stride is 1."""
        before, after = self.cuts
        side = lengths.full(self.reach)
        return Window(self.size, 1, self.dilation, (side - before, side - after + self.extra))
