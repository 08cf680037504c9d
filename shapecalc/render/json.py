"""The answer as JSON: raw integers, never rounded; the keys are a contract."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from shapecalc.analysis import AtLeast, Field, OneSided, Phased
from shapecalc.render.costs import each, in_convention, sums

if TYPE_CHECKING:
    from shapecalc.analysis import Analysis, LayerAnalysis
    from shapecalc.analysis.receptive import Seen
    from shapecalc.analysis.receptive.onesided import Seeing
    from shapecalc.diagnostics import Diagnostic, Place, Route
    from shapecalc.render.diagnostics import Source
    from shapecalc.source.document import Document

SCHEMA_VERSION = 1


def to_dict(analysis: Analysis, convention: str = "") -> dict[str, Any]:
    """An analysis as plain data, with the cost in a convention if one is named."""
    document = analysis.graph.document
    return {
        "schema_version": SCHEMA_VERSION,
        "name": analysis.name,
        "inputs": {name: shape.to_list() for name, shape in analysis.inputs.items()},
        "outputs": {name: shape and shape.to_list() for name, shape in analysis.outputs.items()},
        "batch": analysis.batch,
        "dtype": analysis.dtype,
        "totals": _totals(analysis) | {name: _number(total) for name, total in sums(analysis).items()},
        "covered_at": _covered(analysis),
        "layers": [
            of_layer(layer, several=len(analysis.inputs) > 1) | each(analysis, index, convention)
            for index, layer in enumerate(analysis.layers)
        ],
        **in_convention(analysis, convention),
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
        "covered_at": {},
        "layers": [],
        "diagnostics": [_diagnostic(fault, fault.place, name, lambda _: None) for fault in faults],
    }


def diagnostic(fault: Diagnostic, document: Document) -> dict[str, Any]:
    """A diagnostic as plain data, with lines and columns from 1."""
    find = document.key_place if fault.at_key else document.value_place
    return _diagnostic(fault, fault.place or find(fault.route), document.name, document.value_place)


def placed(fault: Diagnostic, source: Source) -> dict[str, Any]:
    """The same, of a text that may be unread."""
    return _diagnostic(fault, source.place(fault), source.name, source.value_place)


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


def of_layer(layer: LayerAnalysis, *, several: bool = False) -> dict[str, Any]:
    """A node, or nodes summed, as plain data."""
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
        "aligned": layer.aligned,
        "half_cells_apart": _apart(layer),
    }


def _fields(fields: Seen, *, several: bool) -> list[dict[str, Any] | None]:
    return [_field(field, axis if several else None) for axis, field in fields.items()]


def _field(field: Seeing, axis: tuple[str, int] | None) -> dict[str, Any] | None:
    if not isinstance(field, Field | Phased | OneSided):
        return None
    of = {} if axis is None else {"input": axis[0], "axis": axis[1]}
    phases = [_phase(field, place) for place in range(getattr(field, "period", 1))]
    jump = Fraction(field.jump)
    ends: dict[str, Any] = dict.fromkeys(("size", "start", "padding"))
    if not isinstance(field, OneSided):
        ends = {"size": int(field.size), "start": field.start, "padding": int(field.padding)}
    return {
        **of,
        **ends,
        "jump": int(jump) if jump.denominator == 1 else float(jump),
        "whole": field.whole,
        "to_edge": field.side if isinstance(field, OneSided) else "both" if field.whole else None,
        "period": len(phases),
        "advance": int(getattr(field, "advance", field.jump)),
        "phases": phases,
    }


def _phase(field: Field | Phased | OneSided, place: int) -> dict[str, Any]:
    """One phase, by its first output cell; one that sees nothing has a field of size 0, which begins nowhere.

    Of a field that reaches an edge the size is another for every output, and so is the start.
    """
    span = field.own.at(place) if isinstance(field, OneSided) else field.at(place)
    if span is None:
        return {"size": 0, "start": None, "padding": None, "first": None, "last": None}
    first, last = (int(cell) for cell in span)
    if not isinstance(field, OneSided):
        return {"size": last - first + 1, "start": (first + last) / 2, "padding": -first, "first": first, "last": last}
    first, last = (int(field.edge), last) if field.side == "before" else (first, int(field.edge))
    return {"size": None, "start": None, "padding": None, "first": first, "last": last}


def _apart(layer: LayerAnalysis) -> list[int | None] | None:
    """Half cells by which the centres of branches that meet differ, along each axis; None: unknown, or no end to it."""
    if layer.meetings is None or layer.field is None:
        return None
    meetings = [layer.meetings.get(axis) for axis in layer.field]
    return [None if meeting is None else meeting.apart for meeting in meetings]


def _covered(analysis: Analysis) -> dict[str, list[dict[str, Any]]]:
    """Where each axis of each input is first covered, by input."""
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in analysis.inputs}
    for (name, _), covered in analysis.covered_at.items():
        found[name].append({"layer": covered.node, "sure": covered.sure})
    return found
