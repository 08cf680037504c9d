"""What there is to say of a receptive field: against the input, by position, and where branches meet."""

from __future__ import annotations

from collections.abc import Iterator

from shapecalc.analysis import Field, Phased
from shapecalc.explanation.remarks.scene import Scene, by_axis, plural
from shapecalc.explanation.trail import axis_names


def _seen(scene: Scene) -> Iterator[tuple[str, Field | Phased, int]]:
    layer = scene.labels.layers[scene.node.name]
    for (name, axis), seen in (layer.field or {}).items():
        shape = scene.labels.analysis.inputs[name]
        if isinstance(seen, Field | Phased):
            yield axis_names(shape)[axis + 1], seen, int(shape.spatial[axis])


def beyond(scene: Scene) -> Iterator[str]:
    """A field larger than the input."""
    said = [
        (axis, f"the field of {int(seen.size)} is larger than the input of {n}: every output reaches past the border")
        for axis, seen, n in _seen(scene)
        if not seen.whole and seen.size > n
    ]
    yield from by_axis(said)


def smaller(scene: Scene) -> Iterator[str]:
    """A field smaller than the input, where the network ends."""
    if scene.node.name not in scene.labels.analysis.graph.outputs.values():
        return
    said = [
        (axis, f"an output of the network sees {int(seen.size)} of the {n} cells of the input")
        for axis, seen, n in _seen(scene)
        if not seen.whole and 2 * seen.size < n
    ]
    yield from by_axis(said)


def by_position(scene: Scene) -> Iterator[str]:
    """A field that differs from place to place."""
    said = [
        (axis, f"{seen.period} output cells on, the field is the same again, {plural(seen.advance, 'input cell')} on")
        for axis, seen, _ in _seen(scene)
        if isinstance(seen, Phased)
    ]
    yield from by_axis(said)


def union(scene: Scene) -> Iterator[str]:
    """Where branches meet."""
    if len(scene.node.inputs) < 2:
        return
    sizes = []
    for name in scene.node.inputs:
        layer = scene.labels.layers.get(name)
        fields = [f for f in (layer.field or {}).values() if isinstance(f, Field)] if layer else []
        sizes += [int(fields[0].size)] if fields else [1] * (name in scene.labels.analysis.inputs)
    if len(set(sizes)) > 1 and len(sizes) == len(scene.node.inputs):
        yield f"where branches meet the field is the union of theirs: {', '.join(map(str, sizes))}"
