"""The figures of a network summed by kind of layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shapecalc.analysis import AtLeast, Total, sum_known

if TYPE_CHECKING:
    from shapecalc.analysis import Analysis


@dataclass(frozen=True, slots=True)
class KindSum:
    """All nodes of one kind."""

    kind: str
    layers: int
    params: Total
    macs: Total
    activation_bytes: Total


def kind_sums(analysis: Analysis) -> list[KindSum]:
    """The sums for each kind, the most MACs first, then the most parameters."""
    kinds = dict.fromkeys(layer.kind for layer in analysis)
    sums = []
    for kind in kinds:
        members = [layer for layer in analysis if layer.kind == kind]
        totals = (
            sum_known(_plain(getattr(layer, name)) for layer in members)
            for name in ("params", "macs", "activation_bytes")
        )
        sums.append(KindSum(kind, len(members), *totals))
    return sorted(sums, key=lambda s: (-_least(s.macs), -_least(s.params)))


def _plain(total: Total | None) -> int | None:
    return None if isinstance(total, AtLeast) else total


def _least(total: Total) -> int:
    return total.known if isinstance(total, AtLeast) else total
