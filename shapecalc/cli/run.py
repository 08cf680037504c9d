"""``shapecalc run``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shapecalc.analysis import analyze
from shapecalc.cli.options import ASSIGNMENT, DEPTH, EXPAND, MAX_MEMORY, OUTPUT, SET, check_opened, input_shape
from shapecalc.cli.output import put, spare
from shapecalc.cli.reading import graph_of, tell_graph, tell_unread
from shapecalc.cli.running import Wanted, report_of
from shapecalc.diagnostics import SpecError
from shapecalc.engine.ways import ENGINES
from shapecalc.render import formats
from shapecalc.render import run as rendering
from shapecalc.render.units import plain

if TYPE_CHECKING:
    from shapecalc.network.graph import Graph

EPILOG = """\b
Examples:
  shapecalc run net.yaml                     noise through weights from a seed
  shapecalc run net.yaml --input photo.jpg   an image, resized to the input
  shapecalc run net.yaml --input photo.jpg --images out   each layer as a PNG
  shapecalc run net.yaml --input left=a.npy --input right=b.npy
  shapecalc run net.yaml --weights net.safetensors --save-outputs all.npz
  shapecalc run net.yaml --size 3x64x64 --batch 8 --max-memory 512MiB
  shapecalc run net.yaml --save-weights net.npz   to load elsewhere, or again
  shapecalc run net.yaml -o run.json              the suffix picks the format

\b
Exit status: 0 all well; 1 an `expect` of the file does not hold; 2 the file,
the input or the weights do not fit, or memory is refused; 3 the engine and
the analysis disagree, which is a fault of shapecalc."""


@click.command(epilog=EPILOG)
@click.argument("spec")
@click.option(
    "--input",
    "given",
    multiple=True,
    metavar="FILE",
    help="What to run it on: .npy, .npz or an image; NAME=FILE where there are several inputs. Noise, if not given.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="What weights and noise are made from.")
@click.option(
    "--weights",
    "weights_file",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Weights from .npz or .safetensors, instead of made ones.",
)
@click.option(
    "--save-weights",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the weights to .npz or .safetensors.",
)
@click.option(
    "--save-outputs",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the inputs and what every node gives to .npz, by name.",
)
@click.option(
    "--images",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Write what each layer of 1 or 3 channels over two axes gives to FOLDER/<layer>.png: 0 black, 1 white.",
)
@click.option("--batch", type=click.IntRange(1, 10**9), help="Examples of noise at once; 1 if not given.")
@click.option(
    "--dtype", type=click.Choice(["float32", "float64"]), default="float32", show_default=True, help="Number format."
)
@input_shape("--size")
@SET
@DEPTH
@EXPAND
@click.option(
    "--engine",
    type=click.Choice(ENGINES),
    default=ENGINES[0],
    show_default=True,
    help="`direct` computes each layer by the plainest kernel of its kind.",
)
@click.option(
    "--no-winograd",
    "winograd",
    is_flag=True,
    flag_value=False,
    default=True,
    help="Compute no 3×3 convolution by Winograd's algorithm, which is faster and rounds a little more.",
)
@MAX_MEMORY
@click.option(
    "--format", "form", type=click.Choice(list(rendering.FORMATS)), help="How to print; `table` if not given."
)
@OUTPUT
def command(
    spec: str,
    given: tuple[str, ...],
    seed: int,
    weights_file: Path | None,
    save_weights: Path | None,
    save_outputs: Path | None,
    images: Path | None,
    batch: int | None,
    dtype: str,
    sizes: dict[str, object],
    settings: dict[str, object],
    depth: int | None,
    expand: tuple[str, ...],
    engine: str,
    winograd: bool,  # noqa: FBT001
    most: int,
    form: str | None,
    file: Path | None,
) -> int:
    """Run the network in NumPy: what every layer gives, and how fast.

    SPEC is a YAML file; `-` reads it from standard input.
    """
    form = form or _format(file)
    spare(spec, file, save_weights, save_outputs)
    _writable(save_weights, "--save-weights", ".npz", ".safetensors")
    _writable(save_outputs, "--save-outputs", ".npz")
    if images is not None and not images.parent.is_dir():
        raise click.BadParameter(f"{images}: there is no folder {images.parent}", param_hint="--images")
    try:
        graph = graph_of(spec, settings, sizes)
    except SpecError as error:
        if form == "json":
            put(formats.unread_json(error), file)
        raise tell_unread(error) from None
    status = tell_graph(graph)
    if graph.wrong:
        if form == "json":
            put(formats.as_json(formats.Asked(analyze(graph, batch or 1, dtype))), file)
        return status
    check_opened(expand, graph)
    given_files = _files(graph, given)
    opened = (*expand, *(("all",) if depth is None else ()))
    wanted = Wanted(
        given_files,
        seed,
        weights_file,
        save_weights,
        save_outputs,
        images,
        batch,
        dtype,
        most,
        engine,
        winograd,
        depth or 0,
        opened,
        every=form != "table",
    )

    from shapecalc.engine.run import Disagreement  # noqa: PLC0415  it loads NumPy

    try:
        report = report_of(graph, wanted)
    except Disagreement as error:
        click.echo(f"Error: {plain(str(error))}\nThis is a fault of shapecalc: please report it, with {spec}", err=True)
        return 3
    put(rendering.FORMATS[form](replace(report, to_file=file is not None)), file)
    return status


def _files(graph: Graph, given: tuple[str, ...]) -> dict[str, Path]:
    """The file of each input; ``""`` is every input's that has none of its own."""
    names = ", ".join(f"`{plain(name)}`" for name in graph.inputs)
    found: dict[str, Path] = {}
    for text in given:
        match = ASSIGNMENT.fullmatch(text)
        name = match[1].strip() if match and match[1].strip() in graph.inputs else ""
        path = Path(match[2].strip() if match and name else text)
        if not path.is_file():
            hint = f"; before the = stands the name of an input: {names}" if match and not name else ""
            raise click.BadParameter(f"there is no file `{plain(str(path))}`{hint}", param_hint="--input")
        if name in found:
            raise click.BadParameter(f"`{plain(text)}` is the second file for one input", param_hint="--input")
        if not name and len(graph.inputs) > 1 and path.suffix.lower() != ".npz":
            raise click.BadParameter(f"write NAME={plain(text)}: the inputs are {names}", param_hint="--input")
        found[name] = path
    return found


def _format(file: Path | None) -> str:
    form = rendering.SUFFIXES.get(file.suffix.lower()) if file else "table"
    if form is None:
        raise click.BadParameter(f"{file}: no format has the suffix; there are {', '.join(rendering.SUFFIXES)}")
    return form


def _writable(file: Path | None, option: str, *suffixes: str) -> None:
    """Refuse, before anything is made, a file that could not be written in the end."""
    if file is not None and file.suffix.lower() not in suffixes:
        raise click.BadParameter(f"{file}: the name has to end in {' or '.join(suffixes)}", param_hint=option)
    if file is not None and not file.parent.is_dir():
        raise click.BadParameter(f"{file}: there is no folder {file.parent}", param_hint=option)
