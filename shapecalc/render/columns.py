"""The columns of a table, as data: a heading, what each row says there, and how it is set."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from shapecalc.analysis import AtLeast, Field, OneSided, Phased, sum_known
from shapecalc.formulas.windows import Transposed, Window
from shapecalc.render.units import UNKNOWN, exact, plain, share, si, size

if TYPE_CHECKING:
    from shapecalc.analysis import Analysis, LayerAnalysis, Total
    from shapecalc.analysis.receptive import Axis
    from shapecalc.analysis.receptive.onesided import Seeing
    from shapecalc.shape import Shape


TO = "–"  # noqa: RUF001  an en dash, as ranges are set
"""Between the least and the largest of a range."""

SIDED = {"before": "past", "after": "future"}
"""A field that reaches an edge of the input on one side: every cell up to one that moves on, or from one on."""
WORDS = {"whole", UNKNOWN, *SIDED.values()}


class Column(NamedTuple):
    """One column of a table."""

    heading: str
    cell: Callable[[LayerAnalysis, Analysis], str]
    align: Literal["left", "right"] = "right"
    style: str = ""


def of_total(total: Total | None, write: Callable[[int], str]) -> str:
    """A total as text; ``≥`` before one that is only a lower bound."""
    match total:
        case None:
            return UNKNOWN
        case AtLeast(known=known):
            return f"≥ {write(known)}"
        case _:
            return write(total)


def of_shape(shape: Shape | None) -> str:
    """A shape as text."""
    return UNKNOWN if shape is None else str(shape)


def of_field(field: Seeing) -> str:
    """The field along one axis: its size, the least and the largest where it depends on the position, or its side."""
    match field:
        case Field():
            return "whole" if field.whole else str(int(field.size))
        case Phased():
            least, most = min(field.sizes), max(field.sizes)
            return str(int(most)) if least == most else f"{int(least)}{TO}{int(most)}"
        case OneSided():
            return SIDED[field.side]
        case _:
            return UNKNOWN


def of_fields(fields: Mapping[Axis, Seeing] | None) -> str:
    """The field along every axis of every input."""
    if fields is None:
        return UNKNOWN
    by_input: dict[str, list[str]] = {}
    for axis, field in fields.items():
        by_input.setdefault(axis[0], []).append(of_field(field))
    return " | ".join(
        one if len(set(axes)) == 1 and ((one := axes[0]) in WORDS or TO in one) else "×".join(axes)
        for axes in by_input.values()
    )


def of_window(row: LayerAnalysis, analysis: Analysis) -> str:
    """Taps, stride, padding, dilation and groups, each where it is not the plain one."""
    node = analysis.graph.nodes[row.start]
    if row.kind in analysis.graph.spec.blocks or not node.reach:
        return ""
    windows = [step for step in node.reach[0] if isinstance(step, Window | Transposed)]
    if not windows:
        return ""
    said = [_axes([str(int(w.size)) for w in windows], "×", always=True)]
    pads = [w.padding if isinstance(w.padding, str) else _pair(w.padding) for w in windows]
    for letter, values, usual in (
        ("s", [str(w.stride) for w in windows], "1"),
        ("p", pads, "valid"),
        ("d", [str(w.dilation) for w in windows], "1"),
        ("g", [str(getattr(node.layer, "groups", 1))], "1"),
    ):
        if set(values) != {usual} and set(values) != {"0"}:
            said.append((letter if not values[0][:1].isalpha() else "") + _axes(values, ","))
    return " ".join(said)


def _pair(padding: tuple[int, int]) -> str:
    before, after = padding
    return str(before) if before == after else f"{before}:{after}"


def _axes(values: list[str], between: str, *, always: bool = False) -> str:
    return values[0] if len(set(values)) == 1 and not always else between.join(values)


def _part(name: str) -> Callable[[LayerAnalysis, Analysis], str]:
    def cell(row: LayerAnalysis, analysis: Analysis) -> str:
        part, whole = getattr(row, name), getattr(analysis, name)
        return share(part, whole) if isinstance(part, int) and isinstance(whole, int) else ""

    return cell


def _params(row: LayerAnalysis, _: Analysis) -> str:
    return f"= {plain(row.shared_with)}" if row.shared_with and row.params == 0 else of_total(row.params, exact)


COLUMNS: dict[str, Column] = {
    "layer": Column("layer", lambda row, _: plain(row.name), "left", "bold"),
    "kind": Column("kind", lambda row, _: row.kind, "left"),
    "window": Column("window", of_window, "left"),
    "output": Column("output", lambda row, _: of_shape(row.output)),
    "params": Column("params", _params),
    "params%": Column("%", _part("params"), style="dim"),
    "macs": Column("MACs", lambda row, _: of_total(row.macs, si)),
    "macs%": Column("%", _part("macs"), style="dim"),
    "field": Column("field", lambda row, _: of_fields(row.field)),
    "memory": Column("memory", lambda row, _: of_total(row.activation_bytes, size)),
}
"""What ``--columns`` may name, in the order they stand."""

EXTRA_COLUMNS: dict[str, Column] = {
    "inputs": Column("inputs", lambda row, _: plain(", ".join(row.inputs)), "left"),
    "buffers": Column("buffers", lambda row, _: of_total(row.buffers, exact)),
    "flops": Column("FLOPs", lambda row, _: of_total(row.flops, si)),
    "jump": Column("jump", lambda row, _: _each_axis(row, lambda f: str(f.jump), OneSided)),
    "start": Column("start", lambda row, _: _each_axis(row, lambda f: f"{f.start:g}")),
    "padding": Column("padding", lambda row, _: _each_axis(row, lambda f: str(int(f.padding)))),
    "saved": Column("saved", lambda row, analysis: of_total(_saved(row, analysis), size)),
}
"""Columns that stand in a table only when asked for."""

DROPPED = ("memory", "params%", "macs%", "window", "kind", "field")
"""What a narrow terminal loses, first to last."""


def _saved(row: LayerAnalysis, analysis: Analysis) -> Total | None:
    """The bytes that training keeps for the way back."""
    parts = [analysis.saved[node.name] for node in analysis.graph.nodes[row.start : row.stop]]
    return None if parts == [None] else sum_known(parts)


def _each_axis(row: LayerAnalysis, say: Callable[[Any], str], *others: type[OneSided]) -> str:
    """What is said along each axis of a field with two ends, and of those others that have it too."""
    if row.field is None:
        return UNKNOWN
    having = (Field, Phased, *others)
    axes: dict[Axis, str] = {
        axis: say(seen) if isinstance(seen, having) else UNKNOWN for axis, seen in row.field.items()
    }
    values = list(axes.values())
    return values[0] if len(set(values)) == 1 else ", ".join(values)
