"""One cell's box on the input: a line an axis, unclipped and clipped, and what of it is really reached."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from shapecalc.analysis.receptive.box import size
from shapecalc.formulas.reach import Unknown
from shapecalc.render.columns import Column
from shapecalc.render.field.drawing import mask, per_sign
from shapecalc.render.field.words import letter, span
from shapecalc.render.table import WIDEST, Grid, Line, Span
from shapecalc.render.units import UNKNOWN, exact, plain
from shapecalc.render.wrapping import wrapped

if TYPE_CHECKING:
    from shapecalc.analysis.receptive.box import Side
    from shapecalc.fields import LayerField

HEADINGS = ("axis", "cell", "unclipped", "cells", "on the input", "cells", "reached")
MARGIN = 9
"""Cells before what is drawn."""


def box_lines(layer: LayerField, cell: Sequence[int], width: int | None = None) -> Iterator[Line]:
    """The box of a cell of a layer, line by line."""
    sides = layer.box(*cell)
    inputs = dict(layer.fields.analysis.inputs)
    place = ",".join(map(str, cell))
    yield [Span(f"cell {place} of {plain(layer.name)}, {layer.output}" if cell else f"{plain(layer.name)}", "bold")]
    yield []
    if not sides:
        yield [Span("It sees nothing of the inputs.")]
        return
    columns = tuple(Column(heading, lambda *_: "", "left" if i == 0 else "right") for i, heading in enumerate(HEADINGS))
    yield from Grid(columns, [_cells(side, letter(side.axis, inputs)) for side in sides]).lines()
    room = min(width or WIDEST, WIDEST)
    for side in sides:
        yield from _holes(side, letter(side.axis, inputs), room - MARGIN)
    whys = dict.fromkeys(one.why for side in sides for one in (side.unclipped, side.paths) if isinstance(one, Unknown))
    for why in whys:
        yield from ([Span(row, "dim")] for row in wrapped(plain(why), room, f"{UNKNOWN} "))


def _cells(side: Side, axis: str) -> tuple[str, ...]:
    cells = [UNKNOWN if size(one) is None else exact(size(one) or 0) for one in (side.unclipped, side.clipped)]
    reached = UNKNOWN if side.reached is None else exact(side.reached)
    cell = "any" if side.cell is None else str(side.cell)
    return axis, cell, span(side.unclipped), cells[0], span(side.clipped), cells[1], reached


def _holes(side: Side, axis: str, room: int) -> Iterator[Line]:
    """The cells that are reached, drawn, where they have holes between them."""
    if side.mask is None or not side.mask[1]:
        return
    first, bits = side.mask
    cells = bits.bit_length()
    if bits.bit_count() == cells:
        return
    each = per_sign(cells, room)
    of = "" if each == 1 else f", {each} cells a sign"
    yield []
    yield [Span(f"{axis:<{MARGIN}}", "bold"), Span(mask(bits, cells, room))]
    yield [Span(" " * MARGIN), Span(f"reached of {span((first, first + cells - 1))}{of}", "dim")]
