"""Where things stand in a text: its lines, and the place of every key and value in it."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from shapecalc.diagnostics import Place, Route

BREAKS = "\n\r\x85\u2028\u2029"
"""What ends a line: once control characters are refused, exactly where ``str.splitlines`` cuts."""


class Mark(Protocol):
    """A place in a text, as a parser gives it."""

    index: int
    line: int
    column: int


class Marked(Protocol):
    """Something in a text, from one mark to another."""

    start_mark: Mark
    end_mark: Mark


def line_start(text: str, index: int) -> int:
    """Where the line begins that has the character at ``index``."""
    return 1 + max(text.rfind(mark, 0, index) for mark in BREAKS)


def place(text: str, start: int, end: int) -> Place:
    """The characters from ``start`` up to ``end``, as lines and columns."""
    return Place(*_line_and_column(text, start), *_line_and_column(text, end))


def _line_and_column(text: str, index: int) -> tuple[int, int]:
    start = line_start(text, index)
    line = sum(text.count(mark, 0, start) for mark in BREAKS) - text.count("\r\n", 0, start)
    return line, index - start


def span(first: Marked, last: Marked) -> Place:
    """From the beginning of one thing to the end of another."""
    start, end = first.start_mark, last.end_mark
    return Place(start.line, start.column, end.line, end.column)


def shown(text: str, most: int = 40) -> str:
    """A piece of what the user wrote, on one line and short, for use in a message."""
    words = " ".join(text[: 4 * most].split())
    if len(words) > most or len(text) > 4 * most:
        words = words[: most - 1] + "…"
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in words)


class Places:
    """Where the keys and values of a text stand, by route; of two with one route, the first."""

    def __init__(self, text: str) -> None:
        self.keys: dict[Route, Place] = {}
        self.values: dict[Route, Place] = {}
        self._lines = text.splitlines()
        self._ends: dict[int, int] = {}

    def key(self, route: Route, key: Marked) -> None:
        """Note a key."""
        self.keys.setdefault(route, span(key, key))
        self._reach(key)

    def scalar(self, route: Route, scalar: Marked, *, block: bool) -> None:
        """Note a scalar; one that is written as a block ends with its last line that is not blank."""
        where = span(scalar, scalar)
        if block:
            last = where.end_line if where.end_column else where.end_line - 1
            while last > where.line and not self._lines[last].strip():
                last -= 1
            where = replace(where, end_line=last, end_column=len(self._lines[last].rstrip()))
        self.values.setdefault(route, where)
        self._reach(scalar)

    def opened(self, route: Route, start: Marked) -> None:
        """Note the start of a list or mapping."""
        line, column = start.start_mark.line, start.start_mark.column
        self.values.setdefault(route, Place(line, column, line, column))

    def closed(self, route: Route, end: Marked) -> None:
        """Let a list or mapping reach to its end, or to that of what its first line has of it."""
        start = self.values[route]
        if end.start_mark.index < end.end_mark.index:  # a bracket; a block ends without a sign
            self._reach(end)
        column = max(self._ends.get(start.line, 0), start.column)
        self.values[route] = replace(start, end_column=column)

    def _reach(self, thing: Marked) -> None:
        start, end = thing.start_mark, thing.end_mark
        self._ends[start.line] = end.column if start.line == end.line else len(self._lines[start.line].rstrip())
