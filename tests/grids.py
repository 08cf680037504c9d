"""Cases measured in other frameworks: one axis each, in ``data/grids``."""

import json
from functools import cache
from pathlib import Path

import numpy as np

GRIDS = Path(__file__).parent / "data" / "grids"


@cache
def grid(framework):
    return json.loads((GRIDS / f"{framework}.json").read_text())


def rows(framework, section):
    """The rows of a section, each a dict by its columns."""
    table = grid(framework)[section]
    return [dict(zip(table["columns"], row, strict=True)) for row in table["rows"]]


def axis(n):
    """What most grids were fed: 1, 2, …, n, in one example of one channel."""
    return np.arange(1.0, n + 1)[None, None]
