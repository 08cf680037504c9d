"""What a file promises of its network, held against its figures: the budget, and what others publish."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, floor
from typing import TYPE_CHECKING

from shapecalc.analysis import AtLeast, Field, Phased, analyze
from shapecalc.analysis.memory import DTYPES
from shapecalc.analysis.rows import rows
from shapecalc.diagnostics import Diagnostic, Related
from shapecalc.formulas.counting import altogether

if TYPE_CHECKING:
    from shapecalc.analysis import Analysis, LayerAnalysis, Total
    from shapecalc.diagnostics import Route
    from shapecalc.network.amounts import Amount
    from shapecalc.network.graph import Graph, Node

NOUNS = {
    "params": "parameters",
    "buffers": "buffers",
    "macs": "MACs",
    "flops": "FLOPs",
    "memory": "bytes of memory",
    "receptive_field": "cells of receptive field",
}
"""What a budget may bound, and the word for it. Memory is that of inference: weights and the peak of activations."""
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
    spec = graph.spec
    if graph.wrong:
        published = [(key, entry[key]) for entry in spec.published for key in NOUNS if key in entry]
        bounds = [(BUDGET, spec.budget.items()), (BUDGET, (limits or {}).items()), (PUBLISHED, published)]
        open_ = [Verdict(section, key, said.text, "", None) for section, some in bounds for key, said in some]
        return Check(graph, analysis, (*_shapes(graph), *open_))
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
    """The shapes that layers are expected to give; those of a block that is never called promise nothing."""
    failed = {fault.route: fault for fault in graph.diagnostics if fault.code == "C101"}
    expected = dict(_expected(graph.document.data))
    made = _made(graph, expected.keys())
    for route, raw in expected.items():
        fault = failed.get((*route, EXPECT))
        if fault is not None:
            given = fault.label.removeprefix("it gives ")
            yield Verdict(EXPECT, "shape", _shown(raw), given, holds=False, diagnostic=fault)
        elif route in made:
            yield Verdict(EXPECT, "shape", _shown(raw), "", holds=made[route] or None)


def _expected(data: dict[str, object]) -> Iterator[tuple[Route, object]]:
    """Every `expect` that is written under the layers and blocks of a file, and where, in the order of the file."""
    waiting: list[tuple[Route, object]] = [((key,), data[key]) for key in reversed(data) if key in {"layers", "blocks"}]
    while waiting:
        route, value = waiting.pop()
        if isinstance(value, dict):
            if EXPECT in value:
                yield route, value[EXPECT]
            waiting.extend(((*route, key), inner) for key, inner in reversed(value.items()))
        elif isinstance(value, list):
            waiting.extend(((*route, index), value[index]) for index in reversed(range(len(value))))


def _made(graph: Graph, wanted: Collection[Route]) -> dict[Route, bool]:
    """Of these places the ones that something was made from, and whether all shapes of it are known."""
    found: dict[Route, bool] = {}
    spans = [(group.route, graph.nodes[group.start : group.stop]) for group in graph.groups if group.route]
    for route, nodes in [*((node.route, (node,)) for node in graph), *spans]:
        for at in (route[:end] for end in range(len(route) + 1)):
            if at in wanted:
                found[at] = found.get(at, True) and all(node.output is not None for node in nodes)
    return found


def _shown(raw: object) -> str:
    return f"[{', '.join(map(str, raw))}]" if isinstance(raw, list) else str(raw)


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
    if gap:
        difference = f"{_number(gap)} {'more' if more else 'fewer'} than its budget"
    else:
        difference = f"and its budget is to have {'fewer' if amount.sign == '<' else 'more'}"
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
    return least >= amount.value and not amount.holds(least)


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
                related=(Related(f"published by {entry['source']}", (*base, "source")),) if "source" in entry else (),
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
    if name == "receptive_field":
        return
    every = list(rows(analysis))
    parts = _of_memory(analysis, every) if name == "memory" else [_known(getattr(row, name)) for row in every]
    whole = figure(analysis, name)
    known = whole.known if isinstance(whole, AtLeast) else whole if isinstance(whole, int) else 0
    for row, part in sorted(zip(every, parts, strict=True), key=lambda pair: -pair[1])[:EATERS]:
        if part:
            yield Related(f"`{row.name}` has {part:,} {NOUNS[name]}, {_percent(part, known)}", row.route)


def _of_memory(analysis: Analysis, every: Sequence[LayerAnalysis]) -> list[int]:
    """The bytes of each row's weights, and of what it has made that is alive at the peak."""
    from shapecalc.analysis.memory.question import memory  # noqa: PLC0415  a budget that is kept does not pay for it

    size = DTYPES[analysis.dtype]
    alive: dict[str, int] = {}
    for held in memory(analysis.graph, analysis.batch, dtype=analysis.dtype).alive:
        alive[held.name] = alive.get(held.name, 0) + int(held.at(analysis.batch))
    nodes = analysis.graph.nodes
    return [
        (_known(row.params) + _known(row.buffers)) * size
        + sum(alive.get(name, 0) for node in nodes[row.start : row.stop] for name in _tensors(node))
        for row in every
    ]


def _tensors(node: Node) -> Iterator[str]:
    """What a node's tensors are called while it runs."""
    yield node.name
    yield from (f"{node.name} {name}" for name in node.inner)


def _known(part: Total | None) -> int:
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
