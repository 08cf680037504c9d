"""From what a file says to a Graph: loops unrolled, blocks called, names settled, each layer asked for its facts."""

from __future__ import annotations

from collections.abc import Sequence

from shapecalc.diagnostics import Diagnostic, Related, Route
from shapecalc.layers.fields import flag, text, whole
from shapecalc.network.claims import expect, share
from shapecalc.network.joins import parallel, residual
from shapecalc.network.names import NOWHERE, Frame, Span
from shapecalc.network.options import Faults, told
from shapecalc.network.parts import parts_of
from shapecalc.network.scope import Scope, bound, each_item
from shapecalc.network.sources import sources_of
from shapecalc.network.spec import (
    CallItem,
    Item,
    LayerItem,
    LoopItem,
    ParallelItem,
    ResidualItem,
)
from shapecalc.network.walk import Walk
from shapecalc.source.expressions import ExpressionError

MOST_NODES = 100_000
MOST_VISITS = 200_000
DEEPEST = 60


class Refused(Exception):
    """The network passes a bound, and expanding stops."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        self.diagnostic = diagnostic
        super().__init__()


def too_many(route: Route, frame: Frame) -> Diagnostic:
    """The fault of a network with more layers than any has."""
    calls = tuple(Related("called here", call) for call in frame.calls[:3])
    message = f"the network has more than {MOST_NODES:,} layers"
    return Diagnostic("E206", message, route, "counted up to here", "use smaller loops or repeats", related=calls)


class Expander(Walk):
    """A walk that makes every entry of a spec into nodes."""

    visits = 0
    depth = 0

    def run(self) -> str:
        """Expand the whole file; the node that ends it."""
        inputs = [name for name in self.shapes if name != NOWHERE]
        return self.body(self.spec.layers, self.top, self.globals, inputs[0] if len(inputs) == 1 else NOWHERE)

    def body(self, items: Sequence[Item], frame: Frame, scope: Scope, prev: str) -> str:
        """Expand the entries of a list, each from the one before; the node that ends it."""
        self.depth += 1
        if self.depth > DEEPEST:
            route = items[0].route if items else ()
            raise Refused(
                Diagnostic(
                    "E206",
                    f"blocks and paths are nested deeper than {DEEPEST}",
                    route,
                    "too deep here",
                    "flatten some",
                )
            )
        for item in items:
            prev = self.item(item, frame, scope, prev)
        self.depth -= 1
        return prev

    def item(self, item: Item, frame: Frame, scope: Scope, prev: str) -> str:
        """Expand one entry as often as it says; the node that ends it."""
        scope = self.seeing(prev, scope)
        options = item.options
        option = "when"
        try:
            if "when" in options and not flag(options["when"], scope):
                self.skip(item, frame, scope)
                return prev
            option = "repeat"
            if "repeat" not in options:
                return self.once(item, frame, scope, prev, None)
            times = whole(options["repeat"], scope)
        except ExpressionError as error:
            self.tell(told(error, item.place(option)), frame)
            return self.broken(item, frame)
        if times < 0:
            self.tell(
                Diagnostic(
                    "E115",
                    f"`repeat` is {times}",
                    item.place("repeat"),
                    "must be at least 0",
                    "0 leaves it out",
                ),
                frame,
            )
            return self.broken(item, frame)
        if times > MOST_NODES:
            raise Refused(too_many(item.place("repeat"), frame))
        start = len(self.nodes)
        for number in range(1, times + 1):
            prev = self.once(item, frame, scope, prev, number)
        if times and (name := self.given_or_none(item, frame, scope)):
            self.names.spans[frame.prefix + name] = Span(start, len(self.nodes), prev, item.route)
        return prev

    def once(self, item: Item, frame: Frame, scope: Scope, prev: str, number: int | None) -> str:
        """Expand one entry once."""
        self.visits += 1
        if self.visits > MOST_VISITS or len(self.nodes) > MOST_NODES:
            raise Refused(too_many(item.route, frame))
        match item:
            case LoopItem():
                return self.loop(item, frame, scope, prev)
            case LayerItem() | CallItem() | ParallelItem() | ResidualItem():
                name = self.name(item, frame, scope, number)
                start = len(self.nodes)
                sources = sources_of(self, item, frame, scope, prev)
                if name is None or sources is None:
                    return self.broken(item, frame, name or "")
                if sources[0] != prev:
                    scope = self.seeing(sources[0], scope)
                end = self.made(item, frame, scope, sources, name)
                self.names.spans[name] = Span(start, len(self.nodes), end, item.route)
                if "share" in item.options:
                    share(self, item, frame, scope, start)
                if "expect" in item.options:
                    expect(self, item, frame, scope, end, name)
                return end
        return self.broken(item, frame)

    def made(
        self,
        item: LayerItem | CallItem | ParallelItem | ResidualItem,
        frame: Frame,
        scope: Scope,
        sources: Sequence[str],
        name: str,
    ) -> str:
        """The nodes of an entry whose name and sources are known; the last one."""
        match item:
            case LayerItem():
                return self.layer(item, frame, scope, sources, name)
            case CallItem():
                return self.call(item, frame, scope, sources[0], name)
            case ParallelItem():
                return parallel(self, item, frame, scope, sources[0], name)
            case ResidualItem():
                return residual(self, item, frame, scope, sources[0], name)

    def seeing(self, source: str, scope: Scope) -> Scope:
        """A scope in which ``channels`` are those of a source."""
        if source == NOWHERE:
            return scope
        shape = self.shapes[source]
        return Scope(scope, 0 if shape is None else int(shape.channels))

    def loop(self, item: LoopItem, frame: Frame, scope: Scope, prev: str) -> str:
        """Expand a body once for each value of the loop's variables."""
        columns = []
        for name, raw in item.variables.items():
            try:
                columns.append(each_item(raw, scope, (*item.route, "for", name)))
            except ExpressionError as error:
                self.tell(told(error, (*item.route, "for", name)), frame)
                return self.broken(item, frame)
        lengths = [len(column) for column in columns]
        for name, length in zip(item.variables, lengths, strict=True):
            if length != lengths[0]:
                first = next(iter(item.variables))
                self.tell(
                    Diagnostic(
                        "E205",
                        f"the lists of `for` go in step, but `{first}` has {lengths[0]} items and `{name}` {length}",
                        (*item.route, "for", name),
                        f"{length} here",
                        "give each list as many items",
                        related=(Related(f"{lengths[0]} here", (*item.route, "for", first)),),
                    ),
                    frame,
                )
                return self.broken(item, frame)
        for values in zip(*columns, strict=True):
            self.visits += 1
            inner = bound(zip(item.variables, values, strict=True), scope)
            prev = self.body(item.body, frame, inner, prev)
        return prev

    def call(self, item: CallItem, frame: Frame, scope: Scope, source: str, name: str) -> str:
        """Expand a block's body, with its parameters bound and names of its own."""
        block = self.spec.blocks[item.head]
        inner = self.seeing(source, self.globals)
        defaults = {key: raw for key, raw in block.params.items() if key not in item.arguments}
        inner.bind(defaults, lambda name: (*block.route, "params", name))
        inner.bind(item.arguments, item.place, scope)
        start = len(self.nodes)
        body = Frame(f"{name}.", self.top, (item.key, *frame.calls))
        end = self.body(block.body, body, inner, source)
        self.group(name, item.head, "call", start, end, frame, self.home(item.key, frame))
        return end

    def layer(self, item: LayerItem, frame: Frame, scope: Scope, sources: Sequence[str], name: str) -> str:
        """A layer, with its norm and activation as nodes of their own."""
        try:
            parts = parts_of(self, item, item.head, scope)
        except Faults as faults:
            for diagnostic in faults.diagnostics:
                self.tell_of(item, diagnostic, frame)
            return self.broken(item, frame, name)
        return self.chain(parts, sources, name, item, frame)

    def given(self, item: Item, frame: Frame, scope: Scope) -> str:
        """The name that an item is given, its variables inserted; empty if none."""
        if "name" not in item.options:
            return ""
        return text(item.options["name"], scope)

    def name(self, item: Item, frame: Frame, scope: Scope, number: int | None) -> str | None:
        """The full name of an item: given, or counted. None where the given one is at fault."""
        try:
            given = self.given(item, frame, scope)
        except ExpressionError as error:
            self.tell(told(error, item.place("name")), frame)
            return None
        if not given:
            if "name" in item.options:
                self.tell(Diagnostic("E126", "a name is empty", item.place("name"), "no name"), frame)
            return self.names.counted(item.head, frame)
        route = item.place("name")
        if "." in given or given in {"input", "prev"} or not given.isprintable():
            label = "reserved" if given in {"input", "prev"} else "a name is printable text without dots"
            self.tell(Diagnostic("E126", f"`{given}` cannot be a name", route, label), frame)
            return None
        full = f"{frame.prefix}{given}" + (f".{number}" if number is not None else "")
        if (first := self.names.spans.get(full)) is not None:
            looped = first.route == item.route
            self.tell(
                Diagnostic(
                    "E207",
                    f"the name `{given}` is taken",
                    route,
                    "given again by the next round" if looped else "the second one",
                    f"make it differ, as in `name: {given}$i` with the loop's variable" if looped else "give another",
                    related=() if looped else (Related("the first one", first.route),),
                ),
                frame,
            )
            return self.names.counted(item.head, frame)
        return full

    def skip(self, item: Item, frame: Frame, scope: Scope) -> None:
        """Remember the name of an item that its condition leaves out."""
        if name := self.given_or_none(item, frame, scope):
            self.names.left_out.add(frame.prefix + name)

    def given_or_none(self, item: Item, frame: Frame, scope: Scope) -> str:
        """The name that an item is given; empty if none, or if it is at fault, which is told."""
        try:
            return self.given(item, frame, scope)
        except ExpressionError as error:
            self.tell(told(error, item.place("name")), frame)
            return ""
