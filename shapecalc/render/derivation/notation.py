"""Terms as text: the notation of a text book."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from shapecalc.figure import Term

if TYPE_CHECKING:
    from shapecalc.figure import Formula

SUM, PRODUCT, ATOM = 1, 2, 3
MOST = 8
"""Items of a sum or product that are written out."""


def text_of(term: Term) -> str:
    """A term in the notation of a text book."""
    return _written(term)[0]


def _written(term: Term) -> tuple[str, int]:  # noqa: C901, PLR0912  a case for each sign
    """A term's text and how tightly it binds."""
    match term.op:
        case "name":
            return str(term.parts[0]), ATOM
        case "number":
            number = term.parts[0]
            return (str(number), ATOM) if number >= 0 else (f"−{-number}", SUM)
        case "decimal":
            text = str(term.parts[0])
            return text, SUM if text.startswith("−") else ATOM
        case "list":
            return "(" + ", ".join(text_of(part) for part in term.parts) + ")", ATOM
        case "+":
            return signed(f"{_bound(term.parts[0], SUM)} + {_bound(term.parts[1], SUM)}"), SUM
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
        case "²":
            return f"{_bound(term.parts[0], ATOM)}²", ATOM
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
    return signed(between.join(shown)), ATOM if len(items) == 1 else binds


def signed(text: str) -> str:
    """A sum in which a negative number is taken off, not added."""
    return text.replace(" + −", " − ")


def letters(formula: Formula[Any]) -> str:
    """A formula in its letters: ``explicit = ⌊(n + 2·p − k) / s⌋ + 1``."""
    return f"{formula.name} = {text_of(formula.over([Term('name', letter) for letter in formula.letters]))}"
