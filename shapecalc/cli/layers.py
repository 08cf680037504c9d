"""``shapecalc layers``."""

from __future__ import annotations

import click

from shapecalc.diagnostics import nearest
from shapecalc.layers import KINDS

EPILOG = """\b
Examples:
  shapecalc layers        all kinds, grouped
  shapecalc layers conv   one kind: its options, an example, its formulas"""


@click.command(epilog=EPILOG)
@click.argument("kind", required=False)
def command(kind: str | None) -> int:
    """List the kinds of layer, or explain one.

    KIND is one of the list.
    """
    from shapecalc.render.manual import kind_lines, kinds_lines  # noqa: PLC0415  `--help` does not need it
    from shapecalc.render.screen import put_lines  # noqa: PLC0415

    if kind is None:
        put_lines(kinds_lines())
        return 0
    if kind not in KINDS:
        near = nearest(kind, KINDS)
        hint = f"did you mean `{near}`?" if near else "`shapecalc layers` lists them"
        raise click.BadParameter(f"`{kind}` is not a kind of layer; {hint}", param_hint="KIND")
    put_lines(kind_lines(kind))
    return 0
