"""The columns of a table, as data: a heading, what each row says there, and how it is set."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, NamedTuple

from shapecalc.analysis import AtLeast, Field, Phased
from shapecalc.formulas.windows import Transposed, Window
from shapecalc.render.units import UNKNOWN, exact, plain, share, si, size

if TYPE_CHECKING:
    from shapecalc.analysis import Analysis, LayerAnalysis, Total
    from shapecalc.analysis.receptive import Axis
    from shapecalc.analysis.receptive.seeing import Seeing
    from shapecalc.shape import Shape


TO = "–"  # noqa: RUF001  an en dash, as ranges are set
"""Between the least and the largest of a range."""


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
    """The field along one axis: its size, or the least and the largest where it depends on the position."""
    match field:
        case Field():
            return "whole" if field.whole else str(int(field.size))
        case Phased():
            least, most = min(field.sizes), max(field.sizes)
            return str(int(most)) if least == most else f"{int(least)}{TO}{int(most)}"
        case _:
            return UNKNOWN


def of_fields(row: LayerAnalysis) -> str:
    """The field along every axis of every input."""
    if row.field is None:
        return UNKNOWN
    by_input: dict[str, list[str]] = {}
    for axis, field in row.field.items():
        by_input.setdefault(axis[0], []).append(of_field(field))
    return " | ".join(
        one if len(set(axes)) == 1 and ((one := axes[0]) in {"whole", UNKNOWN} or TO in one) else "×".join(axes)
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
    "field": Column("field", lambda row, _: of_fields(row)),
    "memory": Column("memory", lambda row, _: of_total(row.activation_bytes, size)),
}
"""What ``--columns`` may name, in the order they stand."""

EXTRA_COLUMNS: dict[str, Column] = {
    "inputs": Column("inputs", lambda row, _: plain(", ".join(row.inputs)), "left"),
    "buffers": Column("buffers", lambda row, _: of_total(row.buffers, exact)),
    "flops": Column("FLOPs", lambda row, _: of_total(row.flops, si)),
    "jump": Column("jump", lambda row, _: _each_axis(row, lambda f: str(f.jump))),
    "start": Column("start", lambda row, _: _each_axis(row, lambda f: f"{f.start:g}")),
    "padding": Column("padding", lambda row, _: _each_axis(row, lambda f: str(int(f.padding)))),
}
"""Columns that stand in a table only when asked for."""

DROPPED = ("memory", "params%", "macs%", "window", "kind", "field")
"""What a narrow terminal loses, first to last."""


def _each_axis(row: LayerAnalysis, say: Callable[[Field | Phased], str]) -> str:
    if row.field is None:
        return UNKNOWN
    axes: dict[Axis, str] = {
        axis: say(field) if isinstance(field, Field | Phased) else UNKNOWN for axis, field in row.field.items()
    }
    values = list(axes.values())
    return values[0] if len(set(values)) == 1 else ", ".join(values)
