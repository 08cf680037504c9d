"""``shapecalc examples``."""

from __future__ import annotations

import click

from shapecalc import examples
from shapecalc.diagnostics import nearest

EPILOG = """\b
Examples:
  shapecalc examples                     the list
  shapecalc examples resnet50            the file itself
  shapecalc examples unet > unet.yaml    a copy to change
  shapecalc examples lenet5 | shapecalc analyze -"""


@click.command(epilog=EPILOG)
@click.argument("name", required=False)
def command(name: str | None) -> int:
    """List the shipped networks, or print one.

    NAME is one of the list.
    """
    known = examples.names()
    if name is None:
        from shapecalc.render.manual import example_lines  # noqa: PLC0415  only the list needs it
        from shapecalc.render.screen import put_lines  # noqa: PLC0415

        put_lines(example_lines(known))
        return 0
    wanted = name.removesuffix(".yaml").removeprefix("specs/")
    if wanted not in known:
        near = nearest(wanted, known)
        hint = f"did you mean `{near}`?" if near else "`shapecalc examples` lists them"
        raise click.BadParameter(f"no shipped network is called `{name}`; {hint}", param_hint="NAME")
    click.echo(known[wanted].read_text(encoding="utf-8"), nl=False)
    return 0
