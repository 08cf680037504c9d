"""``shapecalc explain``."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shapecalc.analysis import analyze
from shapecalc.analysis.memory import DTYPES
from shapecalc.cli.options import ASSIGNMENT, MAX_MEMORY, OUTPUT, SET, SHAPE, depth_of, shapes
from shapecalc.cli.output import put, spare
from shapecalc.cli.reading import graph_of, tell_graph, tell_unread
from shapecalc.diagnostics import SpecError, nearest
from shapecalc.explanation import TOTAL, Unheard, explained, is_figure, names_of
from shapecalc.pages import GUIDES
from shapecalc.render.derivation import documents, formats
from shapecalc.render.formats import dumped, unread_json
from shapecalc.render.units import plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shapecalc.analysis import Analysis
    from shapecalc.render.derivation.blocks import Document
    from shapecalc.render.table import Line

CODE = re.compile(r"[A-Za-z]{1,3}\d{3}")
EPILOG = """\b
Examples:
  shapecalc explain net.yaml conv1 macs    one figure of one layer
  shapecalc explain net.yaml conv1         all figures of a layer
  shapecalc explain net.yaml params        a total, as `total params`
  shapecalc explain net.yaml               the whole network, worked out
  shapecalc explain net.yaml -o net.tex    the suffix picks the format
  shapecalc explain net.yaml conv1 --cell 3,5             the box it sees
  shapecalc explain net.yaml conv1 --cell 3,5 --values    with its numbers
  shapecalc explain net.yaml fc --channel 7 --values --weights trained.npz
  shapecalc explain E301                   the page of an error or a rule
  shapecalc explain numbers                why another tool's number differs

\b
FIGURE of a layer: output window params params% buffers macs macs% flops ops
(or one of them: add mul div compare exp log sqrt tanh erf) memory saved field
jump start padding. Of the whole network: output params buffers macs flops ops
weights activations peak memory field."""


def _cell(_: click.Context, __: click.Parameter, given: str | None) -> tuple[int, ...] | None:
    if given is None:
        return None
    if not re.fullmatch(r"\d{1,18}([,x×]\d{1,18})*", given.replace(" ", "")):
        raise click.BadParameter(f"`{plain(given)}` is not a cell such as 3,5")
    return tuple(map(int, re.split("[,x×]", given)))


@click.command(epilog=EPILOG)
@click.argument("spec")
@click.argument("layer", required=False)
@click.argument("figure", required=False)
@click.option("--cell", callback=_cell, metavar="R,C", help="The box that this cell of the output sees.")
@click.option("--channel", type=click.IntRange(0, 10**18), help="The channel of that cell; 0 if not given.")
@click.option("--values", is_flag=True, help="Run the network, and work the cell through with its numbers.")
@click.option(
    "--depth", callback=depth_of, default="all", metavar="N", help="Open N levels of blocks in a worked solution."
)
@click.option(
    "--input",
    "given",
    multiple=True,
    metavar="CxHxW|FILE",
    help="Another input shape; with --values also what to run on: .npy, .npz or an image. NAME=… where there are"
    " several.",
)
@SET
@click.option("--batch", type=click.IntRange(1, 10**9), default=1, show_default=True, help="Examples at once.")
@click.option("--dtype", type=click.Choice(list(DTYPES)), help="Number format; float32, of --values float64.")
@click.option("--seed", type=int, default=0, show_default=True, help="What weights and noise are made from.")
@click.option(
    "--weights",
    "weights_file",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Weights from .npz or .safetensors, instead of made ones.",
)
@MAX_MEMORY
@click.option("--format", "form", type=click.Choice(formats.NAMES), help="How to print; `text` if not given.")
@OUTPUT
def command(
    spec: str,
    layer: str | None,
    figure: str | None,
    cell: tuple[int, ...] | None,
    channel: int | None,
    values: bool,  # noqa: FBT001
    depth: int | None,
    given: tuple[str, ...],
    settings: dict[str, object],
    batch: int,
    dtype: str | None,
    seed: int,
    weights_file: Path | None,
    most: int,
    form: str | None,
    file: Path | None,
) -> int:
    """Work out any figure: formula, numbers, where they are from.

    SPEC is a YAML file; `-` reads it from standard input. LAYER is a layer, a block's call or a node; a FIGURE with
    no LAYER is a total. With neither, the whole network is worked out.
    """
    form = form or _format(file)
    if (CODE.fullmatch(spec) or spec in GUIDES) and not Path(spec).exists():
        return _page(spec if spec in GUIDES else spec.upper(), file)
    spare(spec, file)
    sizes, files = _inputs(given)
    _fitting(layer, figure, cell, channel, values=values, files=bool(files or weights_file))
    if values and (batch != 1 or dtype not in {None, "float32", "float64"}):
        raise click.UsageError("--values works one example, in float32 or float64")
    try:
        graph = graph_of(spec, settings, sizes)
    except SpecError as error:
        if form == "json":
            put(unread_json(error), file)
        raise tell_unread(error) from None
    analysis = analyze(graph, batch, dtype or ("float64" if values else "float32"))
    status = tell_graph(graph)
    try:
        if values:
            how = (files, weights_file, seed, most)
            status = max(status, _worked(analysis, layer or "", cell, channel or 0, how, form, file))
        elif cell is not None:
            _put(*_box(analysis, layer or "", cell, form), form, file)
        else:
            _put(*_explained(analysis, layer or "", figure or "", depth, form), form, file)
    except Unheard as unheard:
        raise click.BadParameter(plain(str(unheard)), param_hint=unheard.argument) from None
    return status


def _fitting(
    layer: str | None,
    figure: str | None,
    cell: tuple[int, ...] | None,
    channel: int | None,
    *,
    values: bool,
    files: bool,
) -> None:
    """Refuse options that do not go together."""
    if files and not values:
        raise click.UsageError("a file for --input or --weights is for --values")
    if (cell is not None or values or channel is not None) and not layer:
        raise click.UsageError("--cell, --channel and --values are of one layer: name the layer too")
    if (cell is not None or values) and figure:
        raise click.UsageError("--cell and --values take no FIGURE")
    if channel is not None and not values:
        raise click.UsageError("--channel is for --values: every channel of a cell sees the same box")


def _explained(
    analysis: Analysis, layer: str, figure: str, depth: int | None, form: str
) -> tuple[Document | None, dict[str, object] | None]:
    """What was asked for, as a document, or as plain data."""
    known = names_of(analysis)
    if layer and not figure and layer not in known and is_figure(layer):
        layer, figure = "", layer
    if not layer and not figure:
        from shapecalc.explanation.solution import solution  # noqa: PLC0415  when used
        from shapecalc.render.derivation import solving  # noqa: PLC0415

        made = solution(analysis, depth)
        return (None, solving.to_dict(made)) if form == "json" else (solving.document(made), None)
    if layer and layer not in known and layer not in TOTAL and not nearest(layer, known) and not figure:
        _figure_after_all(layer)
    one = explained(analysis, layer, figure)
    return (None, one.to_dict()) if form == "json" else (documents.explanation(one), None)


def _figure_after_all(word: str) -> None:
    """Say so where a word that is no layer looks like a misspelt figure."""
    from shapecalc.explanation import OF_NETWORK  # noqa: PLC0415  only a slip needs it

    near = nearest(word, OF_NETWORK)
    if near:
        raise Unheard(f"the network has no layer `{word}`; did you mean the figure `{near}`?", "LAYER")


def _box(
    analysis: Analysis, layer: str, cell: tuple[int, ...], form: str
) -> tuple[Document | None, dict[str, object] | None]:
    from shapecalc.explanation.place import placed  # noqa: PLC0415  when used
    from shapecalc.fields import CellError  # noqa: PLC0415

    explained(analysis, layer, "output")  # a layer that is not there is told as ever
    _sure(analysis, layer)
    try:
        made = placed(analysis, layer, cell)
    except CellError as error:
        raise click.BadParameter(plain(str(error)), param_hint="--cell") from None
    return (None, made.to_dict()) if form == "json" else (documents.explanation(made), None)


def _sure(analysis: Analysis, layer: str) -> None:
    """Refuse a layer whose shape is not known."""
    if layer in TOTAL and layer not in names_of(analysis):
        raise click.BadParameter("a cell is of one layer; name it", param_hint="LAYER")
    if analysis[layer].output is None:
        raise click.ClickException(f"the shape of `{plain(layer)}` is not known: see the errors")


def _worked(
    analysis: Analysis,
    layer: str,
    cell: tuple[int, ...] | None,
    channel: int,
    how: tuple[dict[str, Path], Path | None, int, int],
    form: str,
    file: Path | None,
) -> int:
    """Work a cell through; the exit status: 3 where the engine gives something else."""
    from shapecalc.cli.explaining import Given, working_of  # noqa: PLC0415  it loads NumPy
    from shapecalc.explanation.working import CellFault, cell_of  # noqa: PLC0415
    from shapecalc.render.derivation import board  # noqa: PLC0415

    explained(analysis, layer, "output")
    _sure(analysis, layer)
    if analysis.graph.wrong:
        raise click.ClickException("a network with errors cannot be run")
    row = analysis[layer]
    try:
        place = cell_of(row, cell, channel)
    except CellFault as fault:
        raise click.BadParameter(plain(str(fault)), param_hint="--cell or --channel") from None
    made = working_of(analysis, row, place, Given(*how[:3], analysis.dtype, how[3]))
    _put(None if form == "json" else board.document(made), board.to_dict(made), form, file)
    if not made.holds:
        click.echo("Error: the engine gave another number\nThis is a fault of shapecalc: please report it", err=True)
        return 3
    return 0


def _put(document: Document | None, data: dict[str, object] | None, form: str, file: Path | None) -> None:
    """Print a document, or plain data."""
    if document is None:
        put(dumped(data or {}), file)
    elif form == "text":
        from shapecalc.render.derivation.text import lines  # noqa: PLC0415  each format is loaded when asked for

        _put_lines(lines(document, None if file else _width()), file)
    else:
        put(formats.FORMATS[form](document), file)


def _width() -> int | None:
    from shapecalc.render.screen import terminal_width  # noqa: PLC0415

    return terminal_width()


def _put_lines(lines: Iterable[Line], file: Path | None) -> None:
    from shapecalc.render.screen import coloured, plain_text  # noqa: PLC0415

    put(coloured(lines) if sys.stdout.isatty() and file is None else plain_text(lines), file)


def _page(code: str, file: Path | None) -> int:
    """The page of an error or of a rule."""
    from shapecalc.pages import page, titles  # noqa: PLC0415  when used
    from shapecalc.render import lint  # noqa: PLC0415

    text = page(code)
    if text is not None:
        put(text, file)
        return 0
    lines = list(lint.page(code))
    if not lines:
        from shapecalc.linting import RULES  # noqa: PLC0415  only a slip needs it

        near = nearest(code, [*titles(), *(rule.code for rule in RULES)])
        hint = f"did you mean `{near}`?" if near else "errors are E101 and on, rules SC101 and on"
        raise click.BadParameter(f"there is no page of `{code}`, and no such file; {hint}", param_hint="SPEC")
    _put_lines(lines, file)
    return 0


def _inputs(given: tuple[str, ...]) -> tuple[dict[str, object], dict[str, Path]]:
    """Of ``--input``, what is a shape and what is a file, each by its input's name."""
    sizes: list[str] = []
    files: dict[str, Path] = {}
    for text in given:
        match = ASSIGNMENT.fullmatch(text)
        name, value = (match[1].strip(), match[2].strip()) if match else ("", text.strip())
        if SHAPE.fullmatch(value):
            sizes.append(text)
        elif Path(text).is_file():
            files[""] = Path(text)
        elif Path(value).is_file():
            files[name] = Path(value)
        else:
            raise click.BadParameter(
                f"`{plain(value)}` is neither a shape such as 3x224x224 nor a file", param_hint="--input"
            )
    return shapes(click.get_current_context(), click.Option(["--input"]), tuple(sizes)), files


def _format(file: Path | None) -> str:
    form = formats.SUFFIXES.get(file.suffix.lower()) if file else "text"
    if form is None:
        raise click.BadParameter(f"{file}: no format has the suffix; there are {', '.join(formats.SUFFIXES)}")
    return form
