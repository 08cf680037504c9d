"""Rules about the steps of a window: what it skips, leaves over, or stamps twice."""

from __future__ import annotations

from collections.abc import Iterator
from math import gcd, prod
from typing import TYPE_CHECKING, ClassVar

from shapecalc.formulas.reach import Shift
from shapecalc.formulas.windows import Transposed, Window
from shapecalc.linting.rule import Found, Rule
from shapecalc.linting.words import along, listed, number, percent, size

if TYPE_CHECKING:
    from shapecalc.linting.subject import Subject
    from shapecalc.network.graph import Node
    from shapecalc.shape import Shape


def read_of(window: Window) -> int:
    """Of the cells that a window steps over at once, those that some tap of some place reads."""
    return min(window.size, window.stride // gcd(window.dilation, window.stride))


def skips(window: Window, n: int) -> bool:
    """Whether cells between the taps of all places are never read: not one stride in ``n`` cells is read whole."""
    places = int(window.length(n))
    reached = (places - 1) * window.stride - window.pads(n)[0] + window.reach
    return read_of(window) < window.stride and (places > 1 or reached < n)


def pointwise(node: Node, windows: tuple[Window, ...], net: Subject) -> bool:
    """Whether a node is a convolution of one cell."""
    return net.family(node) == "convolution" and all(window.size == 1 for window in windows)


def read_share(windows: tuple[Window, ...], x: Shape) -> tuple[int, int]:
    """Of how many cells how many are read, where windows step."""
    steps = [w for w, n in zip(windows, x.spatial, strict=True) if skips(w, n)]
    return prod(read_of(w) for w in steps), prod(w.stride for w in steps)


class Windows(Rule):
    """A rule about windows."""

    family: ClassVar = "windows"


class StrideSkipsInput(Windows):
    """A window steps further than it reaches, and cells are read by nobody.

    ## Why it matters
    With a stride beyond the window's size the cells in between feed no output: what was computed there is thrown away.
    A dilated window of an even stride and an even dilation does the same, for all its taps fall on the same cells.

    ## What to do
    Widen the window to the stride at least, or pool first and convolve after. The projection that `shortcut: auto`
    makes is exempt, and so is a shortcut that is written out: there it is the custom. So is a pooling of one cell with
    a stride, which can mean nothing else than to leave cells out. For a 1×1 convolution see SC106.
    """

    code: ClassVar = "SC101"
    name: ClassVar = "stride-skips-input"
    bad: ClassVar = "- {conv: 8, kernel: 2, stride: 3}"
    good: ClassVar = "- {conv: 8, kernel: 3, stride: 3, padding: same}"

    def check(self, net: Subject) -> Iterator[Found]:
        for node, x, windows in net.windows():
            skipping = [i for i, (w, n) in enumerate(zip(windows, x.spatial, strict=True)) if skips(w, n)]
            if not skipping or net.projects(node) or all(window.size == 1 for window in windows):
                continue
            w = windows[skipping[0]]
            read, of = read_share(windows, x)
            where = along(x.rank, skipping)
            what = f"a window of {w.size}" + (f", dilated by {w.dilation}," if w.dilation > 1 else "")
            yield self.at(
                net,
                node,
                "stride",
                f"`{net.called(node)}` steps {number(w.stride, 'cell')} {where} with {what}".replace("  ", " ")
                + f" and reads {read} of every {of} cells",
                f"{percent(of - read, of)} of the map feeds nothing",
                f"a window of {w.stride} at least, or pool before it" if w.dilation == 1 else "a dilation of 1",
            )


class FloorLeavesCells(Windows):
    """The stride does not come out even, and the last cells of the map are read by nobody.

    ## Why it matters
    The number of places is rounded down. What is left over at the end of an axis feeds no output: a part of the image
    is invisible to the network, always at the same side.

    ## What to do
    Let a pooling's last window hang over (`ceil: yes`), pad (`padding: same`), or choose a length that comes out even.
    """

    code: ClassVar = "SC102"
    name: ClassVar = "floor-leaves-cells"
    bad: ClassVar = "- {maxpool: 3, stride: 2}"
    good: ClassVar = "- {maxpool: 3, stride: 2, ceil: yes}"

    def check(self, net: Subject) -> Iterator[Found]:
        for node, x, windows in net.windows():
            ends = zip(windows, x.spatial, self.padded(net, node, x), strict=True)
            left = [max(0, self.unread(w, int(n)) - pads) for w, n, pads in ends]
            if not any(left) or net.projects(node):
                continue
            every, read = (
                prod(map(int, x.spatial)),
                prod(int(n) - over for n, over in zip(x.spatial, left, strict=True)),
            )
            over_all = [f"{over} of {int(n)} cells" for over, n in zip(left, x.spatial, strict=True) if over]
            where = along(x.rank, [i for i, over in enumerate(left) if over])
            first = next(i for i, over in enumerate(left) if over)
            n, over, step = int(x.spatial[first]), left[first], windows[first].stride
            ways = ["`ceil: yes`"] if hasattr(node.layer, "ceil") else []
            ways += ["`padding: same`", f"a map of {n - over} or {n - over + step} cells"]
            yield self.at(
                net,
                node,
                "stride",
                f"`{net.called(node)}` leaves {listed(dict.fromkeys(over_all))} unread {where}".rstrip(),
                f"{every - read:,} of {number(every, 'cell')} ({percent(every - read, every)}) feed nothing",
                ", or ".join(ways),
                weight=1000 * (every - read) // every,
            )

    @staticmethod
    def padded(net: Subject, node: Node, x: Shape) -> list[int]:
        """Cells at the end of each axis that a `pad` right before has added: to leave them unread is no loss."""
        pad = net.before(node, {"identity", "dropout"})
        steps = pad.reach[0] if pad is not None and pad.kind == "pad" else ()
        added = [max(0, -step.after) for step in steps if isinstance(step, Shift)]
        return added if len(added) == x.rank else [0] * x.rank

    @staticmethod
    def unread(window: Window, n: int) -> int:
        """Cells at the end of an axis that the last place does not reach, those in a gap between places left out."""
        reached = (int(window.length(n)) - 1) * window.stride - int(window.pads(n)[0]) + int(window.reach)
        return 0 if read_of(window) < window.stride else max(0, n - reached)


class Checkerboard(Windows):
    """The stamps of a transposed convolution overlap unevenly, and leave a checkerboard.

    ## Why it matters
    Where the kernel is no multiple of the stride, some output cells lie under more stamps than their neighbours. They
    get a larger sum, and the pattern shows in what the network paints (Odena, Dumoulin & Olah 2016, Deconvolution and
    Checkerboard Artifacts). A kernel below the stride leaves cells under no stamp at all.

    ## What to do
    Take a kernel that is a multiple of the stride, such as 4 by 2; or `upsample`, and convolve after.
    """

    code: ClassVar = "SC105"
    name: ClassVar = "checkerboard"
    bad: ClassVar = "- {conv_transpose: 8, kernel: 3, stride: 2}"
    good: ClassVar = "- {conv_transpose: 8, kernel: 4, stride: 2, padding: 1}"

    def check(self, net: Subject) -> Iterator[Found]:
        for node, xs in net.known():
            steps = node.reach[0] if node.reach else ()
            uneven = [
                (i, step, counts)
                for i, step in enumerate(steps)
                if isinstance(step, Transposed) and xs[0].spatial[i] > 1
                for counts in [self.stamps(step)]
                if counts[0] != counts[1]
            ]
            if not uneven:
                continue
            axes = [i for i, _, _ in uneven]
            _, step, (least, most) = uneven[0]
            low, high = (prod(counts[end] for _, _, counts in uneven) for end in (0, 1))
            below = step.size // step.stride * step.stride
            near = [str(k) for k in (below, below + step.stride) if k]
            yield self.at(
                net,
                node,
                "kernel",
                f"`{net.called(node)}` stamps {number(step.size, 'cell')} every {step.stride} "
                f"{along(xs[0].rank, axes)}".rstrip()
                + f": from {least} to {most} lie on each other",
                f"an output cell is the sum of {low} to {high} stamps"
                + (", and where it is 0 there is the bias alone" if not low else ""),
                f"a kernel of {' or '.join(near)}, or `upsample` and a convolution",
            )

    @staticmethod
    def stamps(step: Transposed) -> tuple[int, int]:
        """The fewest and the most stamps that an output cell lies under, away from the border."""
        counts = [0] * min(step.stride, 4096)
        for tap in range(step.size):
            counts[tap * step.dilation % step.stride % len(counts)] += 1
        return min(counts), max(counts)


class PointwiseStride(Windows):
    """A 1×1 convolution with a stride: it drops cells before it has looked at them.

    ## Why it matters
    It reads one cell in each stride and throws the others away, three in four at stride 2. ResNet-50 first put its
    strides there; moved to the 3×3 beside it, as in what is called v1.5, the same network is more accurate.

    ## What to do
    Give the stride to the 3×3 before or after it, or average first. Shortcuts are exempt: there it is the custom.
    """

    code: ClassVar = "SC106"
    name: ClassVar = "pointwise-stride"
    bad: ClassVar = "- {conv: 8, kernel: 1, stride: 2}"
    good: ClassVar = "- {avgpool: 2}\n- {conv: 8, kernel: 1}"

    def check(self, net: Subject) -> Iterator[Found]:
        for node, x, windows in net.windows():
            if not pointwise(node, windows, net) or net.projects(node):
                continue
            read, of = read_share(windows, x)
            if read == of:
                continue
            yield self.at(
                net,
                node,
                "stride",
                f"`{net.called(node)}` is {size(w.size for w in windows)} and strides: it reads 1 of every {of} cells",
                f"{percent(of - read, of)} of the map is dropped unseen",
                "give the stride to a larger window beside it, or `avgpool` first",
            )


RULES: tuple[Rule, ...] = (StrideSkipsInput(), FloorLeavesCells(), Checkerboard(), PointwiseStride())
