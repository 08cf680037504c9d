"""Cells of convolutions and of full connections: products, their sum, the bias."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from shapecalc.explanation.working.stage import (
    MOST_SHOWN,
    Cell,
    Equation,
    Scene,
    Stage,
    decimal,
    dotted,
    panels,
    spans,
    sums_by_channel,
)
from shapecalc.formulas.windows import Transposed, Window

if TYPE_CHECKING:
    from collections.abc import Sequence


def conv(scene: Scene, cell: Cell, stage: Stage) -> float:
    """A convolution: the window of each channel times the kernel's, summed, and the bias."""
    filter_, places = cell[0], cell[1:]
    kernel, rank = scene.tensors["kernel"], len(places)
    bias = scene.tensors.get("bias")
    banks = kernel.shape[: -rank - 2]
    if banks:
        bank = tuple(place % count for place, count in zip(places, banks, strict=True))
        kernel, bias = kernel[bank], None if bias is None else bias[bank]
        stage.said.append(f"of its banks of filters this place uses bank {', '.join(map(str, bank))}")
    each = kernel.shape[1]
    group = filter_ // (kernel.shape[0] // (scene.x.shape[0] // each))
    channels = range(group * each, (group + 1) * each)
    cells = _cells(scene, places)
    stage.said.append(f"the window: {spans(cells)} of {_channels(channels)} of {scene.sources[0]}")
    flip = bool(getattr(scene.node.layer, "flip", False))
    if flip:
        stage.said.append("the kernel is turned by 180°")
    taps = [tuple(range(k)) for k in kernel.shape[2:]]
    sums = []
    padded = False
    for index, channel in enumerate(channels):
        window = {at: _read(scene, channel, at) for at in product(*cells)}
        padded = padded or None in window.values()
        turned = {}
        for tap in product(*taps):
            at = _turned(tap, kernel.shape[2:]) if flip else tap
            turned[tap] = float(kernel[(filter_, index, *at)])
        met = list(zip(window.values(), turned.items(), strict=True))
        products = {tap: None if value is None else value * weight for value, (tap, weight) in met}
        pairs = [(value, weight) for value, (_, weight) in met if value is not None]
        sums.append(sum(value * weight for value, weight in pairs))
        if index < MOST_SHOWN and pairs:
            of = f"channel {channel}" if scene.x.shape[0] > 1 else scene.sources[0]
            boards = zip(panels(of, window), panels("kernel", turned), panels("products", products), strict=True)
            stage.boards += boards
            stage.equations.append(Equation(f"sum of {of}", dotted(pairs), sums[-1]))
    if padded:
        stage.said.append("· is padding: 0, and so is its product")
    stage.equations += sums_by_channel(channels, sums)
    return biased(stage, sum(sums), None if bias is None else float(bias[filter_]))


def biased(stage: Stage, value: float, bias: float | None) -> float:
    """A sum and its bias."""
    if bias is None:
        return value
    stage.equations.append(Equation("and the bias", decimal(value) + decimal(bias), value + bias))
    return value + bias


def _turned(tap: tuple[int, ...], taps: Sequence[int]) -> tuple[int, ...]:
    return tuple(k - 1 - t for t, k in zip(tap, taps, strict=True))


def _channels(channels: range) -> str:
    return f"channel {channels[0]}" if len(channels) == 1 else f"channels {channels[0]} to {channels[-1]}"


def _cells(scene: Scene, places: Sequence[int]) -> list[list[int]]:
    """The cells under the window along each axis, padding among them."""
    found = []
    for step, n, place in zip(scene.node.reach[0], scene.x.shape[1:], places, strict=True):
        if not isinstance(step, Window):
            raise TypeError(scene.node.kind)
        before, _ = step.pads(int(n))
        start = place * step.stride - int(before)
        found.append([start + step.dilation * tap for tap in range(step.size)])
    return found


windowed = _cells


def _read(scene: Scene, channel: int, at: Sequence[int]) -> float | None:
    """The number of a cell; None in the padding."""
    inside = all(0 <= cell < n for cell, n in zip(at, scene.x.shape[1:], strict=True))
    return float(scene.x[(channel, *at)]) if inside else None


read = _read


def transposed(scene: Scene, cell: Cell, stage: Stage) -> float:
    """A transposed convolution: the stamps that fall on the cell."""
    filter_, places = cell[0], cell[1:]
    kernel, bias = scene.tensors["kernel"], scene.tensors.get("bias")
    each = kernel.shape[1]
    group = filter_ // each
    inputs = scene.x.shape[0] // int(getattr(scene.node.layer, "groups", 1))
    channels = range(group * inputs, (group + 1) * inputs)
    falls: list[list[tuple[int, int]]] = []
    for step, n, place in zip(scene.node.reach[0], scene.x.shape[1:], places, strict=True):
        if not isinstance(step, Transposed):
            raise TypeError(scene.node.kind)
        at = [(place + int(step.cuts[0]) - step.dilation * tap, tap) for tap in range(step.size)]
        falls.append([(c // step.stride, t) for c, t in at if c % step.stride == 0 and 0 <= c // step.stride < n][::-1])
    count = len(list(product(*falls)))
    taps_said = "1 tap falls" if count == 1 else f"{count} taps fall"
    stage.said.append(f"each input cell is spread over the taps: in each channel {taps_said} on this cell")
    sums = []
    for index, channel in enumerate(channels):
        cells = {
            tuple(c for c, _ in pair): float(scene.x[(channel, *(c for c, _ in pair))]) for pair in product(*falls)
        }
        taps = {
            tuple(t for _, t in pair): float(kernel[(channel, filter_ - group * each, *(t for _, t in pair))])
            for pair in product(*falls)
        }
        pairs = list(zip(cells.values(), taps.values(), strict=True))
        sums.append(sum(a * b for a, b in pairs))
        if index < MOST_SHOWN and pairs:
            of = f"channel {channel}" if scene.x.shape[0] > 1 else scene.sources[0]
            where = spans([[c for c, _ in axis] for axis in falls])
            stage.boards += list(
                zip(panels(f"{of}, {where}", cells), panels("the taps that meet them", taps), strict=True)
            )
            stage.equations.append(Equation(f"sum of {of}", dotted(pairs), sums[-1]))
    stage.equations += sums_by_channel(channels, sums)
    return biased(stage, sum(sums), None if bias is None else float(bias[filter_]))


def dense(scene: Scene, cell: Cell, stage: Stage) -> float:
    """A full connection: every input times its weight."""
    unit, places = cell[0], cell[1:]
    kernel, bias = scene.tensors["kernel"], scene.tensors.get("bias")
    whole = bool(getattr(scene.node.layer, "as_conv", False))
    x = scene.x.reshape(-1) if whole else scene.x[(slice(None), *places)]
    row = kernel[unit].reshape(-1)
    pairs = [(float(a), float(b)) for a, b in zip(x, row, strict=True)]
    stage.said.append(f"unit {unit} reads {len(pairs):,} numbers of {scene.sources[0]}, each with a weight of its own")
    stage.boards.append(panels(scene.sources[0], {(i,): a for i, (a, _) in enumerate(pairs)}))
    stage.boards.append(panels("weights", {(i,): b for i, (_, b) in enumerate(pairs)}))
    value = sum(a * b for a, b in pairs)
    stage.equations.append(Equation("sum of products", dotted(pairs), value))
    return biased(stage, value, None if bias is None else float(bias[unit]))
