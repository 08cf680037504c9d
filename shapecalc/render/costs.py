"""Columns of what a layer costs in a convention, and of what is listed apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from shapecalc.analysis import sum_known
from shapecalc.analysis.cost import CONVENTION_NAMES
from shapecalc.render.columns import COLUMNS, EXTRA_COLUMNS, Column, of_total
from shapecalc.render.units import share, si

if TYPE_CHECKING:
    from shapecalc.analysis import Analysis, LayerAnalysis, Total


def _cost(name: str) -> Callable[[LayerAnalysis, Analysis], str]:
    return lambda row, analysis: of_total(analysis.cost(name).of(row.start, row.stop), si)


def _share(name: str) -> Callable[[LayerAnalysis, Analysis], str]:
    def cell(row: LayerAnalysis, analysis: Analysis) -> str:
        cost = analysis.cost(name)
        part, whole = cost.of(row.start, row.stop), cost.total
        return share(part, whole) if isinstance(part, int) and isinstance(whole, int) else ""

    return cell


def _apart(name: str) -> Callable[[LayerAnalysis, Analysis], str]:
    def cell(row: LayerAnalysis, analysis: Analysis) -> str:
        members = analysis.apart[row.start : row.stop]
        return of_total(sum_known(getattr(apart, name) for apart in members), si)

    return cell


COST_COLUMNS: dict[str, Column] = {
    "padding_macs": Column("padding MACs", _apart("padding_macs")),
    "bias_adds": Column("bias adds", _apart("bias_adds")),
    **{name: Column(name, _cost(name)) for name in CONVENTION_NAMES if name not in {"macs", "flops"}},
}
"""Columns that stand in a table only when asked for."""
SHARES: dict[str, Column] = {f"{name}%": Column("%", _share(name), style="dim") for name in CONVENTION_NAMES}
EVERY_COLUMN = SHARES | COLUMNS | EXTRA_COLUMNS | COST_COLUMNS
COLUMN_NAMES = (*COLUMNS, *EXTRA_COLUMNS, *COST_COLUMNS)
"""What ``--columns`` may name."""


def usual(convention: str = "") -> list[str]:
    """The columns of a table that is asked for none, the cost in a convention."""
    if not convention:
        return list(COLUMNS)
    instead = {"macs": convention, "macs%": f"{convention}%"}
    return [instead.get(name, name) for name in COLUMNS]


# as plain data


def each(analysis: Analysis, index: int, convention: str = "") -> dict[str, Any]:
    """What is listed apart of a node, and what it costs in a convention."""
    apart = analysis.apart[index]
    listed = {
        "padding_macs": _whole(apart.padding_macs),
        "bias_adds": _whole(apart.bias_adds),
        "ops_once": apart.ops_once and {kind: int(count) for kind, count in apart.ops_once.items()},
    }
    return listed | ({"cost": _whole(analysis.cost(convention).layers[index])} if convention else {})


def sums(analysis: Analysis) -> dict[str, Total]:
    """What is listed apart of all nodes together."""
    rest = [] if analysis.graph.complete else [None]
    names = ("padding_macs", "bias_adds")
    return {name: sum_known([*(getattr(apart, name) for apart in analysis.apart), *rest]) for name in names}


def in_convention(analysis: Analysis, convention: str) -> dict[str, Any]:
    """The whole in a convention, if one is named."""
    if not convention:
        return {}
    from shapecalc.render.conventions import described  # noqa: PLC0415  when asked for

    return {"convention": described(analysis, convention)}


def _whole(count: int | None) -> int | None:
    return None if count is None else int(count)
