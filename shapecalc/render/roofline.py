"""The roofline of a network on a device: columns of the table, lines below it, and the same as data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from shapecalc.analysis import AtLeast
from shapecalc.render.columns import COLUMNS, EXTRA_COLUMNS, Column, of_total
from shapecalc.render.further import Further
from shapecalc.render.units import UNKNOWN, exact, plain, share, si, size

if TYPE_CHECKING:
    from shapecalc.analysis import LayerAnalysis, Total
    from shapecalc.analysis.cost.roofline import Bound, Roofline

SOURCE = "Williams, Waterman & Patterson 2009"
TIMES = (("s", 1), ("ms", 10**3), ("µs", 10**6), ("ns", 10**9))


def seconds(time: Fraction) -> str:
    """``3.21 ms``: three significant digits."""
    if not time:
        return "0"
    unit, scale = next(((unit, scale) for unit, scale in TIMES if time * scale >= 1), TIMES[-1])
    return f"{number(time * scale)} {unit}"


def number(value: Fraction) -> str:
    """Three significant digits of a number that is not whole."""
    if not value or value >= 1000:
        return exact(round(value))
    places = 0 if value >= 100 else 1 if value >= 10 else 2 if value >= 1 else 3
    return f"{float(value):.{places}f}"


def further(roofline: Roofline) -> Further:
    """All that a device adds."""
    data = to_dict(roofline)
    names = ("bytes_moved", "seconds", "bound_by")
    records = tuple({name: _flat(layer[name]) for name in names} for layer in data["layers"])
    return Further(columns(roofline), DROPPED, tuple(below(roofline)), {"roofline": data}, records)


def _flat(value: Any) -> Any:
    """A lower bound is not a number in a record."""
    return None if isinstance(value, dict) else value


def columns(roofline: Roofline) -> dict[str, Column]:
    """The columns of a table with a device."""

    def of(say: Callable[[Bound], str]) -> Callable[[LayerAnalysis, Any], str]:
        return lambda row, _: say(roofline.of(row))

    return {
        "layer": COLUMNS["layer"],
        "kind": COLUMNS["kind"],
        "output": COLUMNS["output"],
        "flops": EXTRA_COLUMNS["flops"],
        "moved": Column("moved", of(lambda bound: of_total(bound.bytes, size))),
        "intensity": Column("FLOP/byte", of(_intensity)),
        "time": Column("time", of(_time)),
        "bound": Column("bound by", of(lambda bound: str(bound.side)), "left"),
    }


DROPPED = ("kind", "output", "moved", "flops")
"""What a narrow terminal loses, first to last."""


def _intensity(bound: Bound) -> str:
    if bound.intensity is not None:
        return number(bound.intensity.value)
    return "" if bound.exact else UNKNOWN


def _time(bound: Bound) -> str:
    return ("" if bound.exact else "≥ ") + seconds(bound.time)


def below(roofline: Roofline) -> Iterator[tuple[str, str, str]]:
    """The lines below the table: what, how much, and a style."""
    device, total, analysis = roofline.device, roofline.total, roofline.analysis
    busy_from = f"from {number(roofline.ridge.value)} FLOP/byte on it can be busy all the time"
    said = f"{si(roofline.peak)}FLOP/s in {analysis.dtype} · {si(device.bandwidth)}B/s · {busy_from}"
    yield "device", f"{plain(device.name)} · {said}", ""
    examples = "an example" if analysis.batch == 1 else f"{exact(analysis.batch)} examples"
    rate = f" · at most {number(roofline.rate)} examples/s" if roofline.rate else ""
    yield "time", f"at least {seconds(total.time)} for {examples}{rate}", ""
    busy, memory = roofline.busy, roofline.memory_bound
    waited = sum((bound.time for bound in memory), Fraction(0))
    if busy and roofline.complete:
        of_time = share(waited.numerator * total.time.denominator, total.time.numerator * waited.denominator)
        yield "bound", f"by memory are {exact(len(memory))} of {exact(len(busy))} layers, {of_time} of the time", ""
    yield "roofline", COUNTED, "dim"
    yield "source", plain(device.source), "dim"


COUNTED = (
    f"{SOURCE}: each layer by itself takes at least its FLOPs, as counted, / peak, and its bytes / bandwidth; bytes are"
    " inputs read, outputs written and weights read, whole and once each, nothing fused and nothing kept in a cache"
    " from one layer to the next"
)


def to_dict(roofline: Roofline) -> dict[str, Any]:
    """The bounds as plain data, beside those of the analysis."""
    device, total = roofline.device, roofline.total
    return {
        "device": device.name,
        "source": device.source,
        "peak_flops": roofline.peak,
        "bandwidth": device.bandwidth,
        "ridge": _ratio(roofline.peak, device.bandwidth),
        "totals": {
            **_bound(total),
            "examples_per_second": None if roofline.rate is None else float(roofline.rate),
            "memory_bound_layers": len(roofline.memory_bound),
            "layers_that_take_time": len(roofline.busy),
            "memory_bound_seconds": float(sum(bound.time for bound in roofline.memory_bound)),
        },
        "layers": [
            {"name": layer.name, **_bound(bound)}
            for layer, bound in zip(roofline.analysis.layers, roofline.nodes, strict=True)
        ],
    }


def _bound(bound: Bound) -> dict[str, Any]:
    return {
        "flops": _number(bound.flops),
        "bytes_moved": _number(bound.bytes),
        "intensity": _ratio(bound.intensity.part, bound.intensity.whole) if bound.intensity else None,
        "seconds": float(bound.time) if bound.exact else {"at_least": float(bound.time)},
        "bound_by": str(bound.side) or None,
    }


def _ratio(part: int, whole: int) -> dict[str, Any]:
    return {"flops": int(part), "bytes": int(whole), "ratio": float(Fraction(part, whole))}


def _number(total: Total | None) -> Any:
    match total:
        case None:
            return None
        case AtLeast(known=known):
            return {"at_least": int(known)}
        case _:
            return int(total)
