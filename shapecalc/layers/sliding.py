"""A window slid along every spatial axis: its options, its places, and what a kernel is told of it."""

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from pydantic import Field, PrivateAttr

from shapecalc.diagnostics import Mismatch
from shapecalc.formulas import counting
from shapecalc.formulas.reach import Reach
from shapecalc.formulas.windows import Padding, Transposed, Window
from shapecalc.layers.base import Layer, Ops, spatial, spread
from shapecalc.layers.fields import Count, Flag, Pad, Size
from shapecalc.layers.saving import INPUT, Kept
from shapecalc.shape import Shape

TOLD = ("stride", "dilation", "padding")


def told(windows: Sequence[Window | Transposed], *names: str) -> dict[str, Any]:
    """What a kernel is told of its windows: each of these attributes by name, axis by axis."""
    return {name: tuple(getattr(window, name) for window in windows) for name in names or TOLD}


def ends(padding: object, rank: int, reach: tuple[int, ...]) -> tuple[Padding, ...]:
    """The padding of each axis, a single number made a pair.

    Raises:
        Mismatch: the padding cannot be had on such an axis.
    """
    every: list[Padding] = []
    for item, cells in zip(spread(padding, rank, "padding"), reach, strict=True):
        if item == "half" and cells % 2 == 0:
            raise Mismatch(
                "E303",
                f"pads by half a window of {cells} cells",
                field="padding",
                label=f"({cells} − 1) / 2 is not whole",
                help="write `padding: same`, which puts the odd cell after, or take an odd kernel",
            )
        if item == "causal" and rank != 1:
            raise Mismatch(
                "E307",
                f"pads causally over {rank} axes",
                field="padding",
                label="only one axis can be time",
                help="for one axis of several write it out: `padding: [[before, 0], …]`",
            )
        every.append((item, item) if isinstance(item, int) else item)
    return tuple(every)


def divided(channels: int, filters: int, groups: int) -> None:
    """Check that groups part the channels evenly.

    Raises:
        Mismatch: they do not.
    """
    for count, of, field in ((channels, "channels", "groups"), (filters, "filters", "groups")):
        if count % groups:
            fits = [n for n in range(1, min(count, groups * 2, 4096) + 1) if count % n == 0]
            noun, verb = ("divisors", "are") if len(fits) > 1 else ("divisor", "is")
            near = sorted(sorted(fits, key=lambda n: abs(n - groups))[:2])
            raise Mismatch(
                "E301",
                f"splits {count} {of} into {groups} groups",
                field=field,
                label=f"{count} is not a multiple of {groups}",
                help=f"the {noun} of {count} nearest {groups} {verb} {' and '.join(map(str, near))}",
            )


def fitted(windows: tuple[Window, ...], x: Shape, size: str, key: str | None = "") -> tuple[int, ...]:
    """The number of places along each axis; ``size`` is the option that gives the taps, ``key`` what the user calls it.

    A ``key`` of None is for taps that are not given as a number.

    Raises:
        Mismatch: a window is larger than its padded axis.
    """
    lengths = []
    for window, n in zip(windows, x.spatial, strict=True):
        length = window.length(n)
        if length < 1:
            padded = n + sum(window.pads(n))
            label = f"{window.reach} cells do not fit in {padded}"
            if padded > n:
                label += f" ({n} and {padded - n} of padding)"
            raise Mismatch(
                "E302",
                f"slides a window of {window.reach} cells along an axis of {int(n)}",
                field=size,
                label=label,
                help=", or ".join(_cures(windows, x, None if key is None else key or size)) + " would do",
            )
        lengths.append(length)
    return tuple(lengths)


def _cures(windows: tuple[Window, ...], x: Shape, key: str | None) -> Iterator[str]:
    """What would make every window fit: fewer taps, more padding, a larger input."""
    axes = [(window, int(n), window.pads(n)) for window, n in zip(windows, x.spatial, strict=True)]
    taps = [min(window.size, (n + sum(pads) - 1) // window.dilation + 1) for window, n, pads in axes]
    if len({window.size for window in windows}) == 1:
        taps = [min(taps)] * len(taps)
    reaches = [(k - 1) * w.dilation + 1 for k, w in zip(taps, windows, strict=True)]
    more_than_padding = all(cells > max(pads) for cells, (_, _, pads) in zip(reaches, axes, strict=True))
    halved = all(cells % 2 or w.padding != "half" for cells, w in zip(reaches, windows, strict=True))
    if key is not None and more_than_padding and halved:
        yield f"`{key}: {taps[0] if len(set(taps)) == 1 else taps}`"
    short = [max(0, int(window.reach) - n - sum(pads)) for window, n, pads in axes]
    padding = [_padded(window, pads, -(-less // 2)) for (window, _, pads), less in zip(axes, short, strict=True)]
    sides = {side for _, _, pads in axes for side in pads}
    most = min(sides) + -(-max(short) // 2)
    if len(sides) == 1 and all(w.padding in {"valid", pads} and most < w.reach for w, _, pads in axes):
        yield f"`padding: {most}`"
    else:
        yield f"`padding: [{', '.join(padding)}]`"
    yield f"an input of {'×'.join(str(n + less) for (_, n, _), less in zip(axes, short, strict=True))} here"


def _padded(window: Window, pads: tuple[int, int], more: int) -> str:
    """The padding of one axis with so many more cells a side, as it is written."""
    if not more and isinstance(window.padding, str):
        return window.padding
    before, after = (side + more for side in pads)
    return str(before) if before == after else f"[{before}, {after}]"


class Bank(Layer):
    """What has as many output channels as it is told."""

    main: ClassVar = "filters"

    filters: Count = Field(description="output channels")


class Convolution(Layer):
    """What every trained convolution has: a kernel, its steps, and a bias."""

    family: ClassVar = "convolution"
    composes: ClassVar = True

    kernel: Size = Field(description="taps along each axis")
    stride: Size = Field(1, description="cells between neighbouring places")
    dilation: Size = Field(1, description="cells between neighbouring taps")
    padding: Any = "valid"  # what the words mean is for each direction to say
    bias: Flag = Field(True, description="add one trained number to each output channel")

    def taps(self, rank: int) -> tuple[int, ...]:
        """Taps along each axis."""
        return spread(self.kernel, rank, "kernel")

    def axes(self, rank: int) -> Iterator[tuple[int, int, int, Any]]:
        """Taps, stride, dilation and padding of each axis."""
        sizes = self.taps(rank)
        strides = spread(self.stride, rank, "stride")
        dilations = spread(self.dilation, rank, "dilation")
        reach = tuple(d * (k - 1) + 1 for k, d in zip(sizes, dilations, strict=True))
        return zip(sizes, strides, dilations, ends(self.padding, rank, reach), strict=True)

    def with_bias(self, shape: Shape) -> dict[str, Shape]:
        """The bias by its name, if there is one."""
        return {"bias": shape} if self.bias else {}

    def spent(self, macs: int, y: Shape) -> Ops:
        """The operations, with one add an output for the bias."""
        return {"mac": macs} | ({"add": counting.elements(y)} if self.bias else {})

    def saves(self, *xs: Shape) -> tuple[Kept, ...]:
        return (INPUT,)


class Sliding(Convolution):
    """A convolution whose windows lie on its input."""

    padding: Pad = Field("valid", description="cells added at the ends of each axis")

    _windows: dict[int, tuple[Window, ...]] = PrivateAttr(default_factory=dict)
    """One layer serves many nodes; its windows are the same for each."""

    def windows(self, rank: int) -> tuple[Window, ...]:
        """The window along each axis."""
        if rank not in self._windows:
            self._windows[rank] = tuple(Window(*axis) for axis in self.axes(rank))
        return self._windows[rank]

    def places(self, x: Shape) -> tuple[int, ...]:
        """The number of places along each axis.

        Raises:
            Mismatch: there is none along one of them.
        """
        key = self.kind if self.main == "kernel" else "kernel"
        return fitted(self.windows(spatial(x, "convolves")), x, "kernel", key)

    def reach(self, *xs: Shape) -> tuple[tuple[Reach, ...], ...]:
        return tuple(self.windows(x.rank) for x in xs)
