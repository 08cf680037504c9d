"""Names of nodes: given ones, counted ones, and where a name that is used leads."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from shapecalc.diagnostics import Route

NOWHERE = ""
"""The source of a layer that has none: the first of a network with several inputs."""


class Span(NamedTuple):
    """What a name stands for: nodes from ``start`` to ``stop``, and the one whose output it gives."""

    start: int
    stop: int
    end: str
    route: Route


@dataclass(slots=True)
class Frame:
    """A body in which names are counted: the file's layers, a block's call, a path."""

    prefix: str = ""
    outer: Frame | None = None
    """Where a name that is not found here is looked for next: the body that this one is written in."""
    calls: tuple[Route, ...] = ()
    """The block calls that led here, the innermost first."""
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def level(self) -> int:
        """How many block calls this body stands in."""
        return len(self.calls)


class Names:
    """All names of a network, full ones with their dots."""

    def __init__(self) -> None:
        self.spans: dict[str, Span] = {}
        self.left_out: set[str] = set()

    def counted(self, kind: str, frame: Frame) -> str:
        """The next free name of a kind in a body: ``conv1``, then ``conv2``."""
        while True:
            frame.counts[kind] = count = frame.counts.get(kind, 0) + 1
            name = f"{frame.prefix}{kind}{count}"
            if name not in self.spans:
                return name

    def find(self, reference: str, frame: Frame) -> Span | None:
        """What a name leads to, looked for in this body, then in those it is written in."""
        scope: Frame | None = frame
        while scope is not None:
            if (span := self.spans.get(scope.prefix + reference)) is not None:
                return span
            scope = scope.outer
        return None

    def visible(self, frame: Frame) -> list[str]:
        """The names that can be used in a body, nearest first."""
        found: dict[str, None] = {}
        scope: Frame | None = frame
        while scope is not None:
            start = len(scope.prefix)
            found.update((name[start:], None) for name in self.spans if name.startswith(scope.prefix))
            scope = scope.outer
        return [name for name in found if "." not in name]

    def inside(self, name: str, frame: Frame) -> list[str]:
        """What a name is called in full that is given within a path or a call of this body."""
        start = len(frame.prefix)
        return [full[start:] for full in self.spans if full.startswith(frame.prefix) and full.endswith(f".{name}")]
