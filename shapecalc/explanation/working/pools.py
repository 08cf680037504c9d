"""Cells of poolings: the window, and which cell won or what the mean is."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from shapecalc.explanation.working.stage import (
    Cell,
    Equation,
    Scene,
    Stage,
    Unworked,
    decimal,
    panels,
    spans,
    total,
)
from shapecalc.explanation.working.sums import read, windowed
from shapecalc.figure import Term
from shapecalc.formulas.reach import Bins
from shapecalc.formulas.windows import Window

if TYPE_CHECKING:
    from collections.abc import Sequence


def pool(scene: Scene, cell: Cell, stage: Stage) -> float:
    """A pooling over windows, bins, or the whole map."""
    channel, places = cell[0], cell[1:]
    cells = _cells(scene, places)
    window = {at: read(scene, channel, at) for at in product(*cells)}
    inside = {at: value for at, value in window.items() if value is not None}
    stage.said.append(f"the window: {spans(cells)} of channel {channel} of {scene.sources[0]}")
    if len(inside) < len(window):
        stage.said.append("· is padding")
    if scene.node.kind.endswith("maxpool"):
        winner = max(inside, key=lambda at: inside[at])
        stage.boards += [(panel,) for panel in panels(scene.sources[0], window, winner)]
        stage.said.append(f"the winner, in brackets, is cell ({', '.join(map(str, winner))})")
        values = [decimal(value) for value in inside.values()]
        stage.equations.append(Equation("largest", Term("max", *_few(values)), inside[winner]))
        return inside[winner]
    stage.boards += [(panel,) for panel in panels(scene.sources[0], window)]
    value = sum(inside.values())
    stage.equations.append(Equation("sum", total([decimal(one) for one in inside.values()]), value))
    if scene.node.kind == "sumpool":
        return value
    count = _counted(scene, cells, len(inside))
    stage.equations.append(
        Equation(f"over {count} cells", Term("exact_div", decimal(value), Term("number", count)), value / count)
    )
    return value / count


def _few(values: list[Term]) -> list[Term]:
    """So many values as a line holds."""
    return values if len(values) <= 8 else [*values[:8], Term("decimal", f"… ({len(values) - 8} more)")]


def _counted(scene: Scene, cells: Sequence[Sequence[int]], inside: int) -> int:
    """How many cells a mean is over: with the padding where the layer counts it, never with an overhang."""
    if not getattr(scene.node.layer, "count_include_pad", False):
        return max(inside, 1)
    count = 1
    for step, n, axis in zip(scene.node.reach[0], scene.x.shape[1:], cells, strict=True):
        if isinstance(step, Window):
            before, after = step.pads(int(n))
            count *= sum(-int(before) <= cell < int(n) + int(after) for cell in axis)
    return count


def _cells(scene: Scene, places: Sequence[int]) -> list[list[int]]:
    """The cells that are reduced, along each axis."""
    steps = scene.node.reach[0]
    if all(isinstance(step, Window) for step in steps):
        return windowed(scene, places)
    lengths = [int(n) for n in scene.x.shape[1:]]
    if scene.node.kind.startswith("global_"):
        return [list(range(n)) for n in lengths]
    found = []
    for step, place, n in zip(steps, places, lengths, strict=True):
        if isinstance(step, Bins):
            first, last = step.sees(place)
            found.append(list(range(first, last + 1)))
        elif scene.y.shape[1:] == scene.x.shape[1:]:
            found.append([place])
        elif len(set(scene.y.shape[1:])) == 1 and scene.y.shape[1] == 1:
            found.append(list(range(n)))
        else:
            raise Unworked(scene.node.kind)
    return found
