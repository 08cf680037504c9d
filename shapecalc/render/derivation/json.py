"""A worked text as plain data: every formula, every number in it, and where it is from."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from shapecalc.analysis import AtLeast
from shapecalc.render.derivation.notation import text_of
from shapecalc.render.json import SCHEMA_VERSION
from shapecalc.shape import Shape

if TYPE_CHECKING:
    from shapecalc.explanation import Answer, Explanation
    from shapecalc.explanation.answer import Use


def to_dict(made: Explanation) -> dict[str, Any]:
    """An explanation as plain data."""
    return {
        "schema_version": SCHEMA_VERSION,
        "name": made.network,
        "layer": made.layer or None,
        "kind": made.kind or None,
        "inputs": {name: value(shape) for name, shape in made.inputs.items()},
        "output": value(made.output),
        "batch": made.batch,
        "dtype": made.dtype,
        "explanations": [_answer(answer) for answer in made.answers],
    }


def value(number: object) -> Any:
    """A value as plain data: an integer, a fraction as a float, a shape as a list; None where it is not known."""
    match number:
        case Shape():
            return number.to_list()
        case AtLeast(known=known):
            return {"at_least": int(known)}
        case Fraction() if number.denominator > 1:
            return float(number)
        case int() | Fraction():
            return int(number)
        case tuple() | list():
            return [value(one) for one in number]
        case _:
            return None


def _answer(answer: Answer) -> dict[str, Any]:
    return {
        "figure": answer.figure,
        "value": value(answer.value),
        "unit": answer.unit,
        "items": [{"of": item.of, "value": value(item.value), "why": item.why} for item in answer.items],
        "steps": [step(use) for use in answer.uses],
        "left_out": answer.more,
        "parts": [{"name": part.name, "value": value(part.value), "note": part.note} for part in answer.parts],
        "remarks": list(answer.remarks),
    }


def step(use: Use) -> dict[str, Any]:
    """One formula used."""
    return {
        "of": use.of,
        "formula": use.formula.name,
        "in_letters": text_of(use.in_names),
        "in_numbers": text_of(use.in_numbers),
        "value": value(use.value),
        "meaning": use.meaning,
        "source": use.formula.source,
        "letters": [
            {"letter": one.letter, "meaning": one.meaning, "value": value(one.value), "from": one.origin}
            for one in use.letters
        ],
    }
