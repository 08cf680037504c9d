"""Paths that part and meet: parallel ones, and a residual path with its shortcut."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shapecalc.diagnostics import Diagnostic, Related
from shapecalc.formulas.reach import Shift
from shapecalc.formulas.windows import Window
from shapecalc.layers.fields import text
from shapecalc.network.cures import Made, branch
from shapecalc.network.names import Frame, Span
from shapecalc.network.options import Faults, told
from shapecalc.network.parts import every, followers, parts_of
from shapecalc.network.words import JOINS, SHORTCUTS, listed
from shapecalc.source.expressions import ExpressionError

if TYPE_CHECKING:
    from shapecalc.network.scope import Scope
    from shapecalc.network.spec import Item, ParallelItem, ResidualItem
    from shapecalc.network.walk import Walk


def parallel(walk: Walk, item: ParallelItem, frame: Frame, scope: Scope, source: str, name: str) -> str:
    """Expand each path from the same source, then join their ends."""
    start = len(walk.nodes)
    ends = []
    for path, body in item.paths.items():
        inner = Frame(f"{name}.{path}.", frame, frame.calls)
        first = len(walk.nodes)
        ends.append(walk.body(body, inner, scope, source))
        walk.names.spans[f"{name}.{path}"] = Span(first, len(walk.nodes), ends[-1], (*item.route, "parallel", path))
    try:
        join = text(item.options["join"], scope)
    except ExpressionError as error:
        walk.tell(told(error, item.place("join")), frame)
        return walk.broken(item, frame, name)
    if join not in JOINS:
        walk.tell(
            Diagnostic(
                "E116",
                f"`{join}` does not join paths",
                item.place("join"),
                "no join of this name",
                "write " + ", ".join(f"`{j}`" for j in JOINS),
            ),
            frame,
        )
        return walk.broken(item, frame, name)
    options = {key: raw for key, raw in item.options.items() if key in {"fit", "norm", "activation"}}
    end = ends[0] if len(ends) == 1 else join_ends(walk, item, join, options, ends, name, frame, scope)
    walk.group(name, "parallel", "paths", start, end, frame)
    return end


def residual(walk: Walk, item: ResidualItem, frame: Frame, scope: Scope, source: str, name: str) -> str:
    """Expand a path and its shortcut, then add them."""
    try:
        word = text(item.shortcut, scope) if isinstance(item.shortcut, str) else ""
    except ExpressionError as error:
        walk.tell(told(error, item.place("shortcut")), frame)
        return walk.broken(item, frame, name)
    if word and word not in SHORTCUTS:
        message = f"`{word}` is not a shortcut"
        walk.tell(Diagnostic("E116", message, item.place("shortcut"), f"write {listed(SHORTCUTS)}"), frame)
        return walk.broken(item, frame, name)
    start = len(walk.nodes)
    end = walk.body(item.body, frame, scope, source)
    options = {key: raw for key, raw in item.options.items() if key in {"norm", "activation"}}
    if word == "none" or (word == "if_same" and not keeps(walk, source, end)):
        end = follow(walk, item, options, end, name, frame, scope)
    else:
        shortcut: str | None = source
        if isinstance(item.shortcut, tuple):
            shortcut = walk.body(item.shortcut, frame, scope, source)
        elif walk.shapes[end] is not None and walk.shapes[end] != walk.shapes[source]:
            shortcut = projection(walk, item, source, end, f"{name}.shortcut", frame)
        if shortcut is None:
            return walk.broken(item, frame, name)
        end = join_ends(walk, item, "add", options, [end, shortcut], name, frame, scope)
    walk.group(name, "residual", "paths", start, end, frame)
    return end


def keeps(walk: Walk, source: str, end: str) -> bool:
    """Whether a path gives the shape it is given, by no stride: on a map of one cell a stride keeps it too."""
    before, after = walk.shapes[source], walk.shapes[end]
    if before is None or after is None or before != after:
        return False
    strides = path_strides(walk, source, end)
    return strides is None or max(strides, default=1) == 1


def join_ends(
    walk: Walk,
    item: Item,
    join: str,
    options: dict[str, object],
    ends: list[str],
    name: str,
    frame: Frame,
    scope: Scope,
) -> str:
    """The node where paths meet, with its norm and activation."""
    try:
        parts = parts_of(walk, item, join, scope, options)
    except Faults as faults:
        for diagnostic in faults.diagnostics:
            walk.tell(diagnostic, frame)
        return walk.broken(item, frame, name)
    return walk.chain(parts, ends, name, item, frame)


def follow(walk: Walk, item: Item, options: dict[str, object], end: str, name: str, frame: Frame, scope: Scope) -> str:
    """The norm and activation after a path that nothing is added to."""
    own = {key: (key, raw, scope, item.place(key)) for key, raw in options.items()}
    try:
        parts = every(*followers(walk, item, own))
    except Faults as faults:
        for diagnostic in faults.diagnostics:
            walk.tell(diagnostic, frame)
        return walk.broken(item, frame, name)
    return walk.chain(parts, [end], name, item, frame) if parts else end


def projection(walk: Walk, item: Item, source: str, end: str, name: str, frame: Frame) -> str | None:
    """The 1×1 convolution of ``shortcut: auto`` where the path changes the shape; None, and told, if none fits."""
    before, after = walk.shapes[source], walk.shapes[end]
    if before is None or after is None:
        return source
    strides = path_strides(walk, source, end) if before.rank == after.rank > 0 else None
    cure = "give the shortcut as a list of layers: `shortcut: [...]`"
    if strides is not None:
        overrides: dict[str, object] = {
            "filters": after.channels,
            "kernel": 1,
            "stride": list(strides),
            "padding": "valid",
            "dilation": 1,
            "groups": 1,
            "activation": "none",
        }
        try:
            parts = parts_of(walk, item, "conv", walk.globals, overrides)
        except Faults as faults:
            for diagnostic in faults.diagnostics:
                walk.tell(diagnostic, frame)
            return None
        projected = parts[0].layer.output(before)
        if projected == after:
            return walk.chain(parts, [source], name, item, frame)
        made = Made(walk.nodes, walk.shapes, walk.owners)
        option = None
        if walk.home(item.key, frame) not in walk.faults:
            option = branch(made, end, tuple(map(int, projected.spatial)), [source], padding_alone=True)
        if option is not None:
            cure = f"{option[1]} makes the path {projected}; or {cure}"
    walk.tell(
        Diagnostic(
            "E309",
            f"no 1×1 projection brings {before} to {after}",
            item.key,
            "the path changes the shape in another way"
            if strides is None
            else f"its strides give {'×'.join(map(str, strides))}",
            cure,
            at_key=True,
            related=tuple(
                Related(f"`{walk.owners[n][0]}` gives {walk.shapes[n]}", walk.owners[n][1]) for n in (source, end)
            ),
        ),
        frame,
    )
    return None


def path_strides(walk: Walk, source: str, end: str) -> tuple[int, ...] | None:
    """The product of the strides from one node to another, along first inputs; None if it is not one of windows."""
    by_name = {node.name: node for node in walk.nodes[walk_start(walk, source) :]}
    shape = walk.shapes[source]
    strides = [1] * (shape.rank if shape else 0)
    name = end
    while name != source:
        node = by_name.get(name)
        if node is None or not node.reach or len(node.reach[0]) != len(strides):
            return None
        for axis, step in enumerate(node.reach[0]):
            if isinstance(step, Window):
                strides[axis] *= step.stride
            elif not isinstance(step, Shift):
                return None
        name = node.inputs[0]
    return tuple(strides)


def walk_start(walk: Walk, source: str) -> int:
    """The index of the first node after a source."""
    for index in range(len(walk.nodes) - 1, -1, -1):
        if walk.nodes[index].name == source:
            return index + 1
    return 0
