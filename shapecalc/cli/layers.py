"""``shapecalc layers``."""

from __future__ import annotations

import click

from shapecalc.diagnostics import nearest
from shapecalc.layers import KINDS, SYNONYMS

EPILOG = """\b
Examples:
  shapecalc layers                all kinds, grouped, and the blocks
  shapecalc layers conv           one kind: options, example, formulas
  shapecalc layers SqueezeExcite  one block: parameters, example, text"""


@click.command(epilog=EPILOG)
@click.argument("kind", required=False)
def command(kind: str | None) -> int:
    """List the kinds of layer and the shipped blocks, or explain one.

    KIND is one of the list.
    """
    from shapecalc.network import library  # noqa: PLC0415  `--help` does not need it
    from shapecalc.render.manual import block_lines, kind_lines, kinds_lines  # noqa: PLC0415
    from shapecalc.render.screen import put_lines  # noqa: PLC0415

    if kind is None:
        put_lines(kinds_lines())
        return 0
    if kind in library.names():
        put_lines(block_lines(kind))
        return 0
    if not KINDS.found(kind):
        near = SYNONYMS.get(kind.lower(), "") or nearest(kind, [*KINDS, *library.names()])
        hint = f"did you mean `{near}`?" if near else "`shapecalc layers` lists them"
        raise click.BadParameter(f"`{kind}` is not a kind of layer; {hint}", param_hint="KIND")
    put_lines(kind_lines(kind))
    return 0
