"""``shapecalc new``."""

from __future__ import annotations

from pathlib import Path

import click

from shapecalc.cli.output import Unwritten, put_bytes

START = Path(__file__).with_name("start.yaml")
EPILOG = """\b
Examples:
  shapecalc new                print the file
  shapecalc new net.yaml       write it there
  shapecalc new net            the same: .yaml is added"""


@click.command(epilog=EPILOG)
@click.argument("name", required=False, type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Overwrite a file that is there.")
def command(name: Path | None, *, force: bool) -> int:
    """Write a commented file to start from.

    NAME is the file to write; without it the text is printed.
    """
    text = START.read_text(encoding="utf-8")
    if name is None:
        click.echo(text, nl=False)
        return 0
    file = name if name.suffix in {".yaml", ".yml"} else name.with_name(name.name + ".yaml")
    if file.exists() and not force:
        raise Unwritten(f"{file} is there already; --force overwrites it")
    put_bytes(text.replace("My network", file.stem).encode(), file)
    click.echo(f"wrote {file}; next: shapecalc analyze {file}", err=True)
    return 0
