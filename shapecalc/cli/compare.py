"""``shapecalc compare``."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shapecalc.analysis import analyze
from shapecalc.analysis.memory import DTYPES
from shapecalc.cli.options import OUTPUT, SET, depth_of, input_shape
from shapecalc.cli.output import put, spare
from shapecalc.cli.reading import Rejected, tell_graph, tell_unread
from shapecalc.cli.revisions import document_of
from shapecalc.comparison import TOTALS, Limit, compare
from shapecalc.diagnostics import SpecError
from shapecalc.network import build
from shapecalc.render.compare import FORMATS, SUFFIXES, Asked
from shapecalc.render.units import plain

if TYPE_CHECKING:
    from shapecalc.analysis import Analysis
    from shapecalc.comparison import Comparison
    from shapecalc.source.document import Document

EPILOG = """\b
Examples:
  shapecalc compare a.yaml b.yaml             totals, and the rows that differ
  shapecalc compare net.yaml --set width=32   a file against itself, changed
  shapecalc compare HEAD~1:net.yaml net.yaml  a revision in git against now
  shapecalc compare a.yaml b.yaml c.yaml --all
  shapecalc compare HEAD:net.yaml net.yaml --fail-on params+5%
  shapecalc compare a.yaml b.yaml -o change.md    for a pull request

\b
Rows go together whose given name is the same, then those that are most alike,
in order. + new, − gone, ~ changed.

\b
--fail-on FIGURE+AMOUNT: the last network may not have more than so much above
the first (- for below); FIGURE is one of
  params buffers macs flops weight_bytes activation_bytes peak_bytes
  receptive_field
and AMOUNT a number such as 10k, or a part such as 5%.

\b
Exit status: 0 well; 1 a limit is passed, or that is not known, or a shape is
not the one that a file expects; 2 a file cannot be read, or does not fit."""


def _limits(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> tuple[Limit, ...]:
    import re  # noqa: PLC0415  when used

    from shapecalc.network.amounts import amount  # noqa: PLC0415
    from shapecalc.source.expressions import ExpressionError  # noqa: PLC0415

    limits = []
    for text in given:
        match = re.fullmatch(r"\s*(\w+)\s*([+-])\s*([^%]*?)\s*(%?)\s*", text)
        if match is None or match[1] not in TOTALS:
            raise click.BadParameter(
                f"`{plain(text)}` is not as in params+5% or macs+10M; figures: {', '.join(TOTALS)}"
            )
        try:
            read = amount(match[3])
        except ExpressionError:
            told = f"`{plain(match[3])}` in `{plain(text)}` is not a number such as 5, 10k or 1.5M"
            raise click.BadParameter(told) from None
        if read.sign:
            raise click.BadParameter(f"`{plain(text)}`: write the number alone after the sign")
        limits.append(Limit(match[1], match[2], read.value, bool(match[4]), text.strip()))
    return tuple(limits)


@click.command(epilog=EPILOG)
@click.argument("specs", nargs=-1, required=True, metavar="A [B...]")
@click.option("--depth", default="0", callback=depth_of, metavar="N", help="Open N levels of blocks; `all` opens all.")
@click.option("--all", "every", is_flag=True, help="Show rows that are the same too.")
@click.option("--batch", type=click.IntRange(1, 10**9), default=1, show_default=True, help="Examples at once.")
@click.option("--dtype", type=click.Choice(list(DTYPES)), default="float32", show_default=True, help="Number format.")
@input_shape("--input")
@SET
@click.option(
    "--fail-on",
    "limits",
    multiple=True,
    callback=_limits,
    metavar="FIGURE+AMOUNT",
    help="Exit with 1 where the last has more than so much above the first (repeatable).",
)
@click.option("--format", "form", type=click.Choice(list(FORMATS)), help="How to print; `table` if not given.")
@OUTPUT
def command(
    specs: tuple[str, ...],
    depth: int | None,
    every: bool,  # noqa: FBT001  click gives it by name
    batch: int,
    dtype: str,
    sizes: dict[str, object],
    settings: dict[str, object],
    limits: tuple[Limit, ...],
    form: str | None,
    file: Path | None,
) -> int:
    """Hold networks side by side: totals, and layer by layer.

    A and B are YAML files, or REVISION:FILE for a file as it was in git. One file with --set or --input is held
    against itself as it is written; with several, --set and --input are for all.
    """
    if form is None:
        form = SUFFIXES.get(file.suffix.lower()) if file else "table"
        if form is None:
            raise click.BadParameter(f"{file}: no format has the suffix; there are {', '.join(SUFFIXES)}")
    if len(specs) == 1 and not settings and not sizes:
        raise click.UsageError("name a second file, or change the one by --set or --input")
    if len(specs) > 1 and specs.count("-") > 1:
        raise click.UsageError("standard input can be read once")
    for name in specs:
        spare(name, file)
    gc.disable()  # a few short walks that free little
    documents = [_document(name) for name in specs]
    wanted = [(document, settings, sizes) for document in documents]
    if len(specs) == 1:
        wanted.insert(0, (documents[0], {}, {}))
    read = [_analysis(document, given, inputs, batch, dtype) for document, given, inputs in wanted]
    analyses = [analysis for analysis, _ in read]
    called = _called(specs, analyses, settings, sizes)
    made = compare(*analyses, names=called, depth=10**6 if depth is None else depth)
    put(FORMATS[form](Asked(made, every, to_file=file is not None)), file)
    return max(_judged(made, limits), *(status for _, status in read))


def _document(name: str) -> Document:
    try:
        return document_of(name)
    except SpecError as error:
        raise tell_unread(error) from None


def _analysis(
    document: Document, settings: dict[str, object], sizes: dict[str, object], batch: int, dtype: str
) -> tuple[Analysis, int]:
    """The figures of a network, and the exit status that what it expects of itself asks for."""
    try:
        graph = build(document, settings, sizes)
    except SpecError as error:
        raise tell_unread(error) from None
    status = tell_graph(graph)
    if status == 2:
        raise Rejected("")
    return analyze(graph, batch, dtype), status


def _called(
    specs: tuple[str, ...], analyses: list[Analysis], settings: dict[str, object], sizes: dict[str, object]
) -> list[str]:
    """What the networks are called: by their names, or where those are the same by their files."""
    if len(specs) == 1:
        changes = [f"{name}={_short(value)}" for name, value in settings.items()]
        changes += [f"{name}={shape}" if name else str(shape) for name, shape in sizes.items()]
        return [analyses[0].name, ", ".join(changes)]
    own = [analysis.name for analysis in analyses]
    return own if len(set(own)) == len(own) else list(specs)


def _short(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _judged(made: Comparison, limits: tuple[Limit, ...]) -> int:
    """The exit status that the limits ask for, each broken one told."""
    status = 0
    for limit in limits:
        values = made.totals[limit.figure]
        exceeded = limit.exceeded(values[0], values[-1])
        if exceeded is None:
            status = 1
            click.echo(f"Error: --fail-on {plain(limit.text)}: {limit.figure} is not known", err=True)
        elif exceeded:
            status = 1
            before, after = (value[1] if isinstance(value, tuple) else value for value in (values[0], values[-1]))
            told = f"{limit.figure} went from {before:,} to {after:,}"
            click.echo(f"Error: --fail-on {plain(limit.text)}: {told}", err=True)
    return status
