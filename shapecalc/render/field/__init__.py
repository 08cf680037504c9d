"""What the layers of a network really see, in the formats it can be had in."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from shapecalc.fields import Fields, LayerField
    from shapecalc.render.table import Line


class Asked(NamedTuple):
    """An answer, and what of it is wanted."""

    fields: Fields
    layer: LayerField | None = None
    cell: Sequence[int] | None = None
    depth: int = 0
    opened: tuple[str, ...] = ()
    to_file: bool = False


def as_table(asked: Asked) -> str:
    """For a terminal, a pipe or a file."""
    from shapecalc.render import screen  # noqa: PLC0415  each format is loaded when asked for

    lines = _lines(asked, None if asked.to_file else screen.terminal_width())
    return screen.coloured(lines) if sys.stdout.isatty() and not asked.to_file else screen.plain_text(lines)


def _lines(asked: Asked, width: int | None) -> Iterable[Line]:
    if asked.layer is None:
        from shapecalc.render.field.table import report  # noqa: PLC0415

        return report(asked.fields, asked.depth, asked.opened, width)
    from shapecalc.render.field.layer import report as layer_report  # noqa: PLC0415

    return layer_report(asked.layer, asked.cell, width)


def as_json(asked: Asked) -> str:
    """The contract: one object, raw numbers."""
    from shapecalc.render.field.json import to_dict  # noqa: PLC0415
    from shapecalc.render.formats import dumped  # noqa: PLC0415

    return dumped(to_dict(asked.fields) if asked.layer is None else asked.layer.to_dict(asked.cell))


def as_markdown(asked: Asked) -> str:
    """For a page or a pull request."""
    from shapecalc.render.field.table import markdown  # noqa: PLC0415

    if asked.layer is None:
        return markdown(asked.fields, asked.depth, asked.opened)
    from shapecalc.render.screen import plain_text  # noqa: PLC0415

    return f"```text\n{plain_text(_lines(asked, None))}```\n"


FORMATS: dict[str, Callable[[Asked], str]] = {"table": as_table, "json": as_json, "md": as_markdown}
SUFFIXES = {".txt": "table", ".json": "json", ".md": "md"}
