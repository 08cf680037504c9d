"""What feeds an item: the one before it, or those that it names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shapecalc.diagnostics import Diagnostic, Route, nearest
from shapecalc.layers.fields import text
from shapecalc.network.names import NOWHERE, Frame
from shapecalc.network.options import told
from shapecalc.network.spec import Item, LayerItem
from shapecalc.source.expressions import ExpressionError

if TYPE_CHECKING:
    from shapecalc.network.scope import Scope
    from shapecalc.network.walk import Walk


ADVISED = 50
"""Faults that are told with a suggestion; nobody reads more, and each looks through all names."""


def sources_of(walk: Walk, item: Item, frame: Frame, scope: Scope, prev: str) -> list[str] | None:
    """The nodes that feed an item; None where one is at fault."""
    merges = isinstance(item, LayerItem) and walk.kinds[item.head].merges
    if "from" not in item.options:
        raw: object = ["prev"]
    elif merges and not isinstance(item.options["from"], list):
        raw = ["prev", item.options["from"]]
    else:
        raw = item.options["from"] if isinstance(item.options["from"], list) else [item.options["from"]]
    place = item.place("from")
    references = raw if isinstance(raw, list) else [raw]
    if merges and len(references) < 2:
        walk.tell(
            Diagnostic("E210", f"`{item.head}` needs two inputs or more", place, f"{len(references)} given"),
            frame,
        )
        return None
    if not merges and len(references) != 1:
        walk.tell(
            Diagnostic(
                "E210",
                f"`{item.head}` takes one input",
                place,
                f"{len(references)} given",
                "join them first",
            ),
            frame,
        )
        return None
    found = []
    for index, reference in enumerate(references):
        route = (*place, index) if isinstance(item.options.get("from"), list) else place
        found.append(source_of(walk, reference, item, frame, scope, prev, route))
    more = [name for name in walk.kinds[item.head].reads if name in item.options] if isinstance(item, LayerItem) else []
    found += [source_of(walk, item.options[name], item, frame, scope, prev, item.place(name)) for name in more]
    return None if None in found else [name for name in found if name is not None]


def source_of(
    walk: Walk, reference: object, item: Item, frame: Frame, scope: Scope, prev: str, route: Route
) -> str | None:
    """The node that a name leads to; None, and told, if there is none."""
    try:
        name = text(reference, scope)
    except ExpressionError as error:
        walk.tell(told(error, route), frame)
        return None
    if name == "prev":
        if prev == NOWHERE and walk.shapes.keys() - {NOWHERE}:
            inputs = ", ".join(f"`{n}`" for n in walk.spec.inputs)
            walk.tell(
                Diagnostic(
                    "E209",
                    f"`{item.head}` does not say which input it takes",
                    item.key if item.options else item.route,
                    "several inputs, and nothing before it",
                    f"add `from:` with one of {inputs}",
                    at_key=bool(item.options),
                ),
                frame,
            )
            return None
        return prev
    if (span := walk.names.find(name, frame)) is not None:
        return span.end
    if route not in walk.faults:
        walk.tell(unknown(walk, name, frame, route), frame)
    return None


def unknown(walk: Walk, name: str, frame: Frame, route: Route) -> Diagnostic:
    """The fault of a name that leads nowhere."""
    visible = walk.names.visible(frame) if len(walk.faults) < ADVISED else []
    near = nearest(name, visible) or next(iter(walk.names.inside(name, frame) if visible else ()), "")
    if frame.prefix + name in walk.names.left_out or name in walk.names.left_out:
        label, help = "its `when` leaves it out", "give this layer the same condition"
    elif near:
        label, help = "no layer before this one has the name", f"did you mean `{near}`?"
    else:
        label = "no layer before this one has the name"
        help = "the names here are " + ", ".join(f"`{n}`" for n in visible[-8:]) if visible else ""
    return Diagnostic("E201", f"`{name}` is not a layer before this one", route, label, help)
