"""The sections of a file: a Document's plain data becomes a NetworkSpec, with every fault told at its route."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from shapecalc.diagnostics import Diagnostic, Related, Route, nearest
from shapecalc.network.amounts import Amount, amount
from shapecalc.network.items import ItemReader
from shapecalc.network.spec import (
    Block,
    BrokenItem,
    CallItem,
    Item,
    LoopItem,
    NetworkSpec,
    ParallelItem,
    Raw,
    ResidualItem,
)
from shapecalc.network.words import COMMON, COMPOSED, REQUIRED, listed
from shapecalc.source.expressions import ExpressionError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shapecalc.layers import Kinds

SECTIONS = (
    "name",
    "description",
    "source",
    "input",
    "inputs",
    "vars",
    "defaults",
    "blocks",
    "layers",
    "outputs",
    "budget",
    "published",
)
BLOCK_KEYS = ("params", "layers", "description")
BUDGET_KEYS = ("params", "macs", "flops", "memory", "receptive_field")
PUBLISHED_KEYS = ("params", "buffers", "macs", "flops", "receptive_field", "convention", "source", "note")


class Validator:
    """One file's sections, and the faults met on the way."""

    def __init__(self, data: Mapping[str, Raw], kinds: Kinds) -> None:
        self.kinds = kinds
        self.faults: list[Diagnostic] = []
        self.blocks: dict[str, Block] = {}
        self.defaults: dict[str, Mapping[str, Raw]] = {}
        self.reader = ItemReader(kinds, self.blocks, self.defaults, self.faults)
        self.given = data
        meant = {key: near for key in data if key not in SECTIONS and (near := nearest(key, SECTIONS)) not in data}
        self.misspelt = frozenset(filter(None, meant.values()))
        self.data = {meant.get(key) or key: value for key, value in data.items()}

    def spec(self) -> NetworkSpec:
        """The whole file."""
        for key in self.given:
            if key not in SECTIONS:
                near = nearest(key, SECTIONS)
                self.reader.fault(
                    "E110",
                    f"`{key}` is not a section of a spec",
                    (key,),
                    "no section of this name",
                    f"did you mean `{near}`?" if near else f"the sections are {listed(SECTIONS)}",
                    at_key=True,
                )
        inputs, routes = self.inputs()
        variables = self.mapping("vars")
        for name in variables:
            self.reader.variable_name(name, ("vars", name))
        self.read_defaults()
        self.read_blocks()
        if self.data.get("layers") is None:
            self.reader.fault(
                "E111",
                "the file has no layers",
                (),
                "",
                "add `layers:` with a list; `shapecalc new` shows one",
            )
        layers = self.reader.items(self.data.get("layers"), ("layers",))
        self.no_cycles()
        return NetworkSpec(
            name=self.text("name"),
            description=self.text("description"),
            source=self.text("source"),
            inputs=inputs,
            input_routes=routes,
            variables=variables,
            defaults=self.defaults,
            blocks=self.blocks,
            layers=layers,
            outputs=self.outputs(),
            budget=self.budget(),
            published=self.published(),
            misspelt=self.misspelt,
        )

    def text(self, section: str) -> str:
        """A section that is prose."""
        value = self.data.get(section)
        if isinstance(value, list | dict):
            self.reader.fault("E114", f"`{section}` is a text", (section,), "not a text")
            return ""
        return "" if value is None else str(value)

    def mapping(self, section: str) -> Mapping[str, Raw]:
        """A section that is a mapping."""
        value = self.data.get(section)
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.reader.fault("E109", f"`{section}` is a mapping", (section,), "not `name: value` lines")
            return {}
        return value

    def inputs(self) -> tuple[dict[str, Raw], dict[str, Route]]:
        """The network's inputs by name, and their routes; the single one is called ``input``."""
        if "input" in self.data and "inputs" in self.data:
            self.reader.fault(
                "E118",
                "`input` and `inputs` are both given",
                ("inputs",),
                "the second one",
                "keep one",
                at_key=True,
            )
        if "inputs" in self.data:
            named = self.mapping("inputs")
            for name in named:
                self.reader.given_name(name, ("inputs", name), at_key=True)
            return dict(named), {name: ("inputs", name) for name in named}
        if self.data.get("input") is None:
            self.reader.fault("E111", "the file has no input", (), "", "add a line such as `input: [3, 224, 224]`")
            return {}, {}
        return {"input": self.data["input"]}, {"input": ("input",)}

    def read_defaults(self) -> None:
        """Options for every layer of a kind."""
        for kind, options in self.mapping("defaults").items():
            if not self.kinds.found(kind):
                self.reader.unknown_kind(kind, ("defaults", kind))
                continue
            layer = self.kinds[kind]
            known = (*layer.model_fields, *(COMPOSED if layer.composes else ()))
            if not isinstance(options, dict):
                self.reader.fault(
                    "E109",
                    f"the defaults of `{kind}` are options by name",
                    ("defaults", kind),
                    "not a mapping",
                    f"as in `{kind}: {{{known[0] if known else 'option'}: …}}`",
                )
                continue
            self.defaults[kind] = {
                key: value
                for key, value in options.items()
                if self.reader.known(key, known, f"`{kind}`", ("defaults", kind, key))
            }

    def read_blocks(self) -> None:
        """Blocks: first all their names, then their bodies, which may call any of them."""
        sections = {name: self.block_keys(name, raw) for name, raw in self.mapping("blocks").items()}
        for name, raw in sections.items():
            route: Route = ("blocks", name)
            if not name[:1].isupper() or not name.isidentifier():
                self.reader.fault(
                    "E126",
                    f"`{name}` cannot name a block",
                    route,
                    "must begin with a capital and hold letters, digits and _ only",
                    f"write `{name[:1].upper()}{name[1:]}`" if name.isidentifier() else "",
                    at_key=True,
                )
            if not isinstance(raw, dict):
                label = "a list" if isinstance(raw, list) else "no mapping"
                help = "write `layers:` above the list" if isinstance(raw, list) else "give it `layers:`"
                self.reader.fault("E109", f"block `{name}` needs the key `layers`", route, label, help, at_key=True)
            params = raw.get("params") if isinstance(raw, dict) else None
            self.blocks[name] = Block(name, route, self.params(name, params, route))
        for name, raw in sections.items():
            route = ("blocks", name)
            if not isinstance(raw, dict):
                body: tuple[Item, ...] = (BrokenItem(route, ""),)
            elif "layers" not in raw:
                self.reader.fault("E111", f"block `{name}` has no layers", route, "no `layers:`", at_key=True)
                body = (BrokenItem(route, ""),)
            else:
                body = self.reader.items(raw["layers"], (*route, "layers"))
            self.blocks[name] = Block(name, route, self.blocks[name].params, body)

    def block_keys(self, name: str, raw: Raw) -> Raw:
        """A block's mapping, with misspelt keys told and read as what they mean."""
        if not isinstance(raw, dict):
            return raw
        route: Route = ("blocks", name)
        meant = {key: self.reader.meant(key, BLOCK_KEYS, f"block `{name}`", (*route, key), raw) for key in raw}
        return {meant[key]: value for key, value in raw.items() if meant[key]}

    def params(self, block: str, raw: Raw, route: Route) -> Mapping[str, Raw]:
        """A block's parameters, each ``required`` or with its default."""
        if raw is None:
            return {}
        if not isinstance(raw, dict):
            self.reader.fault(
                "E109",
                f"the parameters of block `{block}` are a mapping",
                (*route, "params"),
                "not a mapping",
                "as in `params: {c: required, stride: 1}`",
            )
            return {}
        for name in raw:
            self.reader.variable_name(name, (*route, "params", name))
            if name in (*COMMON, "share", REQUIRED):
                self.reader.fault(
                    "E126",
                    f"`{name}` cannot name a parameter",
                    (*route, "params", name),
                    "every layer has an option of this name",
                    at_key=True,
                )
        return raw

    def no_cycles(self) -> None:
        """Check that no block calls itself, by way of others or directly."""
        calls = {name: list(_calls(block.body)) for name, block in self.blocks.items()}
        done: set[str] = set()
        for start in self.blocks:
            path: list[tuple[str, Iterator[CallItem]]] = [(start, iter(calls[start]))]
            on_path = {start}
            while path:
                name, rest = path[-1]
                call = next(rest, None)
                if call is None:
                    path.pop()
                    on_path.discard(name)
                    done.add(name)
                elif call.head in on_path:
                    names = [step for step, _ in path]
                    cycle = [*names[names.index(call.head) :], call.head]
                    self.reader.fault(
                        "E202",
                        f"block `{call.head}` calls itself",
                        call.key,
                        " → ".join(cycle),
                        "a block cannot hold itself; `repeat` and `for` do a thing several times",
                        at_key=True,
                        related=(Related(f"`{call.head}` is defined here", ("blocks", call.head)),),
                    )
                    broken = (BrokenItem(call.route, call.head),)
                    self.blocks[name] = Block(name, self.blocks[name].route, self.blocks[name].params, broken)
                elif call.head not in done:
                    path.append((call.head, iter(calls[call.head])))
                    on_path.add(call.head)

    def outputs(self) -> tuple[str, ...]:
        """The names of the network's outputs, where the file gives them."""
        raw = self.data.get("outputs")
        if raw is None:
            return ()
        names = raw if isinstance(raw, list) else [raw]
        for index, name in enumerate(names):
            if not isinstance(name, str):
                route: Route = ("outputs", index) if isinstance(raw, list) else ("outputs",)
                self.reader.fault("E114", "an output is the name of a layer", route, "not a name")
        return tuple(name for name in names if isinstance(name, str))

    def amount(self, raw: Raw, route: Route) -> Amount | None:
        """An amount of a budget or a published figure."""
        try:
            return amount(raw)
        except ExpressionError as error:
            self.reader.fault(error.code, error.message, route, error.label, error.help)
            return None

    def budget(self) -> Mapping[str, Amount]:
        """What the network may cost at most, per example."""
        raw = self.mapping("budget")
        return {
            key: read
            for key, value in raw.items()
            if self.reader.known(key, BUDGET_KEYS, "`budget`", ("budget", key))
            and (read := self.amount(value, ("budget", key))) is not None
        }

    def published(self) -> tuple[Mapping[str, Any], ...]:
        """Figures that others give for this network, with their sources."""
        raw = self.data.get("published")
        if raw is None:
            return ()
        entries = raw if isinstance(raw, list) else [raw]
        read = []
        for index, entry in enumerate(entries):
            route: Route = ("published", index) if isinstance(raw, list) else ("published",)
            if not isinstance(entry, dict):
                self.reader.fault(
                    "E109",
                    "a published figure is a mapping",
                    route,
                    "not a mapping",
                    "as in `{params: 61706, source: …}`",
                )
                continue
            figures: dict[str, Any] = {}
            for key, value in entry.items():
                at = (*route, key)
                if not self.reader.known(key, PUBLISHED_KEYS, "`published`", at):
                    continue
                figures[key] = str(value) if key in {"convention", "source", "note"} else self.amount(value, at)
            if "source" not in figures:
                self.reader.fault("E111", "a published figure needs its source", route, "no `source`")
            read.append(figures)
        return tuple(read)


def _calls(items: tuple[Item, ...]) -> Iterator[CallItem]:
    waiting = list(items)
    while waiting:
        item = waiting.pop(0)
        match item:
            case CallItem():
                yield item
            case LoopItem():
                waiting.extend(item.body)
            case ResidualItem():
                waiting.extend(item.body)
                waiting.extend(item.shortcut if isinstance(item.shortcut, tuple) else ())
            case ParallelItem():
                waiting.extend(inner for body in item.paths.values() for inner in body)
            case _:
                pass


def validate(data: Mapping[str, Raw], kinds: Kinds) -> tuple[NetworkSpec, list[Diagnostic]]:
    """What a file says, and every fault of its structure."""
    validator = Validator(data, kinds)
    return validator.spec(), validator.faults
