"""A worked text as HTML."""

from __future__ import annotations

from html import escape
from itertools import zip_longest
from typing import TYPE_CHECKING

from shapecalc.render.derivation.blocks import Block, Board, Chain, Document, Grid, Heading, Letters, Line, Prose
from shapecalc.render.derivation.documents import explanation
from shapecalc.render.derivation.text import math, one_line
from shapecalc.render.page import page, table

if TYPE_CHECKING:
    from shapecalc.explanation import Explanation


def html(document: Document) -> str:
    """A page of its own."""
    return page(document.title, inside(document))


def body(made: Explanation) -> str:
    """An explanation without the page around it, for a notebook."""
    return inside(explanation(made))


def inside(document: Document) -> str:
    """All blocks, one after the other."""
    return "\n".join(_block(block) for block in document.blocks)


def _block(block: Block) -> str:
    match block:
        case Heading(text=text, level=level):
            return f"<h{level}>{escape(text)}</h{level}>"
        case Prose(text=text, sort=sort):
            return f'<p class="{sort}">{escape(text)}</p>' if sort else f"<p>{escape(text)}</p>"
        case Chain(name=name, lines=lines):
            rows = "".join(
                f"<tr><td>{escape(name) if index == 0 else ''}</td><td>=</td><td>{escape(math(line))}</td></tr>"
                for index, line in enumerate(lines)
            )
            return f'<table class="chain math">{rows}</table>'
        case Line(label=label):
            lead = f"{escape(label)}: " if label else ""
            return f'<p>{lead}<span class="math">{escape(one_line(block))}</span></p>'
        case Letters(rows=entries):
            terms = "".join(
                f"<dt>{escape(f'{letter} = {value}' if value else letter)}</dt>"
                f"<dd>{escape(meaning)}{_origin(origin)}</dd>"
                for letter, value, meaning, origin in entries
            )
            return f"<dl>{terms}</dl>"
        case Grid(headings=headings, aligned=aligned, rows=cells):
            return table(headings, aligned, cells)
        case Board():
            return _board(block)


def _origin(origin: str) -> str:
    return f" ({escape(origin)})" if origin else ""


def _board(board: Board) -> str:
    pieces = []
    for panel, sign in zip_longest(board.panels, board.signs, fillvalue=""):
        if isinstance(panel, str):
            continue
        rows = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in panel.rows)
        pieces.append(f"<figure><figcaption>{escape(panel.title)}</figcaption><table>{rows}</table></figure>")
        if sign:
            pieces.append(f"<span>{escape(str(sign))}</span>")
    return f'<div class="board">{"".join(pieces)}</div>'
