"""A diagnostic as text: the fact, the line with a caret under the fault, where the other number came from, the cure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len, chop_cells
from rich.text import Text

from shapecalc.diagnostics import Diagnostic, Place, Route, Severity
from shapecalc.render.units import plain
from shapecalc.render.wrapping import wrapped

if TYPE_CHECKING:
    from shapecalc.source.document import Document

STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.NOTE: "bold cyan"}
TAB = "    "
MOST = 20


@dataclass(frozen=True)
class Source:
    """The text that diagnostics point into: its name, its lines, and where its routes are."""

    name: str
    lines: tuple[str, ...]
    key_place: Callable[[Route], Place | None]
    value_place: Callable[[Route], Place | None]

    @classmethod
    def of(cls, document: Document) -> Source:
        """A document as a source."""
        return cls(document.name, tuple(document.text.splitlines()), document.key_place, document.value_place)

    @classmethod
    def unread(cls, name: str, text: str) -> Source:
        """A text that could not be read, and so has no routes."""
        return cls(name, tuple(text.splitlines()), lambda _: None, lambda _: None)

    def place(self, fault: Diagnostic) -> Place | None:
        """Where a fault is."""
        if fault.place is not None:
            return fault.place
        place = (self.key_place if fault.at_key else self.value_place)(fault.route)
        return self.narrowed(place, fault.span) if place and fault.span else place

    def narrowed(self, place: Place, span: tuple[int, int]) -> Place:
        """A part of a scalar on one line; the whole of it where it is not written as it is read."""
        if place.line != place.end_line or place.line >= len(self.lines):
            return place
        quoted = self.lines[place.line][place.column : place.column + 1] in {"'", '"'}
        start = place.column + quoted + span[0]
        end = min(start + span[1], place.end_column)
        return Place(place.line, start, place.line, end) if start < place.end_column else place


def written(faults: Iterable[Diagnostic], source: Source, width: int) -> Iterator[Text]:
    """Every fault as text, and how many more there are than anyone would read."""
    every = list(faults)
    for fault in every[:MOST]:
        yield _one(fault, source, width)
    if len(every) > MOST:
        yield Text(f"and {len(every) - MOST:,} more")


def _one(fault: Diagnostic, source: Source, width: int) -> Text:
    place = source.place(fault)
    number = str(place.line + 1) if place else ""
    gutter = " " * len(number)
    text = Text()
    head = f"{fault.severity}[{fault.code}]: "
    text.append(head, STYLES[fault.severity])
    message = wrapped(plain(fault.message), width, " " * len(head), " " * 4)
    text.append("\n".join(message).lstrip() + "\n", "bold")
    if place is None:
        where = _dotted(fault.route)
        if source.name or where:
            text.append(f" ╭─ {plain(source.name)}{' at ' + where if where else ''}\n")
        if fault.label:
            text.append("\n".join(wrapped(plain(fault.label), width, " │ ")) + "\n")
    else:
        text.append(f"{gutter} ╭─ {plain(source.name)}:{place.line + 1}:{place.column + 1}\n")
        _snippet(text, fault, source, place, number, width)
    related = list(dict.fromkeys(_related(fault, source)))
    for index, line in enumerate(related):
        corner = "╰─" if index == len(related) - 1 else "├─"
        text.append("\n".join(wrapped(line, width, f"{gutter} {corner} ", f"{gutter}    ")) + "\n")
    if fault.help:
        text.append("\n".join(wrapped(f"help: {plain(fault.help)}", width, f"{gutter} = ", f"{gutter}   ")) + "\n")
    text.rstrip()
    return text


def _related(fault: Diagnostic, source: Source) -> Iterator[str]:
    for other in fault.related:
        place = other.place or (source.key_place(other.route) if other.route else None)
        where = f"  ({plain(source.name)}:{place.line + 1})" if place else ""
        yield plain(other.message) + where


def _snippet(text: Text, fault: Diagnostic, source: Source, place: Place, number: str, width: int) -> None:
    line = source.lines[place.line] if place.line < len(source.lines) else ""
    end = place.end_column if place.end_line == place.line else len(line)
    before, marked, after = (
        _shown(part)
        for part in (line[: place.column], line[place.column : max(end, place.column)], line[max(end, place.column) :])
    )
    room = max(width - len(number) - 3, 20)
    if cell_len(before + marked + after) > room:
        before, marked, after = _cropped(before, marked, after, room)
    text.append(f"{number} │ {before}{marked}{after}".rstrip() + "\n")
    gutter = " " * len(number)
    indent, carets = " " * cell_len(before), "^" * max(cell_len(marked), 1)
    label = plain(fault.label)
    if cell_len(indent) + len(carets) + 1 + cell_len(label) <= room:
        text.append(f"{gutter} │ {indent}")
        text.append(f"{carets} {label}".rstrip() + "\n", STYLES[fault.severity])
        return
    text.append(f"{gutter} │ {indent}")
    text.append(f"{carets}\n", STYLES[fault.severity])
    text.append("\n".join(wrapped(label, width, f"{gutter} │ ")) + "\n", STYLES[fault.severity])


def _shown(text: str) -> str:
    return plain(text.replace("\t", TAB))


def _cropped(before: str, marked: str, after: str, room: int) -> tuple[str, str, str]:
    """The part of a long line around the fault."""
    if cell_len(marked) > room // 2:
        marked = chop_cells(marked, room // 2 - 1)[0] + "…"
    left = (room - cell_len(marked)) // 2
    if cell_len(before) > left:
        before = "…" + chop_cells(before[::-1], left - 1)[0][::-1]
    rest = room - cell_len(before) - cell_len(marked)
    if cell_len(after) > rest:
        after = chop_cells(after, max(rest - 1, 1))[0] + "…"
    return before, marked, after


def _dotted(route: Route) -> str:
    text = ""
    for step in route:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return plain(text)
