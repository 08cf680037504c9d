"""``shapecalc solve``."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable
from fractions import Fraction
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from shapecalc.cli.options import OUTPUT, SET, input_shape
from shapecalc.cli.output import put, spare
from shapecalc.cli.reading import tell_unread
from shapecalc.diagnostics import SpecError
from shapecalc.render import screen
from shapecalc.render.units import plain

if TYPE_CHECKING:
    from shapecalc.formulas.inverse import Setting
    from shapecalc.formulas.windows import Padding
    from shapecalc.render.table import Line
    from shapecalc.solving import Axis

MOST_LENGTH = 10**6
USUAL_STEPS = 40
"""Networks that a bisection builds, about."""
MOST_KERNEL, USUAL_KERNEL, USUAL_DILATION, FEW = 1_000, 11, 4, 20
NUMBER = r"(?:[0-9]{1,12}|[0-9]{1,9}\.[0-9]{1,6})"
RANGE = re.compile(rf"(?P<name>[^=]+?)(=(?P<low>{NUMBER})\.\.(?P<high>{NUMBER})(\.\.(?P<step>{NUMBER}))?)?")
WORDS = ("valid", "half", "same", "same_lower", "full", "causal")
SUFFIXES = {".txt": "table", ".json": "json"}
CUTS = ("valid", "half", "same", "same_lower")
OF_A_WINDOW = ("n", "o", "kernel", "stride", "dilation", "padding", "transposed", "every")
OF_A_FILE = ("axes", "max_params", "max_macs", "max_flops", "max_memory", "sizes", "settings")
EPILOG = """\b
Examples:
  shapecalc solve window --from 224 --to 56    every kernel, stride, padding
  shapecalc solve window --from 224 --to 112 --kernel 7
  shapecalc solve window --from 28 --to 56 --transposed
  shapecalc solve net.yaml --for width --max-params 5M
  shapecalc solve net.yaml --for width --max-params 5M --max-macs 300M
  shapecalc solve net.yaml --for width=16..128..16 --for depth=1..8 \\
      --max-macs 1G

\b
--for NAME alone looks among 1, 2, 3 …; NAME=LOW..HIGH in a range, and
NAME=LOW..HIGH..STEP in steps. Several variables need a range each, and give
every point that no other is as large as in all of them.

\b
Exit status: 0 found; 1 there is none; 2 the question cannot be asked, or the
file cannot be read."""


def _axes(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> tuple[Axis, ...]:
    from shapecalc.solving import Axis  # noqa: PLC0415  when used

    axes = []
    for text in given:
        match = RANGE.fullmatch(text.strip())
        try:
            if match is None:
                raise ValueError  # noqa: TRY301  told below
            low, high, step = (Fraction(match[key]) if match[key] else None for key in ("low", "high", "step"))
            axis = Axis(match["name"].strip(), Fraction(1) if low is None else low, high, step or Fraction(1))
            if (high is not None and high < axis.low) or (step is not None and step <= 0):
                raise ValueError  # noqa: TRY301
        except (ValueError, ZeroDivisionError):
            raise click.BadParameter(f"`{plain(text)}` is not as in width, width=8..64 or width=8..64..8") from None
        axes.append(axis)
    if len({axis.name for axis in axes}) < len(axes):
        raise click.BadParameter("a variable is named twice")
    return tuple(axes)


def _amount(_: click.Context, __: click.Parameter, given: str | None) -> Fraction | None:
    from shapecalc.network.amounts import amount  # noqa: PLC0415  when used
    from shapecalc.source.expressions import ExpressionError  # noqa: PLC0415

    if given is None:
        return None
    try:
        read = amount(given)
    except ExpressionError:
        raise click.BadParameter(f"`{plain(given)}` is not an amount: write 5M, 300M, 64MiB or a number") from None
    if read.sign:
        raise click.BadParameter(f"`{plain(given)}`: write the amount alone")
    return read.value


def _padding(_: click.Context, __: click.Parameter, given: str | None) -> Padding | None:
    if given is None or given in WORDS:
        return given  # type: ignore[return-value]  # one of the words
    if given.isdecimal() and len(given) < 7:
        return int(given), int(given)
    raise click.BadParameter(f"`{plain(given)}` is neither a number of cells nor one of {', '.join(WORDS)}")


def _limit(flag: str, what: str) -> Callable[[Callable[..., int]], Callable[..., int]]:
    return click.option(flag, callback=_amount, metavar="AMOUNT", help=f"The most {what}, for one example.")


@click.command(epilog=EPILOG)
@click.argument("spec", metavar="window|SPEC")
@click.option("--from", "n", type=click.IntRange(1, MOST_LENGTH), help="Cells that come in (window).")
@click.option("--to", "o", type=click.IntRange(1, MOST_LENGTH), help="Cells that come out (window).")
@click.option("--kernel", type=click.IntRange(1, MOST_KERNEL), help=f"Taps; 1 to {USUAL_KERNEL} if not given.")
@click.option("--stride", type=click.IntRange(1, MOST_LENGTH), help="Cells between places; any if not given.")
@click.option(
    "--dilation", type=click.IntRange(1, 1000), help=f"Cells between taps; 1 to {USUAL_DILATION} if not given."
)
@click.option("--padding", callback=_padding, help="A word or a number of cells a side; any if not given.")
@click.option("--transposed", is_flag=True, help="A transposed window, which makes more of less.")
@click.option("--all", "every", is_flag=True, help=f"Show more than {FEW} windows.")
@click.option("--for", "axes", multiple=True, callback=_axes, metavar="NAME", help="A variable to find (repeatable).")
@_limit("--max-params", "parameters")
@_limit("--max-macs", "MACs")
@_limit("--max-flops", "FLOPs")
@_limit("--max-memory", "memory: weights and the peak of activations in float32")
@input_shape("--input")
@SET
@click.option(
    "--format",
    "form",
    type=click.Choice(list(dict.fromkeys(SUFFIXES.values()))),
    help="How to print; `table` if not given.",
)
@OUTPUT
@click.pass_context
def command(
    ctx: click.Context, /, spec: str, sizes: dict[str, object], settings: dict[str, object], **given: Any
) -> int:
    """Find the window or the largest network that fits.

    `solve window` lists every kernel, stride, dilation and padding that make --to cells of --from, simplest first.
    `solve SPEC --for NAME` finds the largest value of a variable of the file with which the network keeps the limits.
    """
    file: Path | None = given["file"]
    if given["form"] is None:
        given["form"] = SUFFIXES.get(file.suffix.lower()) if file else "table"
        if given["form"] is None:
            raise click.BadParameter(f"{file}: no format has the suffix; there are {', '.join(SUFFIXES)}")
    others = OF_A_FILE if spec == "window" else OF_A_WINDOW
    for option in ctx.command.params:
        source = ctx.get_parameter_source(str(option.name))
        if option.name in others and source is not None and source.name == "COMMANDLINE":
            which = "a file, and this is `solve window`" if spec == "window" else "`solve window`, and this is a file"
            raise click.UsageError(f"{option.opts[0]} is for {which}")
    if spec == "window":
        return _window(**{key: given[key] for key in given if key not in OF_A_FILE})
    return _spec(spec, settings, sizes, **given)


def _window(
    n: int | None,
    o: int | None,
    kernel: int | None,
    stride: int | None,
    dilation: int | None,
    padding: Padding | None,
    transposed: bool,  # noqa: FBT001  click gives it by name
    every: bool,  # noqa: FBT001
    form: str,
    file: Path | None,
) -> int:
    from shapecalc.formulas import inverse  # noqa: PLC0415
    from shapecalc.render import solve as rendering  # noqa: PLC0415

    if n is None or o is None:
        raise click.UsageError("`solve window` needs --from and --to")
    kernels = range(1, USUAL_KERNEL + 1) if kernel is None else range(kernel, kernel + 1)
    dilations = range(1, USUAL_DILATION + 1) if dilation is None else range(dilation, dilation + 1)
    if transposed and isinstance(padding, str) and padding not in CUTS:
        raise click.UsageError(f"a transposed window has no padding `{padding}`; there are {', '.join(CUTS)}, numbers")
    find: Any = inverse.transposed if transposed else inverse.windows
    try:
        found: list[Setting] = find(n, o, kernels, dilations, padding, stride)
    except inverse.TooMany as error:
        raise click.UsageError(f"{error}: give --kernel, --stride or --padding") from None
    if form == "json":
        put(rendering.windows_json(found, n, o, transposed=transposed), file)
    else:
        most = len(found) if every else FEW
        width = None if file else screen.terminal_width()
        _put(rendering.windows(found, n, o, most, width, transposed=transposed), file)
    return 0 if found else 1


def _spec(
    spec: str,
    settings: dict[str, object],
    sizes: dict[str, object],
    axes: tuple[Axis, ...],
    form: str,
    file: Path | None,
    **given: Any,
) -> int:
    from shapecalc.cli.progress import progress  # noqa: PLC0415
    from shapecalc.render import solve as rendering  # noqa: PLC0415
    from shapecalc.solving import FIGURES, Misasked, Unsolvable, solve  # noqa: PLC0415
    from shapecalc.source.document import Document  # noqa: PLC0415

    limits = {name: given[f"max_{name}"] for name in FIGURES if given[f"max_{name}"] is not None}
    if not axes or not limits:
        raise click.UsageError("a file needs --for NAME, and a limit such as --max-params 5M")
    for axis in axes:
        if axis.name in settings:
            raise click.UsageError(f"`{plain(axis.name)}` is what is looked for: it cannot be --set too")
    spare(spec, file)
    try:
        with progress(prod(axis.last + 1 for axis in axes) if len(axes) > 1 else USUAL_STEPS) as tell:
            found = solve(Document.open(spec), axes, limits, settings, sizes, lambda: tell("values tried", 1))
    except SpecError as error:
        raise tell_unread(error) from None
    except Misasked as error:
        raise click.UsageError(plain(str(error))) from None
    except Unsolvable as error:
        click.echo(f"Error: {plain(str(error))}", err=True)
        return 1
    if form == "json":
        put(rendering.solution_json(found), file)
    else:
        _put(rendering.solution(found, None if file else screen.terminal_width()), file)
    return 0


def _put(lines: Iterable[Line], file: Path | None) -> None:
    if file is None:
        screen.put_lines(lines)
        sys.stdout.flush()
    else:
        put(screen.plain_text(lines), file)
