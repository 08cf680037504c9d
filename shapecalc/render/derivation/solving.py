"""A whole network worked out, as a document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from shapecalc.figure import Term
from shapecalc.formulas.letters import meaning
from shapecalc.render.derivation.blocks import Block, Chain, Document, Heading, Letters, Line, Prose
from shapecalc.render.derivation.documents import TITLES, number
from shapecalc.render.derivation.json import to_dict as of_explanation
from shapecalc.render.derivation.json import value
from shapecalc.render.derivation.notation import text_of
from shapecalc.render.json import SCHEMA_VERSION
from shapecalc.render.units import exact, plain

if TYPE_CHECKING:
    from shapecalc.explanation.solution import Solution, Step
    from shapecalc.figure import Formula

FEW = 3
"""Names of steps that are the same."""


def document(made: Solution) -> Document:
    """The network, step by step; then the totals, and the formulas with their letters."""
    inputs = ", ".join(f"{plain(name)} {shape}" for name, shape in made.inputs.items())
    batch = f" · batch {made.batch}" if made.batch > 1 else ""
    title = f"{plain(made.network)}, worked out"
    blocks: list[Block] = [Heading(title, 1), Prose(inputs + batch)]
    blocks += _steps(made.steps)
    if made.left_out:
        blocks.append(Prose(f"… and {exact(made.left_out)} more steps: `--depth 0` keeps the blocks closed"))
    blocks.append(Heading("Totals", 2))
    for answer in made.totals.answers:
        what = TITLES.get(answer.figure, answer.figure)
        if answer.uses and answer.figure != "field":
            label = f"{what}, by kind" if answer.parts_by == "kind" else what
            blocks.append(Line(label, "", answer.uses[0].in_numbers, number(answer.value, answer.unit)))
        elif answer.figure == "field":
            sizes = [item for item in answer.items if item.of.startswith("size")]
            said = ", ".join(f"{number(item.value)}" + (f" ({item.why})" if item.why else "") for item in sizes)
            blocks.append(Prose(f"{what}: {plain(said)}" if said else f"{what}: none"))
        else:
            blocks.append(Prose(f"{what}: {number(answer.value, answer.unit)}"))
    if made.formulas:
        blocks.append(Heading("The formulas", 2))
    for formula in made.formulas:
        blocks += _formula(formula)
    return Document(title, tuple(blocks))


def _steps(steps: tuple[Step, ...]) -> Iterator[Block]:
    index = 0
    while index < len(steps):
        step = steps[index]
        if not step.like:
            yield from _step(step)
            index += 1
            continue
        same = []
        while index < len(steps) and steps[index].like == step.like:
            same.append(steps[index].name)
            index += 1
        names = ", ".join(same) if len(same) <= FEW else f"{same[0]} … {same[-1]} ({len(same)} of them)"
        yield Prose(f"{plain(names)}: as {plain(step.like)}", "same")


def _step(step: Step) -> Iterator[Block]:
    inputs = ", ".join(number(shape) for shape in step.inputs[:FEW]) + (", …" if len(step.inputs) > FEW else "")
    yield Heading(f"{plain(step.name)} · {plain(step.kind)} · {inputs} → {number(step.output)}", 3)
    for made in step.sums:
        yield Line(made.what, "", made.term, number(made.value))
    for remark in step.remarks:
        yield Prose(plain(remark), "remark")


def _formula(formula: Formula[Any]) -> Iterator[Block]:
    names = [Term("name", letter) for letter in formula.letters]
    yield Chain(formula.name, (formula.over(names),))
    yield Prose((formula.body.__doc__ or "").splitlines()[0].replace("``", ""), "meaning")
    yield Letters(tuple((letter, "", meaning(formula.name, letter), "") for letter in formula.letters))
    yield Prose(f"source: {formula.source}", "source")


def to_dict(made: Solution) -> dict[str, Any]:
    """The same as plain data."""
    return {
        "schema_version": SCHEMA_VERSION,
        "name": made.network,
        "inputs": {name: shape.to_list() for name, shape in made.inputs.items()},
        "batch": made.batch,
        "steps": [
            {
                "name": step.name,
                "kind": step.kind,
                "level": step.level,
                "inputs": [value(shape) for shape in step.inputs],
                "output": value(step.output),
                "sums": [
                    {"of": one.what, "in_numbers": text_of(one.term), "value": value(one.value)} for one in step.sums
                ],
                "remarks": list(step.remarks),
                "like": step.like or None,
            }
            for step in made.steps
        ],
        "left_out": made.left_out,
        "totals": of_explanation(made.totals)["explanations"],
    }
