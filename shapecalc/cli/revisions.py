"""A spec as it was in git: ``HEAD~1:net.yaml``."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import click

from shapecalc.diagnostics import SpecError
from shapecalc.render.units import plain
from shapecalc.source import refusals
from shapecalc.source.document import Document

REVISION = re.compile(r"(?P<revision>[^-:][^:]+|):(?P<file>.+)", re.DOTALL)
"""Two signs at least before the colon, one is a drive of Windows; or none, which is what is staged."""
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
    file = Path(match["file"])
    folder = next(above for above in (*file.parents, Path()) if above.is_dir())
    wanted = f"{match['revision']}:./{file.relative_to(folder).as_posix()}"  # from that folder, not from the top
    size = _git(name, folder, "cat-file", "-s", wanted)
    if not size.returncode and int(size.stdout) > refusals.MAX_TEXT:
        raise SpecError([refusals.too_long()], name)
    pattern = any(sign in wanted for sign in "*?[\\")  # else it may be taken for a path
    done = _git(name, folder, "show", wanted, *(["--"] if pattern else []))
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().split("\n")[0].removeprefix("fatal: ")
        raise _refused(name, said or "git does not have it")
    return Document.from_bytes(done.stdout, name)


def _git(name: str, folder: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(  # noqa: S603  no shell, and no word that is the user's can be an option
            ["git", *words],  # noqa: S607  whichever git is the user's
            capture_output=True,
            check=False,
            cwd=folder,
            timeout=LONGEST,
            stdin=subprocess.DEVNULL,
        )
    except FileNotFoundError:
        raise _refused(name, "git is not installed") from None
    except OSError as error:
        raise _refused(name, f"git cannot be run: {error.strerror}") from None
    except subprocess.TimeoutExpired:
        raise _refused(name, f"git took more than {LONGEST} seconds") from None
    except ValueError:
        raise _refused(name, "no revision has a name like this one") from None


def _refused(name: str, why: str) -> Refused:
    return Refused(f"{plain(name)} cannot be had: {plain(why)}")
