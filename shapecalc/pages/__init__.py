"""The page of every error and note, with an example that is wrong and the same put right; and why numbers differ."""

from __future__ import annotations

from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
GUIDES = {"numbers": "why-your-number-differs"}
"""Pages that are of no code, by a word."""


@cache
def titles() -> dict[str, str]:
    """What each code is about, in a line, by code."""
    paths = sorted(FOLDER.glob("[CEN][0-9]*.md"))
    return {path.stem: _text(path).split("\n", 1)[0].partition(": ")[2] for path in paths}


def page(code: str) -> str | None:
    """The page of a code or a word, in Markdown; None for one that has none."""
    if code in GUIDES:
        return _text(FOLDER / f"{GUIDES[code]}.md")
    return _text(FOLDER / f"{code}.md") if code in titles() else None


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")
