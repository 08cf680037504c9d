"""A spec as it was in git: ``HEAD~1:net.yaml``."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path, PurePath

import click

from shapecalc.render.units import plain
from shapecalc.source.document import Document

REVISION = re.compile(r"(?P<revision>[^-:][^:]+):(?P<file>.+)", re.DOTALL)
"""Two signs at least before the colon: one is a drive of Windows."""
LONGEST = 20
"""Seconds that git may take."""


class Refused(click.ClickException):
    """A revision that git does not give."""

    exit_code = 2


def document_of(name: str) -> Document:
    """The spec in a file, or in a file as it was in git.

    Raises:
        Refused: git is not there, or does not have it.
        SpecError: it cannot be read.
    """
    match = REVISION.fullmatch(name)
    if match is None or Path(name).exists():
        return Document.open(name)
    revision, file = match["revision"], PurePath(match["file"]).as_posix()
    here = file if PurePath(file).is_absolute() else f"./{file}"  # from this folder, not from the top
    try:
        done = subprocess.run(  # noqa: S603  no shell, and the revision cannot be an option
            ["git", "show", "--end-of-options", f"{revision}:{here}"],  # noqa: S607  whichever git is the user's
            capture_output=True,
            check=False,
            timeout=LONGEST,
            stdin=subprocess.DEVNULL,
        )
    except FileNotFoundError:
        raise _refused(name, "git is not installed") from None
    except subprocess.TimeoutExpired:
        raise _refused(name, f"git took more than {LONGEST} seconds") from None
    except ValueError:
        raise _refused(name, "no revision has a name like this one") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().split("\n")[0].removeprefix("fatal: ")
        raise _refused(name, said or "git does not have it")
    return Document.from_bytes(done.stdout, name)


def _refused(name: str, why: str) -> Refused:
    return Refused(f"{plain(name)} cannot be had: {plain(why)}")
