"""Which sizes are legal: the rule in a line, then the sizes near the current one."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from rich.cells import cell_len, chop_cells

from shapecalc.render import json, screen
from shapecalc.render.columns import TO, Column
from shapecalc.render.formats import dumped
from shapecalc.render.markdown import escaped, table
from shapecalc.render.table import WIDEST, Grid, Line, Span
from shapecalc.render.units import UNKNOWN, exact, plain
from shapecalc.render.wrapping import wrapped
from shapecalc.sizing import Status

if TYPE_CHECKING:
    from shapecalc.network.graph import Graph
    from shapecalc.sizing import Loss, Size, Sizes, Varied
    from shapecalc.sizing.rule import Rule

COLUMNS = (
    Column("size", lambda *_: "", "right", "bold"),
    Column("output", lambda *_: ""),
    Column("lost", lambda *_: ""),
    Column("where", lambda *_: "", "left"),
)
INDENT = 9
NARROWEST = 12
"""Cells that the last column keeps."""
WORDS = {Status.WORKS: "works", Status.LOSES: "loses cells", Status.OTHER: "other weights"}
MOST_RUNS = 6
MOST_RESIDUES = 4
COUNTED = (
    "lost: cells at the end of an axis that no window of the layer reads; those between the places of a stride longer"
    " than its window are not counted · works: the shapes fit, and so do the weights of the current size"
)


class Asked(NamedTuple):
    """An answer, and where it goes."""

    sizes: Sizes
    to_file: bool = False


# words


def ranges(numbers: Sequence[int]) -> str:
    """Numbers in order, a run of them as a range."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    said = [exact(a) if a == b else f"{exact(a)}{TO}{exact(b)}" for a, b in runs[:MOST_RUNS]]
    more = len(numbers) - sum(b - a + 1 for a, b in runs[:MOST_RUNS])
    return ", ".join(said) + (f" and {exact(more)} more" if more else "")


def of_rule(rule: Rule) -> str:
    """``32k for k ≥ 1``."""
    if not rule.residues:
        return ranges(rule.below) or "no size"
    below = f"{ranges(rule.below)}, " if rule.below else ""
    first = min(rule.next(residue) for residue in rule.residues)
    if rule.period == 1:
        return "every size" if first == 1 else f"{below}every size from {exact(first)}"
    if len(rule.residues) == 1:
        (residue,) = rule.residues
        return f"{below}{_progression(rule.period, residue)} for k ≥ {exact((first - residue) // rule.period)}"
    if len(rule.residues) <= MOST_RESIDUES:
        each = ", ".join(_progression(rule.period, residue) for residue in rule.residues)
        return f"{below}{each}, from {exact(first)}"
    return f"{below}{len(rule.residues)} of every {exact(rule.period)} sizes from {exact(first)}"


def _progression(period: int, residue: int) -> str:
    return f"{exact(period)}k" + (f" + {exact(residue)}" if residue else "")


def works(varied: Varied) -> str:
    """The short answer."""
    if varied.base is None:
        return varied.why
    if varied.works is None or varied.fits is None or varied.shapes is None:
        parts = [f"{word}: {ranges(numbers)}" for status, word in WORDS.items() if (numbers := varied.of(status))]
        return " · ".join([*parts, *(["fails at the others that were tried"] if varied.of(Status.FAILS) else [])])
    if varied.fixed:
        return " · ".join(_fixed(varied.works, varied.fits, varied.shapes))
    return " · ".join(_ruled(varied.works, varied.fits))


def _fixed(works: Rule, fits: Rule, shapes: Rule) -> Iterator[str]:
    clean, every = works.below, fits.below
    if clean:
        yield f"works: {ranges(clean)}" + (" alone" if len(every) == 1 else "")
    if losing := [n for n in every if n not in clean]:
        yield f"loses cells: {ranges(losing)}"
    yield f"with other weights: {of_rule(shapes)}"


def _ruled(works: Rule, fits: Rule) -> Iterator[str]:
    if works.smallest is None:
        yield f"works: {of_rule(fits)}, and always loses cells"
        return
    yield f"works: {of_rule(works)}"
    if works.smallest > 1 and works.period > 1:
        yield f"smallest {exact(works.smallest)}"
    if works != fits:
        every = fits.period == 1 and fits.residues
        others = f"all others from {exact(fits.smallest or 1)}" if every else f"others of {of_rule(fits)}"
        yield f"loses cells at {others}"
    if fits.period > 1:
        yield "fails at all others"


def entries(varied: Varied) -> Iterator[tuple[str, str, str]]:
    """The lines before the table: what, the words, and a style."""
    axes = plain(", ".join(varied.axes))
    yield axes, works(varied), ""
    if varied.base is not None and varied.base != varied.size:
        yield (
            "note",
            f"{exact(varied.size)}, the current size, does not fit: weights are those at {exact(varied.base)}",
            "",
        )
    if varied.fixed:
        yield "weights", _made_for(varied), ""
    if varied.unsaid:
        names = ", ".join(f"`{plain(name)}`" for name in varied.unsaid[:3])
        yield "unknown", f"{names} does not say which cells it reads: cells may be lost there", ""
    if varied.works is not None and varied.period is not None:
        cells = "1 cell" if varied.period == 1 else f"{exact(varied.period)} cells"
        yield "shown", f"for every size: all lengths come again after {cells}, longer by a fixed number", "dim"
    elif varied.base is not None:
        first, last = varied.tried
        yield "tried", f"{exact(first)}{TO}{exact(last)}, and nothing is said of others: {plain(varied.why)}", "dim"


def _made_for(varied: Varied) -> str:
    first, *others = (f"`{plain(name)}`" for name in varied.fixed)
    more = f" and {exact(len(others))} more" if len(others) > 1 else f" and {others[0]}" if others else ""
    example = next((size for size in varied.known.values() if size.status is Status.OTHER), None)
    at = f": at {exact(example.size)} {plain(example.why)}" if example else ""
    return f"{first}{more} {'are' if others else 'is'} made for one size{at}"


# the table


def cells(varied: Varied, size: Size) -> tuple[str, str, str, str]:
    """What a row says."""
    outputs = " ".join(str(shape) for shape in size.outputs.values()) or UNKNOWN
    match size.status:
        case Status.FAILS:
            where = f"{size.kind} `{plain(size.where)}`: " if size.where else ""
            return exact(size.size), outputs, "fails", where + plain(size.why)
        case Status.OTHER:
            return exact(size.size), outputs, "other weights", f"`{plain(size.where)}`: {plain(size.why)}"
        case Status.LOSES:
            first = size.lost[0]
            more = len({loss.layer for loss in size.lost}) - 1
            where = f"`{plain(first.layer)}`" + (f" and {exact(more)} more" if more else "")
            return exact(size.size), outputs, f"{exact(first.cells)} of {exact(first.of)}", where
        case _:
            return exact(size.size), outputs, UNKNOWN if varied.unsaid else "0", ""


def rows(varied: Varied) -> list[tuple[str, ...]]:
    """A row for each size, and one for those in a run of which all is the same."""
    every = [cells(varied, size) for size in varied.near]
    found: list[tuple[str, ...]] = []
    for said, run in groupby(every, key=lambda row: row[1:]):
        alike = [size for size, *_ in run]
        found.append((alike[0] if len(alike) == 1 else f"{alike[0]}{TO}{alike[-1]}", *said))
    return found


def grid(varied: Varied, width: int | None = None) -> Grid:
    """The table; the last column is cut where there is no room for it."""
    made = Grid(COLUMNS, rows(varied))
    if not any(row[3] for row in made.cells):
        return Grid(COLUMNS[:3], [row[:3] for row in made.cells])
    if width is None or made.width <= width:
        return made
    room = max(NARROWEST, made.widths[3] - (made.width - width))
    return made._replace(cells=[(*row[:3], _start(row[3], room)) for row in made.cells])


def _start(text: str, room: int) -> str:
    return text if cell_len(text) <= room else chop_cells(text, room - 1)[0] + "…"


def lines(sizes: Sizes, width: int | None = None) -> Iterator[Line]:
    """The whole answer, line by line."""
    yield [Span(plain(sizes.name), "bold")]
    if not sizes.varied:
        yield []
        yield [Span(NO_AXES)]
    for varied in sizes:
        yield []
        for what, said, style in entries(varied):
            yield from _entry(what, said, style, width)
        yield []
        yield from grid(varied, width).lines()
    yield []
    yield from _entry("counted", COUNTED, "dim", width)


NO_AXES = "its input is flat: there is no axis whose length could be another"


def _entry(what: str, said: str, style: str, width: int | None) -> Iterator[Line]:
    head = f"{what:<{INDENT}}" if cell_len(what) < INDENT else f"{what}  "
    first, *more = wrapped(said, min(width or WIDEST, WIDEST), " " * cell_len(head), " " * INDENT)
    yield [Span(head, "bold"), Span(first[cell_len(head) :], style)]
    yield from ([Span(row, style)] for row in more)


# formats


def as_table(asked: Asked) -> str:
    """For a terminal: as wide as it is, in its colours; for a pipe or a file: plain, as wide as it needs to be."""
    width = None if asked.to_file else screen.terminal_width()
    made = lines(asked.sizes, width)
    return screen.coloured(made) if sys.stdout.isatty() and not asked.to_file else screen.plain_text(made)


def as_json(asked: Asked) -> str:
    """One object, raw numbers."""
    return dumped(to_dict(asked.sizes))


def as_markdown(asked: Asked) -> str:
    """The answer and its table for a page or a pull request."""
    parts = [f"### {escaped(plain(asked.sizes.name))}"]
    for varied in asked.sizes:
        made = grid(varied)
        parts.append("\n".join(f"- **{what}** {escaped(said)}" for what, said, _ in entries(varied)))
        parts.append(table([(column.heading, column.align) for column in made.columns], made.cells))
    parts.append(f"<sub>{escaped(COUNTED)}</sub>" if asked.sizes.varied else NO_AXES)
    return "\n\n".join(parts) + "\n"


def to_dict(sizes: Sizes) -> dict[str, Any]:
    """An answer as plain data."""
    return {
        "schema_version": json.SCHEMA_VERSION,
        "name": sizes.name,
        "inputs": {name: shape.to_list() for name, shape in sizes.graph.inputs.items()},
        "varied": [_varied(varied) for varied in sizes],
        "diagnostics": [],
    }


def faulty(graph: Graph) -> dict[str, Any]:
    """What can be said of a network whose faults are no matter of its sizes: only what they are."""
    return {
        "schema_version": json.SCHEMA_VERSION,
        "name": graph.name,
        "inputs": {name: shape.to_list() for name, shape in graph.inputs.items()},
        "varied": [],
        "diagnostics": [json.diagnostic(fault, graph.document) for fault in graph.diagnostics],
    }


def _varied(varied: Varied) -> dict[str, Any]:
    return {
        "axes": list(varied.axes),
        "size": varied.size,
        "weights_of": varied.base,
        "smallest": varied.smallest,
        "works": _rule(varied.works),
        "fits": _rule(varied.fits),
        "fits_with_other_weights": _rule(varied.shapes),
        "period": varied.period,
        "proven": varied.proven,
        "why_not": varied.why or None,
        "tried": list(varied.tried),
        "fixed_by": list(varied.fixed),
        "reads_unknown": list(varied.unsaid),
        "sizes": [_size(size) for size in varied.near],
    }


def _rule(rule: Rule | None) -> dict[str, Any] | None:
    if rule is None:
        return None
    return {
        "period": rule.period,
        "residues": list(rule.residues),
        "first": rule.first if rule.residues else None,
        "below": list(rule.below),
    }


def _size(size: Size) -> dict[str, Any]:
    return {
        "size": size.size,
        "status": str(size.status).replace(" ", "_"),
        "outputs": {name: shape.to_list() for name, shape in size.outputs.items()},
        "lost": [_loss(loss) for loss in size.lost],
        "layer": size.where or None,
        "why": size.why or None,
    }


def _loss(loss: Loss) -> dict[str, Any]:
    return {"layer": loss.layer, "axis": loss.axis, "cells": loss.cells, "of": loss.of}


FORMATS: dict[str, Callable[[Asked], str]] = {"table": as_table, "json": as_json, "md": as_markdown}
SUFFIXES = {".txt": "table", ".json": "json", ".md": "md"}
