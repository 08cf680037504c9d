"""The memory of a network for people: its parts, what is alive at the peak, what training keeps, what fits."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeVar

from shapecalc.analysis import AtLeast, sum_known
from shapecalc.render import screen
from shapecalc.render.columns import Column, of_total
from shapecalc.render.formats import dumped
from shapecalc.render.markdown import escaped, table
from shapecalc.render.memory import words
from shapecalc.render.memory.data import to_dict
from shapecalc.render.table import WIDEST, Grid, Line, Span
from shapecalc.render.units import UNKNOWN, exact, plain, share, size
from shapecalc.render.wrapping import wrapped

if TYPE_CHECKING:
    from shapecalc.analysis import Total
    from shapecalc.analysis.memory.question import Memory


def head(heading: str, align: Literal["left", "right"] = "right", style: str = "") -> Column:
    """A column by its heading."""
    return Column(heading, lambda *_: "", align, style)


Cell = TypeVar("Cell")
TOP = 8
"""Rows of a list that is cut, unless told."""
PARTS = (head("part", "left"), head("memory"), head("bytes", style="dim"), head("%", style="dim"))
ALIVE = (head("tensor", "left"), head("what", "left"), head("shape"), head("memory"), head("%", style="dim"))
KINDS = (head("kind", "left"), head("layers"), head("memory"), head("%", style="dim"))
LAYERS = (head("layer", "left"), head("kind", "left"), head("keeps", "left"), head("memory"), head("%", style="dim"))
INDENT = 9
SHORTENED = (2, 0)
"""The columns of words that a narrow terminal shortens, by number."""


class Asked(NamedTuple):
    """An answer, how much of it is wanted, and where it goes."""

    memory: Memory
    top: int = TOP
    by: str = "kind"
    to_file: bool = False


class Table(NamedTuple):
    """One table of the answer: what it is, its columns, its cells, and what is left out of it."""

    title: str
    columns: tuple[Column, ...]
    cells: Sequence[tuple[str, ...]]
    note: str = ""


def tables(asked: Asked) -> Iterator[Table]:
    """The tables of an answer."""
    memory = asked.memory
    yield Table("", PARTS, list(_parts(memory)))
    rest = memory.alive[asked.top :]
    left = sum(held.at(memory.batch) for held in rest)
    yield Table(
        f"alive at the peak, {words.moment(memory.peak)}",
        ALIVE,
        [
            (
                plain(held.name),
                words.ROLES[held.role] + ("" if held.format == _usual(memory) else f", {held.format}"),
                words.shape(held, memory.batch),
                size(held.at(memory.batch)),
                _share(held.at(memory.batch), memory.peak_bytes),
            )
            for held in memory.alive[: asked.top]
        ],
        f"and {words.counted(len(rest), 'tensor')} more, {size(left)}" if rest else "",
    )
    if memory.asked.train and memory.saved:
        yield _layers(asked) if asked.by == "layer" else _kinds(asked)


def _usual(memory: Memory) -> str:
    return memory.asked.usual.activations


def _parts(memory: Memory) -> Iterator[tuple[str, ...]]:
    for part in memory.parts:
        name = f"{part.name} at their peak" if part.name == "activations" else part.name
        amount: Total = memory.peak_bytes if part.name == "activations" else part.bytes
        yield name, of_total(amount, size), of_total(amount, exact), _share(part.bytes, memory.total)
    yield "total", of_total(memory.total, size), of_total(memory.total, exact), ""


def _kinds(asked: Asked) -> Table:
    memory = asked.memory
    sums: dict[str, list[int | None]] = {}
    for row in memory.saved:
        sums.setdefault(row.kind, []).append(row.bytes(memory.batch))
    found = {kind: (sum(part != 0 for part in parts), sum_known(parts)) for kind, parts in sums.items()}
    order = sorted(found, key=lambda kind: -_least(found[kind][1]))
    cells = [
        (plain(kind), exact(found[kind][0]), of_total(found[kind][1], size), _share(found[kind][1], memory.saved_bytes))
        for kind in order
        if found[kind][0]
    ]
    nothing = [plain(kind) for kind in order if not found[kind][0]]
    return Table(words.kept(memory), KINDS, cells, f"nothing of its own: {', '.join(nothing)}" if nothing else "")


def _layers(asked: Asked) -> Table:
    memory = asked.memory
    every = [(row, row.bytes(memory.batch)) for row in memory.saved]
    largest = sorted(every, key=lambda pair: -1 if pair[1] is None else -pair[1])
    shown = [(row, amount) for row, amount in largest if amount != 0]
    rest = shown[asked.top :]
    cells = [
        (
            plain(row.name),
            plain(row.kind),
            words.tensors(row),
            of_total(amount, size),
            UNKNOWN if amount is None else _share(amount, memory.saved_bytes),
        )
        for row, amount in shown[: asked.top]
    ]
    left = of_total(sum_known(amount for _, amount in rest), size)
    return Table(
        words.kept(memory), LAYERS, cells, f"and {words.counted(len(rest), 'layer')} more, {left}" if rest else ""
    )


def _least(total: Total) -> int:
    return total.known if isinstance(total, AtLeast) else total


def _share(part: Total, whole: Total) -> str:
    return "" if isinstance(part, AtLeast) or isinstance(whole, AtLeast) else share(part, whole)


def entries(memory: Memory) -> Iterator[tuple[str, str, str]]:
    """The lines below the tables: what, the words, and a style."""
    if memory.fit is not None:
        yield "fits", words.fits(memory.fit), ""
    if memory.unknown:
        names = ", ".join(f"`{plain(row.name)}`" for row in memory.unknown[:3])
        more = f" and {len(memory.unknown) - 3} more" if len(memory.unknown) > 3 else ""
        verb = "does" if len(memory.unknown) == 1 else "do"
        yield "unknown", f"{names}{more} {verb} not say what training keeps: the totals are the least there is", ""
    yield "counted", words.means(memory), "dim"
    yield "not", words.LEFT_OUT[memory.asked.train], "dim"


def report(memory: Memory, top: int = TOP, by: str = "kind", width: int | None = None) -> Iterator[Line]:
    """The whole answer, line by line."""
    name = plain(memory.name)
    first, *more = wrapped(f"{name} · {words.what(memory)}", min(width or WIDEST, WIDEST))
    yield [Span(name, "bold"), Span(first[len(name) :])] if first.startswith(name) else [Span(first, "bold")]
    yield from ([Span(row)] for row in more)
    yield []
    for one in tables(Asked(memory, top, by)):
        if one.title:
            yield from ([Span(row)] for row in wrapped(one.title, min(width or WIDEST, WIDEST)))
        made = Grid(one.columns, list(one.cells))
        for at in SHORTENED:
            if width and made.width > width and at < len(one.columns) and one.columns[at].align == "left":
                made = made.with_short_names(made.width - width, at)
        if width and made.width > width and one.columns in {ALIVE, LAYERS}:
            made = Grid(without(made.columns), [without(row) for row in made.cells])
        yield from made.lines()
        if one.note:
            yield from ([Span(row, "dim")] for row in wrapped(one.note, min(width or WIDEST, WIDEST)))
        yield []
    yield from _footer(entries(memory), width)


def without(cells: tuple[Cell, ...], at: int = 1) -> tuple[Cell, ...]:
    """A row less one of its cells."""
    return cells[:at] + cells[at + 1 :]


def _footer(lines: Iterable[tuple[str, str, str]], width: int | None) -> Iterator[Line]:
    for what, value, style in lines:
        first, *more = wrapped(value, min(width or WIDEST, WIDEST), " " * INDENT)
        yield [Span(f"{what:<{INDENT}}", "bold"), Span(first[INDENT:], style)]
        yield from ([Span(row, style)] for row in more)


def as_table(asked: Asked) -> str:
    """For a terminal: as wide as it is, in its colours; for a pipe or a file: plain."""
    width = None if asked.to_file else screen.terminal_width()
    lines = report(asked.memory, asked.top, asked.by, width)
    return screen.coloured(lines) if sys.stdout.isatty() and not asked.to_file else screen.plain_text(lines)


def as_markdown(asked: Asked) -> str:
    """Tables for a page or a pull request."""
    memory = asked.memory
    sections = [f"### {escaped(plain(memory.name))} · {escaped(words.what(memory))}"]
    for one in tables(asked):
        sections.append(escaped(one.title))
        sections.append(table([(column.heading, column.align) for column in one.columns], one.cells))
        sections.append(escaped(one.note))
    sections.append("\n".join(f"- **{what}** {escaped(value)}" for what, value, _ in entries(memory)))
    return "\n\n".join(section for section in sections if section) + "\n"


FORMATS: dict[str, Callable[[Asked], str]] = {
    "table": as_table,
    "json": lambda asked: dumped(to_dict(asked.memory)),
    "md": as_markdown,
}
SUFFIXES = {".txt": "table", ".json": "json", ".md": "md"}
