"""The entries of a list of layers: structure, kinds and option names, of the whole list, called or not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from shapecalc.diagnostics import Related, Route
from shapecalc.network import library
from shapecalc.network.spec import (
    Block,
    BrokenItem,
    CallItem,
    Item,
    LayerItem,
    LoopItem,
    ParallelItem,
    Raw,
    ResidualItem,
)
from shapecalc.network.words import COMMON, HEADS, JOINS, REQUIRED, SHORTCUTS, WordReader, listed

if TYPE_CHECKING:
    from shapecalc.layers.base import Layer


def _required(layer: type[Layer]) -> tuple[str, ...]:
    """The options that a kind cannot do without."""
    needed = [name for name, info in layer.model_fields.items() if info.is_required()]
    return (*needed, "from") if layer.merges else tuple(needed)


class ItemReader(WordReader):
    """Reads lists of layers, keeping every fault it meets."""

    def items(self, raw: Raw, route: Route, what: str = "a list of layers") -> tuple[Item, ...]:
        """Every entry of a list."""
        if raw is None:
            raw = []
        if not isinstance(raw, list):
            self.fault("E109", f"{what} is needed here", route, "not a list", "begin each layer with `- `")
            return (BrokenItem(route, ""),)
        return tuple(self.item(entry, (*route, index)) for index, entry in enumerate(raw))

    def item(self, raw: Raw, route: Route) -> Item:
        """One entry."""
        if isinstance(raw, str):
            return self.entry(raw.strip(), {}, route, bare=True)
        if not isinstance(raw, dict) or not raw:
            self.fault(
                "E109",
                "a layer is a kind, or a kind with its options",
                route,
                "not a layer",
                "write `- relu`, or `- {conv: 64, kernel: 3}`",
            )
            return BrokenItem(route, "")
        heads = [key for key in raw if self.is_head(key)] or [key for key in raw if self.kinds.found(key)]
        if len(heads) == 1:
            return self.entry(heads[0], raw, route, bare=False)
        if heads:
            self.fault(
                "E117",
                f"two kinds in one layer: `{heads[0]}` and `{heads[1]}`",
                (*route, heads[1]),
                "the second kind",
                "begin a new layer with `- ` before it",
                at_key=True,
                related=(Related(f"`{heads[0]}` is the first", (*route, heads[0])),),
            )
        else:
            self.unknown(raw, route)
        return BrokenItem(route, "", raw)

    def entry(self, head: str, raw: Mapping[str, Raw], route: Route, *, bare: bool) -> Item:
        """One entry whose head is known to be meant as one."""
        at = route if bare else (*route, head)
        if head in self.kinds:
            return self.layer(head, raw, route, at)
        if head in HEADS and not bare:
            return self.control(head, raw, route)
        if (block := self.block(head)) is not None:
            return self.call(block, raw, route, at)
        if head in HEADS:
            self.fault("E109", f"`{head}` needs a value", route, "no value", f"`shapecalc new` shows a `{head}`")
        elif self.kinds.found(head):
            return self.layer(head, raw, route, at)
        else:
            self.unknown_kind(head, at, at_key=not bare)
        return BrokenItem(route, head, raw)

    def block(self, name: str) -> Block | None:
        """A block by its name: one of the file, or one that comes with shapecalc."""
        if name not in self.blocks and (raw := library.block(name)) is not None:
            route: Route = (library.ROOT, name)
            block = Block(name, route, raw.get("params", {}))
            self.blocks[name] = replace(block, body=self.items(raw["layers"], (*route, "layers")))
        return self.blocks.get(name)

    def written(
        self, head: str, raw: Mapping[str, Raw], route: Route, main: str | None
    ) -> Iterator[tuple[str | None, Raw, Route]]:
        """Every option of an entry with its route: beside the head, inside its value, or its value itself."""
        for key, value in raw.items():
            if key != head:
                yield key, value, (*route, key)
        value = raw.get(head)
        if isinstance(value, dict):
            for key, inner in value.items():
                yield key, inner, (*route, head, key)
        elif value is not None:
            yield main, value, (*route, head)

    def layer(self, kind: str, raw: Mapping[str, Raw], route: Route, at: Route) -> Item:
        """A layer of one kind."""
        layer = self.kinds[kind]
        before = len(self.faults)
        options: dict[str, Raw] = {}
        places: dict[str, Route] = {}
        for key, value, place in self.written(kind, raw, route, layer.main):
            if key is None:
                has = f", or name an option: {listed(layer.model_fields)}" if layer.model_fields else ""
                self.fault(
                    "E114",
                    f"`{kind}` takes no value of its own",
                    place,
                    "nothing to set here",
                    f"write `- {kind}`{has}",
                )
            elif key in options:
                self.twice(key, place, places.get(key, (*route, key)))
            elif (layer.merges and key == "from") or self.known(key, self.options(kind), f"`{kind}`", place):
                options[key] = value
                if place != (*route, key):
                    places[key] = place
        if len(self.faults) == before:
            self.complete(layer, options, route, at)
        if len(self.faults) > before:
            return BrokenItem(route, kind, options, places)
        return LayerItem(route, kind, options, places)

    def complete(self, layer: type[Layer], options: Mapping[str, Raw], route: Route, at: Route) -> None:
        """Check that a layer has all options that its kind requires."""
        given = {*options, *self.defaults.get(layer.kind, {})}
        missing = next((name for name in _required(layer) if name not in given), None)
        if missing is None:
            return
        info = layer.model_fields.get(missing)
        means = f", the {info.description}" if info else ", the layers it joins"
        how = f"`{layer.kind}: …`" if missing == layer.main else f"`{missing}: …`"
        self.fault(
            "E111", f"`{layer.kind}` needs `{missing}`", at, f"no `{missing}`", f"add {how}{means}", at_key=at != route
        )

    def call(self, block: Block, raw: Mapping[str, Raw], route: Route, at: Route) -> Item:
        """A call of a block: its arguments inside the value, or the first parameter as the value."""
        before = len(self.faults)
        given: dict[str, Raw] = {}
        places: dict[str, Route] = {}
        known = (*COMMON, "share", *block.params)
        for key, inner, place in self.written(block.name, raw, route, next(iter(block.params), None)):
            if key is None:
                self.fault("E113", f"block `{block.name}` has no parameters", place, "nothing to set")
            elif key in given:
                self.twice(key, place, places.get(key, (*route, key)))
            elif self.known(key, known, f"block `{block.name}`", place):
                given[key] = inner
                places[key] = place
        arguments = {key: value for key, value in given.items() if key in block.params}
        options = {key: value for key, value in given.items() if key not in block.params}
        missing = [name for name, default in block.params.items() if default == REQUIRED and name not in arguments]
        if missing and len(self.faults) == before:
            required = (*block.route, "params", missing[0])
            self.fault(
                "E203",
                f"block `{block.name}` needs `{missing[0]}`",
                at,
                f"no `{missing[0]}`",
                f"write `{block.name}: {{{missing[0]}: …}}`",
                at_key=at != route,
                related=() if library.within(block.route) else (Related("it is required here", required),),
            )
        if len(self.faults) > before:
            return BrokenItem(route, block.name, options, places)
        return CallItem(route, block.name, options, places, arguments)

    def control(self, head: str, raw: Mapping[str, Raw], route: Route) -> Item:
        """A loop, parallel paths or a residual path."""
        before = len(self.faults)
        value = raw[head]
        options: dict[str, Raw] = {}
        for key, item in raw.items():
            if key != head and (name := self.meant(key, HEADS[head], f"`{head}`", (*route, key), raw)):
                options[name] = item
        made: Item
        match head:
            case "for":
                made = self.loop(value, options, route)
            case "parallel":
                made = self.parallel(value, options, route)
            case _:
                shortcut: str | tuple[Item, ...] = "auto"
                written = options.pop("shortcut", "auto")
                if isinstance(written, list):
                    shortcut = self.items(written, (*route, "shortcut"))
                elif isinstance(written, str) and (written in SHORTCUTS or "$" in written):
                    shortcut = written
                else:
                    self.fault(
                        "E116",
                        f"`{written}` is not a shortcut",
                        (*route, "shortcut"),
                        "no shortcut of this name",
                        f"write {listed(SHORTCUTS)}, or a list of layers",
                    )
                body = self.items(value, (*route, head))
                made = ResidualItem(route, head, options, body=body, shortcut=shortcut)
        own = [fault for fault in self.faults[before:] if len(fault.route) <= len(route) + 1]
        return BrokenItem(route, head, options) if own else made

    def loop(self, variables: Raw, options: dict[str, Raw], route: Route) -> Item:
        """A loop over the values of its variables."""
        if not isinstance(variables, dict) or not variables:
            self.fault(
                "E109",
                "`for` needs its variables",
                (*route, "for"),
                "not a mapping of names to lists",
                "as in `for: {i: range(4)}`",
            )
            variables = {}
        for name, value in variables.items():
            self.variable_name(name, (*route, "for", name))
            if not isinstance(value, list | str):
                self.fault(
                    "E114",
                    f"`{name}` needs a list to go through",
                    (*route, "for", name),
                    "not a list",
                    "write [1, 2, 3], range(3), or a variable that is a list; `repeat: n` needs no variable",
                )
        if "do" not in options:
            self.fault(
                "E111",
                "`for` needs `do`",
                (*route, "for"),
                "no `do`",
                "add `do:` with a list of layers",
                at_key=True,
            )
        body = self.items(options.pop("do", []), (*route, "do"))
        return LoopItem(route, "for", options, variables=variables, body=body)

    def parallel(self, paths: Raw, options: dict[str, Raw], route: Route) -> Item:
        """Named paths and their join."""
        if not isinstance(paths, dict) or not paths:
            self.fault(
                "E109",
                "`parallel` needs named paths",
                (*route, "parallel"),
                "not a mapping of names to lists",
                "as in `parallel: {one: [...], two: [...]}`; an empty list is the identity",
            )
            paths = {}
        if "join" not in options:
            self.fault(
                "E111",
                "`parallel` needs `join`",
                (*route, "parallel"),
                "no `join`",
                f"add `join:` with one of {listed(JOINS)}",
                at_key=True,
            )
        bodies = {}
        for name, body in paths.items():
            self.given_name(name, (*route, "parallel", name), at_key=True)
            bodies[name] = self.items(body, (*route, "parallel", name))
        return ParallelItem(route, "parallel", options, paths=bodies)
