"""The options that several commands have, and how their values are read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shapecalc.diagnostics import SpecError, nearest

if TYPE_CHECKING:
    from collections.abc import Callable

    from shapecalc.network.graph import Graph

SHAPE = re.compile(r"\d{1,18}([x×]\d{1,18}){0,3}")
ASSIGNMENT = re.compile(r"([^=]+)=(.*)", re.DOTALL)


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
        name, shape = (match[1].strip(), match[2].strip()) if match else ("", text.strip())
        if not SHAPE.fullmatch(shape):
            raise click.BadParameter(f"`{shape}` is not a shape such as 3x224x224")
        found[name] = shape
    return found


def depth_of(_: click.Context, __: click.Parameter, given: str) -> int | None:
    """``--depth``: levels of blocks to open; None for all of them."""
    if given == "all":
        return None
    if not given.isdecimal() or len(given) > 1000:
        raise click.BadParameter(f"`{given}` is neither a number of levels nor `all`")
    return int(given)


def memory(_: click.Context, __: click.Parameter, given: str) -> int:
    """``--max-memory 512MiB``, in bytes."""
    from shapecalc.network.amounts import amount  # noqa: PLC0415  when used
    from shapecalc.source.expressions import ExpressionError  # noqa: PLC0415

    try:
        read = amount(given)
    except ExpressionError:
        raise click.BadParameter(
            f"`{given}` is not an amount of memory: write 512MiB, 4GiB or a number of bytes"
        ) from None
    if read.sign:
        raise click.BadParameter(f"`{given}`: write the amount alone")
    return int(read.value)


def check_opened(names: tuple[str, ...], graph: Graph) -> None:
    """Check that ``--expand`` names what can be opened."""
    known = {group.name for group in graph.groups}
    for name in names:
        if name != "all" and name not in known:
            near = nearest(name, known)
            hint = f"; did you mean `{near}`?" if near else ""
            raise click.BadParameter(f"`{name}` is no block or layer that can be opened{hint}", param_hint="--expand")


DEPTH = click.option(
    "--depth", default="0", callback=depth_of, metavar="N", help="Open N levels of blocks; `all` opens every node."
)
EXPAND = click.option(
    "--expand", multiple=True, metavar="NAME", help="Open this block or layer (repeatable); `all` opens everything."
)
SET = click.option(
    "--set",
    "settings",
    multiple=True,
    callback=variables,
    metavar="NAME=VALUE",
    help="Set a variable of the file (repeatable).",
)
OUTPUT = click.option(
    "-o",
    "--output",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write to a file; its suffix picks the format.",
)

MAX_MEMORY = click.option(
    "--max-memory",
    "most",
    default="4GiB",
    show_default=True,
    callback=memory,
    metavar="SIZE",
    help="Refuse a run that would need more.",
)


def input_shape(flag: str) -> Callable[[Callable[..., int]], Callable[..., int]]:
    """The option that gives another input shape, under a command's own name for it."""
    return click.option(
        flag,
        "sizes",
        multiple=True,
        callback=shapes,
        metavar="CxHxW",
        help="Another input shape; NAME=… where there are several.",
    )
