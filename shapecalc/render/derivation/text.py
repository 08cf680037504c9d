"""A worked text for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from rich.cells import cell_len

from shapecalc.figure import Term
from shapecalc.render.derivation.blocks import Block, Board, Chain, Document, Grid, Heading, Letters, Line, Prose
from shapecalc.render.derivation.notation import text_of
from shapecalc.render.table import Line as Row
from shapecalc.render.table import Span
from shapecalc.render.wrapping import wrapped

if TYPE_CHECKING:
    from shapecalc.render.derivation.blocks import Math

WIDEST = 100
INDENT = "  "


def lines(document: Document, width: int | None = None) -> Iterator[Row]:
    """The lines of a document."""
    room = min(width or WIDEST, WIDEST)
    before: Block | None = None
    for block in document.blocks:
        if _apart(before, block):
            yield []
        yield from _lines(block, room)
        before = block


def _apart(before: Block | None, block: Block) -> bool:
    """Whether an empty line stands between two blocks."""
    if before is None or isinstance(before, Heading):
        return isinstance(before, Heading) and isinstance(block, Heading)
    match block:
        case Heading() | Board():
            return True
        case Prose(sort="for") | Grid():
            return True
        case Prose(sort="same"):
            return not (isinstance(before, Prose) and before.sort == "same")
        case Chain():
            return not (isinstance(before, Prose) and before.sort == "for")
        case Line():
            return not isinstance(before, Line | Heading)
        case Prose(sort="remark"):
            return not isinstance(before, Line) and not (isinstance(before, Prose) and before.sort == "remark")
        case _:
            return isinstance(before, Grid | Board) or (isinstance(before, Line) and not isinstance(block, Prose))


def _lines(block: Block, room: int) -> Iterator[Row]:
    match block:
        case Heading(text=text, level=level):
            style = "bold underline" if level == 1 else "bold"
            yield from ([Span(row, style)] for row in wrapped(text, room, "", INDENT * 2))
        case Prose(text=text, sort=sort):
            yield from _prose(text, sort, room)
        case Chain(name=name, lines=steps):
            blank = INDENT + " " * len(name)
            for index, step in enumerate(steps):
                first = f"{INDENT}{name} = " if index == 0 else f"{blank} = "
                yield from ([Span(row)] for row in wrapped(math(step), room, first, blank + "   "))
        case Line(label=label):
            lead = f"{INDENT}{label}: " if label else INDENT
            text = one_line(block)
            yield from ([Span(row)] for row in wrapped(text, room, lead, INDENT * 3))
        case Letters(rows=rows):
            for letter, value, meaning, origin in rows:
                said = f"{meaning} ({origin})" if origin else meaning
                lead = f"{INDENT * 2}{letter} = {value}" if value else f"{INDENT * 2}{letter}"
                yield from ([Span(row, "dim")] for row in wrapped(said, room, f"{lead}  ", INDENT * 4))
        case Grid():
            yield from _grid(block, room)
        case Board():
            yield from _board(block, room)


def _prose(text: str, sort: str, room: int) -> Iterator[Row]:
    match sort:
        case "remark":
            yield from ([Span(row, "italic")] for row in wrapped(text, room, f"{INDENT}! ", INDENT * 2))
        case "source":
            yield from ([Span(row, "dim")] for row in wrapped(text, room, INDENT * 2, INDENT * 4))
        case "meaning":
            yield from ([Span(row)] for row in wrapped(text, room, INDENT * 2))
        case "for":
            yield from ([Span(row, "bold")] for row in wrapped(text, room, INDENT))
        case "same":
            yield from ([Span(row)] for row in wrapped(text, room, "", INDENT * 2))
        case _:
            yield from ([Span(row)] for row in wrapped(text, room, INDENT))


def math(term: Math) -> str:
    """A formula or a number as text."""
    return text_of(term) if isinstance(term, Term) else term


def one_line(line: Line) -> str:
    """``name = … = value``; what is the same is said once."""
    term = math(line.term)
    pieces = [line.name, "" if term == line.value.replace(",", "") else term, line.value]
    return " = ".join(piece for piece in pieces if piece)


def _grid(grid: Grid, room: int) -> Iterator[Row]:
    rows = [grid.headings, *grid.rows] if any(grid.headings) else list(grid.rows)
    columns = list(zip(*rows, strict=True))
    widths = [max(map(cell_len, column)) for column in columns]
    fixed = sum(widths[:-1]) + len(INDENT) * len(widths)
    for index, row in enumerate(rows):
        cells = []
        for cell, width, side in zip(row[:-1], widths[:-1], grid.aligned, strict=False):
            blank = " " * (width - cell_len(cell))
            cells.append(blank + cell if side == "r" else cell + blank)
        lead = INDENT + INDENT.join(cells) + INDENT
        style = "bold" if index == 0 and any(grid.headings) else ""
        last = row[-1]
        if grid.aligned[-1] == "r":
            yield [Span(lead + " " * (widths[-1] - cell_len(last)) + last, style)]
        elif fixed + 16 > room:
            yield [Span(lead.rstrip(), style)]
            yield from ([Span(text)] for text in (wrapped(last, room, INDENT * 3) if last else ()))
        else:
            yield from ([Span(text.rstrip(), style)] for text in wrapped(last, room, lead, " " * cell_len(lead)))


def _board(board: Board, room: int) -> Iterator[Row]:
    """Panels side by side where there is room, else one below the other."""
    drawn = [_panel(panel.rows) for panel in board.panels]
    widths = [
        max([cell_len(panel.title), *map(cell_len, rows)]) for panel, rows in zip(board.panels, drawn, strict=True)
    ]
    if sum(widths) + 5 * len(widths) > room:
        for panel, rows in zip(board.panels, drawn, strict=True):
            yield [Span(f"{INDENT}{panel.title}", "bold")]
            yield from ([Span(f"{INDENT}{row}")] for row in rows)
        return
    heads = [
        panel.title + " " * (width - cell_len(panel.title)) for panel, width in zip(board.panels, widths, strict=True)
    ]
    yield [Span((INDENT + "     ".join(heads)).rstrip(), "bold")]
    tall = max(map(len, drawn))
    for index in range(tall):
        pieces = []
        for number, (rows, width) in enumerate(zip(drawn, widths, strict=True)):
            text = rows[index] if index < len(rows) else ""
            sign = board.signs[number] if number < len(board.signs) and index == (tall - 1) // 2 else " "
            pieces.append(text + " " * (width - cell_len(text)) + f"  {sign}  ")
        yield [Span((INDENT + "".join(pieces)).rstrip())]


def _panel(rows: Iterable[tuple[str, ...]]) -> list[str]:
    every = list(rows)
    widths = [max(map(cell_len, column)) for column in zip(*every, strict=True)]
    return [
        "  ".join(" " * (width - cell_len(cell)) + cell for cell, width in zip(row, widths, strict=True))
        for row in every
    ]
