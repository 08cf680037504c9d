"""``load``: a network from a path, a text or a mapping."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike, fspath
from typing import Any

from shapecalc.diagnostics import Severity, SpecError
from shapecalc.network import build
from shapecalc.network.graph import Graph
from shapecalc.source.document import Document


def load(
    source: str | PathLike[str] | Mapping[str, Any],
    settings: Mapping[str, object] | None = None,
    inputs: Mapping[str, object] | None = None,
) -> Graph:
    """The network that a spec describes.

    Args:
        source: a path, the YAML text itself (it has a newline), or a mapping of the same form.
        settings: values for the file's variables.
        inputs: other input shapes by name; ``""`` is the only input.

    Returns:
        The network, expanded: what ``analyze`` takes.

    Raises:
        SpecError: the spec cannot be read, or its shapes do not fit; ``diagnostics`` has every fault.
    """
    if isinstance(source, Mapping):
        document = Document.from_data(dict(source))
    elif isinstance(source, str) and "\n" in source:
        document = Document.from_text(source, "<text>")
    else:
        document = Document.open(fspath(source))
    graph = build(document, settings, inputs)
    errors = [fault for fault in graph.diagnostics if fault.severity is Severity.ERROR]
    if graph.wrong:
        raise SpecError(errors, document.name, document.text)
    return graph
