"""What an item claims of itself: the shape it gives, the weights it shares."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from shapecalc.diagnostics import Diagnostic, Related
from shapecalc.layers.fields import text
from shapecalc.network.options import told
from shapecalc.network.shapes import read_shape
from shapecalc.network.sources import unknown
from shapecalc.source.expressions import ExpressionError

if TYPE_CHECKING:
    from shapecalc.network.names import Frame
    from shapecalc.network.scope import Scope
    from shapecalc.network.spec import Item
    from shapecalc.network.walk import Walk


def expect(walk: Walk, item: Item, frame: Frame, scope: Scope, end: str, name: str) -> None:
    """Check the shape that an item says it gives."""
    place, shape = item.place("expect"), walk.shapes[end]
    try:
        expected = read_shape(item.options["expect"], scope)
    except ExpressionError as error:
        walk.tell(told(error, place), frame)
        return
    if shape is not None and shape != expected:
        walk.tell(
            Diagnostic(
                "C101",
                f"layer `{name}` gives {shape} where {expected} is expected",
                place,
                f"it gives {shape}",
                "change the layer or what is expected of it",
            ),
            frame,
        )


def share(walk: Walk, item: Item, frame: Frame, scope: Scope, start: int) -> None:
    """Take the weights of an earlier layer or call, node by node."""
    place = item.place("share")
    try:
        name = text(item.options["share"], scope)
    except ExpressionError as error:
        walk.tell(told(error, place), frame)
        return
    span = walk.names.find(name, frame)
    if span is None or span.stop > start or span.start == span.stop:
        walk.tell(unknown(walk, name, frame, place), frame)
        return
    theirs, ours = walk.nodes[span.start : span.stop], walk.nodes[start:]
    alike = len(theirs) == len(ours) and all(a.kind == b.kind for a, b in zip(theirs, ours, strict=True))
    if not alike:
        mine, other = (" + ".join(node.kind for node in nodes[:6]) for nodes in (ours, theirs))
        walk.tell(
            Diagnostic("E208", f"`{name}` is another kind of layer", place, f"{other} there, {mine} here"),
            frame,
        )
        return
    for index, (a, b) in enumerate(zip(theirs, ours, strict=True), start):
        if a.output is None or b.output is None or not b.weights:
            continue
        if dict(a.weights) != dict(b.weights):
            there, here = (", ".join(f"{key} {shape}" for key, shape in n.weights.items()) for n in (a, b))
            walk.tell(
                Diagnostic(
                    "E208",
                    f"the weights of `{name}` have other shapes",
                    place,
                    f"{there} there, {here} here",
                    related=(Related(f"`{name}` is here", a.route),),
                ),
                frame,
            )
            return
        walk.nodes[index] = replace(b, shared_with=a.shared_with or a.name)
