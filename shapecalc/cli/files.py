"""The spec files that a command line names, one by one or by their folder."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from shapecalc.render.units import plain

SUFFIXES = {".yaml", ".yml"}


def spec_files(names: Sequence[str]) -> Iterator[str]:
    """The files that are named, each once, and those in the folders that are, less what is hidden.

    Raises:
        BadParameter: a folder holds none.
    """
    told: set[str] = set()
    for name in names:
        found = [name] if not Path(name).is_dir() else [str(path) for path in sorted(_inside(Path(name)))]
        if not found:
            raise click.BadParameter(f"there is no .yaml file in {plain(name)}", param_hint="SPEC")
        for file in found:
            if file not in told:
                told.add(file)
                yield file


def _inside(folder: Path) -> Iterator[Path]:
    """The spec files of a folder and of those in it; of a link to a folder none, as it may lead back."""
    for where, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        paths = (Path(where, name) for name in files if not name.startswith("."))
        yield from (path for path in paths if path.suffix.lower() in SUFFIXES and path.is_file())
