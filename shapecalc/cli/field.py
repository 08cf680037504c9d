"""``shapecalc field``."""

from __future__ import annotations

import gc
import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shapecalc.cli.options import DEPTH, EXPAND, OUTPUT, SET, check_opened, input_shape
from shapecalc.cli.output import put, spare
from shapecalc.cli.reading import graph_of, tell_graph, tell_unread
from shapecalc.diagnostics import SpecError, nearest
from shapecalc.fields import CellError, field
from shapecalc.render import field as rendering
from shapecalc.render.units import plain

if TYPE_CHECKING:
    from shapecalc.fields import Fields, LayerField

EPILOG = """\b
Examples:
  shapecalc field net.yaml                 a row a layer or block
  shapecalc field net.yaml conv3           one layer in detail
  shapecalc field net.yaml conv3 --cell 3,5    the box that one cell sees
  shapecalc field net.yaml -o field.json   the suffix picks the format

\b
A field is what one output cell sees of the input, along each axis: its size;
the jump to the field of the next cell; start, the centre of the first;
padding, the cells by which it hangs over the edge. It may have holes
(dilations, strides): `reached` is the share that really reaches the cell.
Paths through the network gather in the middle: `spread` is their standard
deviation, every tap counting one, branches added, an identity one path."""


def _cell(_: click.Context, __: click.Parameter, given: str | None) -> tuple[int, ...] | None:
    if given is None:
        return None
    if not re.fullmatch(r"\d{1,18}([,x×]\d{1,18})*", given.replace(" ", "")):
        raise click.BadParameter(f"`{plain(given)}` is not a cell such as 3,5")
    return tuple(map(int, re.split("[,x×]", given)))


CELL = click.option("--cell", callback=_cell, metavar="R,C", help="The box that this cell of the output sees.")


@click.command(epilog=EPILOG)
@click.argument("spec")
@click.argument("layer", required=False)
@CELL
@DEPTH
@EXPAND
@input_shape("--input")
@SET
@click.option(
    "--format", "form", type=click.Choice(list(rendering.FORMATS)), help="How to print; `table` if not given."
)
@OUTPUT
def command(
    spec: str,
    layer: str | None,
    cell: tuple[int, ...] | None,
    depth: int | None,
    expand: tuple[str, ...],
    sizes: dict[str, object],
    settings: dict[str, object],
    form: str | None,
    file: Path | None,
) -> int:
    """Print what every layer really sees: holes, paths, one cell's box.

    With LAYER, that layer in detail: how its field comes about, its phases and holes, the paths from each input cell,
    and how often its own input is read under each padding.

    SPEC is a YAML file; `-` reads it from standard input.
    """
    form = form or _format(file)
    if layer is None and cell is not None:
        raise click.UsageError("--cell is a cell of one layer: name the layer too")
    if layer is not None and (depth != 0 or expand):
        raise click.UsageError("--depth and --expand are for the table of all layers")
    spare(spec, file)
    gc.disable()
    try:
        graph = graph_of(spec, settings, sizes)
    except SpecError as error:
        if form == "json":
            from shapecalc.render.formats import unread_json  # noqa: PLC0415

            put(unread_json(error), file)
        raise tell_unread(error) from None
    fields = field(graph)
    check_opened(expand, graph)
    chosen = None if layer is None else _layer(fields, layer)
    if chosen is not None and chosen.row.output is None:
        tell_graph(graph)
        raise click.ClickException(f"what `{plain(chosen.name)}` gives is not known: see the errors")
    opened = (*expand, *(("all",) if depth is None else ()))
    try:
        asked = rendering.Asked(fields, chosen, cell, depth or 0, opened, to_file=file is not None)
        text = rendering.FORMATS[form](asked)
    except CellError as error:
        raise click.BadParameter(plain(str(error)), param_hint="--cell") from None
    put(text, file)
    return tell_graph(graph)


def _format(file: Path | None) -> str:
    form = rendering.SUFFIXES.get(file.suffix.lower()) if file else "table"
    if form is None:
        raise click.BadParameter(f"{file}: no format has the suffix; there are {', '.join(rendering.SUFFIXES)}")
    return form


def _layer(fields: Fields, name: str) -> LayerField:
    """One layer, call or node.

    Raises:
        click.BadParameter: there is none of that name.
    """
    try:
        return fields[name]
    except KeyError:
        known = [
            *(group.name for group in fields.analysis.graph.groups),
            *(node.name for node in fields.analysis.graph),
        ]
        near = nearest(name, known)
        hint = f"; did you mean `{plain(near)}`?" if near else ""
        raise click.BadParameter(f"there is no layer `{plain(name)}`{hint}", param_hint="LAYER") from None
