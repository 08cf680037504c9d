"""A comparison as a table, as Markdown, as a page and as JSON: totals, then the rows that differ."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from html import escape
from typing import TYPE_CHECKING, Any

from shapecalc.comparison import FIGURES
from shapecalc.render import json, screen
from shapecalc.render.columns import Column, of_fields, of_shape, of_total
from shapecalc.render.formats import dumped
from shapecalc.render.markdown import escaped, table
from shapecalc.render.page import page
from shapecalc.render.table import Grid, Line, Span
from shapecalc.render.units import UNKNOWN, exact, plain, si, size

if TYPE_CHECKING:
    from shapecalc.analysis import LayerAnalysis, Total
    from shapecalc.comparison import Aligned, Comparison

TO = " → "
MINUS = "−"
LONGEST = 24
HEADS = {
    "params": ("parameters", exact),
    "buffers": ("buffers", exact),
    "macs": ("MACs", exact),
    "flops": ("FLOPs", exact),
    "weight_bytes": ("weights", size),
    "activation_bytes": ("activations", size),
    "peak_bytes": ("peak", size),
    "receptive_field": ("field", exact),
}
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
CLASSES = {"+": "more", MINUS: "less"}
STYLES = {"+": "green", MINUS: "red", "~": "yellow"}


@dataclass(frozen=True)
class Asked:
    """A comparison, and what of it is wanted."""

    comparison: Comparison
    every: bool = False
    """Rows that are the same are shown too."""
    to_file: bool = False


def mark(row: Aligned) -> str:
    """What became of a row: new, gone, changed, or nothing."""
    if row.cells[0] is None:
        return "+"
    if None in row.cells[1:]:
        return MINUS if all(cell is None for cell in row.cells[1:]) else "~"
    return "" if row.same else "~"


def names(comparison: Comparison) -> list[str]:
    """What the networks are called in a heading; of a long name the end."""
    told = [plain(name) for name in comparison.names]
    return [name if len(name) <= LONGEST else f"…{name[1 - LONGEST :]}" for name in told]


# totals


def totals(comparison: Comparison) -> tuple[list[tuple[str, str]], list[list[str]]]:
    """The headings and cells of the totals: with two networks the difference and the ratio, with more the ratios."""
    two = len(comparison.analyses) == 2
    heads = [("", "left"), *((name, "right") for name in names(comparison))]
    heads += [("difference", "right"), ("ratio", "right")] if two else []
    cells = []
    for name, values in comparison.totals.items():
        if all(value in {None, 0} for value in values) and name in {"buffers", "receptive_field"}:
            continue
        title, write = HEADS[name]
        row = [title, *(_total(value, write) for value in values)]
        if two:
            row += [difference(values[0], values[1], write), ratio(values[0], values[1])]
        else:
            row[2:] = [
                f"{cell} ({share})" if (share := ratio(values[0], value)) else cell
                for cell, value in zip(row[2:], values[1:], strict=True)
            ]
        cells.append(row)
    return heads, cells


def _total(value: Total | tuple[int, int] | None, write: Callable[[int], str]) -> str:
    if isinstance(value, tuple):
        least, most = value
        return write(least) if least == most else f"{write(least)} to {write(most)}"
    return of_total(value, write)


def difference(a: object, b: object, write: Callable[[int], str]) -> str:
    """What the second has more, or less, than the first; nothing where one of them is not known."""
    first, second = _one(a), _one(b)
    if first is None or second is None:
        return "" if a == b else UNKNOWN
    if first == second:
        return ""
    return ("+" if second > first else MINUS) + write(abs(second - first))


def ratio(a: object, b: object) -> str:
    """The second through the first, to three digits: ``0.586``."""
    first, second = _one(a), _one(b)
    if first is None or second is None or first == second or not first:
        return ""
    share = Fraction(second, first)
    places = 3 if share < 1 else 2 if share < 10 else 1 if share < 100 else 0
    rounded = int(share * 10**places + Fraction(1, 2))
    if second and not rounded:
        return "<0.001"
    if share < 1 and rounded == 1000:
        return ">0.999"
    return f"{rounded / 10**places:,.{places}f}"


def _one(value: object) -> int | None:
    if isinstance(value, tuple):
        return int(value[1]) if value[0] == value[1] else None
    return int(value) if isinstance(value, int) else None


# layers


def layers(comparison: Comparison, columns: Sequence[str]) -> tuple[list[Column], list[list[str]], list[Aligned]]:
    """The headings and cells of the rows: ``before → after`` where a figure differs."""
    heads = [Column("", lambda *_: "", "left"), Column("layer", lambda *_: "", "left")]
    heads += [Column(TITLES.get(name, name), lambda *_: "") for name in columns]
    every = list(comparison.rows)
    return heads, [[mark(row), plain(_name(row)), *(_change(row, name) for name in columns)] for row in every], every


def _name(row: Aligned) -> str:
    told = list(dict.fromkeys(cell.name for cell in row.cells if cell is not None))
    parent, _, last = told[-1].rpartition(".")
    if len(told) == 2 and parent and told[0].startswith(f"{parent}."):
        return TO.join((told[0], last))
    return TO.join(told[:2]) + (" …" if len(told) > 2 else "")


def _change(row: Aligned, name: str) -> str:
    told = [CELLS[name](cell) if cell is not None else "" for cell in row.cells]
    if "" in told or name not in row.differing:
        return next((one for one in told if one), "")
    return TO.join(told)


def _grid(comparison: Comparison, width: int | None) -> tuple[Grid, list[Aligned], list[str]]:
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


def _many(comparison: Comparison, name: str) -> tuple[Grid, list[Aligned]]:
    """One figure of several networks, a column each."""
    heads = [Column("", lambda *_: "", "left"), Column(TITLES.get(name, name), lambda *_: "", "left")]
    heads += [Column(one, lambda *_: "") for one in names(comparison)]
    every = list(comparison.rows)
    cells = [
        (mark(row), plain(_name(row)), *(CELLS[name](cell) if cell is not None else "" for cell in row.cells))
        for row in every
    ]
    return Grid(tuple(heads), cells), every


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
        yield [Span(text, STYLES.get(mark(row), style)) for text, style in line]
    if waiting:
        yield _skipped(waiting)


def _skipped(count: int) -> Line:
    return [Span(f"   … {count} {'row' if count == 1 else 'rows'} the same", "dim")]


def report(comparison: Comparison, width: int | None = None, *, every: bool = False) -> Iterator[Line]:
    """The whole answer, line by line."""
    heads, cells = totals(comparison)
    columns = tuple(Column(head, lambda *_: "", "left" if align == "left" else "right") for head, align in heads)
    yield from Grid(columns, [tuple(row) for row in cells]).lines()
    yield []
    if all(row.same for row in comparison.rows) and not every:
        number = len(comparison.rows)
        yield [Span(f"every row is the same, {number} of {number}")]
        return
    if len(comparison.analyses) == 2:
        made, aligned, left_out = _grid(comparison, width)
        yield from _folded(made, aligned, all_rows=every)
        if left_out:
            yield [Span(f"no room here for {', '.join(left_out)}: widen the terminal", "dim")]
        return
    for name in ("params", "macs"):
        made, aligned = _many(comparison, name)
        yield from _folded(made, aligned, all_rows=every)
        yield []


def counted(comparison: Comparison) -> str:
    """What the figures are of."""
    first = comparison.analyses[0]
    return f"batch {first.batch} · {first.dtype} · + new, {MINUS} gone, ~ changed"


def as_table(asked: Asked) -> str:
    """For a terminal or a pipe."""
    width = None if asked.to_file else screen.terminal_width()
    made = report(asked.comparison, width, every=asked.every)
    return screen.coloured(made) if sys.stdout.isatty() and not asked.to_file else screen.plain_text(made)


def as_markdown(asked: Asked) -> str:
    """Tables for a comment on a pull request."""
    comparison = asked.comparison
    heads, cells = totals(comparison)
    parts = [f"### {escaped(' against '.join(plain(name) for name in comparison.names))}", table(heads, cells)]
    shown = [(row, every) for row, every in _rows(comparison) if asked.every or not every.same]
    if len(comparison.analyses) == 2 and shown:
        titles = [("", "left"), ("layer", "left"), *((TITLES.get(name, name), "right") for name in FIGURES)]
        parts.append(table(titles, [row for row, _ in shown]))
    elif shown:
        parts += [_many_markdown(comparison, name, every=asked.every) for name in ("params", "macs")]
    same = sum(row.same for row in comparison.rows)
    if same and not asked.every:
        parts.append(f"{same} {'row is' if same == 1 else 'rows are'} the same.")
    parts.append(f"<sub>{escaped(counted(comparison))}</sub>")
    return "\n\n".join(parts) + "\n"


def as_html(asked: Asked) -> str:
    """A page of its own."""
    comparison = asked.comparison
    title = " against ".join(plain(name) for name in comparison.names)
    heads, cells = totals(comparison)
    parts = [f"<h1>{escape(title)}</h1>", _html([(head, align) for head, align in heads], [("", row) for row in cells])]
    if len(comparison.analyses) == 2:
        titles = [("", "left"), ("layer", "left"), *((TITLES.get(name, name), "right") for name in FIGURES)]
        shown = [(mark(one), row) for row, one in _rows(comparison) if asked.every or not one.same]
        parts.append(_html(titles, shown))
    else:
        for name in ("params", "macs"):
            made, aligned = _many(comparison, name)
            shown = [(mark(o), list(r)) for r, o in zip(made.cells, aligned, strict=True) if asked.every or not o.same]
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
    _, cells, every = layers(comparison, list(FIGURES))
    return list(zip(cells, every, strict=True))


def _many_markdown(comparison: Comparison, name: str, *, every: bool) -> str:
    made, aligned = _many(comparison, name)
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
