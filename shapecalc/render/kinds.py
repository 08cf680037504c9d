"""The sums by kind of layer: convolutions hold the cost, dense layers the parameters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from shapecalc.analysis import AtLeast
from shapecalc.analysis.kinds import kind_sums
from shapecalc.render.columns import Column, of_total
from shapecalc.render.table import Grid, Line, Span, footer
from shapecalc.render.units import exact, plain, share, si, size

if TYPE_CHECKING:
    from shapecalc.analysis import Analysis, Total

HEADINGS = ("kind", "layers", "params", "%", "MACs", "%", "memory")


def kind_cells(analysis: Analysis) -> list[tuple[str, ...]]:
    """A row for each kind, the most MACs first."""
    return [
        (
            sums.kind,
            exact(sums.layers),
            of_total(sums.params, exact),
            _share(sums.params, analysis.params),
            of_total(sums.macs, si),
            _share(sums.macs, analysis.macs),
            of_total(sums.activation_bytes, size),
        )
        for sums in kind_sums(analysis)
    ]


def _share(part: Total, whole: Total) -> str:
    return "" if isinstance(part, AtLeast) or isinstance(whole, AtLeast) else share(part, whole)


def remark(analysis: Analysis) -> str:
    """Which kind holds the most of what, in words."""
    sums = kind_sums(analysis)
    if not sums or isinstance(analysis.params, AtLeast) or isinstance(analysis.macs, AtLeast):
        return ""
    costly = max(sums, key=lambda s: _number(s.macs))
    heavy = max(sums, key=lambda s: _number(s.params))
    if not analysis.macs or not analysis.params:
        return ""
    holds = "and holds" if heavy is costly else f"{heavy.kind} holds"
    return (
        f"{costly.kind} does {share(_number(costly.macs), analysis.macs)} of the MACs"
        f"{' ' if heavy is costly else ', '}{holds} {share(_number(heavy.params), analysis.params)} of the parameters"
    )


def _number(total: Total) -> int:
    return total.known if isinstance(total, AtLeast) else total


def by_kind(analysis: Analysis, width: int | None = None) -> Iterator[Line]:
    """The sums by kind, line by line."""
    columns = tuple(
        Column(heading, lambda *_: "", "left" if heading == "kind" else "right", "bold" if heading == "kind" else "")
        for heading in HEADINGS
    )
    yield [Span(plain(analysis.name), "bold")]
    yield []
    yield from Grid(columns, kind_cells(analysis)).lines()
    yield []
    if words := remark(analysis):
        yield [Span(words)]
        yield []
    yield from footer(analysis, (), width)
