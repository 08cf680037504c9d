"""What the fast ways take beside what they read and give, from the graph alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import gcd, prod
from typing import TYPE_CHECKING

from shapecalc.analysis.memory import last_readers
from shapecalc.engine.ways import INTO_ITSELF, groups, windows
from shapecalc.formulas.windows import Transposed
from shapecalc.kernels.fast import sizes

if TYPE_CHECKING:
    from shapecalc.engine.chains import Step
    from shapecalc.network.graph import Graph
    from shapecalc.shape import Shape


@dataclass(frozen=True, slots=True)
class Spent:
    """Bytes that a step takes."""

    pieces: int = 0
    """Of scratch, which all steps share."""
    aside: int = 0
    """Of arrays that are let go when the step is done."""
    transforms: int = 0
    """Of weights in the form that its way wants."""
    making: int = 0
    """Beside these, while they are brought to it."""


def spending(step: Step, batch: int, itemsize: int, copies: Mapping[str, int]) -> Spent:
    """What a step takes that is not computed directly.

    Args:
        step: the step.
        batch: examples at once.
        itemsize: bytes of a number.
        copies: for functions of each element, the copies of their argument that are made on the way.
    """
    shapes, block = PIECES.get(step.way, nothing)(step, batch, itemsize)
    output = prod(step.end.output or ())
    pieces = sizes.LINE + sum(sizes.lined(numbers, itemsize) for numbers in shapes) if any(shapes) else 0
    copied = [1 + copies.get(node.kind, 4) for node in step.functions if node.kind not in INTO_ITSELF]
    finishing = max(copied, default=0)
    # what does not lie with its channels last is copied; a pooling has what is made along one axis before the next
    read = sum(prod(x) for x in step.xs) if step.way not in {"merged", "joined", "taps"} else 0
    read += output if step.beside is not None else 0
    between = prod(step.xs[0]) if step.way == "running" else 0
    aside = (read + between) * batch + finishing * (block or output * batch)
    banks = [transforms(part, itemsize) for part in step.parts or (step,)]
    bank, making = map(sum, zip(*banks, strict=True))
    aside += waving(step, batch, itemsize) if step.way == "fourier" else 0
    return Spent(pieces, itemsize * aside, itemsize * bank, itemsize * making)


Pieces = Callable[["Step", int, int], tuple[list[int], int]]
"""Of a step, its batch and the bytes of a number: the numbers of each piece of scratch, and of the part of the output
that is finished at a stroke, 0 where that is all of it."""


def nothing(_: Step, __: int, ___: int) -> tuple[list[int], int]:
    """No scratch at all."""
    return [], 0


def strips(step: Step, batch: int, itemsize: int) -> tuple[list[int], int]:
    """The padded input of a strip, its patches, and what each group gives."""
    (x,), head = step.xs, step.head
    seen = windows(head)
    taps = [(w.size, w.stride, w.dilation) for w in seen]
    return strip(batch, x, places(step), taps, channels(step), groups(head, step.xs), itemsize)


def by_tap(step: Step, batch: int, itemsize: int) -> tuple[list[int], int]:
    """The padded input of a strip, and its patches."""
    (local, patches, _), part = strips(step, batch, itemsize)
    return [local, patches], part


def strip(
    batch: int,
    x: Shape,
    lengths: Sequence[int],
    taps: Sequence[tuple[int, int, int]],
    filters: int,
    parts: int,
    itemsize: int,
) -> tuple[list[int], int]:
    """The same, of so many places, and of the taps, stride and dilation along each axis."""
    reads = x.channels // parts * prod(size for size, _, _ in taps)
    most = sizes.strip(parts, reads, filters // parts, itemsize)
    examples, *block = sizes.sides((batch, *lengths), most)
    count = examples * prod(block)
    spans = (
        (side - 1) * stride + dilation * (size - 1) + 1
        for side, (size, stride, dilation) in zip(block, taps, strict=True)
    )
    return [examples * prod(spans) * x.channels, count * reads * parts, count * filters], count * filters


def channels(step: Step) -> int:
    """Channels that a step gives."""
    return step.head.output.channels if step.head.output is not None else 0


def places(step: Step) -> tuple[int, ...]:
    """Places along each axis of what a step gives."""
    return tuple(int(n) for n in step.head.output.spatial) if step.head.output is not None else ()


def subpixel(step: Step, batch: int, itemsize: int) -> tuple[list[int], int]:
    """The strips of the convolution with the most taps; no other has more of anything."""
    (x,) = step.xs
    stamps = [stamp for stamp in step.head.reach[0] if isinstance(stamp, Transposed)]
    taps = []
    for stamp in stamps:
        apart = stamp.stride // gcd(stamp.stride, stamp.dilation)
        taps.append((-(-stamp.size // apart), 1, stamp.dilation * apart // stamp.stride))
    lengths = [-(-o // stamp.stride) for o, stamp in zip(places(step), stamps, strict=True)]
    fewest = strip(batch, x, lengths, [(1, 1, 1)] * len(taps), channels(step), option_groups(step), itemsize)
    most = strip(batch, x, lengths, taps, channels(step), option_groups(step), itemsize)
    return [max(pair) for pair in zip(fewest[0], most[0], strict=True)], max(fewest[1], most[1])


def option_groups(step: Step) -> int:
    """The groups of a transposed convolution."""
    found: int = getattr(step.head.layer, "groups", 1)
    return found


def depthwise(step: Step, batch: int, itemsize: int) -> tuple[list[int], int]:
    """The padded input of a block."""
    seen, c = windows(step.head), channels(step)
    examples, *block = sizes.sides((batch, *places(step)), sizes.SUMS // (c * itemsize))
    spans = ((side - 1) * w.stride + w.dilation * (w.size - 1) + 1 for side, w in zip(block, seen, strict=True))
    return [examples * prod(spans) * c], examples * prod(block) * c


def banded(step: Step, _: int, itemsize: int) -> tuple[list[int], int]:
    """The cells that a band reads, what is made of them, and the sums; the largest of these is finished at a stroke."""
    (x,), filters = step.xs, step.parts[1]
    (down, across), (places_down, places_across) = windows(filters.head), places(filters)
    cells, wide = int(x.spatial[1]), channels(filters)
    phases = sizes.phases(across.size, across.stride, across.dilation, wide)
    front, side = sizes.columns(cells, across.pads(cells)[0], spans(filters)[1], phases)
    made = places_across * wide
    height = sizes.band(places_down, down.stride, down.reach, phases * side * wide, made, itemsize)
    rows = ((height - 1) * down.stride + down.reach) * phases * side
    sums = [height * made if parted else 0 for parted in (len(step.parts) > 2, phases > 1)]
    given = height * places_across * channels(step.parts[-1])
    return [rows * (x.channels + 1), (front + rows) * wide, *sums], max(rows * wide, height * made, given)


def fourier(step: Step, batch: int, itemsize: int) -> tuple[list[int], int]:
    """The padded input of some channels."""
    examples, some = sizes.sides((batch, channels(step)), sizes.waves(transformed(step), itemsize))
    return [examples * some * prod(spans(step))], 0


def spans(step: Step) -> list[int]:
    """Cells along each axis from the first window's first tap to the last window's last."""
    return [(o - 1) * w.stride + w.reach for o, w in zip(places(step), windows(step.head), strict=True)]


def transformed(step: Step) -> list[int]:
    """Lengths that are transformed."""
    return [sizes.quick(span) for span in spans(step)]


def waving(step: Step, batch: int, itemsize: int) -> int:
    """Numbers of the transforms of some channels: before, between and after, and as long ones before NumPy 2.0."""
    lengths = transformed(step)
    count = prod(sizes.sides((batch, channels(step)), sizes.waves(lengths, itemsize)))
    return 6 * count * 2 * prod(sizes.spectrum(lengths))


def winograd(tile: int) -> Pieces:
    """Of some tiles: the padded input, the cells, those transformed, the products, and these transformed back."""

    def pieces(step: Step, batch: int, _: int) -> tuple[list[int], int]:
        (x,), filters, squares = step.xs, channels(step), (tile + 2) ** 2
        examples, *block = sizes.sides((batch, *(-(-o // tile) for o in places(step))), sizes.TILES)
        count = examples * prod(block)
        local = examples * prod(side * tile + 2 for side in block) * x.channels
        cells = squares * count * x.channels
        made = tile * tile * count * filters
        return [local, cells, cells, squares * count * filters, made], made

    return pieces


def pointwise(step: Step, batch: int, itemsize: int) -> tuple[list[int], int]:
    """The cells that are read, where not all are; the rows that are finished at a stroke."""
    (x,), filters = step.xs, channels(step)
    strides = [w.stride for w in windows(step.head)]
    read = x.channels * batch * prod(places(step)) if max(strides, default=1) > 1 else 0
    rows = min(batch * prod(places(step)), max(sizes.ROWS, 2 * sizes.NEAR // (filters * itemsize)))
    return [read], rows * filters


PIECES: Mapping[str, Pieces] = {
    "pointwise": pointwise,
    "product": pointwise,
    "winograd-4": winograd(4),
    "winograd-2": winograd(2),
    "fourier": fourier,
    "depthwise": depthwise,
    "banded": banded,
    "grouped": strips,
    "strips": strips,
    "taps": by_tap,
    "subpixel": subpixel,
}


def transforms(step: Step, itemsize: int) -> tuple[int, int]:
    """Numbers of weights in the form that a way wants, and beside them while they are brought to it."""
    kernel = prod(step.head.weights.get("kernel", ()))
    small = 8 * channels(step) + 2 * sizes.RUN  # scale, shift and bias
    match step.way:
        case "winograd-4" | "winograd-2":
            squares = 36 if step.way == "winograd-4" else 16
            return squares * kernel // 9 + small, kernel
        case "depthwise":
            return kernel * (1 + sizes.RUN // channels(step)) + small, kernel
        case "fourier":
            bank = 2 * prod(sizes.spectrum(transformed(step))) * channels(step)
            return bank + small, waving(step, 1, itemsize)
        case "subpixel":
            return kernel + small, 2 * kernel
        case "product":
            return (kernel if step.folded else 0) + small, 0
        case _:
            return kernel + small, 0


def alive(graph: Graph, steps: Sequence[Step], batch: int) -> list[int]:
    """Numbers alive while each step runs: its output, what is read later, and the inputs, which are held to the end."""
    last = last_readers(graph)
    index = {node.name: number for number, node in enumerate(graph)}
    held = {name: prod(shape) * batch for name, shape in graph.inputs.items()}
    total = sum(held.values())
    found = []
    for step in steps:
        end = step.end.name
        held[end] = prod(step.end.output or ()) * batch
        total += held[end]
        found.append(total)
        for name in {*step.reads, end} - graph.inputs.keys():
            if last.get(name, index[end]) <= index[end]:
                total -= held[name]
    return found
