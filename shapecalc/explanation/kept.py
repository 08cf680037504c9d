"""What training keeps of a layer explained: the tensors that its way back reads, each with its bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shapecalc.analysis import AtLeast, sum_known
from shapecalc.analysis.memory.formats import Pair, assigned
from shapecalc.analysis.memory.rows import SavedRow, rows
from shapecalc.analysis.memory.training import Step
from shapecalc.explanation.answer import Answer, Item, Part

if TYPE_CHECKING:
    from shapecalc.explanation.figures import Row


def saved(row: Row) -> Answer:
    """The bytes that training keeps for the way back, beside what layers before it keep."""
    analysis = row.analysis
    step = Step(analysis.graph, assigned(analysis.graph, Pair(analysis.dtype, analysis.dtype), ()))
    names = {node.name for node in row.nodes}
    kept = [one for one in rows(step) if one.name in names]
    value = sum_known(one.bytes(analysis.batch) for one in kept)
    parts = tuple(part for one in kept for part in _parts(one, analysis.batch))
    items = tuple(Item(one.name, None, "what it keeps is not known") for one in kept if one.tensors is None)
    if not items and value == 0:
        items = (Item("", 0, "the way back reads nothing here that was not kept before"),)
    root = value.known if isinstance(value, AtLeast) else value
    return row.answer("saved", value, "bytes", [(root, "bytes kept")] if root else [], items, parts)


def _parts(row: SavedRow, batch: int) -> list[Part]:
    return [Part(held.name, held.at(batch), f"{held.shape} in {held.format}") for held in row.tensors or ()]
