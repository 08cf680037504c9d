"""A spec as it was given: its text, the plain data in it, and the place of every key and value."""

from __future__ import annotations

import codecs
import os
import sys
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from numbers import Integral
from pathlib import Path
from typing import Any

from shapecalc.diagnostics import Diagnostic, Place, Route, SpecError, nearest
from shapecalc.source import reader, refusals
from shapecalc.source.places import Places, place, shown
from shapecalc.source.refusals import MAX_DEPTH, MAX_EVENTS, MAX_TEXT, SURROGATES
from shapecalc.source.scalars import MAX_DIGITS

BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
WIDE_MARKS = {
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}
"""How a file begins that is saved as something else than UTF-8; the longer marks first."""

MOST_NEIGHBOURS = 1_000


@dataclass(frozen=True)
class Document:
    """A spec as it was given. Its places count lines as ``text.splitlines()`` cuts them."""

    name: str
    text: str
    data: dict[str, Any]

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> Document:
        """The spec in a file; ``-`` is standard input.

        Raises:
            SpecError: it cannot be read.
        """
        if os.fspath(path) == "-":
            return cls.from_bytes(_from_stdin(), "<stdin>")
        name = _printable(path)
        return cls.from_bytes(_from_file(Path(path), name), name)

    @classmethod
    def from_bytes(cls, content: bytes, name: str = "<bytes>") -> Document:
        """The spec in what a file holds."""
        if len(content) > MAX_TEXT:
            raise SpecError([refusals.too_long()], name)
        return cls.from_text(_decoded(content, name), name)

    @classmethod
    def from_text(cls, text: str, name: str = "<text>") -> Document:
        """The spec in a text."""
        text = text.removeprefix(BYTE_ORDER_MARK)
        return cls(name, text, reader.read(text, name))

    @classmethod
    def from_data(cls, data: dict[str, Any], name: str = "<dict>") -> Document:
        """The spec in a dict, copied. It has routes, but no places."""
        return cls(name, "", _Copy(name).of_spec(data))

    def key_place(self, route: Route) -> Place | None:
        """Where the key stands that a route ends in; an item of a list has none, and gives its own place.

        What is not in the spec gives the place of the nearest thing around it that is.
        """
        if not (places := self._places):
            return None
        route = self._existing(route, places)
        return places.keys.get(route) or places.values[route]

    def value_place(self, route: Route) -> Place | None:
        """Where a value stands: all of a scalar, quotes included, the first line of anything else, the key of nothing.

        What is not in the spec gives the place of the nearest thing around it that is.
        """
        places = self._places
        return places.values[self._existing(route, places)] if places else None

    @cached_property
    def _places(self) -> Places | None:
        return reader.places(self.text) if self.text else None

    @staticmethod
    def _existing(route: Route, places: Places) -> Route:
        while route not in places.values:
            route = route[:-1]
        return route


def _printable(path: str | os.PathLike[str]) -> str:
    return os.fsdecode(path).encode("utf-8", "backslashreplace").decode()


def _refused(name: str, code: str, message: str, help: str = "", route: Route = ()) -> SpecError:
    return SpecError([Diagnostic(code, message, route, help=help)], name)


def _from_stdin() -> bytes:
    try:
        content: bytes = sys.stdin.buffer.read(MAX_TEXT + 1)
    except (AttributeError, OSError, ValueError):  # there is none, or it is closed
        raise _refused("<stdin>", "E101", "standard input cannot be read", "name a file, or pipe one in") from None
    return content


def _from_file(path: Path, name: str) -> bytes:
    called = f"`{shown(name, 200)}`"
    try:
        with path.open("rb") as file:
            # a read of the limit would allocate the limit; a pipe says nothing of its size, and may grow
            return file.read(min(os.fstat(file.fileno()).st_size or MAX_TEXT, MAX_TEXT) + 1)
    except (FileNotFoundError, NotADirectoryError):
        raise _refused(name, "E101", f"there is no file {called}", _near(path)) from None
    except IsADirectoryError:
        raise _refused(name, "E101", f"{called} is a folder", _inside(path)) from None
    except PermissionError:
        raise _refused(name, "E101", f"{called} may not be read", "give yourself the permission to read it") from None
    except OSError as error:
        reason = (error.strerror or "the system gives no reason").lower()
        raise _refused(name, "E101", f"{called} cannot be read: {reason}", "check the name of the file") from None
    except ValueError:
        raise _refused(name, "E101", "no file has a name like this one", "take the NUL character out of it") from None


def _near(path: Path) -> str:
    """The file in the same folder whose name is most like the one that was asked for."""
    try:
        with os.scandir(path.parent) as entries:
            names = {Path(entry.name).stem: entry.name for entry in islice(entries, MOST_NEIGHBOURS)}
            found = names.get(nearest(path.stem, names), "")
    except OSError:
        return f"there is no folder `{_printable(path.parent)}` either"
    return f"did you mean `{_printable(path.with_name(found))}`?" if found else ""


def _inside(folder: Path) -> str:
    """A spec in a folder that was given for one."""
    try:
        with os.scandir(folder) as entries:
            names = sorted(e.name for e in islice(entries, MOST_NEIGHBOURS) if e.name.endswith((".yaml", ".yml")))
    except OSError:
        names = []
    return f"give a file in it: `{_printable(folder / names[0])}`" if names else "give a file"


def _decoded(content: bytes, name: str) -> str:
    help = "save the file as UTF-8"
    for mark, encoding in WIDE_MARKS.items():
        if content.startswith(mark):
            raise _refused(name, "E102", f"the file is saved as {encoding}, and a spec is UTF-8", help)
    if (nul := content.find(0)) >= 0:
        message = f"the file is not text: at offset {nul:,} stands a NUL byte"
        raise _refused(name, "E102", message, "is this the right file? if it is, save it as UTF-8")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        at = len(content[: error.start].decode("utf-8-sig"))
        text = refusals.readable(content.decode("utf-8-sig", errors="replace"))
        fault = Diagnostic(
            "E102",
            f"the file is not UTF-8: at offset {error.start:,} stands the byte 0x{content[error.start]:02X}",
            label="this byte",
            help=help,
            place=place(text, at, at + 1),
        )
        raise SpecError([fault], name, text) from None


class _Copy:
    """A copy of a dict that holds only what a file could."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.left = MAX_EVENTS
        self.around: set[int] = set()
        """The lists and dicts that hold what is being copied."""

    def of_spec(self, data: object) -> dict[str, Any]:
        """The copy of a whole spec."""
        if isinstance(data, dict):
            return self._of_dict(data, ())
        raise SpecError([refusals.no_mapping("list" if isinstance(data, list | tuple) else "value", None)], self.name)

    def _of(self, value: object, route: Route) -> Any:
        self.left -= 1
        if self.left < 0:
            raise SpecError([refusals.too_many(None)], self.name)
        match value:
            case None | bool():
                return value
            case str():
                return self._of_text(value, route)
            case Integral():  # NumPy's too
                if abs(whole := int(value)) >= 10**MAX_DIGITS:
                    raise SpecError([refusals.too_many_digits(None, route)], self.name)
                return whole
            case float():
                return float(value)
            case dict():
                return self._of_dict(value, route)
            case list() | tuple():
                self._enter(value, route)
                copy = [self._of(item, (*route, index)) for index, item in enumerate(value)]
                self.around.remove(id(value))
                return copy
        help = "give a number, a text, a truth value, a list or a mapping"
        raise _refused(self.name, "E106", "a value is of a kind that no file can hold", help, route)

    def _of_dict(self, value: dict[Any, Any], route: Route) -> dict[str, Any]:
        self._enter(value, route)
        copy: dict[str, Any] = {}
        for key, item in value.items():
            if not isinstance(key, str):
                which = f"the key {key}" if type(key) in (int, float) else "a key"
                raise _refused(self.name, "E106", f"{which} is not a text", "give every key as a text", route)
            name = self._of_text(key, route)
            copy[name] = self._of(item, (*route, name))
        self.around.remove(id(value))
        return copy

    def _of_text(self, value: str, route: Route) -> str:
        text = str.__str__(value)  # of a kind of str, the plain one
        if not text.isascii() and any(ord(c) in SURROGATES for c in text):
            raise _refused(self.name, "E102", "a text holds half a character", "delete it", route)
        return text

    def _enter(self, value: object, route: Route) -> None:
        if id(value) in self.around:
            raise _refused(self.name, "E106", "a value holds itself", "write out what it is to hold", route)
        if len(route) >= MAX_DEPTH:
            raise SpecError([refusals.too_deep(None, route)], self.name)
        self.around.add(id(value))
