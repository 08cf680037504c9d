"""Changes to a text at a place: what stands around it, comments and layout too, stays as it is."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shapecalc.diagnostics import Place, Route
    from shapecalc.source.document import Document


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """Characters of a text that are replaced, from ``start`` up to ``end``; none of them: something is put in."""

    start: int
    end: int
    text: str


class Unfit(Exception):
    """A text that is laid out in a way in which a change cannot be made at its place."""


def edited(text: str, edits: Iterable[Edit]) -> str:
    """A text after some changes.

    Raises:
        Unfit: two of them touch the same characters.
    """
    order = sorted(set(edits))
    if any(after.start < before.end or after.start == before.start for before, after in pairwise(order)):
        raise Unfit("two changes at one place")
    for edit in reversed(order):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


class Editor:
    """Makes the changes that a document takes."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.lines = document.text.splitlines(keepends=True)
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line))

    def option(self, item: Route, head: str, name: str, value: str) -> Edit:
        """Give an entry of a list of layers an option, in place of the value that it has, or behind its head.

        Raises:
            Unfit: the entry is not written so that this can be done.
        """
        entry = self._data(item)
        if isinstance(entry, str):
            where = self._at(item)
            return Edit(*where, f"{{{self.document.text[slice(*where)]}: , {name}: {value}}}")
        for route in ((*item, name), (*item, head, name)):
            if self._has(route):
                return self._instead(route, value)
        inner = entry.get(head)
        if isinstance(inner, dict):
            return self._first((*item, head), inner, name, value)
        begin, close = self._place(self.document.value_place(item))
        written = self.document.text[begin:close]
        if written[:1] == "{" and written[-1:] == "}" and written.count("{") == written.count("}"):
            at = begin + len(written[:-1].rstrip(" \t,"))
            return Edit(at, at, f", {name}: {value}")
        return self._behind((*item, head), name, value)

    def without(self, item: Route) -> Edit:
        """Take an entry out of its list.

        Raises:
            Unfit: the entry is the only one, or is not written so that this can be done.
        """
        *above, index = item
        siblings = self._data(tuple(above))
        if not isinstance(index, int) or not isinstance(siblings, list) or len(siblings) < 2:
            raise Unfit("the only layer here")
        start, end = self._at(item)
        line, last = self._line(start), self._line(end)
        before, after = self.lines[line][: start - self.starts[line]], self.lines[last][end - self.starts[last] :]
        if before.strip() == "-" and not after.split("#", 1)[0].strip():
            return Edit(self.starts[line], self.starts[last + 1], "")
        if index:
            return Edit(self._comma(start), end, "")
        following, _ = self._place(self.document.value_place((*above, 1)))
        if "#" in self.document.text[end:following]:
            raise Unfit("a comment behind it")
        return Edit(start, following, "")

    def _comma(self, start: int) -> int:
        """The comma before an entry in brackets.

        Raises:
            Unfit: there is none right before it, or it may be one of a comment.
        """
        before = self.document.text[:start].rstrip()
        at = len(before) - 1
        line = self._line(at)
        if not before.endswith(",") or (line != self._line(start) and "#" in self.lines[line]):
            raise Unfit("no comma before it")
        return at

    def _instead(self, route: Route, value: str) -> Edit:
        if self._data(route) is None or isinstance(self._data(route), dict | list):
            raise Unfit("not one word")
        return Edit(*self._at(route), value)

    def _behind(self, head: Route, name: str, value: str) -> Edit:
        """Behind the head and its value: on the same line in braces, else on a line of its own."""
        if self._data(head) is None:
            raise Unfit("a head without a value")
        start, end = self._at(head)
        key, _ = self._place(self.document.key_place(head))
        line, last = self._line(key), self._line(end)
        column = key - self.starts[line]
        content = self.lines[last].rstrip("\r\n")
        rest = content[end - self.starts[last] :]
        alone = not self.lines[line][:column].strip("- ") and not rest.split("#", 1)[0].strip()
        if alone and self._line(start) == last:
            at = self.starts[last] + len(content)
            return Edit(at, at, f"{self._broken(last)}{' ' * column}{name}: {value}")
        return Edit(end, end, f", {name}: {value}")

    def _first(self, mapping: Route, inner: dict[str, Any], name: str, value: str) -> Edit:
        """Before the first of the options that stand inside the head's value."""
        if not inner:
            raise Unfit("an empty mapping")
        start, _ = self._place(self.document.key_place((*mapping, next(iter(inner)))))
        line = self._line(start)
        column = start - self.starts[line]
        if not self.lines[line][:column].strip():
            return Edit(start, start, f"{name}: {value}{self._broken(line)}{' ' * column}")
        return Edit(start, start, f"{name}: {value}, ")

    def _has(self, route: Route) -> bool:
        above = self._data(route[:-1])
        return isinstance(above, dict) and route[-1] in above

    def _data(self, route: Route) -> Any:
        data: Any = self.document.data
        for step in route:
            data = data[step]
        return data

    def _at(self, route: Route) -> tuple[int, int]:
        """The characters of a value: all of it, wherever it ends.

        Raises:
            Unfit: it does not end on the line that it begins on, and is no scalar.
        """
        start, end = self._place(self.document.value_place(route))
        value = self._data(route)
        if isinstance(value, dict) and self.document.text[start] != "{":
            return start, max(self._at((*route, key))[1] for key in value)
        if isinstance(value, dict | list) and self.document.text[end - 1] not in "}]":
            raise Unfit("several lines")
        if value is None:  # its place is that of its key
            rest = self.document.text[end : self.starts[self._line(end) + 1]]
            end += rest.find(":") + 1 if rest.lstrip(" \t").startswith(":") else 0
        return start, end

    def _place(self, place: Place | None) -> tuple[int, int]:
        if place is None:
            raise Unfit("no text")
        return self.starts[place.line] + place.column, self.starts[place.end_line] + place.end_column

    def _broken(self, line: int) -> str:
        """What ends a line, as this text has it."""
        whole = self.lines[line]
        return whole[len(whole.rstrip("\r\n")) :] or "\n"

    def _line(self, at: int) -> int:
        """The line that has a character."""
        return min(bisect_right(self.starts, at) - 1, len(self.lines) - 1)
