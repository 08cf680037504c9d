"""An explanation as a document: what is said, in which order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from shapecalc.analysis import AtLeast
from shapecalc.explanation.trail import in_few
from shapecalc.render.derivation.blocks import Block, Chain, Document, Grid, Heading, Letters, Line, Prose
from shapecalc.render.derivation.notation import MOST
from shapecalc.render.units import UNKNOWN, exact, plain, size
from shapecalc.shape import Shape

if TYPE_CHECKING:
    from shapecalc.explanation import Answer, Explanation
    from shapecalc.explanation.answer import Letter, Use

TITLES = {
    "params": "parameters",
    "macs": "MACs",
    "flops": "FLOPs",
    "ops": "operations",
    "memory": "bytes of activations",
    "saved": "bytes kept in training",
    "field": "receptive field",
    "params%": "share of the parameters",
    "macs%": "share of the MACs",
    "weights": "bytes of weights",
    "activations": "bytes of activations",
    "peak": "peak of the memory",
    "add": "adds",
    "mul": "multiplies",
    "div": "divisions",
    "compare": "comparisons",
}
MOST_USES = 12
"""Uses of one formula that are written out after the first."""


def number(value: object, unit: str = "count") -> str:
    """A value as text: exact, with a proper minus."""
    match value:
        case None:
            return UNKNOWN
        case AtLeast(known=known):
            return f"≥ {number(known, unit)}"
        case Shape():
            return str(value)
        case Fraction() if value.denominator > 1:
            shown = f"{float(value):.4g}".replace("-", "−")
            return f"{shown} %" if unit == "percent" else shown
        case int() | Fraction():
            said = exact(int(value)).replace("-", "−")
            if unit == "bytes" and value >= 1024:
                return f"{said} bytes ({size(int(value))})"
            return f"{said} bytes" if unit == "bytes" else f"{said} %" if unit == "percent" else said
        case _:
            return str(value)


def explanation(made: Explanation) -> Document:
    """An explanation, figure by figure."""
    batch = f" · batch {made.batch}" if made.batch > 1 else ""
    if made.layer:
        inputs = ", ".join(f"{plain(name)} {number(shape)}" for name, shape in made.inputs.items())
        title = f"{plain(made.layer)} of {plain(made.network)}"
        head = f"{plain(made.kind)} · {inputs} → {number(made.output)}{batch}"
    else:
        title = plain(made.network)
        inputs = ", ".join(f"{plain(name)} {shape}" for name, shape in made.inputs.items())
        head = f"the whole network · {inputs} → {number(made.output) if made.output else 'its outputs'}{batch}"
    shown: set[str] = set()
    blocks: list[Block] = [Heading(title, 1), Prose(head)]
    for answer in made.answers:
        blocks += _answer(answer, shown)
    return Document(title, tuple(blocks))


def _answer(answer: Answer, shown: set[str]) -> Iterator[Block]:
    title = TITLES.get(answer.figure, answer.figure)
    if answer.word:
        yield Heading(f"{title}: {answer.word}", 2)
    elif answer.value is None and (answer.items or answer.uses):
        yield Heading(title, 2)
    else:
        yield Heading(f"{title} = {number(answer.value, answer.unit)}", 2)
    if answer.items:
        yield from _items(answer)
    yield from derivations(answer.uses, shown)
    if answer.more:
        yield Prose(f"… and {exact(answer.more)} more figures behind these: explain the layers by name.")
    if answer.parts:
        rows = tuple((plain(part.name), number(part.value), plain(part.note)) for part in answer.parts)
        yield Grid((answer.parts_by, title, ""), "lrl", rows)
    for remark in answer.remarks:
        yield Prose(plain(remark), "remark")


def _items(answer: Answer) -> Iterator[Block]:
    numbers = [item for item in answer.items if item.of and (item.value is not None or answer.unit == "cells")]
    for item in answer.items:
        if item not in numbers:
            yield Prose(f"{plain(item.of)}: {plain(item.why)}" if item.of and item.why else plain(item.of or item.why))
    if not numbers:
        return
    found: dict[tuple[str, str, str], list[str]] = {}
    for item in numbers:  # what axes have in common is said once
        what = item.of.rpartition(" ")[0]
        found.setdefault((number(item.value, answer.unit), item.why, what), []).append(item.of)
    rows = tuple((plain(in_few(names)), value, plain(why)) for (value, why, _), names in found.items())
    yield Grid(("", "", ""), "lrl", rows)


def derivations(uses: Sequence[Use], shown: set[str]) -> Iterator[Block]:
    """Formulas worked out, each in full where it is met first, in one line after that."""
    found: dict[str, list[Use]] = {}
    for use in uses:
        found.setdefault(use.formula.name, []).append(use)
    for name, every in found.items():
        rest = every
        if name not in shown:
            shown.add(name)
            yield from _in_full(every[0])
            rest = every[1:]
        for use in rest[:MOST_USES]:
            yield Line(plain(use.of), name, use.in_numbers, number(use.value))
        if len(rest) > MOST_USES:
            yield Prose(f"… {name} {len(rest) - MOST_USES} times more")


def _in_full(use: Use) -> Iterator[Block]:
    if use.of:
        yield Prose(plain(use.of), "for")
    percent = use.formula.name == "percent"
    value = number(use.value, "percent" if percent else "count")
    yield Chain(use.formula.name, (use.in_names, use.in_numbers, value))
    yield Prose(use.meaning, "meaning")
    yield Letters(tuple((one.letter, _value(one), one.meaning, plain(one.origin)) for one in use.letters))
    yield Prose(f"source: {use.formula.source}", "source")


def _value(letter: Letter) -> str:
    if isinstance(letter.value, int):
        return number(letter.value)
    items = [number(one) for one in letter.value[:MOST]]
    more = [f"… {len(letter.value) - MOST} more"] if len(letter.value) > MOST else []
    return ", ".join([*items, *more]) or "none"
