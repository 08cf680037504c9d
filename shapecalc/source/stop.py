"""Where a parser of YAML stopped, and the text around it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from shapecalc.diagnostics import Diagnostic, Related
from shapecalc.source.places import BREAKS, line_start, place

LONGEST_LINE = 2_000
"""In a longer line no slip is looked for, so that no pattern can take long."""

FIRST_KEY = re.compile(r"[^\s:,\[\]{}](?:[^:,\[\]{}]*[^\s:,\[\]{}])?")
DASHES = re.compile(r"[ ]*(?:-[ ]+)*")
COMMENT = re.compile(r"(?:^|(?<=[ ]))#")
LINE_BREAK = re.compile(f"[{BREAKS}]")
WORD = re.compile(rf"[^ \t{BREAKS},\[\]{{}}]+|.", re.DOTALL)


@dataclass(frozen=True)
class Stop:
    """Where a parser stopped, what it said, and what it had read before."""

    text: str
    complaint: str
    at: int
    since: int
    """Where the thing begins that it was reading."""
    opener: int | None = None
    """The innermost bracket that was open."""
    quoted: tuple[int, int] | None = None
    """Where the last thing that it had read begins and ends, if that was a text in quotes."""

    def says(self, *words: str) -> bool:
        """Whether the parser spoke of any of these. The C parser and the other share the words asked for."""
        return any(word in self.complaint for word in words)

    def line(self, start: int) -> str:
        """The line that begins at ``start``, without its comment; nothing where it is too long to look at."""
        found = LINE_BREAK.search(self.text, start)
        end = found.start() if found else len(self.text)
        return COMMENT.split(self.text[start:end])[0].rstrip() if end - start <= LONGEST_LINE else ""

    def body(self, start: int) -> tuple[int, str]:
        """What such a line says after its indentation and dashes, and where that begins."""
        line = self.line(start)
        indent = len(DASHES.match(line)[0])  # type: ignore[index]  # it matches nothing too
        return start + indent, line[indent:]

    def word(self, index: int) -> tuple[int, int]:
        """Where the word or sign at ``index`` begins and ends."""
        found = WORD.match(self.text, index)
        return found.span() if found else (index, index)

    def column(self, index: int) -> int:
        """The column of the character at ``index``, from 0."""
        return index - line_start(self.text, index)

    def indent(self, start: int) -> int:
        """How far the line that begins at ``start`` is indented."""
        line = self.text[start : start + LONGEST_LINE]
        return len(line) - len(line.lstrip(" "))

    def outer_columns(self) -> list[int]:
        """Where the lines above begin that this one may belong to, innermost first."""
        columns: list[int] = []
        for line in reversed(self.text[line_start(self.text, self.since) : self.start].splitlines()):
            column = len(line) - len(line.lstrip(" "))
            if line.strip() and (not columns or column < columns[-1]):
                columns.append(column)
        return columns

    @property
    def sign(self) -> str:
        """The character that it stopped at; none at the end of the text."""
        return self.text[self.at : self.at + 1]

    @property
    def before(self) -> str:
        """The last character before that in its line, but for spaces; none at the start."""
        return self.text[self.start : self.at].rstrip()[-1:]

    @cached_property
    def start(self) -> int:
        """Where the line begins that the parser stopped in."""
        return line_start(self.text, self.at)

    @cached_property
    def head(self) -> str:
        """What that line says up to there, after its indentation and dashes."""
        start, body = self.body(self.start)
        return body[: max(self.at - start, 0)]

    @cached_property
    def leads(self) -> bool:
        """Whether it stopped at the first word of its line."""
        return self.at - self.start <= LONGEST_LINE and not self.text[self.start : self.at].strip(" ")

    @cached_property
    def above(self) -> int:
        """Where the nearest line above begins that is not blank."""
        return line_start(self.text, len(self.text[: self.start].rstrip()))

    @cached_property
    def at_first_key(self) -> bool:
        """Whether it stopped at the colon of its line's first key, which it could not take for a key."""
        return self.says("mapping values") and FIRST_KEY.fullmatch(self.head.rstrip()) is not None

    @cached_property
    def suspect(self) -> tuple[int, str]:
        """The line that should have had a key, from after its dashes."""
        if self.says("simple key"):
            return self.body(line_start(self.text, self.since))
        return self.body(self.above) if self.at_first_key else (0, "")

    def slip(self, start: int, end: int, message: str, label: str, help: str, *related: Related) -> Diagnostic:
        """What is said of the characters from ``start`` up to ``end``."""
        where = place(self.text, start, end)
        return Diagnostic("E104", message, label=label, help=help, place=where, related=related)
