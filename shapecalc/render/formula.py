"""A formula sheet, and one formula with numbers in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from shapecalc.formulas.letters import meaning
from shapecalc.formulas.sheet import formulas
from shapecalc.render import json
from shapecalc.render.derivation.notation import letters, text_of
from shapecalc.render.formats import dumped
from shapecalc.render.table import WIDEST, Line, Span
from shapecalc.render.units import exact
from shapecalc.render.wrapping import wrapped

if TYPE_CHECKING:
    from shapecalc.figure import Figure, Formula

INDENT = "  "
PLACES = ("valid", "explicit", "uneven", "ceiling")
"""Formulas that count the places of a window."""


def sheet(width: int | None = None) -> Iterator[Line]:
    """Every formula: what it says in letters, and what it gives."""
    room = min(width or WIDEST, WIDEST)
    for heading, under in formulas().items():
        yield [Span(heading, "bold")]
        for name, formula in under.items():
            written = letters(formula).replace(formula.name, name, 1)
            yield from ([Span(row)] for row in wrapped(written, room, INDENT, INDENT * 2))
            yield from ([Span(row, "dim")] for row in wrapped(_first(formula), room, INDENT * 3))
        yield []
    yield [Span("`shapecalc formula NAME` shows one; with `--n 224 --s 2` it is worked out", "dim")]


def _first(formula: Formula[Any]) -> str:
    return (formula.body.__doc__ or "").splitlines()[0].replace("``", "`")


def alone(name: str, formula: Formula[Any], width: int | None = None) -> Iterator[Line]:
    """One formula: its letters, what they mean, and whence it is."""
    room = min(width or WIDEST, WIDEST)
    yield [Span(letters(formula), "bold")]
    yield []
    yield from ([Span(row)] for row in wrapped(_first(formula), room))
    for letter in formula.letters:
        yield from ([Span(row)] for row in wrapped(_letter(formula, letter), room, INDENT, INDENT * 3))
    yield from ([Span(row, "dim")] for row in wrapped(f"source: {formula.source}", room))
    yield []
    options = " ".join(f"--{letter} {'3,4' if is_list(formula, letter) else '…'}" for letter in formula.letters)
    yield [Span(f"shapecalc formula {name} {options}", "dim")]


def _letter(formula: Formula[Any], letter: str) -> str:
    said = meaning(formula.name, letter)
    return f"{letter}: {said}" if said else letter


def is_list(formula: Formula[Any], letter: str) -> bool:
    """Whether a letter stands for a list of numbers."""
    return "Sequence" in str(formula.body.__annotations__.get(letter, ""))


def worked(figure: Figure, unread: Sequence[str] = (), width: int | None = None) -> Iterator[Line]:
    """A formula with its numbers: letters, numbers, value."""
    room = min(width or WIDEST, WIDEST)
    formula = figure.formula
    blank = " " * len(formula.name)
    yield [Span(letters(formula))]
    yield [Span(f"{blank} = {text_of(figure.in_numbers)}")]
    yield [Span(f"{blank} = {exact(figure)}", "bold")]
    yield []
    yield from ([Span(row)] for row in wrapped(_first(formula), room))
    if formula.name in PLACES and figure < 1:
        yield [Span("There is none: the window is longer than the axis with its padding.")]
    for letter, value in figure.arguments.items():
        text = ", ".join(map(exact, value)) if isinstance(value, list | tuple) else exact(value)  # type: ignore[arg-type]
        said = meaning(formula.name, letter)
        yield from (
            [Span(row)] for row in wrapped(f"{letter} = {text}{f': {said}' if said else ''}", room, INDENT, INDENT * 3)
        )
    yield from ([Span(row, "dim")] for row in wrapped(f"source: {formula.source}", room))
    if unread:
        yield [Span(f"not in this formula: {', '.join(unread)}", "dim")]


def to_json(name: str, formula: Formula[Any], figure: Figure | None) -> str:
    """A formula as plain data, with the numbers in it where they are given."""
    data: dict[str, Any] = {
        "schema_version": json.SCHEMA_VERSION,
        "name": name,
        "formula": letters(formula),
        "meaning": _first(formula),
        "letters": {letter: meaning(formula.name, letter) for letter in formula.letters},
        "source": formula.source,
    }
    if figure is not None:
        data |= {"arguments": _plain(figure.arguments), "numbers": text_of(figure.in_numbers), "value": int(figure)}
    return dumped(data)


def _plain(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: list(map(int, value)) if isinstance(value, list | tuple) else int(value)
        for name, value in arguments.items()
    }
