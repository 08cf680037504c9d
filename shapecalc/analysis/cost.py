"""Operations of a node for a batch, by kind, and what they come to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from shapecalc.formulas.counting import batched, flops
from shapecalc.layers.base import OPS, Ops

if TYPE_CHECKING:
    from shapecalc.network.graph import Node


def operations(node: Node, batch: int) -> Ops | None:
    """A node's operations by kind, for a batch; None where they are not known."""
    if node.ops is None or batch == 1:
        return node.ops
    return {kind: batched(count, batch) for kind, count in node.ops.items()}


def added(parts: Iterable[Mapping[str, int]]) -> Ops:
    """Operations by kind, added up; only the kinds that occur, in one order."""
    sums: dict[str, int] = {}
    for ops in parts:
        for kind, count in ops.items():
            sums[kind] = sums.get(kind, 0) + count
    return {kind: sums[kind] for kind in OPS if kind in sums}


def floating(ops: Mapping[str, int]) -> int:
    """FLOPs: two for a MAC, one for any other operation."""
    return flops(ops.get("mac", 0), tuple(count for kind, count in ops.items() if kind != "mac"))
