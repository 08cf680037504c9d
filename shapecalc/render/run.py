"""A run as a table, as JSON and as CSV: what every layer gave, and how fast."""

from __future__ import annotations

import csv
import math
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from io import StringIO
from typing import TYPE_CHECKING, Any

from shapecalc.analysis.rows import rows
from shapecalc.render import json, screen
from shapecalc.render.columns import COLUMNS, Column
from shapecalc.render.formats import dumped
from shapecalc.render.table import WIDEST, Grid, Line, Span, totals
from shapecalc.render.units import plain, size
from shapecalc.render.wrapping import wrapped

if TYPE_CHECKING:
    from shapecalc.analysis import Analysis, LayerAnalysis
    from shapecalc.engine.needs import Needs
    from shapecalc.engine.run import Record, Timed

DROPPED = ("kind", "std", "min", "max", "mean")
"""What a narrow terminal loses, first to last."""
STATISTICS = ("mean", "std", "min", "max")
INDENT = 9


Place = tuple[str, int, int]
"""A row's name, its first node, and the one after its last."""


@dataclass(frozen=True)
class Report:
    """What a run gave, and what of it is wanted."""

    analysis: Analysis
    records: Mapping[str, Record]
    """One for every node that was asked for, by its name."""
    timed: Sequence[Timed]
    """How everything was computed, in order."""
    largest: Mapping[str, tuple[tuple[int, float], ...]]
    """Indices and values, for outputs that have few values."""
    needs: Needs
    seed: int
    weights: str | None
    """The file the weights are from; None where they are made."""
    engine: str = "fast"
    winograd: bool = True
    depth: int = 0
    opened: tuple[str, ...] = ()
    to_file: bool = False

    @cached_property
    def ends(self) -> dict[Place, str]:
        """The node whose output is a row's, where several are folded to one row."""
        return ends_of(self.analysis)

    def end(self, row: LayerAnalysis) -> Record:
        """What the last node of a row gave."""
        return self.records[self.ends.get((row.name, row.start, row.stop), row.name)]

    @cached_property
    def index(self) -> dict[str, int]:
        """The index of each node."""
        return {layer.name: index for index, layer in enumerate(self.analysis.layers)}

    def steps(self, row: LayerAnalysis) -> list[Timed]:
        """How the nodes of a row were computed: what is in one row is computed in steps of its own."""
        return [step for step in self.timed if row.start <= self.index[step.names[-1]] < row.stop]

    def seconds(self, row: LayerAnalysis) -> float:
        """The time of the nodes of a row."""
        return math.fsum(step.seconds for step in self.steps(row))

    def ways(self, row: LayerAnalysis) -> str:
        """How a row was computed: the way of most multiply-accumulates, and how many others there are."""
        macs: dict[str, int] = {}
        for step in self.steps(row):
            macs[step.way] = macs.get(step.way, 0) + (step.macs or 0)
        if any(macs.values()):
            macs = {way: number for way, number in macs.items() if number}
        first, *others = sorted(macs, key=lambda way: -macs[way])
        return f"{first} +{len(others)}" if others else first

    @property
    def mode(self) -> str:
        """The engine's mode."""
        if self.engine == "direct":
            return self.engine
        return f"{self.engine}, {'with' if self.winograd else 'without'} Winograd"

    @property
    def whole(self) -> float:
        """The time of all nodes."""
        return math.fsum(step.seconds for step in self.timed)

    @property
    def preparing(self) -> float:
        """The time in which weights were brought to the form of their ways."""
        return math.fsum(step.preparing for step in self.timed)


def ends_of(analysis: Analysis) -> dict[Place, str]:
    """The node whose output is that of a group, for every group of nodes."""
    return {(group.name, group.start, group.stop): group.end for group in analysis.graph.groups}


def ends(analysis: Analysis, depth: int, opened: Collection[str]) -> set[str]:
    """The nodes whose outputs the rows of a table tell of."""
    found = ends_of(analysis)
    return {found.get((row.name, row.start, row.stop), row.name) for row in rows(analysis, depth, opened)}


def three(number: float) -> str:
    """``12.3``: three significant digits."""
    if number >= 999.5:
        return f"{number:,.0f}"
    return f"{number:.3g}" if number < 0.9995 else f"{number:.{2 if number < 9.995 else 1 if number < 99.95 else 0}f}"


def duration(seconds: float) -> str:
    """``1.23 ms``."""
    for unit, each in (("µs", 1e-6), ("ms", 1e-3)):
        if seconds / each < 999.5:
            return f"{three(seconds / each)} {unit}"
    return f"{three(seconds)} s"


def value(number: float) -> str:
    """``-0.01234``: four significant digits; what is not a number is shown as it is."""
    return f"{number + 0.0:.4g}"


def rate(macs: object, seconds: float) -> str:
    """Billions of multiply-accumulates a second; nothing where there are none."""
    return three(macs / seconds / 1e9) if isinstance(macs, int) and macs and seconds > 0 else ""


def columns(report: Report) -> dict[str, Column]:
    """The columns, in the order they stand."""

    def of(name: str) -> Column:
        return Column(name, lambda row, _: value(getattr(report.end(row), name)))

    return {
        **{name: COLUMNS[name] for name in ("layer", "kind", "output")},
        **{name: of(name) for name in STATISTICS},
        "time": Column("time", lambda row, _: duration(report.seconds(row))),
        "rate": Column("GMAC/s", lambda row, _: rate(row.macs, report.seconds(row))),
        "way": Column("way", lambda row, _: report.ways(row), "left"),
    }


def grid(report: Report, width: int | None = None) -> Grid:
    """The cells; columns that a width has no room for are left out whole."""
    shown = list(rows(report.analysis, report.depth, report.opened))
    chosen = columns(report)
    left_out: list[str] = []
    while True:
        cells = [tuple(column.cell(row, report.analysis) for column in chosen.values()) for row in shown]
        made = Grid(tuple(chosen.values()), cells, tuple(left_out))
        droppable = [name for name in DROPPED if name in chosen]
        if width is None or made.width <= width or not droppable:
            return made
        del chosen[droppable[0]]
        left_out.append(droppable[0])


def below(report: Report) -> Iterator[tuple[str, str]]:
    """The lines below the table: what, and how much."""
    analysis, needed = report.analysis, report.needs
    yield totals(analysis)[0]
    speed = rate(analysis.macs, report.whole)
    yield "time", duration(report.whole) + (f" · {speed} GMAC/s" if speed else "")
    brought = f" · weights brought to its ways in {duration(report.preparing)}" if report.engine == "fast" else ""
    yield "engine", report.mode + brought
    at = f" at {plain(needed.scratch_at)}" if needed.scratch_at else ""
    parts = f"weights {size(needed.weights)} · activations {size(needed.activations)} · scratch {size(needed.scratch)}"
    yield "memory", f"at most {size(needed.total)}: {parts}{at}"
    if needed.transforms:
        yield "", f"with weights in the form of their ways, a layer at a time: {size(needed.transforms)}"
    yield "weights", plain(report.weights) if report.weights else f"made from seed {report.seed} (He, Glorot)"
    first = " (first example)" if analysis.batch > 1 else ""
    for name, largest in report.largest.items():
        yield "largest", f"{plain(name)}{first}: " + ", ".join(f"[{i}] {value(number)}" for i, number in largest)
    said = (
        "mean, std, min and max over the whole batch · the time of a layer is that of its arithmetic alone"
        " · memory: arrays; Python and NumPy take some 50 MiB themselves"
    )
    yield "counted", f"batch {analysis.batch} · {analysis.dtype} · {said}"


def lines(report: Report, width: int | None = None) -> Iterator[Line]:
    """The whole answer, line by line."""
    made = grid(report, width)
    yield [Span(plain(report.analysis.name), "bold")]
    yield []
    yield from made.lines()
    yield []
    entries = list(below(report))
    if made.left_out:
        entries.append(("columns", f"no room here for {', '.join(made.left_out)}: widen the terminal"))
    for what, said in entries:
        style = "dim" if what in {"counted", "columns"} else ""
        first, *more = wrapped(said, min(width or WIDEST, WIDEST), " " * INDENT)
        yield [Span(f"{what:<{INDENT}}", "bold"), Span(first[INDENT:], style)]
        yield from ([Span(row, style)] for row in more)


def as_table(report: Report) -> str:
    """For a terminal: as wide as it is, in its colours; for a pipe or a file: plain, as wide as it needs to be."""
    if report.to_file:
        return screen.plain_text(lines(report))
    made = lines(report, screen.terminal_width())
    return screen.coloured(made) if sys.stdout.isatty() else screen.plain_text(made)


def records(report: Report) -> list[dict[str, Any]]:
    """One flat record a node, raw numbers."""
    return [
        {
            "name": layer.name,
            "kind": layer.kind,
            "output": layer.output and layer.output.to_list(),
            **{name: _number(getattr(report.records[layer.name], name)) for name in STATISTICS},
            "seconds": report.records[layer.name].seconds,
            "macs": report.records[layer.name].macs,
            "way": report.records[layer.name].way,
        }
        for layer in report.analysis
    ]


def as_json(report: Report) -> str:
    """One object, raw numbers; what JSON has no number for is "NaN", "Infinity" or "-Infinity"."""
    needed = report.needs
    about = json.to_dict(report.analysis)
    return dumped(
        {
            **{key: about[key] for key in ("schema_version", "name", "inputs", "outputs", "batch", "dtype")},
            "seed": report.seed,
            "weights": report.weights,
            "memory": {
                "weights": int(needed.weights),
                "transforms": int(needed.transforms),
                "activations": int(needed.activations),
                "scratch": int(needed.scratch),
                "total": int(needed.total),
            },
            "engine": report.engine,
            "winograd": report.engine == "fast" and report.winograd,
            "totals": {"seconds": report.whole, "preparing": report.preparing, "macs": about["totals"]["macs"]},
            "layers": records(report),
            "largest": {
                name: [{"index": index, "value": _number(number)} for index, number in largest]
                for name, largest in report.largest.items()
            },
            "diagnostics": about["diagnostics"],
        }
    )


def as_csv(report: Report) -> str:
    """One line for every node, raw numbers."""
    text = StringIO()
    names = ("name", "kind", "output", *STATISTICS, "seconds", "macs", "way")
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    for record in records(report):
        writer.writerow({**record, "output": "x".join(map(str, record["output"]))})
    return text.getvalue()


def _number(number: float) -> float | str:
    if math.isfinite(number):
        return number
    return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"


FORMATS: dict[str, Callable[[Report], str]] = {"table": as_table, "json": as_json, "csv": as_csv}
SUFFIXES = {".txt": "table", ".json": "json", ".csv": "csv"}
