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
and AMOUNT a number such as 10k, or a part such as 5%. Exit status 1 if it
has, or if that is not known."""


def _limits(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> tuple[Limit, ...]:
    import re  # noqa: PLC0415  when used

    from shapecalc.network.amounts import amount  # noqa: PLC0415
    from shapecalc.source.expressions import ExpressionError  # noqa: PLC0415

    limits = []
    for text in given:
        match = re.fullmatch(r"\s*(\w+)\s*([+-])\s*([^%]*?)\s*(%?)\s*", text)
        if match is None or match[1] not in TOTALS:
            raise click.BadParameter(f"`{text}` is not as in params+5% or macs+10M; figures: {', '.join(TOTALS)}")
        try:
            read = amount(match[3])
        except ExpressionError:
            raise click.BadParameter(f"`{match[3]}` in `{text}` is not a number such as 5, 10k or 1.5M") from None
        if read.sign:
            raise click.BadParameter(f"`{text}`: write the number alone after the sign")
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
    for name in specs:
        spare(name, file)
    gc.disable()  # a few short walks that free little
    wanted = [(name, settings, sizes) for name in specs]
    if len(specs) == 1:
        wanted.insert(0, (specs[0], {}, {}))
    analyses = [_analysis(name, given, inputs, batch, dtype) for name, given, inputs in wanted]
    called = _called(specs, analyses, settings, sizes)
    made = compare(*analyses, names=called, depth=10**6 if depth is None else depth)
    put(FORMATS[form](Asked(made, every, to_file=file is not None)), file)
    return _judged(made, limits)


def _analysis(name: str, settings: dict[str, object], sizes: dict[str, object], batch: int, dtype: str) -> Analysis:
    try:
        graph = build(document_of(name), settings, sizes)
    except SpecError as error:
        raise tell_unread(error) from None
    if tell_graph(graph) == 2:
        raise Rejected("")
    return analyze(graph, batch, dtype)


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
            click.echo(f"Error: --fail-on {limit.text}: {limit.figure} is not known", err=True)
        elif exceeded:
            status = 1
            before, after = (value[1] if isinstance(value, tuple) else value for value in (values[0], values[-1]))
            told = f"{limit.figure} went from {before:,} to {after:,}"
            click.echo(f"Error: --fail-on {plain(limit.text)}: {told}", err=True)
    return status
