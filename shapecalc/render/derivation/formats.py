"""The formats that a worked text can be had in, by name and by a file's suffix."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from shapecalc.render.derivation.documents import explanation

if TYPE_CHECKING:
    from shapecalc.explanation import Explanation
    from shapecalc.render.derivation.blocks import Document

SUFFIXES = {".txt": "text", ".md": "md", ".tex": "latex", ".html": "html", ".htm": "html", ".json": "json"}
NAMES = ("text", "md", "latex", "html", "json")


def as_text(document: Document) -> str:
    """Plain, as wide as a page."""
    from shapecalc.render.derivation.text import lines  # noqa: PLC0415  each format is loaded when asked for
    from shapecalc.render.screen import plain_text  # noqa: PLC0415

    return plain_text(lines(document, 80))


def as_markdown(document: Document) -> str:
    """For a page or a pull request."""
    from shapecalc.render.derivation.markdown import markdown  # noqa: PLC0415

    return markdown(document)


def as_latex(document: Document) -> str:
    """A document that compiles by itself."""
    from shapecalc.render.derivation.latex import latex  # noqa: PLC0415

    return latex(document)


def as_html(document: Document) -> str:
    """A page that needs nothing else."""
    from shapecalc.render.derivation.html import html  # noqa: PLC0415

    return html(document)


FORMATS: Mapping[str, Callable[[Document], str]] = {
    "text": as_text,
    "md": as_markdown,
    "latex": as_latex,
    "html": as_html,
}


def written(made: Explanation, form: str) -> str:
    """An explanation in a format."""
    return FORMATS[form](explanation(made))
