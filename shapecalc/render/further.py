"""What a question of its own adds to an analysis, as a table with columns of its own, JSON, CSV and Markdown."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterator, Mapping
from io import StringIO
from typing import TYPE_CHECKING, Any, NamedTuple

from shapecalc.analysis.rows import rows
from shapecalc.render import screen
from shapecalc.render.formats import dumped
from shapecalc.render.table import WIDEST, Grid, Line, Span, counted, footer, totals
from shapecalc.render.units import plain
from shapecalc.render.wrapping import wrapped

if TYPE_CHECKING:
    from shapecalc.analysis import Analysis
    from shapecalc.render.columns import Column

Entry = tuple[str, str, str]
"""A line below the table: what, how much, and a style."""
INDENT = 9


class Further(NamedTuple):
    """What is shown beside the figures of an analysis."""

    columns: Mapping[str, Column]
    """The table's columns, in order."""
    dropped: tuple[str, ...]
    """What a narrow terminal loses, first to last."""
    below: tuple[Entry, ...]
    data: Mapping[str, Any]
    """Keys beside those of the analysis."""
    records: tuple[Mapping[str, Any], ...]
    """For every node, fields beside those of its record."""

    def also(self, other: Further) -> Further:
        """Both."""
        return Further(
            {**self.columns, **other.columns},
            tuple(dict.fromkeys((*self.dropped, *other.dropped))),
            (*self.below, *other.below),
            {**self.data, **other.data},
            tuple({**a, **b} for a, b in zip(self.records, other.records, strict=True)),
        )


class Asked(NamedTuple):
    """An analysis, what is added to it, and what of it is wanted."""

    analysis: Analysis
    further: Further
    depth: int = 0
    opened: tuple[str, ...] = ()
    to_file: bool = False


def grid(asked: Asked, width: int | None = None) -> Grid:
    """The cells; columns that a width has no room for are left out whole, never cut."""
    shown = list(rows(asked.analysis, asked.depth, asked.opened))
    known = [row for row in shown if row.output is not None]
    columns = asked.further.columns
    note = "" if len(known) == len(shown) else "… of other layers nothing is sure: see the errors"
    names, left_out = list(columns), list[str]()
    by_name = {name: [columns[name].cell(row, asked.analysis) for row in known] for name in names}
    while True:
        cells = list(zip(*(by_name[name] for name in names), strict=True))
        made = Grid(tuple(columns[name] for name in names), cells, tuple(left_out), note)
        droppable = [name for name in asked.further.dropped if name in names]
        if width is None or made.width <= width:
            return made
        if not droppable:
            return made.with_short_names(made.width - width)
        names.remove(droppable[0])
        left_out.append(droppable[0])


def lines(asked: Asked, width: int | None = None) -> Iterator[Line]:
    """The whole answer, line by line."""
    made = grid(asked, width)
    yield [Span(plain(asked.analysis.name), "bold")]
    yield []
    yield from made.lines()
    yield []
    left_out = ", ".join(made.left_out)
    missing = [("columns", f"no room here for {left_out}: widen the terminal", "dim")] if left_out else []
    for what, said, style in (*asked.further.below, *missing):
        first, *more = wrapped(said, min(width or WIDEST, WIDEST), " " * INDENT)
        yield [Span(f"{what:<{INDENT}}", "bold"), Span(first[INDENT:], style)]
        yield from ([Span(row, style)] for row in more)
    yield from footer(asked.analysis, (), width)


def as_table(asked: Asked) -> str:
    """For a terminal: as wide as it is, in its colours; for a pipe or a file: plain, as wide as it needs to be."""
    width = None if asked.to_file else screen.terminal_width()
    made = lines(asked, width)
    return screen.coloured(made) if sys.stdout.isatty() and not asked.to_file else screen.plain_text(made)


def as_json(asked: Asked) -> str:
    """The analysis' object, with keys of its own."""
    return dumped({**asked.analysis.to_dict(), **asked.further.data})


def as_csv(asked: Asked) -> str:
    """One line for every node, with fields of its own."""
    every = [{**a, **b} for a, b in zip(asked.analysis.records(), asked.further.records, strict=True)]
    text = StringIO()
    if every:
        writer = csv.DictWriter(text, fieldnames=list(every[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(every)
    return text.getvalue()


def as_markdown(asked: Asked) -> str:
    """A table for a page or a pull request."""
    from shapecalc.render.markdown import escaped, table  # noqa: PLC0415  when asked for

    made = grid(asked)
    entries = [*((what, said) for what, said, _ in asked.further.below), *totals(asked.analysis)]
    parts = [
        f"### {escaped(plain(asked.analysis.name))}",
        table([(column.heading, column.align) for column in made.columns], made.cells),
        "\n".join(f"- **{what}** {escaped(said)}" for what, said in entries),
        f"<sub>{escaped(counted(asked.analysis))}</sub>",
    ]
    return "\n\n".join(parts) + "\n"


FORMATS: dict[str, Callable[[Asked], str]] = {"table": as_table, "json": as_json, "csv": as_csv, "md": as_markdown}
