"""The formats an answer can be had in, by name and by a file's suffix."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from shapecalc.render.columns import COLUMNS, EXTRA_COLUMNS

if TYPE_CHECKING:
    from shapecalc.analysis import Analysis
    from shapecalc.diagnostics import SpecError

COLUMN_NAMES = (*COLUMNS, *EXTRA_COLUMNS)


class Asked(NamedTuple):
    """An answer, and what of it is wanted."""

    analysis: Analysis
    depth: int = 0
    opened: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    by: str | None = None
    to_file: bool = False


def as_table(asked: Asked) -> str:
    """For a terminal: as wide as it is, in its colours; for a pipe or a file: plain, as wide as it needs to be."""
    from shapecalc.render import screen  # noqa: PLC0415  each format is loaded when asked for

    width = None if asked.to_file else screen.terminal_width()
    if asked.by:
        from shapecalc.render.kinds import by_kind  # noqa: PLC0415

        lines = by_kind(asked.analysis, width)
    else:
        from shapecalc.render.table import report  # noqa: PLC0415

        lines = report(asked.analysis, asked.depth, asked.opened, asked.columns, width)
    return screen.coloured(lines) if sys.stdout.isatty() and not asked.to_file else screen.plain_text(lines)


def as_json(asked: Asked) -> str:
    """The contract: one object, raw integers."""
    from shapecalc.render.json import to_dict  # noqa: PLC0415

    return dumped(to_dict(asked.analysis))


def as_csv(asked: Asked) -> str:
    """One line for every node, raw numbers."""
    from shapecalc.render.records import csv_text  # noqa: PLC0415

    return csv_text(asked.analysis)


def as_markdown(asked: Asked) -> str:
    """A table for a page or a pull request."""
    from shapecalc.render.markdown import kinds_text, report_text  # noqa: PLC0415

    if asked.by:
        return kinds_text(asked.analysis)
    return report_text(asked.analysis, asked.depth, asked.opened, asked.columns)


def unread_json(error: SpecError) -> str:
    """The contract's object for a file that cannot be read."""
    from shapecalc.render.json import unread  # noqa: PLC0415

    return dumped(unread(error.diagnostics, error.name))


def dumped(data: Mapping[str, object]) -> str:
    """Plain data as JSON text."""
    return json.dumps(data, ensure_ascii=False, separators=(", ", ": ")) + "\n"


FORMATS: dict[str, Callable[[Asked], str]] = {"table": as_table, "json": as_json, "csv": as_csv, "md": as_markdown}
SUFFIXES = {".txt": "table", ".json": "json", ".csv": "csv", ".md": "md"}


def of_suffix(suffix: str) -> str | None:
    """The format that a file's suffix stands for."""
    return SUFFIXES.get(suffix.lower())
