"""The field of one layer in detail: how it came, its phases, its holes, its paths, and how its own input is read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import groupby
from math import prod, sqrt
from typing import TYPE_CHECKING

from shapecalc.analysis import Field, Phased
from shapecalc.analysis.receptive.covers import Covers
from shapecalc.analysis.receptive.paths import narrowest
from shapecalc.figure import Figure
from shapecalc.formulas.reach import Unknown
from shapecalc.layers.base import AXES
from shapecalc.render.columns import Column, of_field
from shapecalc.render.derivation import letters, text_of
from shapecalc.render.field import words
from shapecalc.render.field.box import MARGIN, box_lines
from shapecalc.render.field.drawing import bars, mask, per_sign
from shapecalc.render.table import WIDEST, Grid, Line, Span
from shapecalc.render.units import UNKNOWN, exact, plain, share
from shapecalc.render.wrapping import wrapped

if TYPE_CHECKING:
    from shapecalc.analysis.receptive.counts import Reads
    from shapecalc.fields import AxisField, AxisReads, LayerField

PHASES = 8
"""Phases that are drawn."""
ENDS = 4
"""Cells at each end of an axis whose reads are told."""


def report(layer: LayerField, cell: Sequence[int] | None = None, width: int | None = None) -> Iterator[Line]:
    """The whole answer, line by line; with a cell, its box first."""
    room = min(width or WIDEST, WIDEST)
    if cell is not None:
        yield from box_lines(layer, cell, width)
        yield []
    yield [Span(f"{plain(layer.name)} of {plain(layer.fields.analysis.name)}, {layer.output}", "bold")]
    for axes in _alike(layer.axes):
        yield []
        yield from _axis(layer, axes, room)
    if not layer.axes:
        yield []
        yield [Span("It sees no axis of the input.")]
    if layer.reads:
        yield []
        yield from _reads(layer, room)


def _alike(axes: Sequence[AxisField]) -> Iterator[list[AxisField]]:
    """The axes of which the same is told, together."""

    def told(one: AxisField) -> tuple[object, ...]:
        return one.axis[0], repr(_ends(one)), one.covers, one.n if _bordered(one) else 0

    for _, group in groupby(axes, told):
        yield list(group)


def _ends(one: AxisField) -> object:
    match one.seen:
        case Field():
            return one.seen.first, one.seen.last, one.seen.jump, one.seen.whole
        case Phased():
            return one.seen.spans, one.seen.advance
        case _:
            return one.seen


def _bordered(one: AxisField) -> bool:
    return isinstance(one.covers, Covers) and one.covers.bordered


def _axis(layer: LayerField, axes: Sequence[AxisField], room: int) -> Iterator[Line]:
    """What is told of one axis, or of several that are alike."""
    one, inputs = axes[0], dict(layer.fields.analysis.inputs)
    head = ", ".join(words.letter(axis.axis, inputs) for axis in axes)
    for what, value in ((f"along {head}", _size(one)), *_derived(one), *_phases(one)):
        yield from _entry(what, value, room)
    if isinstance(one.covers, Unknown):
        yield from _entry("unknown", f"what really reaches it: {plain(one.covers.why)}", room)
        return
    yield from _mask(one.covers, room)
    yield from _paths(one, one.covers, room)


def _entry(what: str, value: str, room: int) -> Iterator[Line]:
    if len(what) >= MARGIN:
        yield [Span(what, "bold")]
        yield from ([Span(row)] for row in wrapped(value, room, " " * MARGIN))
        return
    first, *more = wrapped(value, room, " " * MARGIN)
    yield [Span(f"{what:<{MARGIN}}", "bold"), Span(first[MARGIN:])]
    yield from ([Span(row)] for row in more)


def _size(one: AxisField) -> str:
    """The familiar numbers."""
    seen = one.seen
    if isinstance(seen, Unknown):
        return f"the field is not known: {plain(seen.why)}"
    size = of_field(seen)
    if isinstance(seen, Field) and seen.axis is None:
        return (
            f"every cell sees {'all of it' if seen.whole else f'the same {size} cells'}: {_of(seen.first, seen.last)}"
        )
    if isinstance(seen, Field | Phased):
        start = f"start {seen.start:g} · padding {int(seen.padding)}"
        return f"size {size} · jump {seen.jump} · {start}"
    return f"{size}: all from one edge to a cell that moves with the output · jump {seen.jump}"


def _of(first: int, last: int) -> str:
    return words.span((first, last))


def _derived(one: AxisField) -> Iterator[tuple[str, str]]:
    """The recurrence, with the numbers in it."""
    seen = one.seen
    if not isinstance(seen, Field) or seen.axis is None:
        return
    for name, value in (("first", seen.first), ("last", seen.last), ("jump", seen.jump), ("size", seen.size)):
        if isinstance(value, Figure):
            letter = letters(value.formula).partition(" = ")[2]
            yield name, f"{letter} = {text_of(value.in_numbers)} = {words.signed(value)}"


def _phases(one: AxisField) -> Iterator[tuple[str, str]]:
    """How often each size comes in a period."""
    if not isinstance(one.seen, Phased):
        return
    sizes = [int(size) for size in one.seen.sizes]
    counts = [f"{size} in {sizes.count(size)}" for size in sorted(set(sizes))]
    period, moves = len(sizes), int(one.seen.advance)
    repeated = f"they repeat every {period} cells of the output, {moves} of the input"
    yield "phases", f"{', '.join(counts)} of {period}; {repeated}"


def _mask(covers: Covers, room: int) -> Iterator[Line]:
    """How much of the field is reached; drawn, where there are holes."""
    some = [(phase, cover) for phase, cover in enumerate(covers.phases) if cover.mask]
    holed = [(phase, cover) for phase, cover in some if cover.holes]
    blind = len(covers.phases) - len(some)
    also = f"; in {blind} of {len(covers.phases)} phases nothing" if blind and some else ""
    if not holed:
        none = "none: the middle cell sees nothing" if covers.bordered else "none"
        yield from _entry("reached", f"all of its cells{also}" if some else none, room)
        return
    said = dict.fromkeys(
        f"{cover.reached}/{cover.size} of its cells ({share(cover.reached, cover.size)})" for _, cover in some
    )
    most = list(said)[:PHASES]
    yield from _entry("reached", ", ".join(most) + (" …" if len(said) > PHASES else "") + also, room)
    for phase, cover in some[:PHASES]:
        each = per_sign(cover.size, room - MARGIN)
        name = "" if len(covers.phases) == 1 else f"  {phase}"
        yield [Span(f"{name:<{MARGIN}}", "dim"), Span(mask(cover.mask, cover.size, room - MARGIN))]
    of = "1 cell" if each == 1 else f"{each} cells"
    more = f"; {len(some) - PHASES} phases more: see --format json" if len(some) > PHASES else ""
    by = "a line a phase, " if len(covers.phases) > 1 else ""
    yield [Span(" " * MARGIN), Span(f"{by}{of} a sign{more}", "dim")]


def _paths(one: AxisField, covers: Covers, room: int) -> Iterator[Line]:
    """How the paths to the middle cell spread."""
    cover = covers.phases[0] if covers.bordered else covers.at(one.cell)
    if not cover.mask or cover.spread is None:
        return
    flat = sqrt(Fraction(cover.size**2 - 1, 12))
    value = f"{words.number(cover.spread)} cells; {words.number(flat)} if all {cover.size} had as many paths"
    yield from _entry("spread", value, room)
    if isinstance(one.paths, Unknown):
        yield from _entry("paths", f"their distribution is not known: {plain(one.paths.why)}", room)
        return
    for row, line in enumerate(bars(one.paths, cover.first, cover.size, room - MARGIN)):
        yield [Span(f"{'' if row else 'paths':<{MARGIN}}", "bold"), Span(line)]
    each = per_sign(cover.size, room - MARGIN)
    ends = narrowest(one.paths)
    of = "" if each == 1 else f", {each} cells a sign"
    where = "within the borders" if covers.bordered else "borders aside"
    to = f"to cell {one.cell}" if covers.cell is not None or not covers.bordered else "to any cell"
    told = f"from {_of(cover.first, cover.first + cover.size - 1)} {to}, {where}{of}"
    if ends is not None:
        cells = ends[1] - ends[0] + 1
        told += f"; 95% of them from {exact(cells)} cells, {_of(*ends)} ({share(cells, cover.size)} of the field)"
    yield from ([Span(row, "dim")] for row in wrapped(told, room, " " * MARGIN))


# how the layer's own input is read


def _reads(layer: LayerField, room: int) -> Iterator[Line]:
    """How often the cells of its own input are read, as written and under three paddings."""
    every = layer.reads
    rank = len(layer.fields.analysis.graph.nodes[layer.row.start].reach[0])
    letter = AXES.get(rank, ())
    source = plain(layer.fields.analysis.graph.nodes[layer.row.start].inputs[0])
    axes = ", ".join(letter[one.axis] for one in every)
    yield [Span(f"how many windows read each cell of {source}", "bold")]
    yield []
    ends = ("first", "middle") if len(every) == 1 else ("corner", "centre")
    heads = ("padding", "outputs", *ends, "most", "never", f"along {letter[every[0].axis]}")
    columns = tuple(Column(head, lambda *_: "", "left" if i in {0, 6} else "right") for i, head in enumerate(heads))
    cells = [_read_row([one.written for one in every], every)]
    if all(one.compared for one in every):
        rows = zip(*(one.compared for one in every), strict=True)
        cells += [_read_row(list(row), every) for row in rows]
    yield from Grid(columns, cells).lines()
    if len(every) > 1:
        told = f"corner, centre and most are products over {axes}; never: cells that no window reads"
        yield from ([Span(row, "dim")] for row in wrapped(told, room))


def _read_row(reads: Sequence[Reads], axes: Sequence[AxisReads]) -> tuple[str, ...]:
    outputs = "×".join(str(int(one.outputs)) for one in reads)
    if any(one.outputs < 1 for one in reads):
        return (reads[0].padding, "does not fit", *[UNKNOWN] * 5)
    if any(one.counts is None for one in reads):
        return (reads[0].padding, outputs, *[UNKNOWN] * 4, "too many to count")
    cells = prod(one.n for one in axes)
    never = cells - prod(axis.n - (one.unread or 0) for one, axis in zip(reads, axes, strict=True))
    ends = [exact(prod(getattr(one, name) or 0 for one in reads)) for name in ("first", "middle", "most")]
    return (reads[0].padding, outputs, *ends, exact(never), _profile(reads[0].counts or ()))


def _profile(counts: Sequence[int]) -> str:
    """``1 2 3 3 … 3 3 2 1``."""
    if len(counts) <= 2 * ENDS + 1:
        return " ".join(map(str, counts))
    return " ".join([*map(str, counts[:ENDS]), "…", *map(str, counts[-ENDS:])])
