"""The JSON Schema of a spec in its short form, for editors: made from the kinds' own options."""

from __future__ import annotations

from collections.abc import Iterable
from inspect import cleandoc
from typing import TYPE_CHECKING, Any

from shapecalc.layers import ACTIVATIONS, KINDS, NORMS
from shapecalc.layers.fields import (
    AXIS,
    CONNECTIONS,
    COUNTS,
    CUTS,
    FLAG,
    LENGTHS,
    MARGINS,
    MATRIX,
    ORDER,
    PADDINGS,
    REAL,
    SIZES,
    WHOLE,
    WORD,
    Reading,
)
from shapecalc.network.validate import BUDGET_KEYS, PUBLISHED_KEYS
from shapecalc.network.words import HEADS, JOINS, SHORTCUTS

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

    from shapecalc.layers.base import Layer

Json = dict[str, Any]

READINGS = {
    "whole": WHOLE,
    "real": REAL,
    "flag": FLAG,
    "word": WORD,
    "size": SIZES,
    "counts": COUNTS,
    "padding": PADDINGS,
    "margin": MARGINS,
    "axis": AXIS,
    "order": ORDER,
    "lengths": LENGTHS,
    "cut": CUTS,
    "connections": CONNECTIONS,
    "matrix": MATRIX,
}
"""The sorts of option that are written once and referred to."""

NAME: Json = {"type": "string"}
NAMES: Json = {"anyOf": [NAME, {"type": "array", "items": NAME, "minItems": 2}]}
INSERTED: Json = {"type": "string", "pattern": r"\$"}


def _to(name: str) -> Json:
    return {"$ref": f"#/$defs/{name}"}


SHAPE: Json = {
    "anyOf": [
        {"type": "array", "items": _to("whole"), "minItems": 1, "maxItems": 4},
        {
            "type": "object",
            "properties": dict.fromkeys("CLDHW", _to("whole")),
            "required": ["C"],
            "additionalProperties": False,
        },
        {"type": "string"},
        {"type": "integer", "minimum": 1},
    ]
}
LAYERS = _to("layers")
AMOUNT: Json = {"type": ["number", "string"]}
COMMON: Json = {
    "name": {"type": ["string", "number"]},
    "from": NAME,
    "when": _to("flag"),
    "repeat": _to("whole"),
    "expect": _to("shape"),
}
COMPOSED: Json = {"norm": _to("norm"), "activation": _to("activation")}


def _follower(words: Iterable[str]) -> Json:
    names = list(words)
    mapping = {"type": "object", "propertyNames": {"enum": names}, "maxProperties": 1}
    return {"anyOf": [{"enum": [*names, "none"]}, mapping, INSERTED]}


def _option(info: FieldInfo) -> Json:
    (reading,) = (item for item in info.metadata if isinstance(item, Reading))
    (name,) = (name for name, known in READINGS.items() if known is reading)
    return {"description": info.description, **_to(name)}


def _fields(layer: type[Layer]) -> Json:
    options = {name: _option(info) for name, info in layer.model_fields.items()}
    return options | (COMPOSED if layer.composes else {})


def _kind(layer: type[Layer]) -> dict[str, Json]:
    """A kind's options, the mapping that its key may hold, and the entry that it heads."""
    kind, fields = layer.kind, _fields(layer)
    more = {name: {**NAME, "description": says} for name, says in layer.reads.items()}
    options = {**COMMON, "share": NAME, **fields, **more} | ({"from": NAMES} if layer.merges else {})
    own = options.get(layer.main or "", {"type": "null"})
    return {
        f"{kind}.options": {"properties": options},
        f"{kind}.inside": {"type": "object", **_to(f"{kind}.options"), "propertyNames": {"enum": list(options)}},
        kind: {
            "description": cleandoc(layer.__doc__ or "").splitlines()[0],
            "properties": {kind: {"anyOf": [own, _to(f"{kind}.inside"), {"type": "null"}]}},
            **_to(f"{kind}.options"),
            "propertyNames": {"enum": [kind, *options]},
        },
    }


def _control() -> dict[str, Json]:
    heads: dict[str, Json] = {
        "for": {
            "for": {"type": "object", "additionalProperties": {"type": ["array", "string"]}, "minProperties": 1},
            "do": LAYERS,
            "when": _to("flag"),
        },
        "parallel": {
            "parallel": {"type": "object", "additionalProperties": LAYERS, "minProperties": 1},
            "join": {"anyOf": [{"enum": list(JOINS)}, INSERTED]},
            "fit": {"type": "string"},
            **COMMON,
            **COMPOSED,
        },
        "residual": {
            "residual": LAYERS,
            "shortcut": {"anyOf": [{"enum": list(SHORTCUTS)}, INSERTED, LAYERS]},
            **COMMON,
            **COMPOSED,
        },
    }
    needed = {"for": ["for", "do"], "parallel": ["parallel", "join"], "residual": ["residual"]}
    return {
        head: {"properties": heads[head], "required": needed[head], "additionalProperties": False} for head in HEADS
    }


def _item() -> Json:
    """An entry of a list of layers: the key that it has decides what else it may have."""
    kinds = {kind: _to(kind) for kind in (*KINDS, *HEADS)}
    call = {
        "patternProperties": {"^[A-Z]": {}},
        "properties": {**COMMON, "share": NAME},
        "description": "a call of a block",
    }
    return {
        "anyOf": [
            {"type": "string", "anyOf": [{"enum": list(KINDS)}, {"pattern": "^[A-Z]"}]},
            {
                "type": "object",
                "minProperties": 1,
                "anyOf": [
                    *({"required": [kind]} for kind in kinds),
                    {"not": {"propertyNames": {"not": {"pattern": "^[A-Z]"}}}},
                ],
                "allOf": [{"if": {"required": [kind]}, "then": reference} for kind, reference in kinds.items()],
                **call,
            },
        ]
    }


def schema() -> Json:
    """The whole schema."""
    defaults = {
        kind: {"type": "object", "properties": _fields(layer), "additionalProperties": False}
        for kind, layer in KINDS.items()
    }
    block = {
        "type": "object",
        "properties": {"params": {"type": ["object", "null"]}, "layers": LAYERS, "description": {"type": "string"}},
        "required": ["layers"],
        "additionalProperties": False,
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "shapecalc network",
        "type": "object",
        "properties": {
            "name": {"type": ["string", "number"]},
            "description": {"type": "string"},
            "source": {"type": "string"},
            "input": _to("shape"),
            "inputs": {"type": "object", "additionalProperties": _to("shape"), "minProperties": 1},
            "vars": {"type": "object"},
            "defaults": {"type": "object", "properties": defaults, "additionalProperties": False},
            "blocks": {"type": "object", "patternProperties": {"^[A-Z]": block}, "additionalProperties": False},
            "layers": LAYERS,
            "outputs": {"anyOf": [NAME, {"type": "array", "items": NAME}]},
            "budget": {
                "type": "object",
                "properties": dict.fromkeys(BUDGET_KEYS, AMOUNT),
                "additionalProperties": False,
            },
            "published": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": dict.fromkeys(PUBLISHED_KEYS, AMOUNT),
                    "required": ["source"],
                    "additionalProperties": False,
                },
            },
        },
        "required": ["layers"],
        "anyOf": [{"required": ["input"]}, {"required": ["inputs"]}],
        "additionalProperties": False,
        "$defs": {
            "layers": {"type": "array", "items": {"$ref": "#/$defs/item"}},
            "item": _item(),
            **{name: reading.schema for name, reading in READINGS.items()},
            "shape": SHAPE,
            "norm": _follower(NORMS),
            "activation": _follower(ACTIVATIONS),
            **{name: part for layer in KINDS.values() for name, part in _kind(layer).items()},
            **_control(),
        },
    }
