"""What became of a file's promises: a line a file, and the forms of other programs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shapecalc.budget import SECTIONS
from shapecalc.pages import titles
from shapecalc.render import findings, json, screen
from shapecalc.render.columns import Column
from shapecalc.render.formats import dumped
from shapecalc.render.markdown import escaped, table
from shapecalc.render.table import Grid, Line, Span
from shapecalc.render.units import exact, plain

if TYPE_CHECKING:
    from shapecalc.budget import Check, Verdict
    from shapecalc.diagnostics import Diagnostic
    from shapecalc.render.diagnostics import Source

RESULTS = ("ok", "failed", "cannot be read")


@dataclass(frozen=True)
class Checked:
    """A file: its promises, or the faults for which it cannot be read."""

    file: str
    source: Source
    check: Check | None
    faults: tuple[Diagnostic, ...]

    @property
    def status(self) -> int:
        """What it asks of the exit status."""
        return 2 if self.check is None else self.check.status

    @property
    def result(self) -> str:
        """The status in words."""
        if self.check is not None and self.status == 2:
            return "does not fit"
        return RESULTS[self.status]

    def count(self, section: str) -> str:
        """How many promises of a section there are, or how many of them hold."""
        if self.check is None:
            return ""
        held, every = self.check.count(section)
        return str(every) if held == every else f"{held} of {every}"


def lines(files: Sequence[Checked], width: int | None = None) -> Iterator[Line]:
    """A line a file, and what they come to."""
    heads = (Column("file", lambda *_: "", "left"), *(Column(s, lambda *_: "") for s in SECTIONS))
    made = Grid((*heads, Column("result", lambda *_: "", "left")), [tuple(row) for row in _cells(files)])
    if width is not None and made.width > width:
        made = made.with_short_names(made.width - width)
    first, rule, *rows = made.lines()
    yield first
    yield rule
    for row, file in zip(rows, files, strict=True):
        yield [Span(text, "" if file.status == 0 else "bold red") for text, _ in row]
    yield []
    yield [Span(summary(files), "bold" if all(file.status == 0 for file in files) else "bold red")]


def _cells(files: Sequence[Checked]) -> list[list[str]]:
    return [[plain(file.file), *(file.count(section) for section in SECTIONS), file.result] for file in files]


def summary(files: Sequence[Checked]) -> str:
    """``79 files: 283 promises hold``, and what does not."""
    held = sum(file.check.count(section)[0] for file in files if file.check for section in SECTIONS)
    every = sum(file.check.count(section)[1] for file in files if file.check for section in SECTIONS)
    number = len(files)
    parts = [f"{exact(number)} {'file' if number == 1 else 'files'}: {exact(held)} of {exact(every)} promises hold"]
    if held == every:
        parts = [f"{exact(number)} {'file' if number == 1 else 'files'}: {_promises(every)}"]
    wrong = sum(file.status == 2 for file in files)
    parts += [f"{exact(wrong)} {'file has' if wrong == 1 else 'files have'} errors"] if wrong else []
    return ", ".join(parts)


def _promises(every: int) -> str:
    match every:
        case 0:
            return "no promises"
        case 1:
            return "its one promise holds"
        case _:
            return f"all {exact(every)} promises hold"


def as_table(files: Sequence[Checked]) -> str:
    """For a terminal or a pipe."""
    made = lines(files, screen.terminal_width())
    return screen.coloured(made) if sys.stdout.isatty() else screen.plain_text(made)


def as_json(files: Sequence[Checked]) -> str:
    """One object with every promise of every file."""
    return dumped({"schema_version": json.SCHEMA_VERSION, "files": [to_dict(file) for file in files]})


def to_dict(file: Checked) -> dict[str, Any]:
    """A file as plain data."""
    return {
        "file": file.file,
        "name": None if file.check is None else file.check.analysis.name,
        "result": file.result,
        "promises": [] if file.check is None else [_promise(verdict) for verdict in file.check.verdicts],
        "diagnostics": [json.placed(fault, file.source) for fault in file.faults],
    }


def _promise(verdict: Verdict) -> dict[str, Any]:
    return {
        "section": verdict.section,
        "figure": verdict.figure,
        "said": verdict.said or None,
        "found": verdict.found or None,
        "holds": verdict.holds,
    }


def as_markdown(files: Sequence[Checked]) -> str:
    """A table for a page or a pull request, and what does not hold."""
    heads = [("file", "left"), *((section, "right") for section in SECTIONS), ("result", "left")]
    wrong = [
        f"- **{fault.code}** {escaped(plain(file.file))}: "
        + "<br>".join(map(escaped, findings.said(fault).split("\n")))
        for file in files
        for fault in file.faults
    ]
    parts = [table(heads, _cells(files)), *(["\n".join(wrong)] if wrong else []), escaped(summary(files))]
    return "\n\n".join(parts) + "\n"


def _told(files: Sequence[Checked]) -> list[findings.Told]:
    return [findings.Told.of(file.source, file.faults) for file in files]


FORMATS: dict[str, Callable[[Sequence[Checked]], str]] = {
    "table": as_table,
    "json": as_json,
    "md": as_markdown,
    "github": lambda files: findings.github(_told(files)),
    "junit": lambda files: findings.junit(_told(files), "shapecalc check"),
    "sarif": lambda files: findings.sarif(_told(files), lambda code: titles().get(code, "")),
}
SUFFIXES = {".txt": "table", ".json": "json", ".md": "md", ".xml": "junit", ".sarif": "sarif"}
