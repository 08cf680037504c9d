"""The formats an answer can be had in, by name and by a file's suffix."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from shapecalc.analysis import Analysis
    from shapecalc.diagnostics import SpecError


class Asked(NamedTuple):
    """An answer, and what of it is wanted."""

    analysis: Analysis
    depth: int = 0
    opened: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    by: str | None = None
    to_file: bool = False
    convention: str = ""
    """The cost is told in it."""
    conventions: bool = False
    """The cost in every convention is asked for."""


def as_table(asked: Asked) -> str:
    """For a terminal: as wide as it is, in its colours; for a pipe or a file: plain, as wide as it needs to be."""
    from shapecalc.render import screen  # noqa: PLC0415  each format is loaded when asked for

    width = None if asked.to_file else screen.terminal_width()
    if asked.conventions:
        from shapecalc.render import conventions  # noqa: PLC0415

        lines = conventions.report(asked.analysis, width)
    elif asked.by:
        from shapecalc.render.kinds import by_kind  # noqa: PLC0415

        lines = by_kind(asked.analysis, width)
    else:
        from shapecalc.render.table import report  # noqa: PLC0415

        lines = report(asked.analysis, asked.depth, asked.opened, asked.columns, width, asked.convention)
    return screen.coloured(lines) if sys.stdout.isatty() and not asked.to_file else screen.plain_text(lines)


def as_json(asked: Asked) -> str:
    """The contract: one object, raw integers."""
    from shapecalc.render.json import to_dict  # noqa: PLC0415

    data = to_dict(asked.analysis, asked.convention)
    if asked.conventions:
        from shapecalc.render.conventions import to_list  # noqa: PLC0415

        data["conventions"] = to_list(asked.analysis)
    return dumped(data)


def as_csv(asked: Asked) -> str:
    """One line for every node, raw numbers."""
    from shapecalc.render.records import csv_text  # noqa: PLC0415

    return csv_text(asked.analysis, asked.convention)


def as_markdown(asked: Asked) -> str:
    """A table for a page or a pull request."""
    from shapecalc.render.markdown import kinds_text, report_text  # noqa: PLC0415

    if asked.conventions:
        from shapecalc.render.conventions import markdown  # noqa: PLC0415

        return markdown(asked.analysis)
    if asked.by:
        return kinds_text(asked.analysis)
    return report_text(asked.analysis, asked.depth, asked.opened, asked.columns, asked.convention)


def unread_json(error: SpecError) -> str:
    """The contract's object for a file that cannot be read."""
    from shapecalc.render.json import unread  # noqa: PLC0415

    return dumped(unread(error.diagnostics, error.name))


def dumped(data: Mapping[str, object]) -> str:
    """Plain data as JSON text."""
    import json  # noqa: PLC0415  the table does without

    return json.dumps(data, ensure_ascii=False, separators=(", ", ": ")) + "\n"


FORMATS: dict[str, Callable[[Asked], str]] = {"table": as_table, "json": as_json, "csv": as_csv, "md": as_markdown}
SUFFIXES = {".txt": "table", ".json": "json", ".csv": "csv", ".md": "md"}


def of_suffix(suffix: str) -> str | None:
    """The format that a file's suffix stands for."""
    return SUFFIXES.get(suffix.lower())
