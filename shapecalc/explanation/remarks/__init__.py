"""What a good teacher adds to a figure: one sentence each, said where the numbers call for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from shapecalc.explanation.remarks import fields, weights, windows, work
from shapecalc.explanation.remarks.scene import Scene

if TYPE_CHECKING:
    from shapecalc.explanation.trail import Labels
    from shapecalc.network.graph import Node

MOST_NODES = 8
"""Nodes of one row that are remarked on; of a larger block each layer has its own."""


class Remark(NamedTuple):
    """What is said, and of which figures."""

    say: Callable[[Scene], Iterator[str]]
    figures: tuple[str, ...]


REMARKS: tuple[Remark, ...] = (
    Remark(windows.unread, ("output", "window")),
    Remark(windows.padding_unread, ("output", "window")),
    Remark(windows.odd_cell, ("output", "window", "padding", "start")),
    Remark(windows.kept_length, ("output", "window")),
    Remark(windows.shrunk, ("output",)),
    Remark(windows.stepped_over, ("output", "window", "field")),
    Remark(windows.divided, ("output",)),
    Remark(windows.hanging, ("output", "window")),
    Remark(windows.dilated, ("window", "field", "params")),
    Remark(windows.uneven_stamps, ("output", "window", "field")),
    Remark(work.one_number, ("output",)),
    Remark(work.joined, ("output",)),
    Remark(work.added, ("output", "params")),
    Remark(work.moved, ("output", "flops", "ops")),
    Remark(work.dropped, ("flops", "ops")),
    Remark(weights.pointwise, ("params", "macs", "window")),
    Remark(weights.whole_map, ("params", "macs", "output")),
    Remark(weights.grouped, ("params", "macs", "window")),
    Remark(weights.biased, ("params",)),
    Remark(weights.bias_undone, ("params",)),
    Remark(weights.no_bias, ("params",)),
    Remark(weights.shared, ("params",)),
    Remark(weights.kept_not_trained, ("params", "buffers")),
    Remark(weights.free, ("params",)),
    Remark(weights.places_share, ("params", "macs")),
    Remark(weights.most_parameters, ("params", "params%")),
    Remark(weights.after_flatten, ("params", "params%")),
    Remark(work.by_input, ("macs",)),
    Remark(work.costly, ("macs", "macs%")),
    Remark(work.bias_adds, ("flops", "ops", "add")),
    Remark(work.folded, ("flops", "ops")),
    Remark(work.for_batch, ("macs", "flops", "ops", "memory")),
    Remark(work.larger_than_weights, ("memory",)),
    Remark(fields.beyond, ("field",)),
    Remark(fields.smaller, ("field",)),
    Remark(fields.by_position, ("field", "jump", "start", "padding")),
    Remark(fields.union, ("field",)),
)
"""In the order in which they are said."""


def remarks(
    labels: Labels,
    nodes: Sequence[Node],
    figure: str,
    said: Counter[object] | None = None,
    often: int | None = None,
) -> Iterator[str]:
    """What is to be said of a figure of some nodes, each sentence once.

    ``said`` counts how often each remark was made: one that was made so often is not made again.
    """
    told: set[str] = set()
    said = Counter() if said is None else said
    for node in nodes if len(nodes) <= MOST_NODES else ():
        xs = tuple(labels.shapes[name] for name in node.inputs if name in labels.shapes)
        if node.output is None or len(xs) < len(node.inputs) or not xs:
            continue
        scene = Scene(labels, node, xs, node.output)
        for remark in REMARKS:
            if figure not in remark.figures or (often is not None and said[remark.say] >= often):
                continue
            fresh = [sentence for sentence in remark.say(scene) if sentence not in told]
            said[remark.say] += bool(fresh)
            told.update(fresh)
            yield from fresh
