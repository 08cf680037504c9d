"""``shapecalc check``."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shapecalc.cli.files import spec_files
from shapecalc.cli.options import OUTPUT, SET, input_shape
from shapecalc.cli.output import put, spare
from shapecalc.cli.reading import graph_of, tell
from shapecalc.diagnostics import Severity, SpecError
from shapecalc.render.check import FORMATS, SUFFIXES, Checked
from shapecalc.render.diagnostics import Source

if TYPE_CHECKING:
    from shapecalc.network.graph import Graph

EPILOG = """\b
Examples:
  shapecalc check net.yaml               every promise of a file
  shapecalc check nets/                  every file of a folder, a line each
  shapecalc check nets/ --format github  annotations beside the lines
  shapecalc check nets/ -o report.xml    for CI that reads JUnit; also .sarif,
                                         .json, .md

\b
A file promises by `expect: [64, 28, 28]` on a layer, by a budget
    budget: {params: 5M, macs: 600M, memory: 64 MiB, receptive_field: ">=9"}
(memory: weights and the peak of activations), and by the figures that others
publish for it
    published: [{params: 25557032, macs: 4.09G, source: "He et al. 2015"}]
of which a whole number holds to the unit, a rounded one to half of its last
digit. All are for one example in float32.

\b
Exit status: 0 all hold; 1 one does not, or cannot be decided; 2 a file cannot
be read, or its shapes do not fit."""


@click.command(epilog=EPILOG)
@click.argument("specs", nargs=-1, required=True, metavar="SPEC...")
@input_shape("--input")
@SET
@click.option("--format", "form", type=click.Choice(list(FORMATS)), help="How to print; `table` if not given.")
@OUTPUT
def command(
    specs: tuple[str, ...],
    sizes: dict[str, object],
    settings: dict[str, object],
    form: str | None,
    file: Path | None,
) -> int:
    """Check what files promise: shapes, budgets, published figures.

    SPEC is a YAML file, or a folder of such files; `-` reads one from standard input.
    """
    if form is None:
        form = SUFFIXES.get(file.suffix.lower()) if file else "table"
        if form is None:
            raise click.BadParameter(f"{file}: no format has the suffix; there are {', '.join(SUFFIXES)}")
    names = list(spec_files(specs))
    if len(names) > 1 and (sizes or settings):
        raise click.UsageError("--input and --set are for one file")
    for name in names:
        spare(name, file)
    gc.disable()  # many short walks that free little
    files = [_checked(name, settings, sizes) for name in names]
    if form in {"table", "json"} or file is not None:
        for one in files:
            tell(one.faults, one.source)
    put(FORMATS[form](files), file)
    return max(one.status for one in files)


def _checked(name: str, settings: dict[str, object], sizes: dict[str, object]) -> Checked:
    from shapecalc.budget import check  # noqa: PLC0415  a command that is misused does not pay for it

    called = name.encode("utf-8", "backslashreplace").decode()  # a name that is no text
    try:
        graph: Graph = graph_of(name, settings, sizes)
    except SpecError as error:
        return Checked(called, Source.unread(error.name or name, error.text), None, error.diagnostics)
    made = check(graph)
    faults = tuple(fault for fault in made.diagnostics if fault.severity is not Severity.NOTE)
    return Checked(called, Source.of(graph.document), made, faults)
