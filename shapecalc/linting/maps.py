"""Rules about a window and the map it lies on: too large for it, beside it, or with nothing to see."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import TYPE_CHECKING, ClassVar

from shapecalc.formulas.windows import Window
from shapecalc.linting.rule import Found
from shapecalc.linting.windows import Windows
from shapecalc.linting.words import along, number, percent, size

if TYPE_CHECKING:
    from shapecalc.linting.rule import Rule
    from shapecalc.linting.subject import Subject


def live(window: Window, n: int) -> int:
    """Taps that meet a cell of the map at some place."""
    before, places, s = window.pads(n)[0], int(window.length(n)), window.stride
    firsts = ((t, max(0, -((t * window.dilation - before) // s))) for t in range(window.size))
    return sum(1 for t, o in firsts if o < places and o * s - before + t * window.dilation < n)


class KernelLargerThanMap(Windows):
    """A window has more taps than the map has cells, or taps that meet padding alone.

    ## Why it matters
    It fits only because the map is padded. Taps that never meet a cell are weights that are paid for and never trained,
    and on a map of one cell a 3×3 is a 1×1 with eight weights in nine for nothing.

    ## What to do
    Take a smaller window, stride less before it, or give the network a larger input.
    """

    code: ClassVar = "SC103"
    name: ClassVar = "kernel-larger-than-map"
    bad: ClassVar = "- {conv: 8, kernel: 3, padding: 1}"
    good: ClassVar = "- {conv: 8, kernel: 1}"
    example_input: ClassVar = (8, 1, 1)

    def check(self, net: Subject) -> Iterator[Found]:
        for node, x, windows in net.windows():
            axes = [i for i, (w, n) in enumerate(zip(windows, x.spatial, strict=True)) if self.hangs(w, int(n))]
            if not axes or (net.family(node) == "pooling" and max(x.spatial) == 1):
                continue
            w, n = windows[axes[0]], int(x.spatial[axes[0]])
            meeting = [live(w, int(n)) for w, n in zip(windows, x.spatial, strict=True)]
            taps, used = prod(w.size for w in windows), prod(meeting)
            label = (
                f"{used} of its {taps} taps ever meet a cell" if used < taps else "at no place do all taps meet cells"
            )
            yield self.at(
                net,
                node,
                "kernel" if net.family(node) == "convolution" else "size",
                f"`{net.called(node)}` slides {size(w.size for w in windows)} taps over a map of {size(x.spatial)}",
                label,
                f"a window of {n} at most{' ' + along(x.rank, axes) if x.rank > 1 else ''}"
                if w.dilation == 1
                else f"a dilation below {w.dilation}",
                weight=taps - used,
            )

    @staticmethod
    def hangs(window: Window, n: int) -> bool:
        """Whether a window is too large for an axis of ``n`` cells."""
        return window.size > n or live(window, n) < window.size


class EvenKernelSame(Windows):
    """An even window under SAME padding: each output cell lies half a cell beside its input cell.

    ## Why it matters
    An even window has no middle. SAME padding has an odd cell to place and puts it at one side, so the map moves by
    half a cell, layer after layer; where it meets another branch the two no longer lie on each other.

    ## What to do
    Take an odd window; or put the odd cell at the other side (`same_lower`) in every second layer.
    """

    code: ClassVar = "SC104"
    name: ClassVar = "even-kernel-same"
    bad: ClassVar = "- {conv: 8, kernel: 4, padding: same}"
    good: ClassVar = "- {conv: 8, kernel: 3, padding: same}"

    def check(self, net: Subject) -> Iterator[Found]:
        for node, x, windows in net.windows():
            axes = [
                i
                for i, (w, n) in enumerate(zip(windows, x.spatial, strict=True))
                if w.padding in {"same", "same_lower"} and w.reach % 2 == 0 and w.stride % 2 and w.reach > w.stride
                if w.length(n) > 1
            ]
            if not axes:
                continue
            w = windows[axes[0]]
            before, after = (int(pad) for pad in w.pads(x.spatial[axes[0]]))
            yield self.at(
                net,
                node,
                "kernel" if net.family(node) == "convolution" else "size",
                f"`{net.called(node)}` moves the map by half a cell {along(x.rank, axes)}".rstrip(),
                f"{int(w.reach)} cells, padded by {before} before and {after} after",
                f"a window of {int(w.reach) - 1} or {int(w.reach) + 1} keeps it in place" if w.dilation == 1 else "",
            )


class PoolingOneCell(Windows):
    """A pooling on a map of one cell: there is nothing left to pool.

    ## Why it matters
    The largest or the mean of one number is that number. Mostly the map was to be larger: a stride too many before it,
    or an input smaller than the network is made for.

    ## What to do
    Leave it out (`flatten` gives the same row), or see where the map became so small.
    """

    code: ClassVar = "SC107"
    name: ClassVar = "pooling-one-cell"
    bad: ClassVar = "- {conv: 8, kernel: 16}\n- global_avgpool"
    good: ClassVar = "- {conv: 8, kernel: 15}\n- global_avgpool"

    def check(self, net: Subject) -> Iterator[Found]:
        for node, xs in net.known():
            x = xs[0] if xs else None
            if x is None or len(xs) > 1 or net.family(node) != "pooling" or not x.rank or max(x.spatial) > 1:
                continue
            if node.weights or node.output is None or node.output.elements != x.elements:
                continue
            yield self.at(
                net,
                node,
                "",
                f"`{net.called(node)}` pools a map of {size(x.spatial)}: {x.channels:,} numbers come in and go out",
                "nothing to pool",
                "leave it out, or `flatten`" if not node.output.rank else "leave it out",
            )


class PyramidBins(Windows):
    """A pyramid whose rule makes more bins than asked, as soon as the map has another size.

    ## Why it matters
    For k bins of n cells `rule: sppnet` slides windows of ⌈n/k⌉ cells by ⌊n/k⌋ (He et al. 2014, section 2.3). Where k
    does not divide n that can make more than k places: of 7 cells and k = 4 it makes 6. On such a map it is an error
    (E321), so a pyramid of this rule is good for some sizes only, when one length for all sizes is what it is for.

    ## What to do
    Leave `rule` out: `adaptive` bins are k of any length.
    """

    code: ClassVar = "SC108"
    name: ClassVar = "pyramid-bins"
    pedantic: ClassVar = True
    bad: ClassVar = "- {spp: [4, 2, 1], rule: sppnet}"
    good: ClassVar = "- {spp: [4, 2, 1]}"
    example_input: ClassVar = (8, 8, 8)

    def check(self, net: Subject) -> Iterator[Found]:
        for node, (x, *_) in net.known():
            if node.kind != "spp" or getattr(node.layer, "rule", "") != "sppnet":
                continue
            levels = [int(level) for level in getattr(node.layer, "levels", ())]
            n = int(min(x.spatial))
            lengths = range(max(levels), 2 * n + 1)
            wrong = [(m, level, made) for m in lengths for level in levels if (made := self.bins(m, level)) != level]
            if not wrong:
                continue
            m, level, made = min(wrong, key=lambda one: abs(one[0] - n))
            fitting = len(lengths) - len({m for m, _, _ in wrong})
            yield self.at(
                net,
                node,
                "rule",
                f"`{net.called(node)}` fits a map of {n} cells; of {m} its rule makes {made} bins for {level} asked",
                f"{fitting} of the lengths from {lengths[0]} to {lengths[-1]} fit",
                "leave `rule` out: `adaptive` makes as many bins as asked of any length",
            )

    @staticmethod
    def bins(n: int, k: int) -> int:
        """The places of a window of ⌈n/k⌉ cells by ⌊n/k⌋ along ``n`` cells."""
        return (n + -n // k) // (n // k) + 1


class PaddingOverData(Windows):
    """A map has more padding around it than cells in it.

    ## Why it matters
    Most of what the windows see is made up. The border of a map is where a network is least to be trusted; here all of
    it is border.

    ## What to do
    Pad less, take a smaller window or dilation, stride less before, or give the network a larger input.
    """

    code: ClassVar = "SC109"
    name: ClassVar = "padding-over-data"
    bad: ClassVar = "- {conv: 8, kernel: 3, dilation: 5, padding: half}"
    good: ClassVar = "- {conv: 8, kernel: 3, dilation: 2, padding: half}"
    example_input: ClassVar = (8, 8, 8)

    def check(self, net: Subject) -> Iterator[Found]:
        for node, x, windows in net.windows():
            ends = [(int(n), tuple(map(int, w.pads(n)))) for w, n in zip(windows, x.spatial, strict=True)]
            axes = [
                i for i, (n, pads) in enumerate(ends) if sum(pads) > n and not KernelLargerThanMap.hangs(windows[i], n)
            ]
            if not axes:
                continue
            n, (before, after) = ends[axes[0]]
            yield self.at(
                net,
                node,
                "padding",
                f"`{net.called(node)}` pads {number(n, 'cell')} by {before + after} {along(x.rank, axes)}".rstrip(),
                f"{before} before and {after} after: {percent(before + after, before + after + n)} of the axis",
                "less padding, a smaller window or dilation, or a larger map",
                weight=1000 * (before + after) // n,
            )


RULES: tuple[Rule, ...] = (KernelLargerThanMap(), EvenKernelSame(), PoolingOneCell(), PyramidBins(), PaddingOverData())
