"""What is alive at each moment of a run, written down as tensors come and go."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

from shapecalc.analysis.memory.formats import sized
from shapecalc.formulas.counting import batched

if TYPE_CHECKING:
    from shapecalc.layers.saving import Kept
    from shapecalc.network.graph import Node
    from shapecalc.shape import Shape

Role = Literal["input", "output", "inner", "saved", "gradient", "again"]
Phase = Literal["forward", "backward", "again"]


class Held(NamedTuple):
    """One tensor: its name, its shape for one example, its format, and what it is there for."""

    name: str
    shape: Shape
    format: str
    role: Role
    once: bool = False
    """One for the whole batch."""

    @property
    def size(self) -> int:
        """Bytes of one example's, or of the only one."""
        return sized(self.shape, self.format)

    def at(self, batch: int) -> int:
        """Bytes for a batch."""
        return self.size if self.once or batch == 1 else batched(self.size, batch)


class Moment(NamedTuple):
    """The bytes alive while a node runs: those that are there once, and those of each example."""

    at: str
    phase: Phase
    fixed: int
    each: int

    def bytes(self, batch: int) -> int:
        """The bytes for a batch."""
        return self.fixed + self.each * batch


@dataclass
class Ledger:
    """Tensors alive, and every moment of the run so far; of the one that is asked for, what was alive."""

    wanted: int | None = None
    """The number of the moment of which all tensors are told."""
    alive: dict[Hashable, tuple[Held, int]] = field(default_factory=dict)
    moments: list[Moment] = field(default_factory=list)
    seen: tuple[Held, ...] = ()
    fixed: int = 0
    each: int = 0

    def add(self, key: Hashable, held: Held) -> None:
        """A tensor comes to life; under a key that is there already it takes that one's place."""
        self.drop(key)
        size = int(held.size)
        self.alive[key] = held, size
        if held.once:
            self.fixed += size
        else:
            self.each += size

    def drop(self, key: Hashable) -> None:
        """A tensor goes, if it is there."""
        held, size = self.alive.pop(key, (None, 0))
        if held is None:
            return
        if held.once:
            self.fixed -= size
        else:
            self.each -= size

    def rename(self, key: Hashable, held: Held) -> None:
        """Another tensor of the same size is written over one."""
        if key in self.alive:
            self.alive[key] = held, self.alive[key][1]

    def mark(self, at: str, phase: Phase = "forward") -> None:
        """Write the moment down."""
        if self.wanted == len(self.moments):
            self.seen = tuple(held for held, _ in self.alive.values())
        self.moments.append(Moment(at, phase, self.fixed, self.each))


def of_kept(node: str, kept: Iterable[Kept], usual: str, *, fused: bool) -> Iterable[tuple[Hashable, Held]]:
    """What is made for the way back of a node, as tensors."""
    for one in kept:
        shape, form = one.shape, usual if one.format == "activations" else one.format
        if fused and one.fused is not None:
            shape, form = one.fused, "float32"
        if shape is not None:
            yield (node, one.what), Held(f"{node} {one.what}", shape, form, "saved", one.once)


def of_inner(node: Node, usual: str, left_out: Collection[tuple[str, str]]) -> Iterable[tuple[Hashable, Held]]:
    """What a node makes on the way, as tensors, but for what is left out."""
    for name, shape in node.inner.items():
        if (node.name, name) not in left_out:
            yield (node.name, name), Held(f"{node.name} {name}", shape, usual, "inner")
