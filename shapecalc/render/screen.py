"""Lines onto a terminal, coloured, or into a pipe, plain."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.text import Text

    from shapecalc.render.table import Line


def terminal_width() -> int | None:
    """The width of the terminal; None for a pipe or a file, which are as wide as they need to be."""
    if sys.stdout.isatty() or os.environ.get("COLUMNS", "").isdecimal():
        return shutil.get_terminal_size().columns
    return None


def plain_text(lines: Iterable[Line]) -> str:
    """Lines without their styles."""
    return "".join("".join(span.text for span in line).rstrip() + "\n" for line in lines)


def rich_text(lines: Iterable[Line]) -> Text:
    """Lines with their styles, for rich."""
    from rich.text import Text  # noqa: PLC0415  a pipe has no colours, and does not pay for them

    text = Text(no_wrap=True, overflow="ignore")
    for index, line in enumerate(lines):
        if index:
            text.append("\n")
        for span in line:
            text.append(span.text, span.style or None)
    return text


def coloured(lines: Iterable[Line]) -> str:
    """Lines as the terminal at stdout wants them: with its colours, if it has any."""
    from rich.console import Console  # noqa: PLC0415

    console = Console(highlight=False)
    with console.capture() as captured:
        console.print(rich_text(lines), soft_wrap=True)
    return captured.get()


def put_lines(lines: Iterable[Line]) -> None:
    """Print lines to stdout, coloured on a terminal."""
    sys.stdout.write(coloured(lines) if sys.stdout.isatty() else plain_text(lines))
