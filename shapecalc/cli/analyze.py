"""``shapecalc analyze``."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shapecalc.analysis import analyze
from shapecalc.analysis.memory import DTYPES
from shapecalc.cli.conventions import CONVENTION, CONVENTIONS, check_conventions
from shapecalc.cli.further import Wanted, answer, asking
from shapecalc.cli.options import DEPTH, EXPAND, OUTPUT, SET, check_opened, input_shape
from shapecalc.cli.output import put, spare
from shapecalc.cli.reading import graph_of, tell_graph, tell_unread
from shapecalc.diagnostics import SpecError
from shapecalc.render import formats
from shapecalc.render.costs import COLUMN_NAMES

if TYPE_CHECKING:
    from shapecalc.render.formats import Asked

EPILOG = """\b
Examples:
  shapecalc analyze net.yaml                 one row a layer or block
  shapecalc analyze net.yaml --depth 1       blocks opened
  shapecalc analyze net.yaml --expand stem   every node of `stem`
  shapecalc analyze net.yaml --by kind       sums by kind of layer
  shapecalc analyze net.yaml --conventions   why your numbers differ
  shapecalc analyze net.yaml --convention fvcore
  shapecalc analyze net.yaml --set width=32 --input 3x320x320 --batch 8
  shapecalc analyze net.yaml --device a100-40gb --dtype float16
  shapecalc analyze net.yaml --training --optimizer adam
  shapecalc analyze net.yaml -o net.json     the suffix picks the format
  cat net.yaml | shapecalc analyze -"""


def _columns(_: click.Context, __: click.Parameter, given: str | None) -> tuple[str, ...]:
    names = tuple(name.strip().lower() for name in given.split(",")) if given else ()
    for name in names:
        if name not in COLUMN_NAMES:
            raise click.BadParameter(f"`{name}` is not a column; there are {', '.join(COLUMN_NAMES)}")
    return names


@click.command(epilog=EPILOG)
@click.argument("spec")
@DEPTH
@EXPAND
@click.option("--by", type=click.Choice(["kind"]), help="Sums by kind of layer instead of a row for each.")
@click.option("--columns", callback=_columns, metavar="A,B,…", help=f"Choose columns: {', '.join(COLUMN_NAMES)}.")
@click.option("--batch", type=click.IntRange(1, 10**9), default=1, show_default=True, help="Examples at once.")
@click.option("--dtype", type=click.Choice(list(DTYPES)), default="float32", show_default=True, help="Number format.")
@CONVENTION
@CONVENTIONS
@input_shape("--input")
@SET
@click.option("--format", "form", type=click.Choice(list(formats.FORMATS)), help="How to print; `table` if not given.")
@OUTPUT
@asking
def command(
    spec: str,
    depth: int | None,
    expand: tuple[str, ...],
    by: str | None,
    columns: tuple[str, ...],
    batch: int,
    dtype: str,
    wanted: Wanted,
    sizes: dict[str, object],
    settings: dict[str, object],
    convention: str | None,
    conventions: bool,  # noqa: FBT001  a flag of the command line
    form: str | None,
    file: Path | None,
) -> int:
    """Print every layer's shape, parameters, cost and receptive field.

    SPEC is a YAML file; `-` reads it from standard input.
    """
    if form is None:
        form = formats.of_suffix(file.suffix) if file else "table"
        if form is None:
            raise click.BadParameter(f"{file}: no format has the suffix; there are {', '.join(formats.SUFFIXES)}")
    spare(spec, file)
    if form in {"json", "csv"} and (by or columns):
        raise click.UsageError(f"{form} has every node and every figure; --by and --columns are for table and md")
    check_conventions(convention, conventions, form, by, (*columns, "device" * wanted.anything))
    if wanted.anything and (by or columns or convention):
        raise click.UsageError(
            "--device and --training have columns of their own: leave out --by, --columns, --convention"
        )
    gc.disable()  # one short walk that frees little: on 10,000 layers collecting costs as much again
    try:
        graph = graph_of(spec, settings, sizes)
    except SpecError as error:
        if form == "json":
            put(formats.unread_json(error), file)
        raise tell_unread(error) from None
    analysis = analyze(graph, batch, dtype)
    check_opened(expand, graph)
    opened = (*expand, *(("all",) if depth is None else ()))
    if wanted.anything:
        put(answer(wanted, analysis, depth or 0, opened, form, to_file=file is not None), file)
        return tell_graph(graph)
    asked: Asked = formats.Asked(analysis, depth or 0, opened, columns, by, to_file=file is not None)
    asked = asked._replace(convention=convention or "", conventions=conventions)
    text = formats.FORMATS[form](asked)
    if text:
        put(text, file)
    return tell_graph(graph)
