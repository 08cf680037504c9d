"""The receptive field of every node on the network's inputs, axis by axis: exact, or unknown with its reason."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial, reduce
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, NamedTuple

from shapecalc.analysis.receptive.alignment import Meeting, meeting
from shapecalc.analysis.receptive.onesided import OneSided, Seeing
from shapecalc.analysis.receptive.onward import known, onward
from shapecalc.analysis.receptive.phased import Phased
from shapecalc.analysis.receptive.reached import Walks
from shapecalc.analysis.receptive.reading import NOTHING, Real, Span
from shapecalc.analysis.receptive.seeing import BEHIND, COPIES, MANY, TORN, Field, Unclear, settled
from shapecalc.analysis.receptive.way import Way, fill
from shapecalc.formulas.reach import Behind, Onto, Place, Reach, Shift, Unread
from shapecalc.formulas.receptive import leftmost, rightmost

if TYPE_CHECKING:
    from shapecalc.figure import Formula
    from shapecalc.network.graph import Graph, Node

Axis = tuple[str, int]
"""A spatial axis of one of the network's inputs."""
Seen = Mapping[Axis, Seeing]


class Receptive(NamedTuple):
    """What the nodes of a network see of each axis of its inputs, and how branches lie where they meet, by node."""

    fields: dict[str, Seen]
    """Nothing for a node whose shape is unknown. What is told of a place is seen by all of its channels together."""
    meetings: dict[str, Mapping[Axis, Meeting]]
    """For each node that brings branches together, along each axis of which more than one of them has a centre."""


def receptive_fields(graph: Graph) -> dict[str, Seen]:
    """What every node sees of each axis of the network's inputs."""
    return receptive(graph).fields


def receptive(graph: Graph) -> Receptive:
    """What every node sees, and how branches meet."""
    walk = _Walk(graph)
    for node in graph:
        if node.output is not None:
            walk.step(node)
    return Receptive(walk.seen, walk.meetings)


class _Walk:
    """What the nodes so far see, and along which axes the channels of each do not all see the same."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.ways: dict[Axis, Way] = {}
        self.walks = Walks()
        self.inputs = graph.inputs
        self.shapes = {**graph.inputs, **{node.name: node.output for node in graph if node.output is not None}}
        self.seen: dict[str, Seen] = {
            name: {(name, axis): Field(axis, real=Real(0, n - 1), grown=1) for axis, n in enumerate(shape.spatial)}
            for name, shape in graph.inputs.items()
        }
        self.meetings: dict[str, Mapping[Axis, Meeting]] = {}
        self.differing: dict[str, frozenset[Axis]] = dict.fromkeys(graph.inputs, frozenset())

    def step(self, node: Node) -> None:
        """One more node."""
        read: list[tuple[str, Sequence[Reach]]] = [
            (source, steps)
            for source, steps in zip(node.inputs, node.reach, strict=True)
            if not any(isinstance(step, Unread) for step in steps)
        ]
        mixing = node.mixing
        lengths: list[int] = []
        behind = next((i for _, steps in read for i, step in enumerate(steps) if isinstance(step, Behind)), None)
        if behind is not None:
            lengths = [self.shapes[source].spatial[behind] for source, _ in read]
            read = in_line(behind, read, lengths)
            for source, _ in read:
                self.seen[source] = {axis: self.known(axis, source) for axis in self.seen[source]}
        sources = [self.seen[source] for source, _ in read]
        branches = [self.branch(node, source, steps) for source, steps in read]
        axes = dict.fromkeys(axis for branch in branches for axis in branch)
        self.seen[node.name] = {
            axis: together(every)
            if behind is None
            else put_behind(behind, lengths, [seen.get(axis) for seen in sources], every)
            for axis, every in ((axis, [branch.get(axis) for branch in branches]) for axis in axes)
        }
        if behind is None and len(read) > 1 and getattr(node.layer, "merges", False):
            self.meetings[node.name] = dict(self.met(node, [source for source, _ in read], branches))
        differing = {axis for source, _ in read for axis in self.differing[source]}
        if mixing == "joins" and behind is None:
            differing |= {axis for axis in axes if any(b.get(axis) != branches[0].get(axis) for b in branches)}
        if mixing in {"gathers", "regroups"}:
            differing |= {axis for source, steps in read for axis in self.gathered(source, steps)}
        self.differing[node.name] = frozenset() if mixing == "all" else frozenset(differing)

    def met(self, node: Node, sources: Sequence[str], branches: Sequence[Seen]) -> Iterator[tuple[Axis, Meeting]]:
        """How the branches of a node lie, for each axis along which that can be told."""
        for axis in dict.fromkeys(axis for branch in branches for axis in branch):
            every = [(source, branch.get(axis)) for source, branch in zip(sources, branches, strict=True)]
            along = next((a for _, seen in every if seen is not None for a in seen.axes), None)
            cells = 1 if along is None or node.output is None else int(node.output.spatial[along])
            if (found := meeting(every, cells)) is not None:
                yield axis, found

    def branch(self, node: Node, source: str, steps: Sequence[Reach]) -> Seen:
        """What one input of a node lets it see."""
        shape = self.shapes[source]
        found: dict[Axis, Seeing] = {}
        same: dict[Hashable, Phased] = {}
        for axis, field in self.seen[source].items():
            if axis in self.differing[source] and node.mixing == "drops":
                found[axis] = Unclear(TORN, axes=field.axes)
            elif axis in self.differing[source] and node.mixing == "regroups":
                rank = 0 if node.output is None else node.output.rank
                found[axis] = Unclear(TORN, axes=tuple(range(rank)), span=span_of(field))
            elif (key := _key(field, steps, n := self.inputs[axis[0]].spatial[axis[1]], shape.spatial)) in same:
                found[axis] = replace(same[key], axis=field.axes[0])
            else:
                after = onward(field, steps, n, shape.spatial, partial(self.reached, axis, source))
                found[axis] = after = copied(after) if any(map(partial(_copies, node), steps)) else after
                if key is not None and isinstance(after, Phased) and after.axes == field.axes:
                    same[key] = after
        return found

    def known(self, axis: Axis, name: str) -> Seeing:
        """What a tensor sees of an axis, with the cells that really reach it."""
        seen = self.seen[name][axis]
        return seen if isinstance(seen, Unclear) or seen.real.sure else known(seen, self.reached(axis, name))

    def reached(self, axis: Axis, name: str) -> Span | None:
        """The first and the last cell of an axis that really reach a tensor that has been seen; None: not known."""
        way = self.ways.setdefault(axis, Way(axis, int(self.inputs[axis[0]].spatial[axis[1]])))
        for node in self.graph.nodes[way.added :]:
            if node.output is not None and node.name not in self.seen:
                break
            way.add(node, self.shapes, self.seen.get(node.name, {}))
        return self.walks.reached(way, name)

    def gathered(self, source: str, steps: Sequence[Reach]) -> set[Axis]:
        """The axes whose places go into the channels."""
        kept = (Shift, Place)
        moved = [not isinstance(step.step if isinstance(step, Onto) else step, kept) for step in steps]
        return {axis for axis, field in self.seen[source].items() if any(moved[along] for along in field.axes)}


def _key(field: Seeing, steps: Sequence[Reach], n: int, cells: Sequence[int]) -> Hashable:
    """What a field of many phases is seen through: on two axes alike it is worked out once."""
    if not isinstance(field, Phased):
        return None
    return field.spans, field.advance, field.real, steps[field.axis], n, cells[field.axis]


def _copies(node: Node, reach: Reach) -> bool:
    """Whether a layer adds copies of an axis' own cells to it."""
    step = reach.step if isinstance(reach, Onto) else reach
    return isinstance(step, Shift) and min(step.by, step.after) < 0 and bool(fill(node, step))


def copied(seen: Seeing) -> Seeing:
    """The same where what lies beyond the ends is copied from within."""
    if isinstance(seen, Unclear):
        return seen
    if isinstance(seen, OneSided) or (isinstance(seen, Phased) and None in seen.spans):
        return Unclear(COPIES, axes=seen.axes, span=seen.real.span)
    return replace(seen, real=replace(seen.real, copied=True))


def together(branches: Sequence[Seeing | None]) -> Seeing:
    """What a cell sees where branches meet: the union of what each lets it see."""
    return reduce(join, [branch for branch in branches if branch is not None])


def in_line(
    along: int, read: Sequence[tuple[str, Sequence[Reach]]], lengths: Sequence[int]
) -> list[tuple[str, Sequence[Reach]]]:
    """The inputs that stand one behind the other along an axis, each as if the others were padding around it."""
    starts = [0, *accumulate(int(n) for n in lengths)]
    return [
        (source, [*steps[:along], Shift(-start, end - starts[-1]), *steps[along + 1 :]])
        for (source, steps), start, end in zip(read, starts, starts[1:], strict=False)
    ]


def put_behind(
    along: int, lengths: Sequence[int], sources: Sequence[Seeing | None], branches: Sequence[Seeing | None]
) -> Seeing:
    """What a cell sees where sources stand one behind the other along an axis, each a branch brought to its place.

    One field, where each goes on where the one before ends; what sees nothing of the input is padding at its ends.
    """
    known = [branch for branch in branches if branch is not None]
    if all(branch == known[0] for branch in known) and not isinstance(known[0], Unclear):
        if along not in known[0].axes:
            if len(known) == len(branches):
                return together(known)
        elif len(known) == 1:
            return known[0]
        elif (ends := _seamless(lengths, sources, branches)) is not None:
            joined = reduce(join, known)
            if isinstance(joined, Field | Phased):
                before, after = ends
                clear, padded = (before.clear[0], after.clear[1]), (before.padded[0], after.padded[1])
                return replace(joined, real=replace(joined.real, clear=clear, padded=padded))
    union = reduce(_union, [span_of(branch) for branch in known])
    axes = sorted({along, *(axis for branch in known for axis in branch.axes)})
    return Unclear(BEHIND, axes=tuple(axes), span=union)


def _seamless(
    lengths: Sequence[int], sources: Sequence[Seeing | None], branches: Sequence[Seeing | None]
) -> tuple[Real, Real] | None:
    """What reaches the first and the last of branches of which each goes on with the one before; None: others."""
    starts = [0, *accumulate(int(n) for n in lengths)]
    parts = [
        (at, source, branch)
        for at, (source, branch) in enumerate(zip(sources, branches, strict=True))
        if isinstance(source, Field | Phased) and isinstance(branch, Field | Phased)
    ]
    places = [at for at, branch in enumerate(branches) if branch is not None]
    if [at for at, _, _ in parts] != list(range(places[0], places[-1] + 1)):
        return None
    for (_, before, one), (at, after, other) in pairwise(parts):
        last, first = one.at(starts[at] - 1), other.at(starts[at])
        if last is None or first is None or before.real.padded[1] or after.real.padded[0]:
            return None
        if one.real.high < last[1] or other.real.low > first[0] or not (one.real.sure and other.real.sure):
            return None
    return parts[0][2].real, parts[-1][2].real


def join(a: Seeing, b: Seeing) -> Seeing:
    """What a cell sees where two branches meet: the union."""
    for one, other in ((a, b), (b, a)):
        if span_of(one) == NOTHING or (not isinstance(other, Unclear) and other.whole):
            return other
    for one, other in ((a, b), (b, a)):
        if isinstance(one, OneSided) and (both := one.joined(other)) is not None:
            return both
    if isinstance(a, Field | Phased) and isinstance(b, Field | Phased) and (a.axis, a.jump) == (b.axis, b.jump):
        if isinstance(a, Field) and isinstance(b, Field):
            real = a.real.join(b.real)
            begin, end = _of(leftmost, a.first, b.first), _of(rightmost, a.last, b.last)
            grown = next((one.grown for one in (a, b) if (one.first, one.last) == (begin, end)), None)
            return replace(a, first=begin, last=end, real=real, grown=grown)
        both_phased = (a.phased if isinstance(a, Field) else a).join(b.phased if isinstance(b, Field) else b)
        if both_phased is not None:
            return settled(both_phased)
    spans = [span_of(one) for one in (a, b)]
    union = _union(*spans)
    for one, span in zip((a, b), spans, strict=True):
        if isinstance(one, Field) and one.axis is None and span is not None and span == union:
            return one
    axes = tuple(sorted({*a.axes, *b.axes}))
    return Unclear(_apart(a, b, axes), axes=axes, span=union)


def _of(end: Formula[[int, int]], one: int, other: int) -> int:
    """An end of a union; where both have the same, that of the first, with what it was made from."""
    return one if one == other else end(one, other)


def _apart(a: Seeing, b: Seeing, axes: Sequence[int]) -> str:
    """Why two fields have no one union."""
    for one in (a, b):
        if isinstance(one, Unclear):
            return one.why
    if len(axes) > 1:
        return "branches meet whose fields move along different axes"
    jumps = [one.jump for one in (a, b) if not isinstance(one, Unclear)]
    if jumps[0] != jumps[1]:
        return f"branches meet whose fields move by {jumps[0]} and {jumps[1]} cells"
    return MANY


def span_of(one: Seeing) -> Span | None:
    """The input cells that all cells of a tensor see together."""
    return one.span if isinstance(one, Unclear) else one.real.span


def _union(a: Span | None, b: Span | None) -> Span | None:
    if a is None or b is None:
        return None
    known = [span for span in (a, b) if span != NOTHING]
    return (min(low for low, _ in known), max(high for _, high in known)) if known else NOTHING
