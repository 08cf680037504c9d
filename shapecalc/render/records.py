"""The answer as flat records: one for every node, raw numbers; an unknown is empty."""

from __future__ import annotations

import csv
from io import StringIO
from typing import TYPE_CHECKING, Any

from shapecalc.render import json

if TYPE_CHECKING:
    from shapecalc.analysis import Analysis


def records(analysis: Analysis) -> list[dict[str, Any]]:
    """One flat record a node."""
    rows = []
    for layer in json.to_dict(analysis)["layers"]:
        fields = layer.pop("receptive_field") or []
        ops = layer.pop("ops") or {}
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
    return "x".join(str(field[key]) for field in fields if field) or None if all(fields) else None


def csv_text(analysis: Analysis) -> str:
    """The records as CSV."""
    rows = records(analysis)
    text = StringIO()
    if rows:
        writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return text.getvalue()
