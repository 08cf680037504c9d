"""Where an answer goes: stdout, or a file that is written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import click


class Unwritten(click.ClickException):
    """A file that cannot, or should not, be written."""

    exit_code = 2


def spare(spec: str, *files: Path | None) -> None:
    """Check that nothing is written over the spec itself.

    Raises:
        Unwritten: it would be.
    """
    source = Path(spec)
    for file in files:
        if file is not None and file.exists() and source.exists() and file.samefile(source):
            raise Unwritten(f"{file} is the spec itself; name another file")


def put(text: str, file: Path | None) -> None:
    """Print a text, or write it to a file by way of a temporary one beside it."""
    if not text.endswith("\n"):
        text += "\n"
    if file is None:
        click.echo(text, nl=False)
    else:
        put_bytes(text.encode(), file)


def put_bytes(content: bytes, file: Path) -> None:
    """Write a file whole.

    Raises:
        Unwritten: it cannot be written.
    """
    with replacing(file) as temporary, _writing(file):
        temporary.write_bytes(content)


@contextmanager
def replacing(file: Path) -> Iterator[Path]:
    """A temporary name beside a file: what is written there takes the file's place in the end, or vanishes.

    Raises:
        Unwritten: the file cannot be written.
    """
    if file.exists() and not file.is_file():  # a pipe or a device is written to, never replaced
        yield file
        return
    with _writing(file):
        file = Path(os.path.realpath(file))  # of a link, what it leads to
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name[:100]}.")
        os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        with _writing(file):
            temporary.chmod(0o666 & ~_umask())
            temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def made(folder: Path) -> Iterator[None]:
    """A folder that is there; a new one vanishes again where nothing comes of it.

    Raises:
        Unwritten: it cannot be made.
    """
    new = not folder.exists()
    with _writing(folder):
        folder.mkdir(exist_ok=True)
    try:
        yield
    except BaseException:
        if new:
            with suppress(OSError):
                folder.rmdir()
        raise


@contextmanager
def _writing(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unwritten(f"cannot write {file}: {error.strerror}") from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
