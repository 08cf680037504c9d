"""The entries of a list of layers: structure, kinds and option names, of the whole list, called or not."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from keyword import iskeyword
from typing import TYPE_CHECKING, Any

from shapecalc.diagnostics import Diagnostic, Related, Route, nearest
from shapecalc.layers import SYNONYMS
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
from shapecalc.source.expressions import CONSTANTS

if TYPE_CHECKING:
    from shapecalc.layers.base import Layer

COMMON = ("name", "from", "when", "repeat", "expect")
COMPOSED = ("norm", "activation")
HEADS: Mapping[str, tuple[str, ...]] = {
    "for": ("do", "when"),
    "parallel": (*COMMON, *COMPOSED, "join", "fit"),
    "residual": (*COMMON, *COMPOSED, "shortcut"),
}
SHORTCUTS = ("auto", "none")
JOINS = ("concat", "add", "multiply")
REQUIRED = "required"


def listed(words: Iterable[str]) -> str:
    """Words for a help text."""
    return ", ".join(f"`{word}`" for word in words)


def _required(layer: type[Layer]) -> tuple[str, ...]:
    """The options that a kind cannot do without."""
    needed = [name for name, info in layer.model_fields.items() if info.is_required()]
    return (*needed, "from") if layer.merges else tuple(needed)


class ItemReader:
    """Reads lists of layers, keeping every fault it meets."""

    def __init__(
        self,
        kinds: Mapping[str, type[Layer]],
        blocks: Mapping[str, Block],
        defaults: Mapping[str, Mapping[str, Raw]],
        faults: list[Diagnostic],
    ) -> None:
        self.kinds = kinds
        self.blocks = blocks
        self.defaults = defaults
        self.faults = faults
        self.options = {kind: self._options_of(layer) for kind, layer in kinds.items()}
        self.required = {kind: _required(layer) for kind, layer in kinds.items()}
        self.heads = frozenset((*kinds, *HEADS))

    def _options_of(self, layer: type[Layer]) -> frozenset[str]:
        composed = COMPOSED if layer.composes else ()
        return frozenset((*layer.model_fields, *COMMON, "share", *composed))

    def fault(self, code: str, message: str, route: Route, label: str = "", help: str = "", **more: Any) -> None:
        """Tell one fault and go on."""
        self.faults.append(Diagnostic(code, message, route, label, help, **more))

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
        heads = [key for key in raw if key in self.heads or key[:1].isupper()]
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

    def unknown(self, raw: Mapping[str, Raw], route: Route) -> None:
        """Tell of an entry none of whose keys is a kind."""
        options = set().union(*self.options.values(), *HEADS.values())
        strange = [key for key in raw if key not in options]
        head = strange[0] if strange else next(iter(raw))
        at = (*route, head)
        if strange:
            self.unknown_kind(head, at)
            return
        self.fault(
            "E112",
            "a layer here names no kind",
            at,
            "an option, but of what?",
            "as in `- {conv: 64, kernel: 3}`; for several layers, `for: {i: range(3)}` with `do:`",
            at_key=True,
        )

    def unknown_kind(self, head: str, route: Route, *, at_key: bool = True) -> None:
        """Tell of a kind or block that does not exist, and what was probably meant."""
        capital = head[:1].isupper()
        near = SYNONYMS.get(head.lower(), "") or nearest(head, [*self.heads, *self.blocks])
        noun = "block" if capital else "kind of layer"
        if near:
            help = f"did you mean `{near}`?"
        elif capital:
            help = f"the blocks are {listed(self.blocks)}" if self.blocks else "define it under `blocks:`"
        else:
            help = "`shapecalc layers` lists all kinds"
        self.fault("E112", f"`{head}` is not a {noun}", route, f"no {noun} of this name", help, at_key=at_key)

    def entry(self, head: str, raw: Mapping[str, Raw], route: Route, *, bare: bool) -> Item:
        """One entry whose head is known to be meant as one."""
        at = route if bare else (*route, head)
        if head in self.kinds:
            return self.layer(head, raw, route, at)
        if head in HEADS and not bare:
            return self.control(head, raw, route)
        if head in self.blocks:
            return self.call(self.blocks[head], raw, route, at)
        if head in HEADS:
            self.fault("E109", f"`{head}` needs a value", route, "no value", f"`shapecalc new` shows a `{head}`")
        else:
            self.unknown_kind(head, at, at_key=not bare)
        return BrokenItem(route, head, raw)

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
            elif (layer.merges and key == "from") or self.known(key, self.options[kind], f"`{kind}`", place):
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
        missing = next((name for name in self.required[layer.kind] if name not in given), None)
        if missing is None:
            return
        info = layer.model_fields.get(missing)
        means = f", the {info.description}" if info else ", the layers it joins"
        how = f"`{layer.kind}: …`" if missing == layer.main else f"`{missing}: …`"
        self.fault(
            "E111", f"`{layer.kind}` needs `{missing}`", at, f"no `{missing}`", f"add {how}{means}", at_key=at != route
        )

    def twice(self, key: str, second: Route, first: Route, why: str = "") -> None:
        """Tell of an option that stands in two places."""
        self.fault(
            "E118",
            f"`{key}` is given twice",
            second,
            why or "given beside the kind as well",
            "keep one of them",
            at_key=True,
            related=(Related("the other one", first),),
        )

    def known(self, key: str, known: Collection[str], owner: str, route: Route) -> bool:
        """Whether an option exists; if not, tell so."""
        if key in known:
            return True
        near = nearest(key, known)
        names = sorted(set(known) - set(COMMON) - {"share"}) or sorted(known)
        advice = f"did you mean `{near}`?" if near else f"its options are {listed(names)}"
        if key in COMPOSED and owner.startswith("block"):
            advice = f"give `{key}` to the layers inside the block"
        self.fault(
            "E113",
            f"{owner} has no option `{key}`",
            route,
            "no option of this name",
            advice,
            at_key=True,
        )
        return False

    def meant(self, key: str, known: Collection[str], owner: str, route: Route, among: Collection[str]) -> str:
        """The option that a key means; a misspelt one is told, and read as the one it is nearest to."""
        if self.known(key, known, owner, route):
            return key
        near = nearest(key, known)
        return near if near not in among else ""

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
            self.fault(
                "E203",
                f"block `{block.name}` needs `{missing[0]}`",
                at,
                f"no `{missing[0]}`",
                f"write `{block.name}: {{{missing[0]}: …}}`",
                at_key=at != route,
                related=(Related("it is required here", (*block.route, "params", missing[0])),),
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
                        "write `auto`, `none`, or a list of layers",
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

    def variable_name(self, name: str, route: Route) -> None:
        """Check a name that expressions will use."""
        if not name.isidentifier() or iskeyword(name) or name in CONSTANTS:
            self.fault(
                "E126",
                f"`{name}` cannot name a variable",
                route,
                "letters, digits and _ only, not a word of the language",
                at_key=True,
            )

    def given_name(self, name: str, route: Route, *, at_key: bool = False) -> None:
        """Check a name given to a layer, a path or an input."""
        if not name or "." in name or name in {"input", "prev"} or not name.isprintable() or "$" in name:
            label = "reserved" if name in {"input", "prev"} else "a name is printable text without dots"
            self.fault("E126", f"`{name}` cannot be a name", route, label, at_key=at_key)
