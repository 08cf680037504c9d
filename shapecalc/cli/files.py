"""The spec files that a command line names, one by one or by their folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from shapecalc.render.units import plain

SUFFIXES = {".yaml", ".yml"}


def spec_files(names: Sequence[str]) -> Iterator[str]:
    """The files that are named, and those in the folders that are.

    Raises:
        BadParameter: a folder holds none.
    """
    for name in names:
        if not Path(name).is_dir():
            yield name
            continue
        found = sorted(path for path in Path(name).rglob("*") if path.suffix in SUFFIXES and path.is_file())
        if not found:
            raise click.BadParameter(f"there is no .yaml file in {plain(name)}", param_hint="SPEC")
        yield from map(str, found)
