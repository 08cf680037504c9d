"""The window that makes one length of another: every setting that does it, simplest first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast, get_args

from shapecalc.figure import at_least, formula
from shapecalc.formulas.lengths import DUMOULIN
from shapecalc.formulas.windows import CutWord, Padding, PaddingWord, Transposed, Window

WORDS: tuple[PaddingWord, ...] = ("valid", "half", "same", "full")
CUTS: tuple[CutWord, ...] = ("valid", "half", "same")


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
        stride: the stride it has to have.
    """
    found: dict[tuple[int, int, int], list[tuple[Padding, Window]]] = {}
    for k in kernels:
        for d in dilations if k > 1 else dilations[:1]:
            reach = d * (k - 1) + 1
            for pads in _paddings(reach, padding):
                for s in _strides(n, o, reach, k, d, pads, stride):
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


def _strides(n: int, o: int, reach: int, k: int, d: int, pads: Padding, stride: int | None) -> Iterator[int]:
    """The strides that can give so many places."""
    if stride is not None:
        yield stride
        return
    if pads in {"same", "same_lower"}:  # ⌈n / s⌉ = o
        yield from range(-(-n // o), (-(-n // (o - 1)) - 1 if o > 1 else n) + 1)
        return
    before, after = (int(side) for side in Window(k, 1, d, pads).pads(n))
    if n + before + after < reach:
        return
    first = int(shortest_stride(n, reach, before, after, o))
    last = max(first, 1) if o == 1 else int(longest_stride(n, reach, before, after, o))
    yield from range(max(first, 1), last + 1)


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
    padding: Padding | None = None,
    stride: int | None = None,
) -> list[Setting]:
    """Every transposed window that makes ``o`` cells of ``n``, simplest first; arguments as for ``windows``.

    What is cut off is the same on both sides, and output padding is tried where it is needed.
    """
    settings: list[Setting] = []
    for k in kernels:
        for d in dilations if k > 1 else dilations[:1]:
            for s in range(1, max(1, o) + 1) if stride is None else (stride,):
                if (n - 1) * s > o + 2 * d * k:
                    break
                settings += _stamps(n, o, k, s, d, padding)
    return sorted(settings, key=lambda setting: (setting.rank, setting.dilation))


def _stamps(n: int, o: int, k: int, s: int, d: int, padding: Padding | None) -> Iterator[Setting]:
    reach = d * (k - 1) + 1
    sides = ((side, side) for side in range(reach))
    allowed: list[Any] = [padding] if padding is not None else [*CUTS, *sides]
    found: list[tuple[Padding, int]] = []
    for pads in allowed:
        if pads == "half" and reach % 2 == 0:
            continue
        if pads in {"same", "same_lower"}:
            if Transposed(k, s, d, cast("CutWord", pads)).length(n) == o:
                found.append((pads, 0))
            continue
        plain = int(Transposed(k, s, d, cast("CutWord", pads)).length(n))
        extra = o - plain
        if plain >= 1 and 0 <= extra < max(s, d):
            found.append((pads, extra))
    for extra in sorted({extra for _, extra in found}):
        some = [pads for pads, more in found if more == extra]
        numbers = sorted(pads[0] for pads in some if isinstance(pads, tuple))
        words = tuple(pads for pads in some if isinstance(pads, str))
        cuts = Transposed(k, s, d, "same").cuts if "same" in words else None
        same = None if cuts is None else (int(cuts[0]), int(cuts[1]))
        yield Setting(k, s, d, words, (numbers[0], numbers[-1]) if numbers else (), same, 0, extra)
