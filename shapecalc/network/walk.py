"""The state of one walk over a spec: nodes made, names settled, faults told."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Literal, NamedTuple

from shapecalc.diagnostics import Diagnostic, Mismatch, Related, Route
from shapecalc.network import library
from shapecalc.network.graph import Group, Node
from shapecalc.network.names import NOWHERE, Frame, Names, Span
from shapecalc.network.options import LayerMaker
from shapecalc.network.spec import Item, NetworkSpec
from shapecalc.source.expressions import LIMIT

if TYPE_CHECKING:
    from shapecalc.layers import Kinds
    from shapecalc.layers.base import Layer
    from shapecalc.network.scope import Scope
    from shapecalc.shape import Shape


def countable(output: Shape) -> Shape:
    """A shape whose lengths a tensor can have.

    Raises:
        Mismatch: none is that long.
    """
    if max(output) > LIMIT:
        raise Mismatch("E311", f"gives {output}", label="a length passes 10^18", help="no tensor is that long")
    return output


class Part(NamedTuple):
    """One node to be: its layer, the end of its name, its route, and the routes of its options."""

    layer: Layer
    word: str
    """What the user calls it: a kind, or a word for a norm."""
    suffix: str
    route: Route
    places: Mapping[str, Route]


class Walk(ABC):
    """What has been made of a spec so far."""

    def __init__(
        self,
        spec: NetworkSpec,
        kinds: Kinds,
        inputs: Mapping[str, Shape | None],
        scope: Scope,
    ) -> None:
        self.spec = spec
        self.kinds = kinds
        self.globals = scope
        self.maker = LayerMaker(kinds)
        self.names = Names()
        self.nodes: list[Node] = []
        self.groups: list[Group] = []
        self.shapes: dict[str, Shape | None] = {**inputs, NOWHERE: None}
        self.owners: dict[str, tuple[str, Route]] = {}
        """For each node the name and route of the item that made it, as the user knows it."""
        self.faults: dict[Route, Diagnostic] = {}
        self.top = Frame()
        for name in inputs:
            route = spec.input_routes.get(name, ("input",))
            self.names.spans[name] = Span(0, 0, name, route)
            self.owners[name] = (name, route)

    def tell(self, diagnostic: Diagnostic, frame: Frame) -> None:
        """Keep a fault: one for each route, with the calls that led to it first; one without a code is silent."""
        if not diagnostic.code:
            return
        route = self.home(diagnostic.route, frame)
        at_key = diagnostic.at_key or route != diagnostic.route
        calls = tuple(
            Related("called here", call) for call in frame.calls if not library.within(call) and call != route
        )
        related = tuple(r for r in diagnostic.related if r.route is None or not library.within(r.route))
        diagnostic = replace(diagnostic, route=route, at_key=at_key, related=related + calls)
        self.faults.setdefault(route, diagnostic)

    def home(self, route: Route, frame: Frame) -> Route:
        """A place in the file: for one in a shipped block, the call that led there."""
        if not library.within(route):
            return route
        return next((call for call in frame.calls if not library.within(call)), ())

    def tell_of(self, item: Item, diagnostic: Diagnostic, frame: Frame) -> None:
        """Keep a fault of an item, which is named where the fault stands elsewhere: in the defaults."""
        if diagnostic.route[: len(item.route)] != item.route:
            diagnostic = replace(diagnostic, related=(Related("this layer takes it", item.route), *diagnostic.related))
        self.tell(diagnostic, frame)

    def broken(self, item: Item, frame: Frame, name: str = "") -> str:
        """A node of which nothing is known but its name."""
        if not name:
            given = item.options.get("name")
            name = f"{frame.prefix}{given}" if isinstance(given, str) and "$" not in given else ""
        if not name or name in self.names.spans:
            name = self.names.counted(item.head or "layer", frame)
        route = self.home(item.route, frame)
        self.add(Node(name, item.head or "?", None, (), route), name, route)
        self.names.spans[name] = Span(len(self.nodes) - 1, len(self.nodes), name, route)
        return name

    def chain(self, parts: Sequence[Part], sources: Sequence[str], name: str, item: Item, frame: Frame) -> str:
        """The parts of one layer, each fed by the one before; the last one."""
        if len(parts) == 1:
            return self.emit(parts[0], sources, name, name, item, frame)
        start = len(self.nodes)
        for part in parts:
            sources = (self.emit(part, sources, f"{name}.{part.suffix}", name, item, frame),)
        self.group(name, "+".join(part.word for part in parts), "layer", start, sources[0], frame)
        return sources[0]

    def emit(self, part: Part, sources: Sequence[str], name: str, owner: str, item: Item, frame: Frame) -> str:
        """One node, its layer asked for its facts."""
        layer = part.layer
        xs = [x for x in (self.shapes[source] for source in sources) if x is not None]
        route = self.home(part.route, frame)
        node = Node(name, layer.kind, layer, tuple(sources), route)
        if len(xs) == len(sources):
            try:
                output = countable(layer.output(*xs))
                node = Node(
                    name,
                    layer.kind,
                    layer,
                    tuple(sources),
                    route,
                    output,
                    layer.weights(*xs),
                    layer.ops(*xs),
                    layer.reach(*xs),
                    inner=layer.inner(*xs),
                    mixing=layer.mixing(*xs),
                )
            except Mismatch as fault:
                self.mismatch(fault, part, sources, owner, item, frame)
        self.add(node, owner, self.home(item.route, frame))
        return name

    def mismatch(
        self, fault: Mismatch, part: Part, sources: Sequence[str], owner: str, item: Item, frame: Frame
    ) -> None:
        """Tell that a layer cannot take its input, and where the input's shape comes from."""
        from shapecalc.layers.merge import ONE_BRANCH  # noqa: PLC0415  a sound file does not pay for it
        from shapecalc.network.cures import Made, joined  # noqa: PLC0415

        route = part.places.get(fault.field, part.route)
        related = []
        for source in dict.fromkeys(sources):
            name, place = self.owners[source]
            related.append(Related(f"`{name}` gives {self.shapes[source]}", place))
        message = f"layer `{owner}` {fault.message}"
        help = fault.help
        told = self.home(route, frame) in self.faults  # of many alike the first is kept
        if (
            help.endswith(ONE_BRANCH)
            and not told
            and (option := joined(Made(self.nodes, self.shapes, self.owners), sources))
        ):
            help = f"{help.removesuffix(ONE_BRANCH)}or {option}"
        at_key = fault.field not in part.places
        self.tell_of(
            item,
            Diagnostic(fault.code, message, route, fault.label, help, related=tuple(related), at_key=at_key),
            frame,
        )

    def add(self, node: Node, owner: str, route: Route) -> None:
        """Keep a node."""
        self.nodes.append(node)
        self.shapes[node.name] = node.output
        self.owners[node.name] = (owner, route)
        self.names.spans.setdefault(node.name, Span(len(self.nodes) - 1, len(self.nodes), node.name, route))

    def group(
        self,
        name: str,
        kind: str,
        sort: Literal["layer", "call", "paths"],
        start: int,
        end: str,
        frame: Frame,
        route: Route = (),
    ) -> None:
        """Keep the nodes made since ``start`` as one."""
        if len(self.nodes) > start:
            self.groups.append(Group(name, kind, sort, start, len(self.nodes), end, frame.level, route))

    @abstractmethod
    def body(self, items: Sequence[Item], frame: Frame, scope: Scope, prev: str) -> str:
        """Expand the entries of a list, each from the one before; the node that ends it."""
