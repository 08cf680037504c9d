"""The answer as flat records: one for every node, raw numbers; an unknown is empty."""

from __future__ import annotations

import csv
from io import StringIO
from typing import TYPE_CHECKING, Any

from shapecalc.render import json
from shapecalc.render.columns import SIDED

if TYPE_CHECKING:
    from shapecalc.analysis import Analysis


def records(analysis: Analysis, convention: str = "") -> list[dict[str, Any]]:
    """One flat record a node."""
    rows = []
    for layer in json.to_dict(analysis, convention)["layers"]:
        fields = layer.pop("receptive_field") or []
        del layer["aligned"], layer["half_cells_apart"]
        ops = layer.pop("ops") or {}
        layer.pop("ops_once")
        rows.append(
            {
                **layer,
                "inputs": " ".join(layer["inputs"]),
                "output": "x".join(map(str, layer["output"])) if layer["output"] else None,
                "receptive_field": _axes(fields, "size"),
                "jump": _axes(fields, "jump"),
                "ops": " ".join(f"{kind}={count}" for kind, count in ops.items()),
            }
        )
    return rows


def _axes(fields: list[dict[str, Any] | None], key: str) -> str | None:
    values = [field[key] if field[key] is not None else SIDED[field["to_edge"]] for field in fields if field]
    return "x".join(map(str, values)) or None if all(fields) else None


def csv_text(analysis: Analysis, convention: str = "") -> str:
    """The records as CSV."""
    rows = records(analysis, convention)
    text = StringIO()
    if rows:
        writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return text.getvalue()
