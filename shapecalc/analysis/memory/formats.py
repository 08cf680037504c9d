"""Number formats: how many bits each takes, and which a layer's weights and activations are in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

from shapecalc.formulas.counting import elements, stored
from shapecalc.formulas.memory import packed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapecalc.network.graph import Graph

BITS: Mapping[str, int] = {
    "float64": 64,
    "float32": 32,
    "float16": 16,
    "bfloat16": 16,
    "float8": 8,
    "int64": 64,
    "int32": 32,
    "int16": 16,
    "int8": 8,
    "uint8": 8,
    "int4": 4,
    "bool": 8,
}
"""Bits of one number; a bool takes a byte, as in PyTorch and NumPy."""
SHORT: Mapping[str, str] = {
    "fp64": "float64",
    "fp32": "float32",
    "fp16": "float16",
    "bf16": "bfloat16",
    "fp8": "float8",
}
TRAINABLE = ("float64", "float32", "float16", "bfloat16", "float8")
"""Formats in which gradients can be."""
CHOICES = (*(name for name in BITS if name != "bool"), *SHORT)


class Unfit(ValueError):
    """A question that cannot be asked of this network."""


class Pair(NamedTuple):
    """The formats of a layer's weights and of what it gives."""

    weights: str
    activations: str


@dataclass(frozen=True, slots=True)
class Rule:
    """Formats for the layers that a pattern names, by name or by kind; None leaves one as it is."""

    pattern: str
    weights: str | None
    activations: str | None

    def __str__(self) -> str:
        return f"{self.pattern}={self.weights or ''}/{self.activations or ''}"


def named(text: str) -> str:
    """A format by its full name.

    Raises:
        Unfit: there is no such format.
    """
    name = SHORT.get(text, text)
    if name not in BITS or name == "bool":
        raise Unfit(f"`{text}` is no number format; there are {', '.join(CHOICES)}")
    return name


def rule(text: str) -> Rule:
    """A rule as it is written: ``conv1=int8`` for weights and activations, ``conv*=int4/fp16`` for one and the other.

    Raises:
        Unfit: it is not written so.
    """
    pattern, equals, formats = text.rpartition("=")
    weights, slash, activations = formats.partition("/")
    if not equals or not pattern.strip() or not formats.strip("/ "):
        raise Unfit(f"`{text}` is not NAME=FORMAT or NAME=WEIGHTS/ACTIVATIONS")
    if not slash:
        activations = weights
    both = (named(part.strip()) if part.strip() else None for part in (weights, activations))
    return Rule(pattern.strip(), *both)


def assigned(graph: Graph, usual: Pair, rules: Iterable[Rule]) -> dict[str, Pair]:
    """The formats of every input and node; the last rule that names one has its way.

    Raises:
        Unfit: a rule names nothing.
    """
    called: dict[str, set[str]] = {node.name: {node.name, node.kind} for node in graph}
    for group in graph.groups:
        for node in graph.nodes[group.start : group.stop]:
            called[node.name] |= {group.name, group.kind}
    called |= {name: {name} for name in graph.inputs}
    found = dict.fromkeys(called, usual)
    for each in rules:
        hit = [name for name, names in called.items() if any(fnmatchcase(n, each.pattern) for n in names)]
        if not hit:
            raise Unfit(f"`{each.pattern}` names no layer, kind or input of this network")
        for name in hit:
            before = found[name]
            found[name] = Pair(each.weights or before.weights, each.activations or before.activations)
    return found


def sized(shape: Sequence[int], form: str) -> int:
    """Bytes of a tensor."""
    count, bits = elements(shape), BITS[form]
    return packed(count, bits) if bits % 8 else stored(count, bits // 8)
