"""The window that makes one length of another: every setting that does it, simplest first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import get_args

from shapecalc.figure import at_least, formula
from shapecalc.formulas.lengths import DUMOULIN
from shapecalc.formulas.windows import Cut, CutWord, Padding, PaddingWord, Transposed, Window

WORDS: tuple[PaddingWord, ...] = ("valid", "half", "same", "full")
CUTS: tuple[CutWord, ...] = ("valid", "half", "same")
MOST = 200_000
"""Windows that are tried."""


class TooMany(ValueError):
    """More windows would have to be tried than anyone waits for."""


@formula(source=f"{DUMOULIN}, relationship 6, for s: its largest")
def longest_stride(n: int, k: int, p: int, q: int, o: int) -> int:
    """The longest stride with which a window takes ``o`` places; of one place every stride."""
    return (n + p + q - k) // at_least(1, o - 1)


@formula(source=f"{DUMOULIN}, relationship 6, for s: its least")
def shortest_stride(n: int, k: int, p: int, q: int, o: int) -> int:
    """The shortest stride with which a window takes no more than ``o`` places."""
    return (n + p + q - k) // o + 1


@dataclass(frozen=True, slots=True)
class Setting:
    """A kernel, stride and dilation, and every padding a side with which they do it."""

    kernel: int
    stride: int
    dilation: int
    words: tuple[str, ...]
    """Paddings by name."""
    sides: tuple[int, ...]
    """Paddings by number, the same on both sides: the least and the most."""
    same: tuple[int, int] | None
    """What ``same`` is here, in cells before and after; for a transposed window what it cuts off."""
    unread: int
    """Cells, padding among them, that the last step leaves over with the least of the paddings."""
    extra: int = 0
    """Output padding, of a transposed window."""

    @property
    def rank(self) -> tuple[int, ...]:
        """How far from plain it is: what a reader would try first is least."""
        no_word = not self.words
        even = self.kernel % 2 == 0 and self.stride != self.kernel
        skips = max(0, self.stride - (self.dilation * (self.kernel - 1) + 1))
        return (self.dilation > 1, self.extra > 0, skips > 0, no_word, even, self.unread > 0, self.kernel, self.stride)


def windows(
    n: int,
    o: int,
    kernels: range,
    dilations: range = range(1, 2),
    padding: Padding | None = None,
    stride: int | None = None,
) -> list[Setting]:
    """Every window that makes ``o`` cells of ``n``, simplest first.

    Args:
        n: cells that come in.
        o: cells that come out.
        kernels: taps that are tried.
        dilations: dilations that are tried.
        padding: the padding it has to have; any if not given, by number up to one cell less than the window.
        stride: the stride it has to have; of a single place, where every longer one does the same, the least.

    Raises:
        TooMany: there are too many to try.
    """
    found: dict[tuple[int, int, int], list[tuple[Padding, Window]]] = {}
    tried = 0
    for k in kernels:
        for d in dilations if k > 1 else dilations[:1]:
            reach = d * (k - 1) + 1
            for pads in _paddings(reach, padding):
                strides = _strides(n, o, reach, k, d, pads, stride)
                tried = _counted(tried + 1 + len(strides))
                for s in strides:
                    window = Window(k, s, d, pads)
                    if window.length(n) == o:
                        found.setdefault((k, s, d), []).append((pads, window))
    settings = [_setting(n, k, s, d, windows) for (k, s, d), windows in found.items()]
    return sorted(settings, key=lambda setting: (setting.rank, setting.dilation))


def _paddings(reach: int, padding: Padding | None) -> Iterator[Padding]:
    if padding is not None:
        if padding != "half" or reach % 2:
            yield padding
        return
    yield from (word for word in WORDS if word != "half" or reach % 2)
    yield from ((side, side) for side in range(reach))


def _counted(tried: int) -> int:
    if tried > MOST:
        raise TooMany(f"more than {MOST:,} windows would have to be tried")
    return tried


def _strides(n: int, o: int, reach: int, k: int, d: int, pads: Padding, stride: int | None) -> range:
    """The strides that can give so many places."""
    if stride is not None:
        return range(stride, stride + 1)
    if pads in {"same", "same_lower"}:  # ⌈n / s⌉ = o
        return range(-(-n // o), (-(-n // (o - 1)) - 1 if o > 1 else n) + 1)
    before, after = (int(side) for side in Window(k, 1, d, pads).pads(n))
    if n + before + after < reach:
        return range(0)
    first = int(shortest_stride(n, reach, before, after, o))
    last = max(first, 1) if o == 1 else int(longest_stride(n, reach, before, after, o))
    return range(max(first, 1), last + 1)


def _setting(n: int, k: int, s: int, d: int, windows: list[tuple[Padding, Window]]) -> Setting:
    words = tuple(word for word in get_args(PaddingWord) if any(pads == word for pads, _ in windows))
    sides = sorted(pads[0] for pads, _ in windows if isinstance(pads, tuple))
    left = min(_left(n, window) for _, window in windows)
    before, after = Window(k, s, d, "same").pads(n)
    fits = "same" in words
    return Setting(
        k,
        s,
        d,
        words,
        (sides[0], sides[-1]) if sides else (),
        (int(before), int(after)) if fits else None,
        left,
    )


def _left(n: int, window: Window) -> int:
    """Cells, padded ones too, that the last step leaves over."""
    before, after = window.pads(n)
    return int(n + before + after - window.reach) % window.stride


def transposed(
    n: int,
    o: int,
    kernels: range,
    dilations: range = range(1, 2),
    padding: Cut | None = None,
    stride: int | None = None,
) -> list[Setting]:
    """Every transposed window that makes ``o`` cells of ``n``, simplest first; arguments as for ``windows``.

    What is cut off is the same on both sides, and output padding is tried where it is needed. Of a single cell, where
    a longer stride does the same, the least is given.

    Raises:
        TooMany: there are too many to try.
    """
    settings: list[Setting] = []
    tried = 0
    for k in kernels:
        for d in dilations if k > 1 else dilations[:1]:
            cuts = list(_cuts(d * (k - 1) + 1, padding))
            strides = _strides_back(n, o, k, d, cuts) if stride is None else (stride,)
            tried = _counted(tried + len(cuts) * len(strides))
            for s in strides:
                settings += _stamps(n, o, k, s, d, cuts, any_stride=n == 1 and stride is None)
    return sorted(settings, key=lambda setting: (setting.rank, setting.dilation))


def _cuts(reach: int, padding: Cut | None) -> Iterator[Cut]:
    if padding is not None:
        if padding != "half" or reach % 2:
            yield padding
        return
    yield from (word for word in CUTS if word != "half" or reach % 2)
    yield from ((side, side) for side in range(reach))


def _strides_back(n: int, o: int, k: int, d: int, cuts: list[Cut]) -> range | list[int]:
    """The strides that can give so many cells."""
    reach = d * (k - 1) + 1
    totals = {int(sum(Transposed(k, 1, d, cut).cuts)) for cut in cuts}
    if n == 1:  # the stride moves nothing: it is longer than the output padding, and under SAME it is the output
        return sorted({1, o, *(extra + 1 for total in totals if (extra := o - reach + total) > 0)})
    most = max(reach - 1, *totals) if totals else 0
    return range(max(1, -(-(o - reach - d + 1) // n)), (o - reach + most) // (n - 1) + 1)


def _stamps(n: int, o: int, k: int, s: int, d: int, cuts: list[Cut], *, any_stride: bool) -> Iterator[Setting]:
    found: list[tuple[Cut, int]] = []
    for cut in cuts:
        plain = int(Transposed(k, s, d, cut).length(n))
        extra = o - plain
        if cut in {"same", "same_lower"}:
            found += [(cut, 0)] if not extra else []
        elif plain >= 1 and 0 <= extra < max(s, d) and not (any_stride and s > (1 if extra < d else extra + 1)):
            found.append((cut, extra))
    for extra in sorted({extra for _, extra in found}):
        some = [cut for cut, more in found if more == extra]
        numbers = sorted(cut[0] for cut in some if isinstance(cut, tuple))
        words = tuple(cut for cut in some if isinstance(cut, str))
        taken = Transposed(k, s, d, "same").cuts if "same" in words else None
        same = None if taken is None else (int(taken[0]), int(taken[1]))
        yield Setting(k, s, d, words, (numbers[0], numbers[-1]) if numbers else (), same, 0, extra)
