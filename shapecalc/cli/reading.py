"""What commands that take a spec have in common: reading it, and telling its faults."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click

from shapecalc.diagnostics import Diagnostic, Severity, SpecError, nearest

if TYPE_CHECKING:
    from rich.console import Console

    from shapecalc.network.graph import Graph
    from shapecalc.render.diagnostics import Source

ASSIGNMENT = re.compile(r"([^=]+)=(.*)", re.DOTALL)


class Rejected(click.ClickException):
    """A spec that cannot be used; its faults have been told."""

    exit_code = 2

    def show(self, file: Any = None) -> None:
        """Nothing more to say."""


def variables(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> dict[str, object]:
    """``--set name=value``, the value as in a file."""
    from shapecalc.source.document import Document  # noqa: PLC0415  when used
    from shapecalc.source.scalars import plain  # noqa: PLC0415

    settings: dict[str, object] = {}
    for text in given:
        match = ASSIGNMENT.fullmatch(text)
        if match is None:
            raise click.BadParameter(f"`{text}` is not name=value")
        name, value = match[1].strip(), match[2].strip()
        if value.startswith("["):
            try:
                settings[name] = Document.from_text(f"value: {value}", "--set").data["value"]
            except SpecError as error:
                raise click.BadParameter(f"`{value}` is not a list: {error.diagnostics[0].message}") from None
        else:
            try:
                settings[name] = plain(value)
            except ValueError:
                raise click.BadParameter(f"`{name}` has too many digits") from None
    return settings


def shapes(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> dict[str, object]:
    """``--input 3x320x320``, or ``--input name=3x320x320`` where there are several."""
    found: dict[str, object] = {}
    for text in given:
        match = ASSIGNMENT.fullmatch(text)
        found[match[1].strip() if match else ""] = match[2].strip() if match else text.strip()
    return found


def depth_of(_: click.Context, __: click.Parameter, given: str) -> int | None:
    """``--depth``: levels of blocks to open; None for all of them."""
    if given == "all":
        return None
    if not given.isdigit():
        raise click.BadParameter(f"`{given}` is neither a number of levels nor `all`")
    return int(given)


def check_opened(names: tuple[str, ...], graph: Graph) -> None:
    """Check that ``--expand`` names what can be opened."""
    known = {group.name for group in graph.groups}
    for name in names:
        if name != "all" and name not in known:
            near = nearest(name, known)
            hint = f"; did you mean `{near}`?" if near else ""
            raise click.BadParameter(f"`{name}` is no block or layer that can be opened{hint}", param_hint="--expand")


def console(*, stderr: bool = False) -> Console:
    """A console that does nothing to text but colour it."""
    from rich.console import Console  # noqa: PLC0415

    made = Console(stderr=stderr, highlight=False, emoji=False, markup=False, soft_wrap=False)
    if not made.is_terminal and not os.environ.get("COLUMNS", "").isdigit():
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
