"""The fields of all layers as a table: one row a layer, as wide as the terminal, and what is told."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from shapecalc.analysis.rows import rows
from shapecalc.render.columns import COLUMNS, EXTRA_COLUMNS, Column
from shapecalc.render.field import words
from shapecalc.render.table import WIDEST, Grid, Line, Span
from shapecalc.render.units import UNKNOWN, plain
from shapecalc.render.wrapping import wrapped

if TYPE_CHECKING:
    from shapecalc.analysis import LayerAnalysis
    from shapecalc.analysis.receptive.covers import Covers
    from shapecalc.fields import Fields
    from shapecalc.formulas.reach import Unknown

REACHED, SPREAD = (Column(heading, lambda *_: "") for heading in ("reached", "spread"))
BASE = {**COLUMNS, **EXTRA_COLUMNS}
NAMES = ("layer", "kind", "output", "field", "jump", "start", "padding")
DROPPED = ("kind", "output", "padding", "start")
"""What a narrow terminal loses, first to last."""
TOLD = (
    "input cells, along each axis, unclipped by the border · start: the centre of the first field · reached: the"
    " share of a field's cells that really reach the output cell · spread: standard deviation of the input cell at"
    " which a path begins, when every tap counts one path"
)
BORDERED = " · where a field is whole or one-sided, reached and spread are those of the middle cell, within the borders"


def grid(fields: Fields, depth: int = 0, opened: Collection[str] = (), width: int | None = None) -> Grid:
    """The cells of the table; columns that a width has no room for are left out whole."""
    shown: list[LayerAnalysis] = []
    note = ""
    for row in rows(fields.analysis, depth, opened):
        if row.output is None:
            note = f"… from {plain(row.name)} on nothing is sure: see the errors"
            break
        shown.append(row)
    covers = [_covers(fields, row) for row in shown]
    names = list(NAMES)
    while True:
        columns = (*(BASE[name] for name in names), REACHED, SPREAD)
        cells = [
            (
                *(BASE[name].cell(row, fields.analysis) for name in names),
                words.same(map(words.reached, found)) if found else UNKNOWN,
                words.same(map(words.spread, found)) if found else UNKNOWN,
            )
            for row, found in zip(shown, covers, strict=True)
        ]
        left_out = tuple(name for name in NAMES if name not in names)
        made = Grid(columns, cells, left_out, note)
        droppable = [name for name in DROPPED if name in names]
        if width is None or made.width <= width:
            return made
        if not droppable:
            return made.with_short_names(made.width - width)
        names.remove(droppable[0])


def _covers(fields: Fields, row: LayerAnalysis) -> list[Covers | Unknown]:
    return list(fields.covers(fields.end_of(row)).values())


def footer(fields: Fields, shown: Grid) -> Iterator[tuple[str, str]]:
    """What is told, what is not known, and the columns that had no room."""
    every = [(layer.name, cover) for layer in fields.analysis for cover in fields.covers(layer.name).values()]
    yield "counted", TOLD + (BORDERED if any(getattr(cover, "bordered", False) for _, cover in every) else "")
    yield from (("unknown", why) for why in words.unknowns(every)[:3])
    if shown.left_out:
        yield "columns", f"no room here for {', '.join(shown.left_out)}: widen the terminal"


def report(fields: Fields, depth: int = 0, opened: Collection[str] = (), width: int | None = None) -> Iterator[Line]:
    """The whole answer, line by line."""
    made = grid(fields, depth, opened, width)
    yield [Span(plain(fields.analysis.name), "bold")]
    yield []
    yield from made.lines()
    yield []
    for what, value in footer(fields, made):
        first, *more = wrapped(value, min(width or WIDEST, WIDEST), " " * 9)
        yield [Span(f"{what:<9}", "bold"), Span(first[9:], "dim")]
        yield from ([Span(row, "dim")] for row in more)


def markdown(fields: Fields, depth: int = 0, opened: Collection[str] = ()) -> str:
    """The table for a page or a pull request."""
    from shapecalc.render.markdown import escaped, table  # noqa: PLC0415  only this format needs it

    made = grid(fields, depth, opened)
    parts = [
        f"### {escaped(plain(fields.analysis.name))}",
        table([(column.heading, column.align) for column in made.columns], made.cells),
        escaped(made.note),
        *(f"<sub>{escaped(value)}</sub>" for _, value in footer(fields, made)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"
