"""What the tool says about a spec: one record for every fault, and the errors that carry it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

Route = tuple[str | int, ...]
"""Keys and indices from the top of a document to one of its values."""


class Severity(StrEnum):
    """How much a diagnostic matters."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Place:
    """Characters of a text: line and column from 0, and where they end."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Related:
    """Another place that a diagnostic speaks of: where the other number came from."""

    message: str
    route: Route | None = None
    place: Place | None = None
    """Where the text has no routes yet."""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One fault: the fact, the exact place, the cure, each in a field of its own."""

    code: str
    message: str
    route: Route = ()
    label: str = ""
    help: str = ""
    severity: Severity = Severity.ERROR
    related: tuple[Related, ...] = ()
    at_key: bool = False
    """Point at the key that the route ends in, rather than at its value."""
    span: tuple[int, int] | None = None
    """First character and length within the value's text, where only a part of it is at fault."""
    place: Place | None = None
    """Where a text is at fault that has no routes yet."""


class SpecError(Exception):
    """A spec that cannot be read at all; ``diagnostics`` says why."""

    def __init__(self, diagnostics: Iterable[Diagnostic], name: str = "", text: str = "") -> None:
        self.diagnostics = tuple(diagnostics)
        self.name = name
        self.text = text
        super().__init__("; ".join(f"{d.code}: {d.message}" for d in self.diagnostics))


class Mismatch(Exception):
    """Raised by a layer that cannot take its input; the graph's builder makes it a Diagnostic."""

    def __init__(self, code: str, message: str, *, field: str = "", label: str = "", help: str = "") -> None:
        self.code = code
        self.message = message
        self.field = field
        self.label = label
        self.help = help
        super().__init__(message)


def nearest(word: object, known: Iterable[str]) -> str:
    """The known word that looks most like this one; empty when none is near."""
    text = str(word)[:100]
    by_lower = {name.lower(): name for name in known}
    from difflib import get_close_matches  # noqa: PLC0415  only a slip needs it

    found = get_close_matches(text.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[found[0]] if found else ""
