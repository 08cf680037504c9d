"""Rules about what a network could save: matters of taste, and of what it is for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from shapecalc.formulas.counting import elements
from shapecalc.linting.rule import Found, Rule
from shapecalc.linting.weights import Weights, groups
from shapecalc.linting.words import number, percent, shortest, size, times

if TYPE_CHECKING:
    from shapecalc.linting.subject import Subject
    from shapecalc.network.graph import Node


class StackInstead(Weights):
    """One large window where 3×3 ones on each other see as far for less.

    ## Why it matters
    Two 3×3 see what a 5×5 sees, three what a 7×7 sees, with fewer weights and an activation more between (Simonyan &
    Zisserman 2014, section 2.3).

    ## What to do
    Where weights or operations matter, stack. Large windows have come back since, depthwise (ConvNeXt), so this is told
    only under `--pedantic`.
    """

    code: ClassVar = "SC311"
    name: ClassVar = "stack-instead"
    pedantic: ClassVar = True
    bad: ClassVar = "- {conv: 8, kernel: 5, padding: half}"
    good: ClassVar = "- {conv: 8, kernel: 3, padding: half, repeat: 2}"

    def check(self, net: Subject) -> Iterator[Found]:
        for node, x, windows in net.windows():
            k = windows[0].size
            kernel = node.weights.get("kernel")
            if node.kind not in {"conv", "depthwise"} or k < 5 or k % 2 == 0 or kernel is None or node.output is None:
                continue
            if any((w.size, w.stride, w.dilation) != (k, 1, 1) for w in windows) or len(kernel) != x.rank + 2:
                continue
            number_of = (k - 1) // 2
            per_tap = int(kernel[0]) * int(kernel[1])
            inner = int(kernel[0]) * (
                int(node.output.channels) // (groups(node) if node.kind == "conv" else x.channels)
            )
            now, then = k**x.rank * per_tap, 3**x.rank * (per_tap + (number_of - 1) * inner)
            if then >= now:
                continue
            yield self.at(
                net,
                node,
                "kernel",
                f"`{net.called(node)}` has {number(now, 'weight')}; {number_of} windows of {size([3] * x.rank)} see "
                f"as far with {then:,}",
                f"{percent(now - then, now)} fewer",
                f"`kernel: 3, repeat: {number_of}`, with an activation between",
            )


class CheaperConvolution(Weights):
    """A convolution that a 1×1 bottleneck or a separable one would make several times cheaper.

    ## Why it matters
    A k×k convolution filters and mixes the channels at once, for k²·c·f weights. In two steps, each channel by itself
    and then a 1×1, it is 1/f + 1/k² of that (Howard et al. 2017, section 3.1); after a 1×1 to half of the channels,
    half of it and the 1×1 (Szegedy et al. 2014, section 4).

    ## What to do
    Where the network must be small, take one of the two. It costs accuracy, and on a GPU little time is won: told only
    under `--pedantic`.
    """

    code: ClassVar = "SC312"
    name: ClassVar = "cheaper-convolution"
    pedantic: ClassVar = True
    bad: ClassVar = "- {conv: 64, kernel: 3, padding: half}"
    good: ClassVar = "- {separable_conv: 64, kernel: 3, padding: half}"
    example_input: ClassVar = (64, 16, 16)
    least: ClassVar = 32
    """Channels, in and out, below which there is little to save."""

    def check(self, net: Subject) -> Iterator[Found]:
        for node, x, windows in net.windows():
            kernel = node.weights.get("kernel")
            if node.kind != "conv" or groups(node) > 1 or kernel is None or len(kernel) != x.rank + 2:
                continue
            if any(w.size < 3 for w in windows) or min(int(kernel[0]), int(kernel[1])) < self.least:
                continue
            f, c, taps = int(kernel[0]), int(kernel[1]), int(elements(kernel[2:]))
            now, separable, narrow = taps * c * f, taps * c + c * f, c // 2
            bottleneck = c * narrow + taps * narrow * f
            if now < 2 * separable:
                continue
            ways = [f"as a separable one it would have {separable:,}"]
            helps = [f"`{{separable_conv: {f}, kernel: {shortest(w.size for w in windows)}}}`"]
            label = f"{times(now, separable)} times cheaper"
            if 5 * bottleneck < 4 * now:
                ways.append(f"behind a 1×1 to {narrow} channels, both together, {bottleneck:,}")
                helps.append(f"`{{conv: {narrow}, kernel: 1}}` before it")
                label += f", or {times(now, bottleneck)} times"
            yield self.at(
                net,
                node,
                "kernel",
                f"`{net.called(node)}` has {number(now, 'weight')}; {', '.join(ways)}",
                label,
                ", or ".join(helps),
            )


class ChannelsOfEight(Weights):
    """A number of channels that is no multiple of 8.

    ## Why it matters
    The matrix units of GPUs take 8 or 16 numbers at once (NVIDIA, Deep Learning Performance guide: multiples of 8 in
    16-bit precision); channels in between cost as much as the next multiple.

    ## What to do
    Round up to the next multiple, for which the language has `multiple(x, 8)`. Classes and other outputs are exempt.
    """

    code: ClassVar = "SC313"
    name: ClassVar = "channels-of-eight"
    pedantic: ClassVar = True
    bad: ClassVar = "- {conv: 30, kernel: 3}\n- relu\n- {conv: 8, kernel: 1}"
    good: ClassVar = "- {conv: 32, kernel: 3}\n- relu\n- {conv: 8, kernel: 1}"

    def check(self, net: Subject) -> Iterator[Found]:
        for node, _ in net.known():
            own = node.layer.main if node.layer is not None else None
            if own not in {"filters", "units"} or node.output is None or node.output.channels % 8 == 0:
                continue
            if not any(reader.weights for reader in self.weighted(net, node)):
                continue
            c = int(node.output.channels)
            yield self.at(
                net,
                node,
                own,
                f"`{net.called(node)}` has {number(c, 'channel')}: no multiple of 8",
                f"{8 - c % 8} short of {c + 8 - c % 8}",
                f"{c // 8 * 8} or {c + 8 - c % 8}" if c > 8 else "8",
            )

    @staticmethod
    def weighted(net: Subject, node: Node) -> Iterator[Node]:
        """Every node after one that trains weights over its channels: it is no output then."""
        waiting, seen = [node.name], {node.name}
        while waiting:
            for reader in net.readers[waiting.pop()]:
                if reader.name not in seen:
                    seen.add(reader.name)
                    if net.family(reader) in {"convolution", "dense"}:
                        yield reader
                        return
                    waiting.append(reader.name)


RULES: tuple[Rule, ...] = (StackInstead(), CheaperConvolution(), ChannelsOfEight())
