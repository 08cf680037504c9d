"""Kinds of layer that other packages add: entry points of the group ``shapecalc.layers``, named as the kind is."""

from __future__ import annotations

from importlib.metadata import entry_points

from shapecalc.diagnostics import Diagnostic, SpecError
from shapecalc.layers.base import Layer

GROUP = "shapecalc.layers"


def installed(kind: str) -> type[Layer] | None:
    """The class that an installed package gives for a kind; None where none does.

    Raises:
        SpecError: it cannot be loaded, or is no kind of this name.
    """
    for entry in entry_points(group=GROUP, name=kind):
        try:
            layer = entry.load()
        except Exception as error:
            said = " ".join(str(error).split())[:200] or type(error).__name__
            raise _unusable(kind, entry.value, f"loading it says: {said}") from error
        if not (isinstance(layer, type) and issubclass(layer, Layer) and layer.kind == kind):
            raise _unusable(kind, entry.value, f"it gives no layer whose kind is `{kind}`")
        return layer
    return None


def names() -> list[str]:
    """The kinds that installed packages add."""
    return sorted({entry.name for entry in entry_points(group=GROUP)})


def _unusable(kind: str, value: str, why: str) -> SpecError:
    message = f"the kind `{kind}` comes with another package, whose `{value}` cannot be used"
    return SpecError([Diagnostic("E128", message, label="", help=f"{why}; mend or remove that package")])
