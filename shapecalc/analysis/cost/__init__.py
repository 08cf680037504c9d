"""Operations of a node for a batch, by kind, and what they come to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from shapecalc.formulas.counting import altogether, batched, flops
from shapecalc.layers.base import OPS, Ops

if TYPE_CHECKING:
    from shapecalc.network.graph import Node

CONVENTION_NAMES = (
    *("macs", "flops", "paper"),
    *("torch", "fvcore", "thop", "ptflops", "ptflops-aten", "torchinfo", "deepspeed", "calflops", "xla"),
)
"""The names of all conventions, in the order they are shown: the conventions themselves are loaded when asked for."""


def operations(node: Node, batch: int) -> Ops | None:
    """A node's operations by kind, for a batch; None where they are not known."""
    if node.ops is None or batch == 1:
        return node.ops
    return {kind: batched(count, batch) for kind, count in node.ops.items()}


def added(parts: Iterable[Mapping[str, int]]) -> Ops:
    """Operations by kind, added up; only the kinds that occur, in one order."""
    found: dict[str, list[int]] = {}
    for ops in parts:
        for kind, count in ops.items():
            found.setdefault(kind, []).append(count)
    return {kind: summed(found[kind]) for kind in OPS if kind in found}


def summed(parts: Iterable[int]) -> int:
    """The parts added up, those that are nothing left out of the sum that is written."""
    some = tuple(part for part in parts if part)
    return some[0] if len(some) == 1 else altogether(some)


def floating(ops: Mapping[str, int]) -> int:
    """FLOPs: two for a MAC, one for any other operation."""
    return flops(ops.get("mac", 0), tuple(count for kind, count in ops.items() if kind != "mac"))
