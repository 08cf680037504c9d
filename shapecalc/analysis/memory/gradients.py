"""The gradients of activations on the way back: made, handed on, added up, let go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from shapecalc.analysis.memory.saved import told

if TYPE_CHECKING:
    from shapecalc.analysis.memory.ledger import Held, Ledger
    from shapecalc.network.graph import Node


@dataclass
class Gradients:
    """The gradients that are there, each in memory of its own or in that of one that was handed on."""

    ledger: Ledger
    made: Mapping[str, Held]
    wanted: set[str]
    memory: dict[str, int] = field(default_factory=dict)
    """For each tensor whose gradient is there, the number of the memory it is in."""
    users: Counter[int] = field(default_factory=Counter)
    """How many gradients are in each memory."""
    number: int = 0

    def begin(self, outputs: Iterable[str]) -> None:
        """The gradients of the outputs, which the loss gives."""
        for name in dict.fromkeys(outputs):
            if name in self.wanted:
                self.memory[name] = self.fresh(name)

    def fresh(self, tensor: str) -> int:
        """New memory for a gradient."""
        self.number += 1
        self.users[self.number] = 1
        held = self.made[tensor]
        self.ledger.add(("gradient", self.number), held._replace(name=f"{tensor} gradient", role="gradient"))
        return self.number

    def release(self, number: int) -> None:
        """One gradient less in a memory, which goes with the last."""
        self.users[number] -= 1
        if not self.users[number]:
            self.ledger.drop(("gradient", number))

    def through(self, node: Node) -> None:
        """Go back through a node: the gradients of its inputs from that of its output."""
        own = self.memory.pop(node.name, None)
        if own is None or node.layer is None:
            return
        handed = node.layer.hands_on(*(self.made[name].shape for name in node.inputs))
        parts: list[tuple[str, int]] = []
        for name, way, same in zip(node.inputs, told(node), handed, strict=False):
            if way and name in self.wanted:
                parts.append((name, self.hand_on(own) if same else self.fresh(name)))
        self.ledger.mark(node.name, "backward")
        for name, part in parts:
            self.memory[name] = self.added(name, part, node.name)
        self.release(own)

    def hand_on(self, number: int) -> int:
        """The same memory for one gradient more."""
        self.users[number] += 1
        return number

    def added(self, name: str, part: int, at: str) -> int:
        """The gradient that a tensor has now that one more is there: added to the first in its own memory."""
        before = self.memory.get(name)
        if before is None:
            return part
        if self.users[before] > 1:
            if self.users[part] > 1:
                both = self.fresh(name)
                self.ledger.mark(at, "backward")
                self.release(part)
                self.release(before)
                return both
            before, part = part, before
        self.release(part)
        return before
