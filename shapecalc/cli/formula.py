"""``shapecalc formula``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from shapecalc.diagnostics import nearest
from shapecalc.render import screen
from shapecalc.render.units import plain

if TYPE_CHECKING:
    from shapecalc.figure import Figure, Formula

LARGEST = 10**18
MOST_NUMBERS = 64
EPILOG = """\b
Examples:
  shapecalc formula                              all formulas
  shapecalc formula same                         one: letters and source
  shapecalc formula same --n 224 --s 2           the same with numbers
  shapecalc formula explicit --n 224 --k 7 --s 2 --p 3
  shapecalc formula conv_macs --o 112,112 --k 7,7 --c 3 --g 1 --f 64
  shapecalc formula jump --j 4 --s 2 --format json

\b
Every letter of a formula is an option; a list is written 3,4. A letter that
the formula does not have is told and left out."""


@click.command(
    epilog=EPILOG,
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
    options_metavar="[--LETTER NUMBER]...",
)
@click.argument("name", required=False)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print.")
@click.pass_context
def command(ctx: click.Context, name: str | None, form: str) -> int:
    """List the formulas, or work one out.

    NAME is a formula's; its letters are options.
    """
    from shapecalc.formulas.sheet import by_name  # noqa: PLC0415  each command loads what it needs
    from shapecalc.render import formula as rendering  # noqa: PLC0415

    width = screen.terminal_width()
    if name is None:
        if ctx.args:
            raise click.UsageError(f"name a formula before {plain(ctx.args[0])}")
        if form == "json":
            raise click.UsageError("--format json is for one formula")
        screen.put_lines(rendering.sheet(width))
        return 0
    known = by_name()
    if name not in known:
        near = nearest(name, known)
        hint = f"; did you mean `{near}`?" if near else "; `shapecalc formula` lists them"
        raise click.BadParameter(f"`{plain(name)}` is not a formula{hint}", param_hint="NAME")
    formula = known[name]
    given = _numbers(ctx.args)
    if not given:
        if form == "json":
            click.echo(rendering.to_json(name, formula, None), nl=False)
        else:
            screen.put_lines(rendering.alone(name, formula, width))
        return 0
    figure, unread = _worked(name, formula, given)
    if form == "json":
        click.echo(rendering.to_json(name, formula, figure), nl=False)
    else:
        screen.put_lines(rendering.worked(figure, unread, width))
    return 0


def _numbers(args: list[str]) -> dict[str, list[int]]:
    """``--n 224 --k=7 --places 3,4``: numbers by letter."""
    given: dict[str, list[int]] = {}
    waiting = list(args)
    while waiting:
        word = waiting.pop(0)
        letter, equals, value = word.removeprefix("--").partition("=")
        if not word.startswith("--") or not letter.isidentifier():
            raise click.UsageError(f"`{plain(word)}` is not as in --n 224")
        if not equals:
            if not waiting:
                raise click.UsageError(f"--{plain(letter)} needs a number")
            value = waiting.pop(0)
        parts = value.split(",")
        if len(parts) > MOST_NUMBERS or not all(part.strip().removeprefix("-").isdecimal() for part in parts):
            raise click.UsageError(
                f"--{plain(letter)} is a whole number, or several as in 3,4; not `{plain(value)[:40]}`"
            )
        numbers = [int(part) for part in parts if len(part) < 20]
        if len(numbers) < len(parts) or any(abs(number) > LARGEST for number in numbers):
            raise click.UsageError(f"--{plain(letter)}: a number passes 10^18")
        if letter in given:
            raise click.UsageError(f"--{plain(letter)} is given twice")
        given[letter] = numbers
    return given


def _worked(name: str, formula: Formula[Any], given: dict[str, list[int]]) -> tuple[Figure, list[str]]:
    from shapecalc.render.formula import is_list  # noqa: PLC0415

    missing = [letter for letter in formula.letters if letter not in given]
    if missing:
        raise click.UsageError(f"`{name}` needs {' and '.join(f'--{letter}' for letter in missing)} too")
    arguments: list[Any] = []
    for letter in formula.letters:
        numbers = given[letter]
        if is_list(formula, letter):
            arguments.append(tuple(numbers))
        elif len(numbers) > 1:
            raise click.UsageError(f"--{letter} of `{name}` is one number")
        else:
            arguments.append(numbers[0])
    try:
        figure = formula(*arguments)
    except ZeroDivisionError:
        raise click.UsageError("that divides by 0") from None
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    return figure, [letter for letter in given if letter not in formula.letters]
