"""The layers of networks side by side: ``before → after`` where a figure differs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from shapecalc.comparison import FIGURES
from shapecalc.render.columns import Column, of_fields, of_shape, of_total
from shapecalc.render.compare.totals import MINUS, names
from shapecalc.render.table import Grid
from shapecalc.render.units import exact, plain, si, size

if TYPE_CHECKING:
    from shapecalc.analysis import LayerAnalysis
    from shapecalc.comparison import Aligned, Comparison

TO = " → "
CELLS: dict[str, Callable[[LayerAnalysis], str]] = {
    "output": lambda row: of_shape(row.output),
    "params": lambda row: of_total(row.params, exact),
    "macs": lambda row: of_total(row.macs, si),
    "field": lambda row: of_fields(row.field),
    "memory": lambda row: of_total(row.activation_bytes, size),
}
TITLES = {"macs": "MACs"}
DROPPED = ("memory", "field", "output")
"""What a narrow terminal loses, first to last."""


def mark(row: Aligned) -> str:
    """What became of a row: new, gone, changed, or nothing."""
    if row.cells[0] is None:
        return "+"
    if None in row.cells[1:]:
        return MINUS if all(cell is None for cell in row.cells[1:]) else "~"
    return "" if row.same else "~"


def layers(comparison: Comparison, columns: Sequence[str]) -> tuple[list[Column], list[list[str]], list[Aligned]]:
    """The headings and cells of the rows: ``before → after`` where a figure differs."""
    heads = [Column("", lambda *_: "", "left"), Column("layer", lambda *_: "", "left")]
    heads += [Column(TITLES.get(name, name), lambda *_: "") for name in columns]
    every = list(comparison.rows)
    return heads, [[mark(row), plain(_name(row)), *(_change(row, name) for name in columns)] for row in every], every


def _name(row: Aligned) -> str:
    """The name of a row, those that it has where they differ; and its kinds where those do, as nothing else may."""
    told = list(dict.fromkeys(cell.name for cell in row.cells if cell is not None))
    kinds = list(dict.fromkeys(cell.kind for cell in row.cells if cell is not None))
    parent, _, last = told[-1].rpartition(".")
    if len(told) == 2 and parent and told[0].startswith(f"{parent}."):
        name = TO.join((told[0], last))
    else:
        name = TO.join(told[:2]) + (" …" if len(told) > 2 else "")
    return name if len(kinds) == 1 else f"{name} ({TO.join(kinds)})"


def _change(row: Aligned, name: str) -> str:
    cells = [cell for cell in row.cells if cell is not None]
    told = [CELLS[name](cell) for cell in cells]
    if len(cells) < len(row.cells) or name not in row.differing:
        return told[0]
    if len(set(told)) > 1:
        return TO.join(told)
    if name == "field":
        jumps = {repr([getattr(one, "jump", None) for one in (cell.field or {}).values()]) for cell in cells}
        return f"{told[0]}, other {'start' if len(jumps) == 1 else 'jump'}"
    return TO.join(of_total(FIGURES[name](cell), exact) for cell in cells)


def grid(comparison: Comparison, width: int | None) -> tuple[Grid, list[Aligned], list[str]]:
    """All rows of two networks, and the figures for which there is no room."""
    chosen = list(FIGURES)
    left_out: list[str] = []
    while True:
        heads, cells, every = layers(comparison, chosen)
        made = Grid(tuple(heads), [tuple(row) for row in cells])
        droppable = [name for name in DROPPED if name in chosen]
        if width is None or made.width <= width:
            return made, every, left_out
        if not droppable:
            return made.with_short_names(made.width - width, at=1), every, left_out
        chosen.remove(droppable[0])
        left_out.append(droppable[0])


def many(comparison: Comparison, name: str) -> tuple[Grid, list[Aligned]]:
    """One figure of several networks, a column each."""
    heads = [Column("", lambda *_: "", "left"), Column(TITLES.get(name, name), lambda *_: "", "left")]
    heads += [Column(one, lambda *_: "") for one in names(comparison)]
    every = list(comparison.rows)
    cells = [
        (mark(row), plain(_name(row)), *(CELLS[name](cell) if cell is not None else "" for cell in row.cells))
        for row in every
    ]
    return Grid(tuple(heads), cells), every
