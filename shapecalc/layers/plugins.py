"""Kinds of layer that other packages add: entry points of the group ``shapecalc.layers``, named as the kind is."""

from __future__ import annotations

from importlib.metadata import entry_points

from shapecalc.layers.base import Layer

GROUP = "shapecalc.layers"


def installed(kind: str) -> type[Layer] | None:
    """The class that an installed package gives for a kind; None where none does.

    Raises:
        TypeError: what it gives is no kind of layer of this name.
    """
    for entry in entry_points(group=GROUP, name=kind):
        layer = entry.load()
        if not (isinstance(layer, type) and issubclass(layer, Layer) and layer.kind == kind):
            raise TypeError(f"the entry point `{entry.name} = {entry.value}` gives no layer whose kind is `{kind}`")
        return layer
    return None


def names() -> list[str]:
    """The kinds that installed packages add."""
    return sorted({entry.name for entry in entry_points(group=GROUP)})
