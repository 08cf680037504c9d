"""The receptive field of a layer explained: its first and last cell, and what each phase of it reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING

from shapecalc.analysis import Field, OneSided, Phased
from shapecalc.explanation.answer import Answer, Item, Number, Part
from shapecalc.explanation.figures import UNSURE, Row
from shapecalc.explanation.through import read_by
from shapecalc.explanation.trail import axis_names, in_few
from shapecalc.figure import Figure
from shapecalc.formulas.receptive import centre, overhang

if TYPE_CHECKING:
    from shapecalc.analysis.receptive import Axis
    from shapecalc.analysis.receptive.onesided import Seeing

MOST_PHASES = 16
"""Phases that are listed."""


def axes(row: Row) -> Iterator[tuple[str, Axis, Seeing]]:
    """The name of each axis of the network's inputs, and what is seen of it."""
    several = len(row.analysis.inputs) > 1
    for (name, axis), seen in (row.layer.field or {}).items():
        of = axis_names(row.analysis.inputs[name])[axis + 1]
        yield f"{of} of {name}" if several else of, (name, axis), seen


def field(row: Row) -> Answer:
    """The size of the field along each axis, and all that it is made of."""
    if row.layer.field is None:
        return Answer(row.layer.name, "field", None, "cells", items=(Item("", None, UNSURE),))
    roots: list[tuple[object, str]] = []
    parts: list[Part] = []
    for of, axis, seen in axes(row):
        match seen:
            case Field():
                if not isinstance(seen.first, Figure) and seen.jump:
                    parts += _settled(of, seen, read_by(row.nodes, axis, row.labels, 0))
                roots += [(seen.size, f"size along {of}"), (seen.padding, f"padding along {of}")]
                roots.append((centre(seen.first, seen.last), f"start in half cells along {of}"))
                roots.append((seen.jump, f"jump along {of}"))
            case Phased():
                largest = seen.sizes.index(max(seen.sizes))
                roots.append((seen.sizes[largest], f"size of phase {largest} along {of}"))
                parts += _phases(of, seen, partial(read_by, row.nodes, axis, row.labels))
    made = row.answer("field", None, "cells", roots, tuple(_items(row)))
    return replace(made, parts=tuple(_alike(parts)), parts_by="output cells")


def _items(row: Row) -> Iterator[Item]:
    """The numbers of the field along each axis."""
    none = True
    for of, _, seen in axes(row):
        none = False
        match seen:
            case Field():
                yield Item(f"size along {of}", int(seen.size), "the whole axis" if seen.whole else "")
            case Phased():
                yield Item(f"size along {of}", int(max(seen.sizes)), "the largest of its phases")
            case OneSided():
                yield Item(f"size along {of}", None, one_sided(seen))
                yield Item(f"jump along {of}", seen.jump)
            case _:
                yield Item(f"size along {of}", None, seen.why)
        if isinstance(seen, Field | Phased):
            yield from (Item(f"{what} along {of}", value, why) for what, value, why in _rest(seen))
    if none:
        yield Item("", None, "the input has no spatial axes")


def _alike(parts: list[Part]) -> Iterator[Part]:
    """Parts of which the axes that read the same stand in one."""
    found: dict[tuple[str, Number, str], list[str]] = {}
    for part in parts:
        found.setdefault((part.name.partition(" along ")[0], part.value, part.note), []).append(part.name)
    return (Part(in_few(names), value, note) for (_, value, note), names in found.items())


def one_sided(seen: OneSided) -> str:
    """What of the axis is seen, in words."""
    own = seen.own.at(0)
    first = "nothing" if own is None else f"cell {signed(int(own[1 if seen.side == 'before' else 0]))}"
    if seen.side == "before":
        return f"each output sees all from cell {seen.edge} to one that moves on with it: the first to {first}"
    return f"each output sees all from one that moves on with it to cell {seen.edge}: the first from {first}"


def _rest(seen: Field | Phased) -> Iterator[tuple[str, int | Fraction, str]]:
    jump = Fraction(seen.jump)
    first, last = int(seen.first), int(seen.last)
    start = Fraction(first + last, 2)
    yield "jump", jump if jump.denominator > 1 else int(jump), "every output sees the same" if not jump else ""
    yield "start", start if start.denominator > 1 else int(start), f"({signed(first)} + {signed(last)}) / 2"
    yield "padding", int(seen.padding), ""


def signed(number: int) -> str:
    """A number with a proper minus."""
    return str(number).replace("-", "−")


def _settled(of: str, seen: Field, reads: str) -> Iterator[Part]:
    """Where the field of the first cell is from that was followed phase by phase."""
    if reads:
        yield Part(f"0 along {of}", int(seen.size), reads)


def _phases(of: str, seen: Phased, read: Callable[[int], str]) -> Iterator[Part]:
    for phase, (span, size) in enumerate(zip(seen.spans, seen.sizes, strict=True)):
        if phase == MOST_PHASES:
            yield Part("…", None, f"{len(seen.spans) - MOST_PHASES} more phases")
            return
        cells = f"{phase}, {phase + seen.period}, … along {of}"
        reads = read(phase)
        if span is None:
            yield Part(cells, 0, f"see nothing; the first {reads}" if reads else "see nothing")
        else:
            ends = f"sees {signed(int(span[0]))} to {signed(int(span[1]))}"
            yield Part(cells, int(size), f"the first {reads or ends}")


def one(figure: str, row: Row) -> Answer:
    """Its jump, start or padding."""
    if row.layer.field is None:
        return Answer(row.layer.name, figure, None, "cells", items=(Item("", None, UNSURE),))
    roots: list[tuple[object, str]] = []
    for of, _, seen in axes(row):
        if not isinstance(seen, Field | Phased):
            continue
        if figure == "jump" and isinstance(seen.jump, Figure):
            roots.append((seen.jump, f"jump along {of}"))
        elif figure == "padding":
            roots.append((overhang(seen.first), f"padding along {of}"))
        elif figure == "start":
            roots.append((centre(seen.first, seen.last), f"start in half cells along {of}"))
    items = tuple(item for item in _items(row) if item.of.startswith(figure) or item.value is None)
    return row.answer(figure, None, "cells", roots, items)
