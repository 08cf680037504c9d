"""The comments of a text: what a parser throws away, and a reader may be told in."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from yaml.events import ScalarEvent

from shapecalc.source.reader import FASTEST, PARSERS, Event


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment, from its mark to the end of its line."""

    text: str
    line: int
    """Counted from 0."""
    column: int
    about: int
    """The line that it is about: its own, or if it stands alone, the next that says something."""


def comments(text: str) -> list[Comment]:
    """Every comment of a text that can be read, in order."""
    if "#" not in text:
        return []
    found = list(_marks(text))
    lines = text.splitlines()
    about: dict[int, int] = {}
    following = len(lines) - 1
    for line in range(len(lines) - 1, -1, -1):
        words = lines[line].strip()
        if words and not words.startswith("#"):
            following = line
        about[line] = following
    return [Comment(lines[line][column:].rstrip(), line, column, about[line]) for line, column in found]


def _marks(text: str) -> Iterator[tuple[int, int]]:
    """The line and column of the mark of every comment: outside of scalars, at the start or after a blank."""
    starts: list[int] = []
    ends: list[int] = []
    events: Iterator[Event] = iter(PARSERS[FASTEST](text).get_event, None)
    for event in events:
        if type(event) is ScalarEvent:
            first, last = event.start_mark, event.end_mark
            starts.append(0 if first is None else first.index)
            ends.append(0 if last is None else last.index)
    offset = 0
    for number, line in enumerate(text.splitlines(keepends=True)):
        column = line.find("#")
        while column >= 0:
            before = bisect_right(starts, offset + column) - 1
            inside = before >= 0 and offset + column < ends[before]
            if not inside and (column == 0 or line[column - 1] in " \t"):
                yield number, column
                break
            column = line.find("#", column + 1)
        offset += len(line)
