"""What a file promises of its network, held against its figures: the budget, and what others publish."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, floor
from typing import TYPE_CHECKING

from shapecalc.analysis import AtLeast, Field, Phased, analyze
from shapecalc.analysis.rows import rows
from shapecalc.diagnostics import Diagnostic, Related
from shapecalc.formulas.counting import altogether

if TYPE_CHECKING:
    from shapecalc.analysis import Analysis, LayerAnalysis, Total
    from shapecalc.diagnostics import Route
    from shapecalc.network.amounts import Amount
    from shapecalc.network.graph import Graph

NOUNS = {
    "params": "parameters",
    "buffers": "buffers",
    "macs": "MACs",
    "flops": "FLOPs",
    "memory": "bytes of memory",
    "receptive_field": "cells of receptive field",
}
"""What a budget may bound, and the word for it. Memory is that of inference: weights and the peak of activations."""
EATEN = {"params": "params", "macs": "macs", "flops": "flops", "memory": "activation_bytes"}
"""The figure of a layer that a total is made of."""
EATERS = 3
UNDECIDED = "C104"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One promise: the amount written, the figure found, and whether it holds; None where that is not known."""

    section: str
    """``expect``, ``budget`` or ``published``."""
    figure: str
    said: str
    found: str
    holds: bool | None
    diagnostic: Diagnostic | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """A file and everything that it promises."""

    graph: Graph
    analysis: Analysis
    verdicts: tuple[Verdict, ...]

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Every fault of the file and every promise that does not hold."""
        return (*self.graph.diagnostics, *(v.diagnostic for v in self.verdicts if v.diagnostic and v.section != EXPECT))

    @property
    def status(self) -> int:
        """0: all holds; 1: a promise does not, or cannot be decided; 2: the network has a fault."""
        if self.graph.wrong:
            return 2
        return 0 if all(verdict.holds for verdict in self.verdicts) else 1

    def count(self, section: str) -> tuple[int, int]:
        """How many promises of a section hold, and how many there are."""
        told = [verdict.holds for verdict in self.verdicts if verdict.section == section]
        return sum(bool(holds) for holds in told), len(told)


EXPECT, BUDGET, PUBLISHED = "expect", "budget", "published"
SECTIONS = (EXPECT, BUDGET, PUBLISHED)


def check(graph: Graph, limits: Mapping[str, Amount] | None = None) -> Check:
    """Every promise of a file, decided: the shapes it expects, its budget, the figures that are published for it.

    Figures are those of one example, in float32.

    Args:
        graph: the network.
        limits: a budget beside the file's own, by figure.
    """
    analysis = analyze(graph)
    if graph.wrong:
        return Check(graph, analysis, tuple(_shapes(graph)))
    spec = graph.spec
    verdicts = [
        *_shapes(graph),
        *(_bound(analysis, key, amount, (BUDGET, key)) for key, amount in spec.budget.items()),
        *(_bound(analysis, key, amount, ()) for key, amount in (limits or {}).items()),
        *_published(analysis),
    ]
    return Check(graph, analysis, tuple(verdicts))


def figure(analysis: Analysis, name: str) -> Total | tuple[int, int] | None:
    """A figure that a budget may bound; of a field the least and the largest. None: not known."""
    match name:
        case "memory":
            weights, peak = analysis.weight_bytes, analysis.peak_bytes
            if isinstance(weights, AtLeast) or isinstance(peak, AtLeast):
                return AtLeast(sum(part.known if isinstance(part, AtLeast) else part for part in (weights, peak)))
            return altogether((weights, peak))
        case "receptive_field":
            return _field(analysis)
        case _:
            total: Total = getattr(analysis, name)
            return total


def _field(analysis: Analysis) -> tuple[int, int] | None:
    """The least and the largest field of any output, along any axis; None where one is not known."""
    by_name = {layer.name: layer for layer in analysis.layers}
    sizes: list[int] = []
    for node in analysis.graph.outputs.values():
        layer = by_name.get(node)
        for seen in ((layer.field if layer else None) or {}).values():
            if not isinstance(seen, Field | Phased):
                return None
            sizes += seen.sizes if isinstance(seen, Phased) else [seen.size]
    return (min(sizes), max(sizes)) if sizes else None


def _shapes(graph: Graph) -> Iterator[Verdict]:
    """The shapes that layers are expected to give."""
    failed = [fault for fault in graph.diagnostics if fault.code == "C101"]
    for fault in failed:
        yield Verdict(EXPECT, "shape", fault.message, fault.label, holds=False, diagnostic=fault)
    written = sum(1 for _ in _expected(graph.document.data))
    for _ in range(written - len(failed) if not graph.wrong else 0):
        yield Verdict(EXPECT, "shape", "", "", holds=True)


def _expected(data: object) -> Iterator[None]:
    """Once for every `expect` that is written under the layers and blocks of a file."""
    waiting: list[object] = [data.get(key) for key in ("layers", "blocks")] if isinstance(data, dict) else []
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if "expect" in value:
                yield None
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)


def _bound(analysis: Analysis, name: str, amount: Amount, route: Route) -> Verdict:
    """A bound of a budget."""
    found = figure(analysis, name)
    written = Verdict(BUDGET, name, amount.text, _told(found), holds=None)
    if found is None:
        return _undecided(written, route, BUDGET)
    ends = found if isinstance(found, tuple) else (found.known,) if isinstance(found, AtLeast) else (found,)
    worst = next((end for end in ends if not amount.holds(end)), None)
    if isinstance(found, AtLeast) and not _sure(amount, found.known):
        return _undecided(written, route, BUDGET)
    if worst is None:
        return replace(written, holds=True)
    gap = abs(worst - amount.value)
    more = worst > amount.value
    least = "at least " if isinstance(found, AtLeast) else ""
    difference = (
        "just its budget, which has to be passed"
        if not gap
        else f"{_number(gap)} {'more' if more else 'fewer'} than its budget"
    )
    fault = Diagnostic(
        "C102",
        f"the network has {least}{int(worst):,} {NOUNS[name]}, {difference}",
        route,
        f"{_percent(gap, amount.value)} {'over' if more else 'under'}" if gap and amount.value else "",
        related=tuple(_eaters(analysis, name)) if more else (),
    )
    return replace(written, holds=False, diagnostic=fault)


def _sure(amount: Amount, least: int) -> bool:
    """Whether a bound is decided by what a number is at least."""
    if amount.sign in {">=", ">"}:
        return amount.holds(least)
    return least > amount.value and not amount.holds(least)


def _published(analysis: Analysis) -> Iterator[Verdict]:
    """The figures that others give for this network."""
    spec = analysis.graph.spec
    single = isinstance(analysis.graph.document.data.get(PUBLISHED), dict)
    for index, entry in enumerate(spec.published):
        base: Route = (PUBLISHED,) if single else (PUBLISHED, index)
        for name, noun in NOUNS.items():
            if name not in entry:
                continue
            amount: Amount = entry[name]
            found = figure(analysis, name)
            written = Verdict(PUBLISHED, name, amount.text, _told(found), holds=None)
            if found is None or isinstance(found, AtLeast):
                yield _undecided(written, (*base, name), PUBLISHED)
                continue
            ends = found if isinstance(found, tuple) else (found,)
            if all(amount.admits(end) for end in ends):
                yield replace(written, holds=True)
                continue
            worst = next(end for end in ends if not amount.admits(end))
            gap = abs(worst - amount.value)
            more = "more" if worst > amount.value else "fewer"
            fault = Diagnostic(
                "C103",
                f"the network has {int(worst):,} {noun} where {amount.text} is published",
                (*base, name),
                f"{_number(gap)} {more}, {_percent(gap, amount.value)}" if amount.value else f"{_number(gap)} {more}",
                f"published by {entry['source']}" if "source" in entry else "",
            )
            yield replace(written, holds=False, diagnostic=fault)


def _undecided(written: Verdict, route: Route, section: str) -> Verdict:
    noun = NOUNS[written.figure]
    fault = Diagnostic(
        UNDECIDED,
        f"the {noun} of the network are not known, so what is {'allowed' if section == BUDGET else 'published'}"
        " cannot be checked",
        route,
        f"known: {written.found}" if written.found else "not known",
        "the notes of `shapecalc analyze` say what is not known, and why",
    )
    return replace(written, diagnostic=fault)


def _eaters(analysis: Analysis, name: str) -> Iterator[Related]:
    """The rows that most of a total is in."""
    if name not in EATEN:
        return
    found = [(row, part) for row in rows(analysis) if (part := _part(row, name)) > 0]
    whole = sum(part for _, part in found)
    for row, part in sorted(found, key=lambda pair: -pair[1])[:EATERS]:
        noun = "bytes of activations" if name == "memory" else NOUNS[name]
        yield Related(f"`{row.name}` has {part:,} {noun}, {_percent(part, whole)}", row.route)


def _part(row: LayerAnalysis, name: str) -> int:
    part = getattr(row, EATEN[name])
    return part.known if isinstance(part, AtLeast) else int(part or 0)


def _told(found: Total | tuple[int, int] | None) -> str:
    match found:
        case None:
            return ""
        case AtLeast(known=known):
            return f"at least {known:,}"
        case (least, most):
            return f"{least:,}" if least == most else f"{least:,} to {most:,}"
        case _:
            return f"{int(found):,}"


def _number(gap: Fraction) -> str:
    """A difference, which is a fraction where an amount is."""
    return f"{ceil(gap):,}"


def _percent(part: Fraction | int, whole: Fraction | int) -> str:
    tenths = floor(Fraction(part) * 1000 / whole + Fraction(1, 2))
    return f"{tenths // 10:,}.{tenths % 10}%" if tenths else "<0.1%"
