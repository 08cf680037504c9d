"""``shapecalc memory``."""

from __future__ import annotations

from pathlib import Path

import click

from shapecalc.analysis.memory.formats import CHOICES
from shapecalc.analysis.memory.optimizers import OPTIMIZERS
from shapecalc.analysis.memory.question import AMP, memory
from shapecalc.cli.options import OUTPUT, SET, input_shape
from shapecalc.cli.options import memory as amount_of_memory
from shapecalc.cli.output import put, spare
from shapecalc.cli.reading import graph_of, tell_graph, tell_unread
from shapecalc.diagnostics import SpecError
from shapecalc.render import formats
from shapecalc.render import memory as rendering

EPILOG = """\b
Examples:
  shapecalc memory net.yaml                          will it run?
  shapecalc memory net.yaml --fit 4GiB               which batch will?
  shapecalc memory net.yaml --weights int4 --activations fp16
  shapecalc memory net.yaml --layer-dtype 'conv*=int8' --layer-dtype fc=fp16
  shapecalc memory net.yaml --train --optimizer adam --batch 32
  shapecalc memory net.yaml --train --amp float16 --checkpoint all --fit 8GiB
  shapecalc memory net.yaml --train --by layer --top 20

\b
Formats: float64 float32 float16 bfloat16 float8 int64 int32 int16 int8 uint8
int4, or fp64 fp32 fp16 bf16 fp8; of int4 two numbers share a byte.

\b
Training keeps of a layer what PyTorch's autograd keeps: a convolution its
input, ReLU its output, batch norm its input and two vectors, max pooling its
input and where the largest were, a sum nothing, dropout a mask of one byte.
`--in-place`: activations of one input and dropout write over it.
`--amp`: 16 bytes a parameter with Adam (Rajbhandari et al. 2020, ZeRO,
section 3.1); PyTorch's autocast keeps gradients in float32, 2 bytes more."""


def _limit(context: click.Context, parameter: click.Parameter, given: str | None) -> int | None:
    return None if given is None else amount_of_memory(context, parameter, given)


@click.command(epilog=EPILOG)
@click.argument("spec")
@click.option("--batch", type=click.IntRange(1, 10**9), default=1, show_default=True, help="Examples at once.")
@click.option("--train", is_flag=True, help="A training step instead of a run.")
@click.option(
    "--optimizer",
    type=click.Choice(list(OPTIMIZERS)),
    metavar="NAME",
    help=f"With --train: {', '.join(OPTIMIZERS)}; `sgd` if not given.",
)
@click.option("--amp", type=click.Choice(AMP), help="Mixed precision, with weights in float32 besides.")
@click.option(
    "--checkpoint",
    multiple=True,
    metavar="BLOCK",
    help="Keep this block's input alone and run it again (repeatable, * allowed); `all`: every block of the top level.",
)
@click.option("--in-place", is_flag=True, help="Let activations and dropout write over their input.")
@click.option("--add-in-place", is_flag=True, help="Let a sum write over one of its summands.")
@click.option("--fused-attention", is_flag=True, help="Attention never has its scores in one piece.")
@click.option(
    "--dtype",
    type=click.Choice(CHOICES),
    metavar="FORMAT",
    default="float32",
    show_default=True,
    help="Number format: see below.",
)
@click.option("--weights", type=click.Choice(CHOICES), metavar="FORMAT", help="That of weights, where it is another.")
@click.option(
    "--activations", type=click.Choice(CHOICES), metavar="FORMAT", help="That of activations, where it is another."
)
@click.option(
    "--layer-dtype",
    "layer_dtypes",
    multiple=True,
    metavar="NAME=FORMAT",
    help="That of a layer, of a kind or by a pattern (repeatable); NAME=int4/fp16: weights and activations apart.",
)
@click.option("--fit", callback=_limit, metavar="SIZE", help="The largest batch that fits: 24GiB, 512MiB, bytes.")
@click.option("--by", type=click.Choice(["kind", "layer"]), default="kind", help="What training keeps, summed how.")
@click.option("--top", type=click.IntRange(1, 10**6), default=rendering.TOP, show_default=True, help="Rows of a list.")
@input_shape("--input")
@SET
@click.option(
    "--format", "form", type=click.Choice(list(rendering.FORMATS)), help="How to print; `table` if not given."
)
@OUTPUT
def command(
    spec: str,
    *,
    batch: int,
    train: bool,
    optimizer: str | None,
    amp: str | None,
    checkpoint: tuple[str, ...],
    in_place: bool,
    add_in_place: bool,
    fused_attention: bool,
    dtype: str,
    weights: str | None,
    activations: str | None,
    layer_dtypes: tuple[str, ...],
    fit: int | None,
    by: str,
    top: int,
    sizes: dict[str, object],
    settings: dict[str, object],
    form: str | None,
    file: Path | None,
) -> int:
    """Say what a run or a training step takes, and which batch fits.

    SPEC is a YAML file; `-` reads it from standard input.
    """
    form = form or (rendering.SUFFIXES.get(file.suffix.lower()) if file else "table")
    if form is None:
        raise click.BadParameter(f"{file}: no format has the suffix; there are {', '.join(rendering.SUFFIXES)}")
    for flag, given in (("--optimizer", optimizer), ("--amp", amp), ("--checkpoint", checkpoint)):
        if given and not train:
            raise click.UsageError(f"{flag} is for training: say --train as well")
    spare(spec, file)
    try:
        graph = graph_of(spec, settings, sizes)
    except SpecError as error:
        if form == "json":
            put(formats.unread_json(error), file)
        raise tell_unread(error) from None
    if graph.wrong or not graph.complete:
        if form == "json":
            from shapecalc.render.memory.data import faulty  # noqa: PLC0415

            put(formats.dumped(faulty(graph)), file)
        return tell_graph(graph)
    try:
        answer = memory(
            graph,
            batch,
            train=train,
            optimizer=optimizer,
            amp=amp,
            checkpoint=checkpoint,
            in_place=in_place,
            add_in_place=add_in_place,
            fused_attention=fused_attention,
            dtype=dtype,
            weights=weights,
            activations=activations,
            layer_dtypes=layer_dtypes,
            fit=fit,
        )
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    put(rendering.FORMATS[form](rendering.Asked(answer, top, by, to_file=file is not None)), file)
    return tell_graph(graph)
