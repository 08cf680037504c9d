"""What a file says, checked in its structure but not expanded: frozen records that carry their route."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shapecalc.diagnostics import Route

Raw = Any
"""A value as the file has it: a scalar, a list or a mapping."""


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a list of layers: its head (the key that says what it is) and its options as written."""

    route: Route
    head: str
    options: Mapping[str, Raw] = field(default_factory=dict)
    """Options beside the head and inside its value, the head's own value under the name of the main option."""
    places: Mapping[str, Route] = field(default_factory=dict)
    """Routes of the options that do not stand beside the head."""

    def place(self, option: str) -> Route:
        """The route of an option."""
        return self.places.get(option, (*self.route, option))

    @property
    def key(self) -> Route:
        """The route of the head."""
        return (*self.route, self.head)


@dataclass(frozen=True, slots=True)
class LayerItem(Item):
    """A layer of one kind."""


@dataclass(frozen=True, slots=True)
class CallItem(Item):
    """A call of a block; ``arguments`` are by parameter."""

    arguments: Mapping[str, Raw] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LoopItem(Item):
    """A body done once for each value of its variables, which go in step."""

    variables: Mapping[str, Raw] = field(default_factory=dict)
    body: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class ParallelItem(Item):
    """Named paths from one input, joined at their ends."""

    paths: Mapping[str, tuple[Item, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ResidualItem(Item):
    """A path with a shortcut around it, added at its end."""

    body: tuple[Item, ...] = ()
    shortcut: str | tuple[Item, ...] = "auto"


@dataclass(frozen=True, slots=True)
class BrokenItem(Item):
    """An entry with a fault that has been told; what it gives is unknown."""


@dataclass(frozen=True, slots=True)
class Block:
    """A list of layers with a name and parameters."""

    name: str
    route: Route
    params: Mapping[str, Raw] = field(default_factory=dict)
    body: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class NetworkSpec:
    """A whole file."""

    name: str = ""
    description: str = ""
    source: str = ""
    inputs: Mapping[str, Raw] = field(default_factory=dict)
    input_routes: Mapping[str, Route] = field(default_factory=dict)
    variables: Mapping[str, Raw] = field(default_factory=dict)
    defaults: Mapping[str, Mapping[str, Raw]] = field(default_factory=dict)
    blocks: Mapping[str, Block] = field(default_factory=dict)
    layers: tuple[Item, ...] = ()
    outputs: tuple[str, ...] = ()
    budget: Mapping[str, Any] = field(default_factory=dict)
    published: tuple[Mapping[str, Any], ...] = ()
    misspelt: frozenset[str] = frozenset()
    """Sections that were read although their names are not quite right."""
