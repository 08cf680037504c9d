"""The receptive field of every node on the network's inputs, axis by axis: exact, or unknown with its reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial, reduce
from typing import TYPE_CHECKING

from shapecalc.analysis.receptive.reading import Real, Span
from shapecalc.analysis.receptive.seeing import BEHIND, MANY, Field, Seeing, Unclear, onward, settled
from shapecalc.formulas.reach import Behind, Onto, Place, Reach, Shift, Unread

if TYPE_CHECKING:
    from shapecalc.network.graph import Graph, Node

Axis = tuple[str, int]
"""A spatial axis of one of the network's inputs."""
Seen = Mapping[Axis, Seeing]
TORN = "channels that do not see the same are taken apart"


def receptive_fields(graph: Graph) -> dict[str, Seen]:
    """What every node sees of each axis of the network's inputs; nothing for a node whose shape is unknown.

    What is told of a place is seen by all of its channels together.
    """
    walk = _Walk(graph)
    for node in graph:
        if node.output is not None:
            walk.step(node)
    return walk.seen


class _Walk:
    """What the nodes so far see, and along which axes the channels of each do not all see the same."""

    def __init__(self, graph: Graph) -> None:
        self.inputs = graph.inputs
        self.shapes = {**graph.inputs, **{node.name: node.output for node in graph if node.output is not None}}
        self.seen: dict[str, Seen] = {
            name: {(name, axis): Field(axis, real=Real(0, n - 1)) for axis, n in enumerate(shape.spatial)}
            for name, shape in graph.inputs.items()
        }
        self.differing: dict[str, frozenset[Axis]] = dict.fromkeys(graph.inputs, frozenset())

    def step(self, node: Node) -> None:
        """One more node."""
        read = [
            (source, steps)
            for source, steps in zip(node.inputs, node.reach, strict=True)
            if not any(isinstance(step, Unread) for step in steps)
        ]
        mixing = node.mixing
        branches = [self.branch(node, source, steps) for source, steps in read]
        behind = next((i for _, steps in read for i, step in enumerate(steps) if isinstance(step, Behind)), None)
        axes = dict.fromkeys(axis for branch in branches for axis in branch)
        meet = together if behind is None else partial(put_behind, behind)
        self.seen[node.name] = {axis: meet([branch.get(axis) for branch in branches]) for axis in axes}
        differing = {axis for source, _ in read for axis in self.differing[source]}
        if mixing == "joins" and behind is None:
            differing |= {axis for axis in axes if any(b.get(axis) != branches[0].get(axis) for b in branches)}
        if mixing in {"gathers", "regroups"}:
            differing |= {axis for source, steps in read for axis in self.gathered(source, steps)}
        self.differing[node.name] = frozenset() if mixing == "all" else frozenset(differing)

    def branch(self, node: Node, source: str, steps: Sequence[Reach]) -> Seen:
        """What one input of a node lets it see."""
        shape = self.shapes[source]
        found: dict[Axis, Seeing] = {}
        for axis, field in self.seen[source].items():
            if axis in self.differing[source] and node.mixing == "drops":
                found[axis] = Unclear(TORN, axes=field.axes)
            elif axis in self.differing[source] and node.mixing == "regroups":
                rank = 0 if node.output is None else node.output.rank
                found[axis] = Unclear(TORN, axes=tuple(range(rank)), span=span_of(field))
            else:
                found[axis] = onward(field, steps, self.inputs[axis[0]].spatial[axis[1]], shape.spatial)
        return found

    def gathered(self, source: str, steps: Sequence[Reach]) -> set[Axis]:
        """The axes whose places go into the channels."""
        kept = (Shift, Place)
        moved = [not isinstance(step.step if isinstance(step, Onto) else step, kept) for step in steps]
        return {axis for axis, field in self.seen[source].items() if any(moved[along] for along in field.axes)}


def together(branches: Sequence[Seeing | None]) -> Seeing:
    """What a cell sees where branches meet: the union of what each lets it see."""
    return reduce(join, [branch for branch in branches if branch is not None])


def put_behind(along: int, branches: Sequence[Seeing | None]) -> Seeing:
    """What a cell sees where branches stand one behind the other along an axis: what its own branch lets it see."""
    known = [branch for branch in branches if branch is not None]
    same = len(known) == len(branches) and all(branch == known[0] for branch in known)
    if same and not isinstance(known[0], Unclear):
        return together(known)
    spans = [span_of(branch) for branch in known]
    union = reduce(_union, spans)
    axes = sorted({along, *(axis for branch in known for axis in branch.axes)})
    return Unclear(BEHIND, axes=tuple(axes), span=union)


def join(a: Seeing, b: Seeing) -> Seeing:
    """What a cell sees where two branches meet: the union."""
    for one in (a, b):
        if not isinstance(one, Unclear) and one.whole:
            return one
    if not isinstance(a, Unclear) and not isinstance(b, Unclear) and (a.axis, a.jump) == (b.axis, b.jump):
        if isinstance(a, Field) and isinstance(b, Field):
            real = a.real.join(b.real, alike=(a.first, a.last) == (b.first, b.last))
            return replace(a, first=min(a.first, b.first), last=max(a.last, b.last), real=real)
        both = (a.phased if isinstance(a, Field) else a).join(b.phased if isinstance(b, Field) else b)
        if both is not None:
            return settled(both)
    spans = [span_of(one) for one in (a, b)]
    union = _union(*spans)
    for one, span in zip((a, b), spans, strict=True):
        if isinstance(one, Field) and one.axis is None and span == union:
            return one
    axes = tuple(sorted({*a.axes, *b.axes}))
    why = next((one.why for one in (a, b) if isinstance(one, Unclear)), "")
    if not why and len(axes) > 1:
        why = "branches meet whose fields move along different axes"
    jumps = [str(one.jump) for one in (a, b) if not isinstance(one, Unclear)]
    if not why and jumps[0] == jumps[1]:
        why = MANY
    return Unclear(why or f"branches meet whose fields move by {jumps[0]} and {jumps[1]} cells", axes=axes, span=union)


def span_of(one: Seeing) -> Span | None:
    """The input cells that all cells of a tensor see together."""
    return one.span if isinstance(one, Unclear) else one.real.span


def _union(a: Span | None, b: Span | None) -> Span | None:
    return None if a is None or b is None else (min(a[0], b[0]), max(a[1], b[1]))
