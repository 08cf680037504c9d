"""How an option's text becomes a value: one Reading for each sort of option, and the annotated types layers use."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from typing import Annotated, Any, Protocol, cast, get_args

from pydantic import Field

from shapecalc.diagnostics import nearest
from shapecalc.formulas.windows import CutWord, PaddingWord
from shapecalc.source.expressions import ExpressionError, Scope, Value, evaluate, exact, shown
from shapecalc.source.functions import Number

SIZE = re.compile(r"\d{1,18}([x×]\d{1,18})+")
PADDING_WORDS: tuple[str, ...] = get_args(PaddingWord)
CUT_WORDS: tuple[str, ...] = get_args(CutWord)
AXIS_WORDS = ("C", "L", "D", "H", "W")
REST = -1
"""A length left open: it is what is left over."""
Json = dict[str, Any]


class Writing(Scope, Protocol):
    """A scope that can also insert its variables into text."""

    def insert(self, text: str) -> str:
        """The text with every ``$name`` and ``$(expression)`` replaced."""


def described(raw: object) -> str:
    """A value as written, named for a message."""
    match raw:
        case None:
            return "nothing"
        case bool():
            return shown(raw)
        case list():
            return "a list"
        case dict():
            return "a mapping"
        case _:
            text = str(raw)
            return f"`{text if len(text) <= 40 else text[:37] + '…'}`"


def number(raw: object, scope: Writing) -> Number:
    """A number as written: a literal, or an expression in a text."""
    match raw:
        case bool() | None | list() | dict():
            raise ExpressionError("E114", f"a number is needed, and this is {described(raw)}", "not a number")
        case int():
            if abs(raw) > 10**18:
                raise ExpressionError("E123", "a number here is too large", "it passes 10^18")
            return raw
        case float():
            return exact(raw)
    text = str(raw)
    value = evaluate(text, scope)
    if isinstance(value, bool) or not isinstance(value, int | Fraction):
        raise ExpressionError("E114", f"a number is needed, and `{text}` is {described(value)}", "not a number")
    return value


def whole(raw: object, scope: Writing) -> int:
    """A whole number; a fraction is an error that says what it is."""
    if type(raw) is int and -(10**18) <= raw <= 10**18:
        return raw
    value = number(raw, scope)
    if isinstance(value, Fraction):
        raise ExpressionError(
            "E122",
            f"a whole number is needed, and {described(raw)} is {shown(value)}",
            f"this is {shown(value)}",
            "`//` divides and floors; ceil(), floor() and round() also give whole numbers",
        )
    return value


def flag(raw: object, scope: Writing) -> bool:
    """Yes or no: a boolean, one of the words, or a condition."""
    if isinstance(raw, bool):
        return raw
    value: Value = evaluate(raw, scope) if isinstance(raw, str) else cast("Value", raw)
    if not isinstance(value, bool):
        raise ExpressionError("E114", f"yes or no is needed, and this is {described(raw)}", "write yes or no")
    return value


def text(raw: object, scope: Writing) -> str:
    """A text with its variables inserted."""
    if isinstance(raw, bool):
        return shown(raw)
    if raw is None or isinstance(raw, list | dict):
        raise ExpressionError("E114", f"a word is needed, and this is {described(raw)}", "not a word")
    return scope.insert(str(raw))


def each(items: list[object], read: Any, scope: Writing) -> tuple[Any, ...]:
    """Every item of a list through one reading; a fault remembers its index."""
    values = []
    for index, item in enumerate(items):
        try:
            values.append(read(item, scope))
        except ExpressionError as error:
            error.route = (index, *error.route)
            raise
    return tuple(values)


def size(raw: object, scope: Writing) -> int | tuple[int, ...]:
    """One number for all axes, or one for each: a list, a variable that is one, or ``3x5``."""
    if isinstance(raw, str):
        if SIZE.fullmatch(raw.strip()):
            return tuple(int(part) for part in re.split("[x×]", raw.strip()))
        value = evaluate(raw, scope)
        raw = value if isinstance(value, list) else raw
    return each(raw, whole, scope) if isinstance(raw, list) else whole(raw, scope)


def counts(raw: object, scope: Writing) -> tuple[int, ...]:
    """A list of whole numbers; a single one is a list of one."""
    value = evaluate(raw, scope) if isinstance(raw, str) else raw
    if not isinstance(value, list):
        return (whole(value, scope),)
    if not value:
        raise ExpressionError("E114", "one number or more is needed, and this is an empty list", "nothing in it")
    return each(value, whole, scope)


def _side(raw: object, scope: Writing, words: tuple[str, ...]) -> str | int:
    if isinstance(raw, str):
        word = scope.insert(raw)
        if word in words:
            return word
        if word.isidentifier() and word not in set(scope.names()):
            near = nearest(word, words)
            raise ExpressionError(
                "E116",
                f"`{word}` is not a padding" + (" here" if word in {*PADDING_WORDS, *CUT_WORDS} else ""),
                "no padding of this name",
                (f"did you mean `{near}`? " if near else "")
                + "the paddings are "
                + ", ".join(words)
                + ", or cells a side",
            )
    return whole(raw, scope)


def _ends(raw: object, scope: Writing, words: tuple[str, ...]) -> str | tuple[int, int]:
    if isinstance(raw, list):
        pair = each(raw, whole, scope)
        if len(pair) != 2:
            raise ExpressionError(
                "E114", "an axis' padding is one value or [before, after]", f"{len(pair)} values are given"
            )
        return pair[0], pair[1]
    side = _side(raw, scope, words)
    return side if isinstance(side, str) else (side, side)


def padding(raw: object, scope: Writing, words: tuple[str, ...] = PADDING_WORDS) -> object:
    """A word or cells a side for all axes; a list is always one item an axis, each may be a [before, after] pair."""
    return each(raw, partial(_ends, words=words), scope) if isinstance(raw, list) else _side(raw, scope, words)


def connections(raw: object, scope: Writing) -> tuple[tuple[int, ...], ...]:
    """A list of lists of whole numbers."""
    if not isinstance(raw, list):
        raise ExpressionError("E114", f"a list of lists is needed, and this is {described(raw)}", "not a list")

    def numbers(row: object, scope: Writing) -> tuple[int, ...]:
        if not isinstance(row, list):
            raise ExpressionError("E114", f"a list of numbers is needed, and this is {described(row)}", "not a list")
        return each(row, whole, scope)

    return each(raw, numbers, scope)


def _margin(raw: object, scope: Writing) -> tuple[int, int]:
    if isinstance(raw, list):
        pair = each(raw, whole, scope)
        if len(pair) != 2:
            raise ExpressionError("E114", "an axis takes one number or [before, after]", f"{len(pair)} are given")
        return pair[0], pair[1]
    side = whole(raw, scope)
    return side, side


def margins(raw: object, scope: Writing) -> int | tuple[tuple[int, int], ...]:
    """Cells a side for all axes; a list is always one item an axis, each may be a [before, after] pair."""
    return each(raw, _margin, scope) if isinstance(raw, list) else whole(raw, scope)


_AXES_ARE = "the axes are C, then L, or H and W, or D, H and W; or write a number, 0 for C"


def axis(raw: object, scope: Writing) -> str | int:
    """The name of an axis, or its number, counted from 0 at the channels."""
    if isinstance(raw, str):
        word = scope.insert(raw).strip()
        if word in AXIS_WORDS:
            return word
        if word.isidentifier() and word not in set(scope.names()):
            raise ExpressionError("E116", f"`{word}` is not an axis", "no axis of this name", _AXES_ARE)
    return whole(raw, scope)


def axes(raw: object, scope: Writing) -> tuple[str | int, ...]:
    """Axes in an order."""
    if not isinstance(raw, list):
        raise ExpressionError(
            "E114", f"a list of axes is needed, and this is {described(raw)}", "not a list", _AXES_ARE
        )
    return each(raw, axis, scope)


def _length(raw: object, scope: Writing) -> int:
    length = REST if isinstance(raw, str) and raw.strip() == "rest" else whole(raw, scope)
    if length < 1 and length != REST:
        raise ExpressionError("E115", f"a length of a shape is {length}", "must be at least 1, or `rest`")
    return length


def lengths(raw: object, scope: Writing) -> tuple[int, ...]:
    """The lengths of a shape, channels first; one of them may be left open."""
    found = each(raw, _length, scope) if isinstance(raw, list) else (_length(raw, scope),)
    if not 1 <= len(found) <= 4:
        help = "write [C], [C, L], [C, H, W] or [C, D, H, W]; the batch is not part of it"
        raise ExpressionError("E114", f"a shape has 1 to 4 lengths, this has {len(found)}", "not a shape", help)
    if found.count(REST) > 1:
        raise ExpressionError(
            "E114", "two lengths of a shape are left open", "one `rest` at most", "write one as a number"
        )
    return found


def matrix(raw: object, scope: Writing) -> str | tuple[Any, ...]:
    """A word, a list of numbers, or a list of rows of them, all of one length."""
    if not isinstance(raw, list):
        return text(raw, scope)
    if not raw or [] in raw:
        raise ExpressionError("E114", "a matrix with nothing in it", "no numbers")
    if not any(isinstance(row, list) for row in raw):
        return each(raw, _real, scope)

    def numbers(row: object, scope: Writing) -> tuple[float, ...]:
        if not isinstance(row, list):
            raise ExpressionError("E114", f"a row of numbers is needed, and this is {described(row)}", "not a row")
        if len(row) != len(cast("list[object]", raw[0])):
            many = f"{len(row)} here, {len(cast('list[object]', raw[0]))} in the first row"
            raise ExpressionError("E114", "the rows of a matrix are of different lengths", many)
        return each(row, _real, scope)

    return each(raw, numbers, scope)


def _real(raw: object, scope: Writing) -> float:
    return float(number(raw, scope))


@dataclass(frozen=True, slots=True)
class Reading:
    """How one sort of option is read, and how an editor's schema describes it."""

    says: str
    read: Any
    schema: Any = field(compare=False)


EXPRESSION: Json = {"type": "string", "description": "an expression"}
PER_AXIS: Json = {"type": "array", "items": {"anyOf": [{"type": "integer"}, EXPRESSION]}, "minItems": 1}
SIDE: Json = {"anyOf": [{"type": "integer", "minimum": 0}, {"enum": list(PADDING_WORDS)}, EXPRESSION]}
PAIR: Json = {**PER_AXIS, "minItems": 2, "maxItems": 2}
ENDS: Json = {"anyOf": [*SIDE["anyOf"], PAIR]}
CUT_SIDE: Json = {"anyOf": [{"type": "integer", "minimum": 0}, {"enum": list(CUT_WORDS)}, EXPRESSION]}

WHOLE = Reading("a whole number", whole, {"anyOf": [{"type": "integer"}, EXPRESSION]})
REAL = Reading("a number", _real, {"anyOf": [{"type": "number"}, EXPRESSION]})
FLAG = Reading("yes or no", flag, {"anyOf": [{"type": "boolean"}, EXPRESSION]})
WORD = Reading("a word", text, {"type": "string"})
SIZES = Reading("a size: 3, [3, 5] or 3x5", size, {"anyOf": [{"type": "integer"}, EXPRESSION, PER_AXIS]})
COUNTS = Reading(
    "whole numbers: a list, or a single one", counts, {"anyOf": [{"type": "integer"}, EXPRESSION, PER_AXIS]}
)
PADDINGS = Reading(
    "a padding: a word, or cells a side; a list is one item an axis",
    padding,
    {"anyOf": [*SIDE["anyOf"], {"type": "array", "items": ENDS, "minItems": 1}]},
)
MARGINS = Reading(
    "cells a side; a list is one item an axis, each a number or [before, after]",
    margins,
    {
        "anyOf": [
            {"type": "integer", "minimum": 0},
            EXPRESSION,
            {
                "type": "array",
                "items": {"anyOf": [*PER_AXIS["items"]["anyOf"], {**PER_AXIS, "minItems": 2, "maxItems": 2}]},
                "minItems": 1,
            },
        ]
    },
)
AXIS = Reading(
    "an axis: C, L, D, H, W, or its number from 0",
    axis,
    {"anyOf": [{"enum": list(AXIS_WORDS)}, {"type": "integer"}, EXPRESSION]},
)
ORDER = Reading("a list of axes: [H, C, W]", axes, {"type": "array", "items": AXIS.schema, "minItems": 1})
LENGTHS = Reading(
    "a shape: [C, H, W]; one length may be `rest`, or −1",
    lengths,
    {"anyOf": [{"type": "integer"}, EXPRESSION, {**PER_AXIS, "maxItems": 4}]},
)
CUTS = Reading(
    "a word, or cells a side; a list is one item an axis",
    partial(padding, words=CUT_WORDS),
    {"anyOf": [*CUT_SIDE["anyOf"], {"type": "array", "items": {"anyOf": [*CUT_SIDE["anyOf"], PAIR]}, "minItems": 1}]},
)
CONNECTIONS = Reading(
    "a list of lists of whole numbers",
    connections,
    {"type": "array", "items": {**PER_AXIS, "minItems": 0}, "minItems": 1},
)
REALS: Json = {"type": "array", "items": REAL.schema, "minItems": 1}
MATRIX = Reading(
    "a word, a list of rows of numbers, or a list of numbers",
    matrix,
    {"anyOf": [{"type": "string"}, REALS, {"type": "array", "items": REALS, "minItems": 1}]},
)

Positive = Annotated[int, Field(ge=1)]
Natural = Annotated[int, Field(ge=0)]

Count = Annotated[int, Field(ge=1), WHOLE]
Few = Annotated[int, Field(ge=1, le=1_000), WHOLE]
"""A count that is gone through one by one."""
Counts = Annotated[tuple[Positive, ...], COUNTS]
Flag = Annotated[bool, FLAG]
Real = Annotated[float, REAL]
Rate = Annotated[float, Field(ge=0, lt=1), REAL]
Size = Annotated[Positive | tuple[Positive, ...], SIZES]
SizeOrNone = Annotated[Positive | tuple[Positive, ...] | None, SIZES]
Extra = Annotated[Natural | tuple[Natural, ...], SIZES]
Margin = Annotated[Natural | tuple[tuple[Natural, Natural], ...], MARGINS]
MarginOrNone = Annotated[Natural | tuple[tuple[Natural, Natural], ...] | None, MARGINS]
Axis = Annotated[str | int, AXIS]
AxisOrNone = Annotated[str | int | None, AXIS]
Pad = Annotated[PaddingWord | Natural | tuple[PaddingWord | tuple[Natural, Natural], ...], PADDINGS]
Cut = Annotated[CutWord | Natural | tuple[CutWord | tuple[Natural, Natural], ...], CUTS]
CountOrNone = Annotated[Positive | None, WHOLE]
