"""The receptive field of a whole network in one line: what the end sees, and where the input is first covered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shapecalc.analysis import OneSided
from shapecalc.formulas.reach import Unknown
from shapecalc.render.columns import SIDED, of_fields
from shapecalc.render.units import UNKNOWN, plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from shapecalc.analysis import Analysis, LayerAnalysis
    from shapecalc.analysis.receptive import Axis
    from shapecalc.analysis.receptive.onesided import Seeing

LETTERS = {1: "L", 2: "HW", 3: "DHW"}
MOVING = {
    "before": "every cell up to one that moves on with the output",
    "after": "every cell from one on that moves on with the output",
}


def line(analysis: Analysis) -> str:
    """What is said of the field below a table; nothing of a network whose inputs have no axes."""
    inputs = [name for name, x in analysis.inputs.items() if x.rank]
    said = ((plain(name), _input(name, analysis)) for name in inputs)
    return " · ".join(f"{name}: {text}" if len(inputs) > 1 else text for name, text in said if text)


def _input(name: str, analysis: Analysis) -> str:
    ends = set(analysis.graph.outputs.values())
    seeing = [layer for layer in analysis.layers if _of(layer, name)]
    end = next((layer for layer in reversed(seeing) if layer.name in ends), None)
    if end is None:
        return ""
    cells = "×".join(str(int(n)) for n in analysis.inputs[name].spatial)
    size = of_fields(_of(end, name))
    widest = next((layer for layer in reversed(seeing) if not _all_seen(layer, name)), None)
    if _all_seen(end, name):
        parts = ["whole"]
        if widest is not None and (before := of_fields(_of(widest, name))) != UNKNOWN:
            parts.append(f"{before} of {cells} at {plain(_row(widest, analysis))}")
    elif size == UNKNOWN:
        parts = [f"not known of {cells}"]
    else:
        parts = [f"{size} of {cells}"]
        for side in dict.fromkeys(seen.side for seen in _of(end, name).values() if isinstance(seen, OneSided)):
            parts = [*(() if size == SIDED[side] else parts), f"{SIDED[side]}: {MOVING[side]}"]
    return "; ".join([*parts, *_covered(name, analysis)])


def _covered(name: str, analysis: Analysis) -> Iterator[str]:
    """Where the input is first covered; by axis, where that is not one place."""
    where = {axis: found for (of, axis), found in analysis.covered_at.items() if of == name}
    by_name = {layer.name: layer for layer in analysis.layers}
    said = {}
    for axis, found in where.items():
        if found.node is not None:
            later = "" if found.sure else ", or earlier"
            said[axis] = f"the input is first covered at {plain(_row(by_name[found.node], analysis))}{later}"
        elif found.sure:
            said[axis] = "no output sees the input from end to end"
    if len(said) == len(where) and len(set(said.values())) == 1:
        yield said[0]
        return
    letters = LETTERS.get(len(where), "")
    yield from (f"along {letters[axis] if letters else f'axis {axis}'} {text}" for axis, text in said.items())


def _of(layer: LayerAnalysis, name: str) -> Mapping[Axis, Seeing]:
    return {axis: seen for axis, seen in (layer.field or {}).items() if axis[0] == name}


def _all_seen(layer: LayerAnalysis, name: str) -> bool:
    return all(not isinstance(seen, Unknown) and seen.whole for seen in _of(layer, name).values())


def _row(layer: LayerAnalysis, analysis: Analysis) -> str:
    """The name of a node, or of the layer it was written as a part of."""
    groups = [g for g in analysis.graph.groups if g.sort == "layer" and g.start <= layer.start < g.stop]
    return min(groups, key=lambda group: group.stop - group.start).name if groups else layer.name
