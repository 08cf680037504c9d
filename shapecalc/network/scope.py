"""What the names in a file stand for: variables, block parameters, loop variables."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import cast

from shapecalc.diagnostics import Route
from shapecalc.source.expressions import (
    LONGEST_TEXT,
    ExpressionError,
    Value,
    evaluate,
    exact,
    normal,
    shortened,
    shown,
)

CHANNELS = "channels"
"""The name that stands for the channels of a layer's input, where nothing else has it."""
DEEPEST = 60
INSERTED = re.compile(r"\$(?:(\$)|([^\W\d]\w*)|\(((?:[^()]|\([^()]*\))*)\))")


class Unknowable(ExpressionError):
    """A name stands for a number that an earlier fault, which is told, keeps from being known."""

    def __init__(self) -> None:
        super().__init__("", "not known", "")


class Binding:
    """A value as written and the scope it was written in: computed when it is first read."""

    __slots__ = ("_value", "busy", "home", "raw", "scope")

    def __init__(self, raw: object, scope: Scope, home: Route | None = None) -> None:
        self.raw = raw
        self.scope = scope
        self.home = home
        """Where it is written; None for what was given on the command line."""
        self._value: Value = None
        self.busy = False

    def value(self, name: str) -> Value:
        """The value; a text is an expression."""
        if self._value is None:
            with self.reading(name):
                try:
                    self._value = self._read(self.raw)
                except ExpressionError as error:
                    if error.home is None and self.home is not None:
                        error.home = self.home
                    elif error.home is None:
                        error.message = f"`{name}` stands for `{shortened(self.raw)}`, and {error.message}"
                        error.span = None
                    raise
        return self._value

    @contextmanager
    def reading(self, name: str) -> Iterator[None]:
        """While this lasts, a use of the name in its own definition is an error, or means the one further out."""
        reads = self.scope.reads
        if len(reads) > DEEPEST:
            raise ExpressionError(
                "E125", f"`{name}` ends a chain of more than {DEEPEST} variables", "too far to follow"
            )
        if self.busy:
            raise ExpressionError(
                "E125", f"`{name}` is defined by itself", "needs its own value", "write a number in its definition"
            )
        self.busy = True
        reads.append(name)
        try:
            yield
        finally:
            reads.pop()
            self.busy = False

    def _read(self, raw: object) -> Value:
        match raw:
            case float():
                return exact(raw)
            case str():
                return evaluate(raw, self.scope)
            case list():
                return [self._item(item) for item in raw]
            case dict():
                raise ExpressionError("E114", "a variable is a number, a text or a list", "a mapping")
            case None:
                raise ExpressionError("E114", "a variable here has no value", "empty", "give it a value")
        return cast("Value", raw)

    def _item(self, raw: object) -> Value:
        if not isinstance(raw, str):
            return self._read(raw)
        try:
            return self._read(raw)
        except ExpressionError:  # a word of a list of words, such as activations
            return self.scope.insert(raw)

    def text(self, name: str) -> str:
        """The value as text: a text as it stands, with its own variables inserted."""
        if isinstance(self.raw, str):
            with self.reading(name):
                return self.scope.insert(self.raw)
        return shown(self.value(name))


class Scope:
    """Names and their bindings, inside another scope or none."""

    __slots__ = ("bindings", "channels", "outer", "reads")

    def __init__(self, outer: Scope | None = None, channels: int | None = None) -> None:
        self.outer = outer
        self.channels = channels
        """The channels of the input of the layer whose options are read here; 0 where they are not known."""
        self.reads: list[str] = outer.reads if outer else []
        """The names whose definitions are being read, the outermost first."""
        self.bindings: dict[str, Binding] = {}

    def bind(
        self, values: Mapping[str, object], home: Callable[[str], Route | None], scope: Scope | None = None
    ) -> Scope:
        """This scope, with names bound to values written in ``scope`` (this one, if none is given)."""
        for name, raw in values.items():
            self.bindings[normal(name)] = Binding(raw, scope or self, home(name))
        return self

    def find(self, name: str) -> Binding | None:
        """The binding of a name, here or further out; a name in its own definition means the one further out."""
        scope: Scope | None = self
        found: Binding | None = None
        while scope is not None:
            if (binding := scope.bindings.get(name)) is not None:
                found = binding
                if not binding.busy:
                    break
            scope = scope.outer
        return found

    def value(self, name: str) -> Value:
        """What a name stands for; ``KeyError`` if nothing."""
        if (binding := self.find(normal(name))) is not None:
            return binding.value(name)
        channels = self._channels() if name == CHANNELS else None
        if channels is None:
            raise KeyError(name)
        if channels == 0:
            raise Unknowable
        return channels

    def _channels(self) -> int | None:
        scope: Scope | None = self
        while scope is not None and scope.channels is None:
            scope = scope.outer
        return None if scope is None else scope.channels

    def names(self) -> Iterator[str]:
        """All names that are known here."""
        scope: Scope | None = self
        while scope is not None:
            yield from scope.bindings
            scope = scope.outer

    def insert(self, text: str) -> str:
        """The text with ``$name`` and ``$(expression)`` replaced; ``$$`` is a dollar."""
        if "$" not in text:
            return text
        whole = INSERTED.sub(self._inserted, text)
        if len(whole) > LONGEST_TEXT:
            raise ExpressionError("E123", "a text here is too long", f"more than {LONGEST_TEXT:,} characters")
        return whole

    def _inserted(self, match: re.Match[str]) -> str:
        dollar, name, expression = match.groups()
        if dollar:
            return dollar
        span = (match.start(), match.end() - match.start())
        try:
            if name and (binding := self.find(normal(name))) is not None:
                return binding.text(name)
            return shown(evaluate(name or expression, self))
        except ExpressionError as error:
            error.span = span
            raise


def each_item(raw: object, scope: Scope, home: Route) -> list[Binding]:
    """The items a loop goes through: a list as written, or an expression that gives one."""
    if isinstance(raw, list):
        return [Binding(item, scope, (*home, index)) for index, item in enumerate(raw)]
    value: Value = None
    if isinstance(raw, str):
        binding = scope.find(normal(raw.strip().removeprefix("$")))
        if binding is not None and isinstance(binding.raw, list):
            at = binding.home
            homes = [None if at is None else (*at, index) for index in range(len(binding.raw))]
            return [Binding(item, binding.scope, h) for item, h in zip(binding.raw, homes, strict=True)]
        value = evaluate(raw, scope)
    if not isinstance(value, list):
        raise ExpressionError(
            "E114", "a loop needs a list", "not a list", "write [1, 2, 3], range(3), or a variable that is a list"
        )
    return [Binding(item, scope) for item in value]


def bound(values: Iterable[tuple[str, Binding]], scope: Scope) -> Scope:
    """A scope inside another in which each name stands for an item of its list."""
    inner = Scope(scope)
    inner.bindings.update((normal(name), item) for name, item in values)
    return inner
