"""How an option's text becomes a value: one Reading for each sort of option, and the annotated types layers use."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Annotated, Any, Protocol, cast, get_args

from pydantic import Field

from shapecalc.diagnostics import nearest
from shapecalc.formulas.windows import PaddingWord
from shapecalc.source.expressions import ExpressionError, Scope, Value, evaluate, exact, shown
from shapecalc.source.functions import Number

SIZE = re.compile(r"\d{1,18}([x×]\d{1,18})+")
PADDING_WORDS: tuple[str, ...] = get_args(PaddingWord)
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
    """One number for all axes, or one for each: a list, or ``3x5``."""
    if isinstance(raw, list):
        return each(raw, whole, scope)
    if isinstance(raw, str) and SIZE.fullmatch(raw.strip()):
        return tuple(int(part) for part in re.split("[x×]", raw.strip()))
    return whole(raw, scope)


def _side(raw: object, scope: Writing) -> str | int:
    if isinstance(raw, str):
        word = scope.insert(raw)
        if word in PADDING_WORDS:
            return word
        if word.isidentifier() and word not in set(scope.names()):
            near = nearest(word, PADDING_WORDS)
            raise ExpressionError(
                "E116",
                f"`{word}` is not a padding",
                "no padding of this name",
                (f"did you mean `{near}`? " if near else "")
                + "the paddings are "
                + ", ".join(PADDING_WORDS)
                + ", or cells a side",
            )
    return whole(raw, scope)


def _ends(raw: object, scope: Writing) -> str | tuple[int, int]:
    if isinstance(raw, list):
        pair = each(raw, whole, scope)
        if len(pair) != 2:
            raise ExpressionError(
                "E114", "an axis' padding is one value or [before, after]", f"{len(pair)} values are given"
            )
        return pair[0], pair[1]
    side = _side(raw, scope)
    return side if isinstance(side, str) else (side, side)


def padding(raw: object, scope: Writing) -> object:
    """A word or cells a side for all axes; a list is always one item an axis, each may be a [before, after] pair."""
    return each(raw, _ends, scope) if isinstance(raw, list) else _side(raw, scope)


@dataclass(frozen=True, slots=True)
class Reading:
    """How one sort of option is read, and how an editor's schema describes it."""

    says: str
    read: Any
    schema: Any = field(compare=False)


EXPRESSION: Json = {"type": "string", "description": "an expression"}
PER_AXIS: Json = {"type": "array", "items": {"anyOf": [{"type": "integer"}, EXPRESSION]}, "minItems": 1}
SIDE: Json = {"anyOf": [{"type": "integer", "minimum": 0}, {"enum": list(PADDING_WORDS)}, EXPRESSION]}
ENDS: Json = {"anyOf": [*SIDE["anyOf"], {**PER_AXIS, "minItems": 2, "maxItems": 2}]}

WHOLE = Reading("a whole number", whole, {"anyOf": [{"type": "integer"}, EXPRESSION]})
REAL = Reading("a number", lambda raw, scope: float(number(raw, scope)), {"anyOf": [{"type": "number"}, EXPRESSION]})
FLAG = Reading("yes or no", flag, {"anyOf": [{"type": "boolean"}, EXPRESSION]})
WORD = Reading("a word", text, {"type": "string"})
SIZES = Reading("a size: 3, [3, 5] or 3x5", size, {"anyOf": [{"type": "integer"}, EXPRESSION, PER_AXIS]})
PADDINGS = Reading(
    "a padding: a word, or cells a side; a list is one item an axis",
    padding,
    {"anyOf": [*SIDE["anyOf"], {"type": "array", "items": ENDS, "minItems": 1}]},
)

Positive = Annotated[int, Field(ge=1)]
Natural = Annotated[int, Field(ge=0)]

Count = Annotated[int, Field(ge=1), WHOLE]
Flag = Annotated[bool, FLAG]
Real = Annotated[float, REAL]
Rate = Annotated[float, Field(ge=0, lt=1), REAL]
Size = Annotated[Positive | tuple[Positive, ...], SIZES]
SizeOrNone = Annotated[Positive | tuple[Positive, ...] | None, SIZES]
Extra = Annotated[Natural | tuple[Natural, ...], SIZES]
Pad = Annotated[PaddingWord | Natural | tuple[PaddingWord | tuple[Natural, Natural], ...], PADDINGS]
