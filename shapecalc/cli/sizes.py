"""``shapecalc sizes``."""

from __future__ import annotations

from pathlib import Path

import click

from shapecalc.cli.options import OUTPUT, SET, input_shape
from shapecalc.cli.output import put, spare
from shapecalc.cli.progress import progress
from shapecalc.cli.reading import graph_of, tell_graph, tell_unread
from shapecalc.diagnostics import Severity, SpecError
from shapecalc.render import sizes as rendering
from shapecalc.render.formats import dumped, unread_json
from shapecalc.sizing import NoAxisError
from shapecalc.sizing import sizes as legal

EPILOG = """\b
Examples:
  shapecalc sizes net.yaml                      the rule, and sizes near by
  shapecalc sizes net.yaml --from 200 --to 260  these one by one
  shapecalc sizes net.yaml --axis H             the height alone
  shapecalc sizes net.yaml --axis left.H        of one of several inputs
  shapecalc sizes net.yaml --format json

\b
A size works if all shapes fit, with the weights that the network has at its
current size. Axes of one length are varied together."""


def _axes(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name.strip() for text in given for name in text.split(",") if name.strip())


@click.command(epilog=EPILOG)
@click.argument("spec")
@click.option(
    "--axis", multiple=True, callback=_axes, metavar="NAME", help="Vary this axis; several, with commas, together."
)
@click.option("--from", "start", type=click.IntRange(1, 10**18), metavar="N", help="The first size to list.")
@click.option("--to", "stop", type=click.IntRange(1, 10**18), metavar="N", help="The last size to list.")
@input_shape("--input")
@SET
@click.option(
    "--format", "form", type=click.Choice(list(rendering.FORMATS)), help="How to print; `table` if not given."
)
@OUTPUT
def command(
    spec: str,
    axis: tuple[str, ...],
    start: int | None,
    stop: int | None,
    sizes: dict[str, object],
    settings: dict[str, object],
    form: str | None,
    file: Path | None,
) -> int:
    """Say which input sizes work, and why others do not.

    SPEC is a YAML file; `-` reads it from standard input.
    """
    form = form or (rendering.SUFFIXES.get(file.suffix.lower()) if file else "table")
    if form is None:
        raise click.BadParameter(f"{file}: no format has the suffix; there are {', '.join(rendering.SUFFIXES)}")
    spare(spec, file)
    try:
        graph = graph_of(spec, settings, sizes)
    except SpecError as error:
        if form == "json":
            put(unread_json(error), file)
        raise tell_unread(error) from None
    errors = [fault for fault in graph.diagnostics if fault.severity is Severity.ERROR]
    if not graph.complete or any(fault.code.startswith("E") and not fault.code.startswith("E3") for fault in errors):
        if form == "json":
            put(dumped(rendering.faulty(graph)), file)
        return tell_graph(graph)
    with progress(100 * len(graph.inputs)) as tell:
        try:
            answer = legal(graph, axis or None, start, stop, tell)
        except NoAxisError as error:
            raise click.BadParameter(str(error), param_hint="--axis") from None
        except ValueError as error:
            raise click.UsageError(str(error)) from None
    put(rendering.FORMATS[form](rendering.Asked(answer, to_file=file is not None)), file)
    return tell_graph(graph) if any(varied.base is None for varied in answer) else 0
