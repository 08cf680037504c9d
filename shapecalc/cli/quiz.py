"""``shapecalc quiz``."""

from __future__ import annotations

from pathlib import Path

import click

from shapecalc.analysis import analyze
from shapecalc.cli.options import DEPTH, OUTPUT, SET, input_shape
from shapecalc.cli.output import put, spare
from shapecalc.cli.reading import Rejected, graph_of, tell_graph, tell_unread
from shapecalc.diagnostics import SpecError
from shapecalc.render.derivation import formats

DEEPEST = 10**6
EPILOG = """\b
Examples:
  shapecalc quiz net.yaml                     an exercise sheet, in Markdown
  shapecalc quiz net.yaml --key               its key
  shapecalc quiz net.yaml --seed 7 --blanks 50 -o sheet7.tex
  shapecalc quiz net.yaml --seed 7 --blanks 50 -o key7.tex --key
  shapecalc quiz net.yaml --depth 1 --questions 0

\b
The same file, seed and options give the same sheet."""


@click.command(epilog=EPILOG)
@click.argument("spec")
@click.option("--key", "answers", is_flag=True, help="The answers instead of the blanks.")
@click.option("--seed", type=click.IntRange(0, 10**9), default=0, show_default=True, help="Another sheet for another.")
@click.option(
    "--blanks", type=click.IntRange(1, 100), default=100, show_default=True, help="Hundredths of the cells left blank."
)
@click.option("--questions", type=click.IntRange(0, 20), default=5, show_default=True, help="Questions at most.")
@DEPTH
@input_shape("--input")
@SET
@click.option("--format", "form", type=click.Choice(formats.NAMES), help="How to print; `md` if not given.")
@OUTPUT
def command(
    spec: str,
    answers: bool,  # noqa: FBT001  click gives it by name
    seed: int,
    blanks: int,
    questions: int,
    depth: int | None,
    sizes: dict[str, object],
    settings: dict[str, object],
    form: str | None,
    file: Path | None,
) -> int:
    """Make an exercise sheet of a network, and its key.

    A table with blanks, and questions; the same with the answers by --key.
    """
    from shapecalc.quizzing import quiz  # noqa: PLC0415  each command loads what it needs
    from shapecalc.render import quiz as rendering  # noqa: PLC0415
    from shapecalc.render.formats import dumped  # noqa: PLC0415

    if form is None:
        form = formats.SUFFIXES.get(file.suffix.lower()) if file else "md"
        if form is None:
            raise click.BadParameter(f"{file}: no format has the suffix; there are {', '.join(formats.SUFFIXES)}")
    spare(spec, file)
    try:
        graph = graph_of(spec, settings, sizes)
    except SpecError as error:
        raise tell_unread(error) from None
    status = tell_graph(graph)
    if status == 2:
        raise Rejected("")
    made = quiz(analyze(graph), seed, blanks, questions, DEEPEST if depth is None else depth)
    if form == "json":
        put(dumped(rendering.to_dict(made)), file)
    else:
        put(formats.FORMATS[form](rendering.key(made) if answers else rendering.sheet(made)), file)
    return status
