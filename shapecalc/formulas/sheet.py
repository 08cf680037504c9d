"""All formulas by name, as on a formula sheet."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

from shapecalc.figure import Formula

SHEETS = {
    "lengths": "lengths",
    "inverse": "windows turned round",
    "pooling": "pooling",
    "moves": "cells moved",
    "counting": "counting",
    "attention": "attention",
    "recurrent": "recurrence",
    "receptive": "receptive field",
    "meeting": "padding",
    "memory": "memory",
}
"""The modules that hold formulas, in the order of the sheet, and their headings."""


@cache
def formulas() -> dict[str, dict[str, Formula[Any]]]:
    """The formulas under each heading, by name; of two of one name the later has its heading before it."""
    found: dict[str, dict[str, Formula[Any]]] = {}
    taken: set[str] = set()
    for module, heading in SHEETS.items():
        loaded = import_module(f"shapecalc.formulas.{module}")
        own = [v for v in vars(loaded).values() if isinstance(v, Formula) and v.body.__module__ == loaded.__name__]
        found[heading] = {}
        for formula in own:
            name = formula.name if formula.name not in taken else f"{module}.{formula.name}"
            taken.add(name)
            found[heading][name] = formula
    return found


def by_name() -> dict[str, Formula[Any]]:
    """Every formula by its name."""
    return {name: formula for under in formulas().values() for name, formula in under.items()}
