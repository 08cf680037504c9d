"""``shapecalc schema``."""

from __future__ import annotations

import json
from pathlib import Path

import click

from shapecalc.cli.output import put

EPILOG = """\b
Examples:
  shapecalc schema -o shapecalc.schema.json

\b
In an editor with the YAML language server, the first line of a spec is then
  # yaml-language-server: $schema=shapecalc.schema.json"""


@click.command(epilog=EPILOG)
@click.option("-o", "--output", "file", type=click.Path(path_type=Path, dir_okay=False), help="Write to a file.")
def command(file: Path | None) -> int:
    """Print the JSON Schema of a spec, for editors: completion and checks as you type."""
    from shapecalc.render.schema import schema  # noqa: PLC0415  `--help` does not need it

    put(json.dumps(schema(), indent=2, ensure_ascii=False), file)
    return 0
