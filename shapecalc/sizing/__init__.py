"""Which input sizes a network can take, what it gives for each, and where cells are lost or sizes fail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from shapecalc.sizing.answer import Loss, Size, Sizes, Status, Varied
from shapecalc.sizing.axes import NoAxisError, named, together
from shapecalc.sizing.search import ROWS, Search, Tell

if TYPE_CHECKING:
    from shapecalc.network.graph import Graph

MOST_SIZES = 10_000
"""Sizes that can be asked for at once."""


def sizes(
    graph: Graph,
    axis: str | Sequence[str] | None = None,
    start: int | None = None,
    stop: int | None = None,
    tell: Tell = lambda _, __: None,
) -> Sizes:
    """Which input sizes a network can take, by building it for them.

    Args:
        graph: the network.
        axis: the axes to vary together, by name: ``"H"``, ``"left.H"``, or several; if not given, each set of axes
            that have one length in the file is varied for itself.
        start: the first size that is told of one by one; a few near the current one, if not given.
        stop: the last one.
        tell: is told of progress: what, and by how many hundredths.

    Raises:
        NoAxisError: no input has the axis.
        ValueError: the range is empty or longer than ``MOST_SIZES``.
    """
    start, stop = _range(start, stop)
    names = (axis,) if isinstance(axis, str) else axis
    groups = together(graph) if names is None else [named(graph, names)]
    return Sizes(graph, tuple(Search(graph, group, tell).answer(start, stop) for group in groups))


def _range(start: int | None, stop: int | None) -> tuple[int | None, int | None]:
    if stop is None and start is not None:
        stop = start + ROWS - 1
    if start is None and stop is not None:
        start = max(1, stop - ROWS + 1)
    if start is not None and stop is not None and not (1 <= start <= stop < start + MOST_SIZES):
        raise ValueError(f"from {start:,} to {stop:,}: give 1 to {MOST_SIZES:,} sizes, the smallest first")
    return start, stop


__all__ = ["Loss", "NoAxisError", "Size", "Sizes", "Status", "Varied", "sizes"]
