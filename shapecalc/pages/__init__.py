"""The page of every error and note: what it means, an example that is wrong and the same put right."""

from __future__ import annotations

from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent


@cache
def titles() -> dict[str, str]:
    """What each code is about, in a line, by code."""
    return {path.stem: _text(path).split("\n", 1)[0].partition(": ")[2] for path in sorted(FOLDER.glob("*.md"))}


def page(code: str) -> str | None:
    """The page of a code, in Markdown; None for a code that no fault has."""
    return _text(FOLDER / f"{code}.md") if code in titles() else None


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")
