"""The box on the input that one output cell sees, explained: unclipped, clipped, and where its ends are from."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from shapecalc.analysis import Field
from shapecalc.explanation import Explanation
from shapecalc.explanation.answer import Answer, Item
from shapecalc.explanation.fields import axes, signed
from shapecalc.explanation.figures import Row
from shapecalc.explanation.trail import Labels
from shapecalc.fields import Fields
from shapecalc.formulas.reach import Unknown
from shapecalc.formulas.receptive import of_cell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapecalc.analysis import Analysis
    from shapecalc.analysis.receptive.reading import Span


def placed(analysis: Analysis, layer: str, cell: Sequence[int]) -> Explanation:
    """What one cell of a layer's output sees of the inputs, worked out.

    Raises:
        CellError: the output has no such cell.
        KeyError: the network has no such layer.
    """
    labels = Labels(analysis)
    row = Row(analysis, analysis[layer], labels)
    sides = Fields(analysis)[layer].box(*cell)
    items: list[Item] = []
    roots: list[tuple[object, str]] = []
    for (of, _, seen), side in zip(axes(row), sides, strict=False):
        items.append(Item(f"unclipped along {of}", None, _span(side.unclipped)))
        items.append(Item(f"clipped along {of}", None, f"{_span(side.clipped)} of 0 to {side.n - 1}"))
        if side.reached is not None:
            items.append(Item(f"reaching along {of}", None, f"{side.reached:,} of these cells"))
        if isinstance(seen, Field) and seen.axis is not None:
            at = cell[seen.axis]
            roots += [
                (of_cell(getattr(seen, end), at, seen.jump), f"{end} along {of} of cell {at}")
                for end in ("first", "last")
            ]
    if not items:
        items.append(Item("", None, "it sees no spatial axis of an input"))
    made = row.answer("field", None, "cells", roots, tuple(items))
    where = f"cell ({', '.join(map(str, cell))})"
    answer = Answer(layer, "box", None, "word", f"{where} sees", made.items, made.uses, made.more)
    return Explanation(
        analysis.name,
        layer,
        row.layer.kind,
        {name: labels.shapes.get(name) for name in row.layer.inputs},
        row.layer.output,
        analysis.batch,
        analysis.dtype,
        (replace(answer, remarks=made.remarks),),
    )


def _span(span: Span | Unknown | None) -> str:
    """A span in words."""
    match span:
        case None:
            return "nothing"
        case Unknown():
            return f"not known: {span.why}"
        case (first, last):
            return f"{signed(int(first))} to {signed(int(last))} ({int(last) - int(first) + 1} cells)"
