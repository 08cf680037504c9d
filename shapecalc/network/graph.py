"""The network, expanded: nodes in order, each with its facts, and the groups they were written in. Frozen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING, Literal

from shapecalc.diagnostics import Diagnostic, Route, Severity

if TYPE_CHECKING:
    from shapecalc.formulas.reach import Reach
    from shapecalc.layers.base import Layer, Mixing, Ops
    from shapecalc.network.spec import NetworkSpec
    from shapecalc.shape import Shape
    from shapecalc.source.document import Document


@dataclass(frozen=True, slots=True)
class Node:
    """One operation: its layer, what feeds it, and the layer's facts for these inputs.

    ``output`` is None where the shape cannot be known; then no other fact is.
    """

    name: str
    kind: str
    layer: Layer | None
    inputs: tuple[str, ...]
    route: Route
    output: Shape | None = None
    weights: Mapping[str, Shape] = field(default_factory=dict)
    ops: Ops | None = None
    reach: tuple[tuple[Reach, ...], ...] = ()
    inner: Mapping[str, Shape] = field(default_factory=dict)
    mixing: Mixing = "each"
    shared_with: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Nodes that were written as one: a layer with its norm and activation, a block's call, a set of paths."""

    name: str
    kind: str
    sort: Literal["layer", "call", "paths"]
    start: int
    stop: int
    end: str
    """The node whose output is the group's."""
    level: int
    """How many calls it stands in."""
    route: Route = ()
    """Where a block's call is written."""


@dataclass(frozen=True)
class Graph:
    """All nodes of a network, in an order in which each comes after what feeds it."""

    spec: NetworkSpec
    inputs: Mapping[str, Shape]
    nodes: tuple[Node, ...]
    groups: tuple[Group, ...]
    outputs: Mapping[str, str]
    """The node that gives each output, by the output's name."""
    diagnostics: tuple[Diagnostic, ...]
    complete: bool
    """Whether every layer of the file is here, known or not."""
    document: Document = field(compare=False, repr=False)
    settings: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)
    """The values that variables of the document were given from outside."""

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes)

    def __len__(self) -> int:
        return len(self.nodes)

    @property
    def name(self) -> str:
        """The network's name; the file's, if it gives none."""
        return self.spec.name or PurePath(self.document.name).stem

    @property
    def wrong(self) -> bool:
        """Whether a fault leaves something of the network unknown."""
        return any(d.severity is Severity.ERROR and d.code.startswith("E") for d in self.diagnostics)
