"""A comparison as a table, as Markdown, as a page and as JSON: totals, then the rows that differ."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from shapecalc.comparison import FIGURES
from shapecalc.render import json, screen
from shapecalc.render.compare import rows, totals
from shapecalc.render.compare.totals import MINUS
from shapecalc.render.formats import dumped
from shapecalc.render.markdown import escaped, table
from shapecalc.render.page import page
from shapecalc.render.table import WIDEST, Grid, Line, Span
from shapecalc.render.units import exact, plain
from shapecalc.render.wrapping import wrapped

if TYPE_CHECKING:
    from shapecalc.analysis import LayerAnalysis
    from shapecalc.comparison import Aligned, Comparison

LONG = 30
"""Rows of a table that stands open in a comment."""
CLASSES = {"+": "more", MINUS: "less"}
STYLES = {"+": "green", MINUS: "red", "~": "yellow"}


@dataclass(frozen=True)
class Asked:
    """A comparison, and what of it is wanted."""

    comparison: Comparison
    every: bool = False
    """Rows that are the same are shown too."""
    to_file: bool = False


def _folded(made: Grid, every: Sequence[Aligned], *, all_rows: bool) -> Iterator[Line]:
    """The lines of a table, with rows that are the same counted instead of shown."""
    first, rule, *body = made.lines()
    yield first
    yield rule
    waiting = 0
    for line, row in zip(body, every, strict=True):
        if row.same and not all_rows:
            waiting += 1
            continue
        if waiting:
            yield _skipped(waiting)
        waiting = 0
        yield [Span(text, STYLES.get(rows.mark(row), style)) for text, style in line]
    if waiting:
        yield _skipped(waiting)


def _skipped(count: int) -> Line:
    return [Span(f"   … {count} {'row' if count == 1 else 'rows'} the same", "dim")]


def report(comparison: Comparison, width: int | None = None, *, every: bool = False) -> Iterator[Line]:
    """The whole answer, line by line."""
    yield from totals.grid(comparison, width).lines()
    yield []
    left_out: list[str] = []
    if all(row.same for row in comparison.rows) and not every:
        number = len(comparison.rows)
        yield [Span(f"every row is the same, {number} of {number}")]
    elif len(comparison.analyses) == 2:
        made, aligned, left_out = rows.grid(comparison, width)
        yield from _folded(made, aligned, all_rows=every)
        yield []
    else:
        for name in ("params", "macs"):
            made, aligned = rows.many(comparison, name)
            if width is not None and made.width > width:
                made = made.with_short_names(made.width - width, at=1)
            yield from _folded(made, aligned, all_rows=every)
            yield []
    for line in wrapped(counted(comparison, left_out), min(width or WIDEST, WIDEST)):
        yield [Span(line, "dim")]


def counted(comparison: Comparison, left_out: Sequence[str] = ()) -> str:
    """What the figures are of, what the signs mean, and what there was no room for."""
    first = comparison.analyses[0]
    said = [f"batch {first.batch} · {first.dtype}"]
    if not all(row.same for row in comparison.rows):
        said.append(f"+ new, {MINUS} gone, ~ changed")
    if left_out:
        said.append(f"no room here for {', '.join(left_out)}: widen the terminal")
    return " · ".join(said)


def as_table(asked: Asked) -> str:
    """For a terminal or a pipe."""
    width = None if asked.to_file else screen.terminal_width()
    made = report(asked.comparison, width, every=asked.every)
    return screen.coloured(made) if sys.stdout.isatty() and not asked.to_file else screen.plain_text(made)


def as_markdown(asked: Asked) -> str:
    """Tables for a comment on a pull request."""
    comparison = asked.comparison
    heads, cells = totals.totals(comparison)
    parts = [f"### {escaped(' against '.join(plain(name) for name in comparison.names))}", table(heads, cells)]
    shown = [(row, every) for row, every in _rows(comparison) if asked.every or not every.same]
    if len(comparison.analyses) == 2 and shown:
        titles = [("", "left"), ("layer", "left"), *((rows.TITLES.get(name, name), "right") for name in FIGURES)]
        parts += _folding([table(titles, [row for row, _ in shown])], len(shown))
    elif shown:
        tables = [_many_markdown(comparison, name, every=asked.every) for name in ("params", "macs")]
        parts += _folding(tables, len(shown))
    same = sum(row.same for row in comparison.rows)
    if same and not asked.every:
        parts.append(f"{same} {'row is' if same == 1 else 'rows are'} the same.")
    parts.append(f"<sub>{escaped(counted(comparison))}</sub>")
    return "\n\n".join(parts) + "\n"


def _folding(tables: list[str], number: int) -> list[str]:
    """Tables, long ones folded away as a comment's reader likes it."""
    if number <= LONG:
        return tables
    return [f"<details><summary>{exact(number)} rows</summary>", *tables, "</details>"]


def as_html(asked: Asked) -> str:
    """A page of its own."""
    comparison = asked.comparison
    title = " against ".join(plain(name) for name in comparison.names)
    heads, cells = totals.totals(comparison)
    parts = [f"<h1>{escape(title)}</h1>", _html([(head, align) for head, align in heads], [("", row) for row in cells])]
    if len(comparison.analyses) == 2:
        titles = [("", "left"), ("layer", "left"), *((rows.TITLES.get(name, name), "right") for name in FIGURES)]
        shown = [(rows.mark(one), row) for row, one in _rows(comparison) if asked.every or not one.same]
        parts.append(_html(titles, shown))
    else:
        for name in ("params", "macs"):
            made, aligned = rows.many(comparison, name)
            shown = [
                (rows.mark(o), list(r)) for r, o in zip(made.cells, aligned, strict=True) if asked.every or not o.same
            ]
            parts.append(_html([(column.heading, column.align) for column in made.columns], shown))
    same = sum(row.same for row in comparison.rows)
    if same and not asked.every:
        parts.append(f'<p class="same">{same} {"row is" if same == 1 else "rows are"} the same.</p>')
    parts.append(f'<p class="source">{escape(counted(comparison))}</p>')
    return page(title, "\n".join(parts))


def _html(heads: Sequence[tuple[str, str]], marked: Sequence[tuple[str, Sequence[str]]]) -> str:
    """A table whose rows are set as their marks are."""
    sides = ['class="r"' if align == "right" else "" for _, align in heads]

    def row(tag: str, cells: Sequence[str], kind: str = "") -> str:
        set_as = f' class="{kind}"' if kind else ""
        inner = "".join(
            f"<{f'{tag} {side}'.rstrip()}>{escape(cell)}</{tag}>" for side, cell in zip(sides, cells, strict=True)
        )
        return f"<tr{set_as}>{inner}</tr>"

    body = "\n".join(row("td", cells, CLASSES.get(sign, "")) for sign, cells in marked)
    head = row("th", [head for head, _ in heads])
    return f'<table class="grid">\n<thead>{head}</thead>\n<tbody>\n{body}\n</tbody></table>'


def _rows(comparison: Comparison) -> list[tuple[list[str], Aligned]]:
    _, cells, every = rows.layers(comparison, list(FIGURES))
    return list(zip(cells, every, strict=True))


def _many_markdown(comparison: Comparison, name: str, *, every: bool) -> str:
    made, aligned = rows.many(comparison, name)
    heads = [(column.heading, column.align) for column in made.columns]
    return table(heads, [row for row, one in zip(made.cells, aligned, strict=True) if every or not one.same])


def to_dict(comparison: Comparison) -> dict[str, Any]:
    """A comparison as plain data."""
    whole = [json.to_dict(analysis) for analysis in comparison.analyses]
    by_name = [{layer["name"]: layer for layer in one["layers"]} for one in whole]
    return {
        "schema_version": json.SCHEMA_VERSION,
        "networks": [
            {"name": name, **{key: one[key] for key in ("inputs", "outputs", "batch", "dtype", "totals")}}
            for name, one in zip(comparison.names, whole, strict=True)
        ],
        "layers": [
            {
                "name": row.name,
                "same": row.same,
                "differing": list(row.differing),
                "networks": [_cell(cell, known) for cell, known in zip(row.cells, by_name, strict=True)],
            }
            for row in comparison.rows
        ],
    }


def _cell(cell: LayerAnalysis | None, known: dict[str, Any]) -> dict[str, Any] | None:
    """A row as the contract has it; a sum of nodes has the figures that add up, and the field of its end."""
    if cell is None:
        return None
    if cell.stop - cell.start == 1 and cell.name in known:
        found: dict[str, Any] = known[cell.name]
        return found
    return json.of_layer(cell)


FORMATS: dict[str, Callable[[Asked], str]] = {
    "table": as_table,
    "json": lambda asked: dumped(to_dict(asked.comparison)),
    "md": as_markdown,
    "html": as_html,
}
SUFFIXES = {".txt": "table", ".json": "json", ".md": "md", ".html": "html"}
