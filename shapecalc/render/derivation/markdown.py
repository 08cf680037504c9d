"""A worked text as Markdown: formulas in blocks of their own, as they stand in a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from shapecalc.render.derivation.blocks import Block, Board, Chain, Document, Grid, Heading, Letters, Line, Prose
from shapecalc.render.derivation.text import lines, math, one_line
from shapecalc.render.markdown import escaped, table
from shapecalc.render.screen import plain_text

if TYPE_CHECKING:
    from shapecalc.render.table import Line as Row

SIDES = {"l": "left", "r": "right"}


def markdown(document: Document) -> str:
    """The whole document."""
    return "\n\n".join(text for block in document.blocks for text in _block(block)) + "\n"


def _block(block: Block) -> Iterator[str]:
    match block:
        case Heading(text=text, level=level):
            yield f"{'#' * (level + 1)} {escaped(text)}"
        case Prose(text=text, sort=sort):
            yield _prose(escaped(text), sort)
        case Chain(name=name, lines=steps):
            blank = " " * len(name)
            rows = [f"{name if index == 0 else blank} = {math(step)}" for index, step in enumerate(steps)]
            yield _fenced(rows)
        case Line(label=label):
            yield (f"{escaped(label)}: " if label else "") + f"`{one_line(block)}`"
        case Letters(rows=entries):
            yield "\n".join(
                f"- *{escaped(letter)}*{f' = {escaped(value)}' if value else ''}: {escaped(meaning)}"
                + (f" ({escaped(origin)})" if origin else "")
                for letter, value, meaning, origin in entries
            )
        case Grid(headings=headings, aligned=aligned, rows=rows):
            yield table([(escaped(head), SIDES[side]) for head, side in zip(headings, aligned, strict=True)], rows)
        case Board():
            drawn: Iterator[Row] = lines(Document("", (block,)), 100)
            yield _fenced(plain_text(drawn).rstrip("\n").split("\n"))


def _prose(text: str, sort: str) -> str:
    match sort:
        case "remark":
            return f"> {text}"
        case "source":
            return f"<sub>{text}</sub>"
        case "for":
            return f"**{text}**"
        case _:
            return text


def _fenced(rows: list[str]) -> str:
    return "```text\n" + "\n".join(rows) + "\n```"
