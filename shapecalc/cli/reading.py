"""What commands that take a spec have in common: reading it, and telling its faults."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click

from shapecalc.diagnostics import Diagnostic, Severity, SpecError

if TYPE_CHECKING:
    from rich.console import Console

    from shapecalc.network.graph import Graph
    from shapecalc.render.diagnostics import Source


class Rejected(click.ClickException):
    """A spec that cannot be used; its faults have been told."""

    exit_code = 2

    def show(self, file: Any = None) -> None:
        """Nothing more to say."""


def console(*, stderr: bool = False) -> Console:
    """A console that does nothing to text but colour it."""
    from rich.console import Console  # noqa: PLC0415

    made = Console(stderr=stderr, highlight=False, emoji=False, markup=False, soft_wrap=False)
    if not made.is_terminal and not os.environ.get("COLUMNS", "").isdecimal():
        made.width = 100
    return made


def tell(faults: Iterable[Diagnostic], source: Source) -> None:
    """Print faults to stderr."""
    from rich.text import Text  # noqa: PLC0415

    from shapecalc.render.diagnostics import written  # noqa: PLC0415

    err = console(stderr=True)
    every = list(faults)
    for text in written(every, source, err.width):
        err.print(text, soft_wrap=True)
        err.print()
    errors = sum(fault.severity is Severity.ERROR for fault in every)
    if errors > 1:
        err.print(Text(f"{errors:,} errors", style="bold red"))


def tell_graph(graph: Graph) -> int:
    """Print the faults of a network to stderr; the exit status they ask for."""
    if graph.diagnostics:
        from shapecalc.render.diagnostics import Source  # noqa: PLC0415  a sound file does not pay for it

        tell(graph.diagnostics, Source.of(graph.document))
    if graph.wrong:
        return 2
    return 1 if any(fault.severity is Severity.ERROR for fault in graph.diagnostics) else 0


def graph_of(spec: str, settings: dict[str, object], inputs: dict[str, object]) -> Graph:
    """The network of a file, with every fault in it still to be told.

    Raises:
        SpecError: the file cannot be read at all.
    """
    from shapecalc.network import build  # noqa: PLC0415
    from shapecalc.source.document import Document  # noqa: PLC0415

    return build(Document.open(spec), settings, inputs)


def tell_unread(error: SpecError) -> Rejected:
    """Print why a file cannot be read."""
    from shapecalc.render.diagnostics import Source  # noqa: PLC0415

    tell(error.diagnostics, Source.unread(error.name, error.text))
    return Rejected("")
