"""Reads YAML into plain data over PyYAML's events: nothing is constructed, and every fault has its place."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import islice
from typing import Any, Protocol

from yaml.error import MarkedYAMLError
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner

from shapecalc.diagnostics import Diagnostic, Place, Route, SpecError
from shapecalc.source import refusals
from shapecalc.source.places import BREAKS, Places, place, span
from shapecalc.source.refusals import MAX_DEPTH, MAX_EVENTS, MAX_TEXT, SURROGATES, TIGHT_COLON
from shapecalc.source.scalars import NULLS, DigitsError, Scalar, plain

Event = Any
"""One of PyYAML's. Its stubs say that an event may have no marks, which those of a parser always have."""

MAX_FAULTS = 100
TOO_DEEP = "too deep"

REST = re.compile(rf"(?:[ \t{BREAKS}]++|#[^{BREAKS}]*+|(?<![^{BREAKS}])\.\.\.(?=[ \t{BREAKS}]|\Z))*+([^{BREAKS}]*)")
"""The next line that says something: no blank, no comment, no end of a document."""

VERSION = re.compile(r"%YAML[ ]+1\.[12](?![^ \t])")


class EventSource(Protocol):
    """A parser of PyYAML's."""

    def get_event(self) -> Event | None:
        """The next event; nothing after the last."""


class PureParser(Reader, Scanner, Parser):
    """PyYAML's parser in Python, for where the one in C is not built."""

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)

    def fetch_flow_collection_start(self, TokenClass: type) -> None:  # noqa: N803
        """Count brackets: it looks a thousand ahead, ever more slowly, before it gives the first event."""
        if self.flow_level + len(self.indents) >= MAX_DEPTH:
            raise MarkedYAMLError(problem=TOO_DEEP, problem_mark=self.get_mark())
        super().fetch_flow_collection_start(TokenClass)

    def scan_flow_scalar_non_spaces(self, double: bool, start_mark: Event) -> list[str]:  # noqa: FBT001
        """Refuse the escapes that the parser in C refuses: half characters, and those beyond Unicode."""
        try:
            chunks: list[str] = super().scan_flow_scalar_non_spaces(double, start_mark)
        except (ValueError, OverflowError):
            chunks = ["\ud800"]
        if any(ord(chunk[:1] or " ") in SURROGATES for chunk in chunks):
            raise MarkedYAMLError("in a quoted scalar", start_mark, "escape", self.get_mark())
        return chunks


C_TOO_DEEP = "exceeded maximum nesting depth"
"""What libyaml from 0.2.6 on says of a thousand brackets, before the event that would be too deep for us."""

Build = Callable[[str], EventSource]
PARSERS: dict[str, Build] = {"pure": PureParser}
try:
    from yaml._yaml import CParser
except ImportError:  # pragma: no cover
    FASTEST = "pure"
else:
    PARSERS["c"] = CParser
    FASTEST = "c"


def read(text: str, name: str = "<text>", parser: str = FASTEST) -> dict[str, Any]:
    """The mapping that a text holds, as plain dicts, lists and scalars.

    Raises:
        SpecError: it cannot be read.
    """
    if len(text) > MAX_TEXT:
        raise SpecError([refusals.too_long()], name)
    if fault := refusals.not_text(text):
        raise SpecError([fault], name, refusals.readable(text))
    walk = Walk(text, parser)
    data = walk.data()
    if any(fault.code == "E105" for fault in walk.faults):
        walk = Walk(text, parser, Places(text))  # once more, to know where the first of two keys stands
        walk.data()
    if walk.faults:
        raise SpecError(sorted(walk.faults, key=_position), name, text)
    return data


def places(text: str, parser: str = FASTEST) -> Places:
    """Where every key and value stands of a text that can be read."""
    found = Places(text)
    Walk(text, parser, found).data()
    return found


class FaultsError(Exception):
    """Raised inside a walk that cannot go on; its faults are noted already."""


class Open:
    """A mapping or list whose end is not reached yet."""

    __slots__ = ("flow", "holder", "key", "mapping", "route", "start", "torn")

    def __init__(self, route: Route, start: Event) -> None:
        self.route = route
        self.start = start
        self.flow = start.flow_style
        self.mapping = type(start) is MappingStartEvent
        self.holder: Any = {} if self.mapping else []
        self.key: Event = None
        """The key whose value comes next."""
        self.torn: tuple[Event, str, int] | None = None
        """A text that a comma cut inside parentheses, its key, and how many of them are open."""

    def next_route(self) -> Route:
        """The route of the value that comes next."""
        return (*self.route, self.key.value if self.mapping else len(self.holder))


class Walk:
    """One way through the events of a text: it builds the data and notes the faults."""

    def __init__(self, text: str, parser: str, places: Places | None = None) -> None:
        self.text = text
        self.places = places
        self.faults: list[Diagnostic] = []
        self.anchors: dict[str, Place] = {}
        self.events = iter(PARSERS[parser](text).get_event, None)
        self.open: list[Open] = []
        """What was open, outermost first, when the parser stopped; and the last that it gave."""
        self.last: Event = None

    def data(self) -> dict[str, Any]:
        """The mapping at the top; of no use where there are faults."""
        try:
            self._directives()
            start = next(e for e in self.events if type(e) not in (StreamStartEvent, DocumentStartEvent))
            data = self._collection(start) if type(start) in (MappingStartEvent, SequenceStartEvent) else None
            if type(start) is not StreamEndEvent:
                self._nothing_after()
            if isinstance(data, dict):
                return data
            self.faults.append(self._no_mapping(start))
        except MarkedYAMLError as error:
            if error.problem == C_TOO_DEEP:
                pure = Walk(self.text, "pure")
                pure.data()
                self.faults = pure.faults
            else:
                self.faults.append(self._syntax(error))
        except FaultsError:
            pass
        return {}

    def _collection(self, start: Event) -> Any:  # noqa: C901  every event comes by here, so it is one loop
        top = here = Open((), start)
        outer: list[Open] = []
        event = start
        if self.places:
            self.places.opened((), start)
        try:
            for event in islice(self.events, MAX_EVENTS):
                kind = type(event)
                if kind is ScalarEvent:
                    if event.tag is not None or event.anchor is not None:
                        self._properties(event)
                    if here.mapping and here.key is None:
                        self._key(here, event)
                    elif not here.flow or not self._torn(here, event):
                        self._put(here, event, event.value if event.style else self._plain(event))
                elif kind is MappingEndEvent or kind is SequenceEndEvent:
                    if self.places:
                        self.places.closed(here.route, event)
                    if not outer:
                        return top.holder
                    here = outer.pop()
                elif kind is AliasEvent:
                    self._alias(here, event)
                else:
                    outer.append(here)
                    here = self._opened(here, event, depth=len(outer))
        except MarkedYAMLError:
            self.open, self.last = [*outer, here], event
            raise
        raise self._stopped(refusals.too_many(span(event, event)))

    def _put(self, here: Open, event: Event, value: Any) -> None:
        if self.places:
            self._place(self.places, here, event)
        if not here.mapping:
            here.holder.append(value)
            return
        if here.key.value in here.holder:
            self._twice(here)
        else:
            here.holder[here.key.value] = value
        here.key = None

    def _opened(self, here: Open, event: Event, depth: int) -> Open:
        if depth == MAX_DEPTH:
            raise self._stopped(refusals.too_deep(_sign(event)))
        if event.tag is not None or event.anchor is not None:
            self._properties(event)
        if here.mapping and here.key is None:
            noun = "mapping" if type(event) is MappingStartEvent else "list"
            raise self._stopped(refusals.collection_as_key(noun, _sign(event)))
        opened = Open(here.next_route(), event)
        self._put(here, event, opened.holder)
        here.torn = None
        return opened

    def _place(self, places: Places, here: Open, event: Event) -> None:
        route = here.next_route()
        if here.mapping:
            places.key(route, here.key)
        if type(event) in (MappingStartEvent, SequenceStartEvent):
            places.opened(route, event)
        else:
            absent = here.mapping and event.start_mark.index == event.end_mark.index
            block = getattr(event, "style", None) in ("|", ">")
            places.scalar(route, here.key if absent else event, block=block)

    def _plain(self, event: Event) -> Scalar:
        try:
            return plain(event.value)
        except DigitsError:
            self._note(refusals.too_many_digits(span(event, event)))
            return None

    def _key(self, here: Open, event: Event) -> None:
        here.key = event
        text = event.value
        if event.style:
            return
        if text in NULLS:
            self._note(refusals.null_key(text, span(event, event)))
        elif text[0] == "-" and text != "-":
            self._note(refusals.tight_dash(text[1:], span(event, event)))
        elif text[0] in refusals.ODD_SPACES:
            self._note(refusals.odd_space(text[0], _sign(event)))

    def _torn(self, here: Open, event: Event) -> bool:
        """Whether an entry of `{ }` or `[ ]` is the rest of the one before, cut off at a comma in parentheses."""
        text = event.value
        bare = here.mapping and not text and not event.style
        piece = here.key if here.mapping else event
        if here.torn and (bare or not here.mapping) and not piece.style:
            first, key, depth = here.torn
            depth += _parentheses(piece.value)
            here.torn = (first, key, depth) if depth > 0 else None
            if depth <= 0:
                whole = self.text[first.start_mark.index : piece.end_mark.index]
                self._note(refusals.cut_by_comma(whole, key, span(first, piece)))
            if depth > 0 and not (bare and piece.value in here.holder):
                return False
            here.key = None
            return True
        if bare and not piece.style and (found := TIGHT_COLON.fullmatch(piece.value)):
            self._note(refusals.tight_colon(found[1], found[2], span(piece, piece)))
        depth = 0 if event.style else _parentheses(text)
        here.torn = (event, here.key.value if here.mapping else "", depth) if depth > 0 else None
        return False

    def _properties(self, event: Event) -> None:
        if event.tag is not None:
            self._note(refusals.tag(self.text, event.start_mark.index))
        if event.anchor is not None:
            self.anchors.setdefault(event.anchor, span(event, event))

    def _alias(self, here: Open, event: Event) -> None:
        self._note(refusals.alias(event.anchor, span(event, event), self.anchors.get(event.anchor)))
        if here.mapping and here.key is None:
            raise FaultsError
        here.torn = None
        self._put(here, event, None)

    def _twice(self, here: Open) -> None:
        route = here.next_route()
        first = self.places.keys[route] if self.places else None
        self._note(refusals.twice(here.key.value, route, span(here.key, here.key), first))

    def _directives(self) -> None:
        at, line = self._line_after(0)
        if VERSION.match(line):
            at, line = self._line_after(at + len(line))
        if line.startswith("%") and self.text[at - 1 : at] in ("", *BREAKS):
            raise self._stopped(refusals.directive(line, place(self.text, at, at + len(line))))

    def _nothing_after(self) -> None:
        end = next(self.events)
        at, line = self._line_after(end.end_mark.index)  # an end that is not written has its mark at what follows
        where = place(self.text, at, at + len(line))
        if line.startswith("%"):
            raise self._stopped(refusals.directive(line, where))
        if line.startswith("---") or (line and end.explicit):
            raise self._stopped(refusals.second_document(where))
        if line:
            raise self._stopped(refusals.goes_on(where))

    def _line_after(self, index: int) -> tuple[int, str]:
        found = REST.match(self.text, index)
        return (found.start(1), found[1].rstrip()) if found else (index, "")

    def _no_mapping(self, start: Event) -> Diagnostic:
        if type(start) is StreamEndEvent or (type(start) is ScalarEvent and not start.value and not start.style):
            return refusals.empty()
        where = span(start, start)
        if type(start) is SequenceStartEvent:
            return refusals.no_mapping("list", _sign(start))
        if type(start) is AliasEvent:
            return refusals.alias(str(start.anchor), where, None)
        if not start.style and (found := TIGHT_COLON.fullmatch(start.value)):
            return refusals.tight_colon(found[1], found[2], where)
        return refusals.no_mapping("text", where)

    def _syntax(self, error: MarkedYAMLError) -> Diagnostic:
        at = min(error.problem_mark.index, len(self.text)) if error.problem_mark else len(self.text)
        if error.problem == TOO_DEEP:
            return refusals.too_deep(place(self.text, at, at + 1))
        quoted = type(self.last) is ScalarEvent and self.last.style in ("'", '"')
        brackets = [o.start.start_mark.index for o in self.open if o.flow]
        from shapecalc.source.slips import diagnose  # noqa: PLC0415  a sound file does not pay for it
        from shapecalc.source.stop import Stop  # noqa: PLC0415

        return diagnose(
            Stop(
                self.text,
                complaint=f"{error.context or ''} {error.problem or ''}",
                at=at,
                since=error.context_mark.index if error.context_mark else at,
                opener=next((index for index in reversed(brackets) if self.text[index] in "[{"), None),
                quoted=(self.last.start_mark.index, self.last.end_mark.index) if quoted else None,
            )
        )

    def _note(self, fault: Diagnostic) -> None:
        self.faults.append(fault)
        if len(self.faults) == MAX_FAULTS:
            raise FaultsError

    def _stopped(self, fault: Diagnostic) -> FaultsError:
        self.faults.append(fault)
        return FaultsError()


def _sign(event: Event) -> Place:
    """The first character of something."""
    start = event.start_mark
    return Place(start.line, start.column, start.line, start.column + 1)


def _position(fault: Diagnostic) -> tuple[int, int]:
    return (fault.place.line, fault.place.column) if fault.place else (0, 0)


def _parentheses(text: str) -> int:
    return text.count("(") - text.count(")")
