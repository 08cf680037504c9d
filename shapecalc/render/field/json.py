"""What layers really see as JSON: raw integers, a share or a variance as two of them; the keys are a contract."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from shapecalc.analysis.receptive.paths import Paths, narrowest
from shapecalc.formulas.reach import Unknown
from shapecalc.render import json

if TYPE_CHECKING:
    from shapecalc.analysis.receptive import Axis
    from shapecalc.analysis.receptive.box import Side
    from shapecalc.analysis.receptive.counts import Reads
    from shapecalc.analysis.receptive.cover import Cover
    from shapecalc.analysis.receptive.covers import Covers
    from shapecalc.analysis.receptive.reading import Span
    from shapecalc.fields import AxisField, AxisReads, Fields, LayerField

MOST_BITS = 1_000
"""A number of paths that takes more is not written out."""


def to_dict(fields: Fields) -> dict[str, Any]:
    """The fields of all nodes as plain data."""
    whole = json.to_dict(fields.analysis)
    return {
        **{key: whole[key] for key in ("schema_version", "name", "inputs", "outputs")},
        "layers": [_layer(layer, told) for layer, told in zip(fields, whole["layers"], strict=True)],
        "diagnostics": whole["diagnostics"],
    }


def _layer(layer: LayerField, told: dict[str, Any]) -> dict[str, Any]:
    covers = layer.fields.covers(layer.end)
    return {
        **{key: told[key] for key in ("name", "kind", "inputs", "output", "receptive_field")},
        "reached": [_covers(found, axis) for axis, found in covers.items()],
    }


def layer_dict(layer: LayerField, cell: Sequence[int] | None = None) -> dict[str, Any]:
    """The field of one layer, with the paths to its middle cell, as plain data; and the box of a chosen cell."""
    whole = json.to_dict(layer.fields.analysis)
    told = next(one for one in whole["layers"] if one["name"] == layer.end)
    return {
        **{key: whole[key] for key in ("schema_version", "name", "inputs")},
        "layer": {
            "name": layer.name,
            "kind": layer.row.kind,
            "inputs": list(layer.row.inputs),
            **{key: told[key] for key in ("output", "receptive_field")},
            "reached": [_covers(one.covers, one.axis) for one in layer.axes],
            "paths": [_axis_paths(one) for one in layer.axes],
            "reads": [_axis_reads(one) for one in layer.reads],
            "box": None if cell is None else [_side(side) for side in layer.box(*cell)],
        },
        "diagnostics": whole["diagnostics"],
    }


def _covers(covers: Covers | Unknown, axis: Axis) -> dict[str, Any]:
    of = {"input": axis[0], "axis": axis[1]}
    if isinstance(covers, Unknown):
        return {**of, "unknown": covers.why}
    return {
        **of,
        "within_borders": covers.bordered,
        "cell": covers.cell,
        "period": len(covers.phases),
        "advance": covers.advance,
        "phases": [_cover(cover) for cover in covers.phases],
    }


def _cover(cover: Cover) -> dict[str, Any]:
    return {
        "first": cover.first if cover.mask else None,
        "size": cover.size,
        "reached": cover.reached,
        "mask": "".join("1" if cover.mask >> i & 1 else "0" for i in range(cover.size)) if cover.holes else None,
        **({"mean": _pair(cover.mean), "variance": _pair(cover.variance)} if _short(cover.paths) else LONG),
        "spread": cover.spread,
    }


LONG = {"mean": None, "variance": None}


def _short(paths: int) -> bool:
    """Whether a number of paths, and what is made of it, is short enough to be written out."""
    return paths.bit_length() <= MOST_BITS


def _pair(value: Fraction | None) -> list[int] | None:
    return None if value is None else [value.numerator, value.denominator]


def _axis_paths(one: AxisField) -> dict[str, Any]:
    of: dict[str, Any] = {"input": one.axis[0], "axis": one.axis[1]}
    if isinstance(one.paths, Unknown):
        return {**of, "unknown": one.paths.why}
    return {**of, "cell": one.cell, **_paths(one.paths)}


def _paths(paths: Paths) -> dict[str, Any]:
    first, last = min(paths, default=0), max(paths, default=-1)
    short = _short(sum(paths.values()))
    counts = [paths.get(cell, 0) for cell in range(first, last + 1)] if short else None
    return {"first": first if paths else None, "counts": counts, "middle_95": _span(narrowest(paths))}


def _axis_reads(one: AxisReads) -> dict[str, Any]:
    return {"axis": one.axis, "length": one.n, "paddings": [_reads(reads) for reads in (one.written, *one.compared)]}


def _reads(reads: Reads) -> dict[str, Any]:
    counts = None if reads.counts is None else list(reads.counts)
    return {"padding": reads.padding, "outputs": reads.outputs, "counts": counts}


def _side(side: Side) -> dict[str, Any]:
    known = not isinstance(side.paths, Unknown)
    return {
        "input": side.axis[0],
        "axis": side.axis[1],
        "cell": side.cell,
        "unclipped": _told(side.unclipped),
        "clipped": _told(side.clipped),
        "reached": side.reached,
        **(_paths(side.paths) if known else {"unknown": side.paths.why}),  # type: ignore[arg-type, union-attr]
    }


def _told(span: Span | Unknown | None) -> Any:
    return {"unknown": span.why} if isinstance(span, Unknown) else _span(span)


def _span(span: Span | None) -> list[int] | None:
    return None if span is None else [int(cell) for cell in span]
