"""The figures of the whole network, each as a sum of its rows, or of its kinds where there are many."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from shapecalc.analysis import AtLeast, sum_known
from shapecalc.analysis.cost import floating, summed
from shapecalc.analysis.memory import DTYPES
from shapecalc.analysis.rows import rows
from shapecalc.explanation.answer import Answer, Item, Part, Unit
from shapecalc.explanation.trail import OPERATIONS, Label, Labels, trail, used
from shapecalc.figure import Figure
from shapecalc.formulas.counting import stored
from shapecalc.layers.base import OPS

if TYPE_CHECKING:
    from shapecalc.analysis import Analysis, LayerAnalysis, Total

MOST_ROWS = 40
"""Rows that are listed; where there are more, the kinds are."""


def least(total: Total | None) -> int:
    """What is known of a total."""
    return total.known if isinstance(total, AtLeast) else total or 0


def parts_of(analysis: Analysis, of: Callable[[LayerAnalysis], Total | None]) -> tuple[tuple[Part, ...], str]:
    """The parts of a total, those that are nothing left out: by layer, or by kind where these are too many."""
    every = [Part(row.name, of(row), row.kind) for row in rows(analysis)]
    told = tuple(part for part in every if part.value != 0)
    if len(told) <= MOST_ROWS:
        return told, "layer"
    kinds: dict[str, list[Total | None]] = {}
    for layer in analysis:
        kinds.setdefault(layer.kind, []).append(of(layer))
    sums = [Part(kind, _sum(values), f"{len(values):,} nodes") for kind, values in kinds.items()]
    return tuple(sorted((part for part in sums if part.value != 0), key=lambda part: -least(part.value))), "kind"  # type: ignore[arg-type]


def _sum(values: Iterable[Total | None]) -> Total:
    every = list(values)
    return sum_known(None if isinstance(value, AtLeast) else value for value in every)


def summation(
    figure: str, attribute: str, of: Callable[[LayerAnalysis], Total | None], unit: Unit = "count"
) -> Callable[[Analysis, Labels], Answer]:
    """The explanation of a total over the rows of the table."""

    def explain(analysis: Analysis, labels: Labels) -> Answer:
        value: Total = getattr(analysis, attribute)
        parts, by = parts_of(analysis, of)
        made = summed(least(part.value) for part in parts)  # type: ignore[arg-type]
        return _total(figure, value, unit, made, parts, by, labels)

    return explain


def _total(
    figure: str, value: Total, unit: Unit, made: int, parts: tuple[Part, ...], by: str, labels: Labels
) -> Answer:
    of = f"{figure} of the network"
    uses = (used(made, Label(of, ""), labels),) if isinstance(made, Figure) else ()
    items = tuple(_unknown(labels.analysis)) if isinstance(value, AtLeast) else ()
    if value == 0:
        items = (Item("", 0, "no layer has any"),)
    return Answer(
        "",
        figure,
        value,
        unit,
        items=items,
        uses=uses,
        parts=parts,
        parts_by=by,
        remarks=_remarks(figure, labels.analysis),
    )


def _unknown(analysis: Analysis) -> Iterator[Item]:
    for layer in analysis:
        if layer.output is None:
            yield Item(layer.name, None, "the shape is not known: see the errors")
            return
        if layer.ops is None:
            yield Item(layer.name, None, f"`{layer.kind}` does not state its operations")


def _remarks(figure: str, analysis: Analysis) -> tuple[str, ...]:
    said = []
    if figure in {"params", "buffers"} and any(layer.shared_with for layer in analysis):
        said.append("shared weights count once, with the layer that has them first")
    if figure == "params" and analysis.buffers:
        said.append(f"{least(analysis.buffers):,} numbers are kept and not trained: buffers, told apart")
    if figure in {"macs", "flops", "ops", "activations", "peak"} and analysis.batch > 1:
        said.append(f"for a batch of {analysis.batch:,}")
    if figure == "activations":
        said.append("every output and the input, nothing in place")
    return tuple(said)


def flops(analysis: Analysis, labels: Labels) -> Answer:
    """FLOPs from the operations by kind."""
    made = floating(analysis.ops)
    parts, by = parts_of(analysis, lambda layer: layer.flops)
    return _total("flops", analysis.flops, "count", made, parts, by, labels)


def operations(analysis: Analysis, _: Labels) -> Answer:
    """The operations, kind by kind."""
    sure = not isinstance(analysis.macs, AtLeast)
    items = tuple(
        Item(OPERATIONS.get(kind, kind), int(analysis.ops[kind]) if sure else AtLeast(int(analysis.ops[kind])))
        for kind in OPS
        if kind in analysis.ops
    )
    return Answer("", "ops", None, "count", items=items, remarks=_remarks("ops", analysis))


def weights(analysis: Analysis, labels: Labels) -> Answer:
    """The bytes of all weights and buffers."""
    value = analysis.weight_bytes
    bytes_each = DTYPES[analysis.dtype]
    parts = tuple(
        Part(name, stored(least(total), bytes_each), f"{least(total):,} numbers of {bytes_each} bytes")
        for name, total in (("parameters", analysis.params), ("buffers", analysis.buffers))
        if total
    )
    uses, _ = trail([(least(value), Label("weights of the network", ""))], labels)
    return Answer("", "weights", value, "bytes", uses=uses[:2], parts=parts)


def activations(analysis: Analysis, labels: Labels) -> Answer:
    """The bytes of the input and of every output."""
    made = analysis.activation_bytes
    parts, by = parts_of(analysis, lambda layer: layer.activation_bytes)
    layers = sum(least(layer.activation_bytes) for layer in analysis)
    own = Part("input" if len(analysis.inputs) == 1 else "inputs", least(made) - layers, "given")
    parts = (own, *parts)
    total = summed(least(part.value) for part in parts)  # type: ignore[arg-type]
    return _total("activations", made, "bytes", total, parts, by, labels)


TOTALS: Mapping[str, Callable[[Analysis, Labels], Answer]] = {
    "params": summation("params", "params", lambda layer: layer.params),
    "buffers": summation("buffers", "buffers", lambda layer: layer.buffers),
    "macs": summation("macs", "macs", lambda layer: layer.macs),
    "flops": flops,
    "ops": operations,
    "weights": weights,
    "activations": activations,
}
"""What can be asked of the whole network, but for its output, its peak and its field."""
