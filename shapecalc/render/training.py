"""What a step of training costs: columns of the table, lines below it, and the same as data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from shapecalc.analysis import AtLeast
from shapecalc.analysis.cost.training import OPTIMIZERS, whole
from shapecalc.render.columns import COLUMNS, Column, of_total
from shapecalc.render.further import Further
from shapecalc.render.units import exact, si

if TYPE_CHECKING:
    from shapecalc.analysis import LayerAnalysis, Total
    from shapecalc.analysis.cost.training import Pass, Training

DROPPED = ("inputs", "weights", "params", "kind")
"""What a narrow terminal loses, first to last."""
COUNTED = (
    "backward is what is needed: of each product the gradient of its weights, and of what it reads where something"
    " trained lies before it, each as many MACs as forward; nothing for the network's input. Counted are products"
    " alone: the gradients of norms, activations, pools, merges and of the loss are not"
)


def columns(training: Training) -> dict[str, Column]:
    """The columns of a table of training."""

    def of(say: Callable[[Pass], Total | None]) -> Callable[[LayerAnalysis, Any], str]:
        return lambda row, _: of_total(say(training.of(row)), si)

    return {
        "layer": COLUMNS["layer"],
        "kind": COLUMNS["kind"],
        "output": COLUMNS["output"],
        "params": COLUMNS["params"],
        "forward": Column("forward", of(lambda one: one.forward)),
        "weights": Column("dL/dW", of(lambda one: one.weights)),
        "inputs": Column("dL/dX", of(lambda one: one.inputs)),
        "backward": Column("backward", of(lambda one: one.backward)),
    }


def below(training: Training) -> Iterator[tuple[str, str, str]]:
    """The lines below the table: what, how much, and a style."""
    total = training.total
    yield "forward", f"{_macs(total.forward)} MACs", ""
    parts = f"of weights, dL/dW, {of_total(total.weights, si)}, of what is read, dL/dX, {of_total(total.inputs, si)}"
    yield "backward", f"{_macs(total.backward)} MACs: {parts}", ""
    yield "training", _both(total), ""
    kinds = " · ".join(f"{kind} {of_total(count, exact)}" for kind, count in training.step.items())
    yield "step", f"{training.optimizer}, once a batch: {kinds}", ""
    yield "way back", COUNTED, "dim"
    yield "source", OPTIMIZERS[training.optimizer].source, "dim"


def _both(total: Pass) -> str:
    both = whole(total.forward, total.backward)
    said = f"{_macs(both)} MACs, forward and backward"
    if isinstance(both, int) and isinstance(total.forward, int) and total.forward:
        said += f": {float(Fraction(both, total.forward)):.2f} times the forward"
    return said


def _macs(total: Total | None) -> str:
    rounded = of_total(total, si)
    number = total.known if isinstance(total, AtLeast) else total
    return rounded if number is None or number < 1000 else f"{rounded} ({exact(number)})"


def further(training: Training) -> Further:
    """All that training adds."""
    data = to_dict(training)
    names = ("forward_macs", "weight_gradient_macs", "input_gradient_macs", "backward_macs")
    records = tuple({name: _flat(layer[name]) for name in names} for layer in data["layers"])
    return Further(columns(training), DROPPED, tuple(below(training)), {"training": data}, records)


def _flat(value: Any) -> Any:
    """A lower bound is not a number in a record."""
    return None if isinstance(value, dict) else value


def to_dict(training: Training) -> dict[str, Any]:
    """What training costs as plain data, beside the figures of the analysis."""
    return {
        "optimizer": training.optimizer,
        "source": OPTIMIZERS[training.optimizer].source,
        "totals": {
            **_pass(training.total),
            "step_ops": {kind: _number(count) for kind, count in training.step.items()},
        },
        "layers": [
            {"name": layer.name, **_pass(one)}
            for layer, one in zip(training.analysis.layers, training.nodes, strict=True)
        ],
    }


def _pass(one: Pass) -> dict[str, Any]:
    return {
        "forward_macs": _number(one.forward),
        "weight_gradient_macs": _number(one.weights),
        "input_gradient_macs": _number(one.inputs),
        "backward_macs": _number(one.backward),
    }


def _number(total: Total | None) -> Any:
    match total:
        case None:
            return None
        case AtLeast(known=known):
            return {"at_least": int(known)}
        case _:
            return int(total)
