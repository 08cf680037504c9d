"""The memory of a network as plain data: raw bytes, never rounded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shapecalc.analysis import AtLeast
from shapecalc.render.json import SCHEMA_VERSION, diagnostic

if TYPE_CHECKING:
    from shapecalc.analysis import Total
    from shapecalc.analysis.memory.fitting import Fit
    from shapecalc.analysis.memory.ledger import Held
    from shapecalc.analysis.memory.question import Memory
    from shapecalc.analysis.memory.rows import SavedRow
    from shapecalc.network.graph import Graph


def to_dict(memory: Memory) -> dict[str, Any]:
    """The answer as plain data."""
    asked, batch = memory.asked, memory.batch
    parts: dict[str, Any] = {part.name.replace(" ", "_"): int(part.bytes) for part in memory.parts}
    return {
        "schema_version": SCHEMA_VERSION,
        "name": memory.name,
        "inputs": {name: shape.to_list() for name, shape in memory.graph.inputs.items()},
        "batch": batch,
        "training": asked.train,
        "optimizer": asked.optimizer if asked.train else None,
        "amp": asked.amp,
        "weights": asked.usual.weights,
        "activations": asked.usual.activations,
        "layer_dtypes": [
            {"pattern": rule.pattern, "weights": rule.weights, "activations": rule.activations} for rule in asked.rules
        ],
        "in_place": asked.in_place,
        "add_in_place": asked.add_in_place,
        "fused_attention": asked.fused_attention,
        "checkpointed": [group.name for group in memory.blocks],
        "parts": parts | {"activations": _total(memory.peak_bytes)},
        "total": _total(memory.total),
        "peak": {
            "at": memory.peak.at,
            "phase": memory.peak.phase,
            "bytes": _total(memory.peak_bytes),
            "bytes_once": int(memory.peak.fixed),
            "bytes_per_example": int(memory.peak.each),
            "alive": [_held(held, batch) for held in memory.alive],
        },
        "saved": {
            "bytes": _total(memory.saved_bytes),
            "layers": [_saved(row, batch) for row in memory.saved],
        }
        if asked.train
        else None,
        "fit": _fit(memory.fit),
        "diagnostics": [diagnostic(fault, memory.graph.document) for fault in memory.graph.diagnostics],
    }


def faulty(graph: Graph) -> dict[str, Any]:
    """What can be said of a network with faults: only why nothing is known."""
    return {
        "schema_version": SCHEMA_VERSION,
        "name": graph.name,
        "inputs": {name: shape.to_list() for name, shape in graph.inputs.items()},
        "parts": None,
        "total": None,
        "peak": None,
        "saved": None,
        "fit": None,
        "diagnostics": [diagnostic(fault, graph.document) for fault in graph.diagnostics],
    }


def _total(total: Total) -> Any:
    return {"at_least": int(total.known)} if isinstance(total, AtLeast) else int(total)


def _held(held: Held, batch: int) -> dict[str, Any]:
    return {
        "tensor": held.name,
        "shape": held.shape.to_list(),
        "dtype": held.format,
        "role": held.role,
        "once": held.once,
        "bytes": int(held.at(batch)),
    }


def _saved(row: SavedRow, batch: int) -> dict[str, Any]:
    size = row.bytes(batch)
    return {
        "name": row.name,
        "kind": row.kind,
        "bytes": None if size is None else int(size),
        "tensors": None if row.tensors is None else [_held(held, batch) for held in row.tensors],
    }


def _fit(fit: Fit | None) -> dict[str, Any] | None:
    if fit is None:
        return None
    return {
        "limit_bytes": fit.limit,
        "batch": fit.batch,
        "at_most": not fit.known,
        "bytes": int(fit.bytes) if fit.batch else None,
        "one_more_bytes": int(fit.one_more),
        "standing_bytes": int(fit.standing),
        "binds": fit.binds,
        "activation_bytes": int(fit.activations),
        "at": fit.moment.at,
        "phase": fit.moment.phase,
    }
