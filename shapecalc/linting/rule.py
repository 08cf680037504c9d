"""A rule: its page, its examples and its check, in one class."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from inspect import cleandoc
from typing import TYPE_CHECKING, ClassVar

from shapecalc.diagnostics import Route, Severity

if TYPE_CHECKING:
    from shapecalc.linting.subject import Subject
    from shapecalc.network.graph import Node
    from shapecalc.source.edit import Edit, Editor


@dataclass(frozen=True, slots=True)
class Fix:
    """A change to the text that takes a fault away, and what it promises of the figures."""

    edit: Callable[[Editor], Edit]
    params: int = 0
    """Parameters that it saves; every other figure but the operations stays the same."""


@dataclass(frozen=True, slots=True)
class Found:
    """A fault that a rule has found, at one place."""

    message: str
    route: Route
    label: str = ""
    help: str = ""
    at_key: bool = False
    node: str = ""
    """The layer it is found at, where it is one."""
    fix: Fix | None = None
    params: int = 0
    """Parameters that it is about, where those of several layers are to be added up."""
    weight: int = 0
    """How bad it is: of several that are made at one place the worst is told."""


class Rule(ABC):
    """One thing that can be unwise in a network.

    Its docstring is its page: a line that says what it finds, then *Why it matters* and *What to do*.
    """

    code: ClassVar[str]
    name: ClassVar[str]
    family: ClassVar[str]
    pedantic: ClassVar[bool] = False
    """A matter of taste, or of what the network is for: looked for only when asked."""
    fixable: ClassVar[bool] = False
    early: ClassVar[bool] = False
    """It needs no shape but the inputs', and may be why the others do not fit: it is told beside errors."""
    bad: ClassVar[str]
    """Layers, or a whole spec, in which it finds something."""
    good: ClassVar[str]
    """The same, mended."""
    example_input: ClassVar[tuple[int, ...]] = (8, 16, 16)

    @abstractmethod
    def check(self, net: Subject) -> Iterator[Found]:
        """Every fault of this kind in a network; what is not known is passed over."""

    @property
    def severity(self) -> Severity:
        """How much what it finds matters."""
        return Severity.NOTE if self.pedantic else Severity.WARNING

    @property
    def summary(self) -> str:
        """The first line of its page."""
        return cleandoc(type(self).__doc__ or "").splitlines()[0]

    def spec(self, example: str) -> str:
        """An example as a whole spec."""
        text = cleandoc(example)
        if not text.startswith("- "):
            return f"{text}\n"
        body = "\n".join(f"  {line}" for line in text.splitlines())
        return f"input: {list(self.example_input)}\nlayers:\n{body}\n"

    @staticmethod
    def at(
        net: Subject,
        node: Node,
        option: str,
        message: str,
        label: str = "",
        help: str = "",
        *,
        fix: Fix | None = None,
        params: int = 0,
        weight: int = 0,
    ) -> Found:
        """A fault at an option of a layer, or where that is not written, at what the layer begins with."""
        route, at_key = net.place(node, option)
        return Found(message, route, label, help, at_key, node.name, fix, params, weight)
