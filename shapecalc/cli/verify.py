"""``shapecalc verify``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from shapecalc.cli.files import spec_files
from shapecalc.cli.options import DEPTH, EXPAND, MAX_MEMORY, OUTPUT, SET, check_opened, input_shape
from shapecalc.cli.output import put, spare
from shapecalc.cli.progress import progress
from shapecalc.cli.reading import Rejected, graph_of, tell_graph, tell_unread
from shapecalc.diagnostics import SpecError
from shapecalc.render import formats
from shapecalc.render.units import plain

if TYPE_CHECKING:
    from shapecalc.engine.proof import Proof
    from shapecalc.network.graph import Graph

FORMATS = ("table", "json", "md")
SUFFIXES = {".txt": "table", ".json": "json", ".md": "md"}
EPILOG = """\b
Examples:
  shapecalc verify net.yaml             a mark for every figure, a row a layer
  shapecalc verify net.yaml --depth all     every node
  shapecalc verify net.yaml --size 3x64x64 --max-memory 1GiB
  shapecalc verify specs/               every file of a folder, a line each
  shapecalc verify net.yaml -o proof.json   the suffix picks the format

\b
Marks: proved; at least, where what ran agrees and could not show all of it;
— nothing is claimed; not run; disproved, with both numbers.

\b
Exit status: 0 nothing is disproved; 1 an `expect` of the file does not hold;
2 a file cannot be read, its shapes do not fit, or memory is refused (of a
folder, such a network is told as not run); 3 a figure is disproved, which is
a fault of shapecalc."""


@click.command(epilog=EPILOG)
@click.argument("specs", nargs=-1, required=True, metavar="SPEC...")
@DEPTH
@EXPAND
@input_shape("--size")
@SET
@MAX_MEMORY
@click.option("--format", "form", type=click.Choice(FORMATS), help="How to print; `table` if not given.")
@OUTPUT
def command(
    specs: tuple[str, ...],
    depth: int | None,
    expand: tuple[str, ...],
    sizes: dict[str, object],
    settings: dict[str, object],
    most: int,
    form: str | None,
    file: Path | None,
) -> int:
    """Prove every figure by running the network.

    The engine runs it with the plainest kernels, which share no formula with the analysis. What came out is held
    against what was calculated: every shape, parameter, operation and byte; and by planting NaN in the input, every
    receptive field.

    SPEC is a YAML file, or a folder of such files; `-` reads one from standard input.
    """
    form = form or _format(file)
    files = list(spec_files(specs))
    many = len(files) > 1 or Path(specs[0]).is_dir()
    if many and (depth != 0 or expand or sizes or settings):
        raise click.UsageError("--depth, --expand, --size and --set are for one file")
    for name in files:
        spare(name, file)

    from shapecalc.render import proof as rendering  # noqa: PLC0415  it loads NumPy

    shown: list[tuple[str, rendering.Shown]] = []
    unread: list[str] = []
    statuses = {0}
    for name in files:
        graph, status = _graph(name, settings, sizes, form, file, many=many)
        statuses.add(status)
        if graph is None:
            unread.append(name)
            continue
        check_opened(expand, graph)
        made = _proof(graph, most, f"{Path(name).stem} " if many else "")
        if not made.holds:
            statuses.add(3)
            click.echo(f"Error: {plain(name)}: a figure is disproved\n{FAULT}", err=True)
        elif made.refused and not many:
            statuses.add(2)
            click.echo(f"Error: {rendering.refusal(*made.refused)}", err=True)
        opened = (*expand, *(("all",) if depth is None else ()))
        shown.append((name, rendering.Shown(made, depth or 0, opened)))
    if shown or many:
        answers = rendering.Answers(tuple(shown), many, tuple(unread), to_file=file is not None)
        put(rendering.FORMATS[form](answers), file)
    return max(statuses)


FAULT = "This is a fault of shapecalc: please report it, with the file"


def _format(file: Path | None) -> str:
    form = SUFFIXES.get(file.suffix.lower()) if file else "table"
    if form is None:
        raise click.BadParameter(f"{file}: no format has the suffix; there are {', '.join(SUFFIXES)}")
    return form


def _graph(
    name: str, settings: dict[str, object], sizes: dict[str, object], form: str, file: Path | None, *, many: bool
) -> tuple[Graph | None, int]:
    """The network of a file and what its faults ask for; None where there is nothing to run."""
    try:
        graph = graph_of(name, settings, sizes)
    except SpecError as error:
        if form == "json" and not many:
            put(formats.unread_json(error), file)
        refused: Rejected = tell_unread(error)
        if not many:
            raise refused from None
        return None, 2
    status = tell_graph(graph)
    if not graph.wrong:
        return graph, status
    if form == "json" and not many:
        from shapecalc.analysis import analyze  # noqa: PLC0415

        put(formats.as_json(formats.Asked(analyze(graph))), file)
    return None, status


def _proof(graph: Graph, most: int, before: str) -> Proof:
    """The proof of a network, with a bar while it lasts, and something before what it says."""
    from shapecalc.engine.proof import verify  # noqa: PLC0415  it loads NumPy

    macs = sum(int((node.ops or {}).get("mac", 0)) for node in graph)
    with progress(macs) as tell:
        try:
            return verify(graph, max_memory=most, tell=lambda what, amount: tell(before + what, amount))
        except MemoryError:
            raise click.ClickException("this machine has no such memory left as the proof needs") from None
