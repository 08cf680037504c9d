"""The networks that come with shapecalc."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).parent


def folder() -> Path:
    """Where the shipped specs are: in an installed package beside the code, in a checkout at its top."""
    packaged = PACKAGE / "specs"
    return packaged if packaged.is_dir() else PACKAGE.parent / "specs"


def names() -> dict[str, Path]:
    """Every shipped spec by name; those of the lessons as ``lessons/name``."""
    top = folder()
    files = sorted(top.glob("*.yaml")) + sorted(top.glob("*/*.yaml"))
    return {path.relative_to(top).with_suffix("").as_posix(): path for path in files}
