"""One layer of a field that is followed phase by phase: the cells that an output reads, and what those see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shapecalc.analysis import Field, Phased
from shapecalc.analysis.receptive.phased import hull
from shapecalc.analysis.receptive.seeing import aimed
from shapecalc.analysis.receptive.taps import most, taps
from shapecalc.explanation.trail import Labels
from shapecalc.formulas.reach import SAME_CELL, Behind, Unknown, Unread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapecalc.analysis.receptive import Axis
    from shapecalc.formulas.reach import Reach
    from shapecalc.network.graph import Node

MOST_TAPS = 10_000
"""Cells that are looked at for one output."""


def read_by(nodes: Sequence[Node], axis: Axis, labels: Labels, cell: int) -> str:
    """Which cells of its input the first layer that moves the field reads for an output cell, and what they see.

    Empty where no layer of these moves it, or where several inputs meet.
    """
    node = next((node for node in nodes if not _still(node)), None)
    if node is None or len(node.inputs) != 1 or node.output is None:
        return ""
    source, shape = node.inputs[0], labels.shapes[node.inputs[0]]
    before = Field(axis[1]) if source in labels.analysis.inputs else (labels.layers[source].field or {}).get(axis)
    if not isinstance(before, Field | Phased) or before.axis is None:
        return ""
    step = node.reach[0][before.axis]
    if isinstance(step, Unread):
        return ""
    onto, way = aimed(before.axis, step)
    n = int(shape.spatial[before.axis])
    if len(onto) != 1 or isinstance(way, Behind | Unknown) or most(way, n) > MOST_TAPS:
        return ""
    cells = sorted(taps(way, cell, n))
    seen = hull(before.at(one) for one in cells)
    if not cells or seen is None:
        return f"it reads no cell of {source}"
    read = f"cell {_signed(cells[0])}" if len(cells) == 1 else f"cells {_signed(cells[0])} to {_signed(cells[-1])}"
    sees = "which sees" if len(cells) == 1 else "which see"
    return f"reads {read} of {source}, {sees} {_signed(int(seen[0]))} to {_signed(int(seen[1]))}"


def _still(node: Node) -> bool:
    """Whether each output of a node sees what is at its own place."""
    return all(_same(step) for steps in node.reach for step in steps)


def _same(step: Reach) -> bool:
    return step == SAME_CELL


def _signed(number: int) -> str:
    return str(number).replace("-", "−")
