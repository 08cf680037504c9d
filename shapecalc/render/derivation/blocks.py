"""The pieces that a worked text is made of, whatever it is written in."""

from __future__ import annotations

from typing import NamedTuple

from shapecalc.figure import Term

Math = Term | str
"""A formula, or a number already written."""


class Heading(NamedTuple):
    """A title; level 1 is the document's."""

    text: str
    level: int


class Prose(NamedTuple):
    """A paragraph; a remark is set off, a source is small."""

    text: str
    sort: str = ""


class Chain(NamedTuple):
    """A figure worked out, line by line: ``name = … = … = …``."""

    name: str
    lines: tuple[Math, ...]


class Line(NamedTuple):
    """The same in one line, with what it is for."""

    label: str
    name: str
    term: Math
    value: str


class Letters(NamedTuple):
    """What letters mean: the letter, its value, the meaning, where it is from."""

    rows: tuple[tuple[str, str, str, str], ...]


class Grid(NamedTuple):
    """A table; ``aligned`` has ``l`` or ``r`` for each column."""

    headings: tuple[str, ...]
    aligned: str
    rows: tuple[tuple[str, ...], ...]


class Panel(NamedTuple):
    """Numbers as they lie: a window, a kernel."""

    title: str
    rows: tuple[tuple[str, ...], ...]


class Board(NamedTuple):
    """Panels side by side, and what stands between them."""

    panels: tuple[Panel, ...]
    signs: tuple[str, ...] = ()


Block = Heading | Prose | Chain | Line | Letters | Grid | Board


class Document(NamedTuple):
    """A whole text."""

    title: str
    blocks: tuple[Block, ...]
