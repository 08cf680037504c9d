"""A Figure worked out in text: its formula in letters, the same with the numbers in it, and where they came from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from shapecalc.figure import Figure, Term, origins
from shapecalc.render.units import exact

if TYPE_CHECKING:
    from shapecalc.figure import Formula

SUM, PRODUCT, ATOM = 1, 2, 3
MOST = 8
"""Items of a sum or product that are written out."""


def text_of(term: Term) -> str:
    """A term in the notation of a text book."""
    return _written(term)[0]


def _written(term: Term) -> tuple[str, int]:  # noqa: C901  a case for each sign
    """A term's text and how tightly it binds."""
    match term.op:
        case "name":
            return str(term.parts[0]), ATOM
        case "number":
            number = term.parts[0]
            return (str(number), ATOM) if number >= 0 else (f"−{-number}", SUM)
        case "list":
            return "(" + ", ".join(text_of(part) for part in term.parts) + ")", ATOM
        case "+":
            return f"{_bound(term.parts[0], SUM)} + {_bound(term.parts[1], SUM)}", SUM
        case "-":
            return f"{_bound(term.parts[0], SUM)} − {_bound(term.parts[1], PRODUCT)}", SUM
        case "*":
            return f"{_bound(term.parts[0], PRODUCT)}·{_bound(term.parts[1], PRODUCT)}", PRODUCT
        case "//":
            return f"⌊{_bound(term.parts[0], PRODUCT)} / {_bound(term.parts[1], ATOM)}⌋", ATOM
        case "ceil_div":
            return f"⌈{_bound(term.parts[0], PRODUCT)} / {_bound(term.parts[1], ATOM)}⌉", ATOM
        case "exact_div":
            return f"{_bound(term.parts[0], PRODUCT)} / {_bound(term.parts[1], ATOM)}", SUM  # a product puts brackets
        case "product":
            return _series(term.parts[0], "∏", "·", "1", PRODUCT)
        case "total":
            return _series(term.parts[0], "∑", " + ", "0", SUM)
        case _:
            return f"{term.op}(" + ", ".join(text_of(part) for part in term.parts) + ")", ATOM


def _bound(term: Term, least: int) -> str:
    text, binds = _written(term)
    return text if binds >= least else f"({text})"


def _series(term: Term, sign: str, between: str, empty: str, binds: int) -> tuple[str, int]:
    if term.op == "name":
        return f"{sign}{term.parts[0]}", ATOM
    items: Sequence[Term] = term.parts
    if not items:
        return empty, ATOM
    shown = [_bound(item, binds) for item in items[:MOST]]
    if len(items) > MOST:
        shown.append(f"… ({len(items) - MOST} more)")
    return between.join(shown), ATOM if len(items) == 1 else binds


def letters(formula: Formula[Any]) -> str:
    """A formula in its letters: ``explicit = ⌊(n + 2·p − k) / s⌋ + 1``."""
    return f"{formula.name} = {text_of(formula.over([Term('name', letter) for letter in formula.letters]))}"


def explain(figure: int | Sequence[int]) -> str:
    """How a figure came about, back to the numbers that were given.

    Args:
        figure: any number of an analysis, or a shape; one that no formula made is only said to be given.

    Returns:
        For each figure it rests on, nearest first: the formula, the numbers in it, the value, the source.
    """
    if not isinstance(figure, int):
        return "\n\n".join(explain(length) for length in figure)
    if not isinstance(figure, Figure):
        return f"{exact(figure)} is given"
    return "\n\n".join(_one(step) for step in _different(figure))


def _different(figure: Figure) -> list[Figure]:
    """The figures behind a figure, those that read the same only once."""
    found: dict[tuple[str, str], Figure] = {}
    for step in origins(figure):
        found.setdefault((step.formula.name, repr(step.given)), step)
    return list(found.values())


def _one(figure: Figure) -> str:
    formula = figure.formula
    indent = " " * len(formula.name)
    meaning = (formula.body.__doc__ or "").splitlines()[0].replace("``", "")
    return "\n".join(
        [
            letters(formula),
            f"{indent} = {text_of(figure.in_numbers)}",
            f"{indent} = {exact(figure)}",
            f"{indent}   {meaning}",
            f"{indent}   source: {formula.source}",
        ]
    )
