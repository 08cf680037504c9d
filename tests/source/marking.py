"""Texts with the place that a test expects marked in them: ``a: «1»``."""

from __future__ import annotations

import re

from shapecalc.diagnostics import Diagnostic, Place, SpecError
from shapecalc.source.reader import PARSERS, read


def marked(text: str) -> tuple[str, list[Place]]:
    """The text without its marks, and the places between them."""
    spots: list[tuple[int, int]] = []
    for mark in re.finditer("[«»]", text):
        before = re.sub("[«»]", "", text[: mark.start()])
        spots.append((before.count("\n"), len(before) - before.rfind("\n") - 1))
    return re.sub("[«»]", "", text), [Place(*spots[i], *spots[i + 1]) for i in range(0, len(spots), 2)]


def faults(text: str, parser: str) -> tuple[Diagnostic, ...]:
    """What is said of a text."""
    try:
        read(text, parser=parser)
    except SpecError as error:
        return error.diagnostics
    return ()


BOTH = sorted(PARSERS)
