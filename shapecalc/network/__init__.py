"""From a document to a Graph: what the file says is checked, then expanded, and every fault told in file order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from shapecalc.diagnostics import Diagnostic, Route, SpecError, nearest
from shapecalc.layers import KINDS, Kinds
from shapecalc.network.expand import Expander, Refused
from shapecalc.network.graph import Graph
from shapecalc.network.names import NOWHERE, Frame
from shapecalc.network.options import told
from shapecalc.network.scope import Scope
from shapecalc.network.shapes import read_shape
from shapecalc.network.sources import unknown
from shapecalc.network.validate import validate
from shapecalc.source.expressions import ExpressionError, normal

if TYPE_CHECKING:
    from shapecalc.network.spec import NetworkSpec
    from shapecalc.shape import Shape
    from shapecalc.source.document import Document


ENOUGH = 1_000
"""Nodes that are kept of a network with too many."""


def build(
    document: Document,
    settings: Mapping[str, object] | None = None,
    inputs: Mapping[str, object] | None = None,
    kinds: Kinds = KINDS,
) -> Graph:
    """The network that a document describes, with every fault that was met.

    Args:
        document: what was read.
        settings: values for its variables, in place of those it gives.
        inputs: shapes for its inputs, in place of those it gives; the only input may be called ``""``.
        kinds: the kinds of layer that it may name.

    Raises:
        SpecError: a setting or an input names what the file does not have.
    """
    spec, faults = validate(document.data, kinds)
    given = _settings(spec, settings or {})
    scope = Scope().bind({**spec.variables, **given}, lambda name: None if name in given else ("vars", name))
    shapes, unread = _inputs(spec, scope, inputs or {})
    walk = Expander(spec, kinds, shapes, scope)
    try:
        end = walk.run()
        complete = bool(walk.nodes) or not faults
    except Refused as refused:
        walk.faults[refused.diagnostic.route] = refused.diagnostic
        end, complete = NOWHERE, False
        del walk.nodes[ENOUGH:]  # the beginning is enough to see what it was to be
        walk.groups = [group for group in walk.groups if group.stop <= ENOUGH]
    outputs = _outputs(spec, walk, end)
    told_already = {fault.route for fault in faults}
    later = [fault for route, fault in walk.faults.items() if route not in told_already]
    # what stands in a misspelt section is silent until the section is spelt right
    every = [fault for fault in (*faults, *unread, *later) if not fault.route or fault.route[0] not in spec.misspelt]
    return Graph(
        spec=spec,
        inputs={name: shape for name, shape in shapes.items() if shape is not None},
        nodes=tuple(walk.nodes),
        groups=tuple(walk.groups),
        outputs=outputs,
        diagnostics=tuple(sorted(every, key=lambda fault: _position(document.data, fault.route))),
        complete=complete,
        document=document,
        settings=dict(settings or {}),
    )


def rebuilt(graph: Graph, inputs: Mapping[str, Shape], kinds: Kinds = KINDS) -> Graph:
    """The same document expanded for inputs of other shapes."""
    return build(graph.document, graph.settings, {name: list(shape) for name, shape in inputs.items()}, kinds)


def _position(data: object, route: Route) -> list[int]:
    """Where a route comes in the order of a document."""
    at = []
    for step in route:
        if isinstance(data, dict) and step in data:
            at.append(list(data).index(step))
            data = data[step]
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            at.append(step)
            data = data[step]
        else:
            break
    return at


def _settings(spec: NetworkSpec, settings: Mapping[str, object]) -> Mapping[str, object]:
    known = {normal(name) for name in spec.variables}
    for name in settings:
        if normal(name) not in known:
            near = nearest(name, spec.variables)
            names = ", ".join(f"`{n}`" for n in spec.variables)
            help = f"did you mean `{near}`?" if near else f"its variables are {names}" if names else "it has none"
            raise SpecError([Diagnostic("E127", f"`{name}` is not a variable of this file", label="", help=help)])
    return {name: list(value) if isinstance(value, tuple) else value for name, value in settings.items()}


def _inputs(
    spec: NetworkSpec, scope: Scope, given: Mapping[str, object]
) -> tuple[dict[str, Shape | None], list[Diagnostic]]:
    raws = dict(spec.inputs)
    for name, raw in given.items():
        target = next(iter(raws)) if name == "" and len(raws) == 1 else name
        if raws and target not in raws:
            names = ", ".join(f"`{n}`" for n in raws)
            raise SpecError(
                [Diagnostic("E127", f"`{name}` is not an input of this file", help=f"its inputs are {names}")]
            )
        raws[target or "input"] = raw
    shapes: dict[str, Shape | None] = {}
    faults = []
    for name, raw in raws.items():
        try:
            shapes[name] = read_shape(raw, scope)
        except ExpressionError as error:
            shapes[name] = None
            route: Route = spec.input_routes.get(name, ())
            faults.append(told(error, route))
            if given:
                raise SpecError(faults) from None
    return shapes, faults


def _outputs(spec: NetworkSpec, walk: Expander, end: str) -> dict[str, str]:
    if not spec.outputs:
        return {walk.owners[end][0]: end} if end in walk.owners else {}
    found = {}
    frame = Frame()
    for index, name in enumerate(spec.outputs):
        span = walk.names.find(name, frame)
        if span is None:
            walk.tell(unknown(walk, name, frame, ("outputs", index)), frame)
        else:
            found[name] = span.end
    return found
