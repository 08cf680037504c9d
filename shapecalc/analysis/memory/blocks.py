"""The blocks of a network that training runs again instead of keeping what is in them."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from shapecalc.analysis.memory.formats import Unfit

if TYPE_CHECKING:
    from shapecalc.network.graph import Graph, Group


def chosen(graph: Graph, patterns: Iterable[str]) -> tuple[Group, ...]:
    """The blocks that patterns name, outermost first where one lies in another, in order.

    ``all`` names every call of a block at the top level of the file; a pattern names calls, sets of paths and layers.

    Raises:
        Unfit: a pattern names nothing.
    """
    found: list[Group] = []
    for pattern in patterns:
        if pattern == "all":
            hit = [group for group in graph.groups if group.sort == "call" and group.level == 0]
        else:
            hit = [group for group in graph.groups if fnmatchcase(group.name, pattern)]
        if not hit:
            raise Unfit(
                "no block is called at the top level of this network; name a layer or a set of paths"
                if pattern == "all"
                else f"`{pattern}` names no block, set of paths or layer of several steps in this network"
            )
        found += hit
    outermost: list[Group] = []
    for group in sorted(found, key=lambda group: (group.start, -group.stop, group.level)):
        if not outermost or group.start >= outermost[-1].stop:
            outermost.append(group)
    return tuple(outermost)
