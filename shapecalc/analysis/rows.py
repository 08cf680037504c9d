"""The rows of a table: nodes, with calls and layers folded to one row each unless they are opened."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shapecalc.analysis import Analysis, LayerAnalysis
    from shapecalc.network.graph import Group

ALL = "all"


def rows(analysis: Analysis, depth: int = 0, opened: Collection[str] = ()) -> Iterator[LayerAnalysis]:
    """One row a layer, in order.

    Args:
        analysis: the answer.
        depth: how many levels of block calls are opened.
        opened: names of calls and layers that are opened too, with all that holds them; ``all`` opens everything.
    """
    starting: dict[int, list[Group]] = {}
    for group in analysis.graph.groups:
        if group.sort != "paths":
            starting.setdefault(group.start, []).append(group)
    index = 0
    while index < len(analysis.layers):
        here = sorted(starting.get(index, ()), key=lambda group: (-group.stop, group.level))
        folded = next((group for group in here if not _open(group, depth, opened)), None)
        if folded is None:
            yield analysis.layers[index]
            index += 1
        else:
            yield analysis.sum(folded)
            index = folded.stop


def _open(group: Group, depth: int, opened: Collection[str]) -> bool:
    if ALL in opened or (group.sort == "call" and group.level < depth):
        return True
    return any(name == group.name or name.startswith(f"{group.name}.") for name in opened)
