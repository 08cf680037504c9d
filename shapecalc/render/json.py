"""The answer as JSON: raw integers, never rounded; the keys are a contract."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from shapecalc.analysis import AtLeast, Field, Phased

if TYPE_CHECKING:
    from shapecalc.analysis import Analysis, LayerAnalysis
    from shapecalc.analysis.receptive import Seen
    from shapecalc.analysis.receptive.seeing import Seeing
    from shapecalc.diagnostics import Diagnostic, Place, Route
    from shapecalc.source.document import Document

SCHEMA_VERSION = 1


def to_dict(analysis: Analysis) -> dict[str, Any]:
    """An analysis as plain data."""
    document = analysis.graph.document
    return {
        "schema_version": SCHEMA_VERSION,
        "name": analysis.name,
        "inputs": {name: shape.to_list() for name, shape in analysis.inputs.items()},
        "outputs": {name: shape and shape.to_list() for name, shape in analysis.outputs.items()},
        "batch": analysis.batch,
        "dtype": analysis.dtype,
        "totals": _totals(analysis),
        "layers": [_layer(layer, several=len(analysis.inputs) > 1) for layer in analysis.layers],
        "diagnostics": [diagnostic(fault, document) for fault in analysis.diagnostics],
    }


def _totals(analysis: Analysis) -> dict[str, Any]:
    totals = analysis.totals
    if isinstance(analysis.macs, AtLeast):
        totals["ops"] = {kind: AtLeast(count) for kind, count in analysis.ops.items()}
    return {name: _number(total) for name, total in totals.items()}


def unread(faults: tuple[Diagnostic, ...], name: str) -> dict[str, Any]:
    """What can be said of a file that cannot be read: only why."""
    return {
        "schema_version": SCHEMA_VERSION,
        "name": None,
        "inputs": {},
        "outputs": {},
        "batch": None,
        "dtype": None,
        "totals": None,
        "layers": [],
        "diagnostics": [_diagnostic(fault, fault.place, name, lambda _: None) for fault in faults],
    }


def diagnostic(fault: Diagnostic, document: Document) -> dict[str, Any]:
    """A diagnostic as plain data, with lines and columns from 1."""
    find = document.key_place if fault.at_key else document.value_place
    return _diagnostic(fault, fault.place or find(fault.route), document.name, document.value_place)


def _diagnostic(fault: Diagnostic, place: Place | None, file: str, find: Any) -> dict[str, Any]:
    return {
        "code": fault.code,
        "severity": str(fault.severity),
        "message": fault.message,
        "route": list(fault.route),
        "file": file,
        **_lines(place),
        "label": fault.label,
        "help": fault.help,
        "related": [
            {
                "message": other.message,
                "route": _route(other.route),
                **_lines(other.place or (find(other.route) if other.route else None)),
            }
            for other in fault.related
        ],
    }


def _route(route: Route | None) -> list[str | int] | None:
    return None if route is None else list(route)


def _lines(place: Place | None) -> dict[str, int | None]:
    return {"line": place.line + 1, "column": place.column + 1} if place else {"line": None, "column": None}


def _number(total: Any) -> Any:
    match total:
        case AtLeast(known=known):
            return {"at_least": int(known)}
        case int():
            return int(total)
        case dict():
            return {kind: _number(count) for kind, count in total.items()}
        case _:
            return None


def _layer(layer: LayerAnalysis, *, several: bool) -> dict[str, Any]:
    return {
        "name": layer.name,
        "kind": layer.kind,
        "inputs": list(layer.inputs),
        "output": layer.output and layer.output.to_list(),
        "params": _number(layer.params),
        "buffers": _number(layer.buffers),
        "shared_with": layer.shared_with,
        "macs": _number(layer.macs),
        "flops": _number(layer.flops),
        "ops": _number(layer.ops),
        "activation_bytes": _number(layer.activation_bytes),
        "receptive_field": None if layer.field is None else _fields(layer.field, several=several),
    }


def _fields(fields: Seen, *, several: bool) -> list[dict[str, Any] | None]:
    return [_field(field, axis if several else None) for axis, field in fields.items()]


def _field(field: Seeing, axis: tuple[str, int] | None) -> dict[str, Any] | None:
    if not isinstance(field, Field | Phased):
        return None
    of = {} if axis is None else {"input": axis[0], "axis": axis[1]}
    spans = field.spans if isinstance(field, Phased) else ((field.first, field.last),)
    jump = Fraction(field.jump)
    return {
        **of,
        "size": int(field.size),
        "jump": int(jump) if jump.denominator == 1 else float(jump),
        "start": field.start,
        "padding": int(field.padding),
        "whole": field.whole,
        "period": len(spans),
        "advance": int(field.advance if isinstance(field, Phased) else field.jump),
        "phases": [_phase(span) for span in spans],
    }


def _phase(span: tuple[int, int] | None) -> dict[str, Any]:
    """One phase; a cell that sees nothing has a field of size 0, which begins nowhere."""
    if span is None:
        return {"size": 0, "start": None, "padding": None}
    first, last = (int(cell) for cell in span)
    return {"size": last - first + 1, "start": (first + last) / 2, "padding": -first}
