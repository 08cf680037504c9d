"""Where an answer goes: stdout, or a file that is written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import click


def put(text: str, file: Path | None) -> None:
    """Print a text, or write it to a file by way of a temporary one beside it."""
    if not text.endswith("\n"):
        text += "\n"
    if file is None:
        click.echo(text, nl=False)
    else:
        put_bytes(text.encode(), file)


def put_bytes(content: bytes, file: Path) -> None:
    """Write a file whole: to a temporary name, then renamed.

    Raises:
        click.ClickException: it cannot be written.
    """
    try:
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    except OSError as error:
        raise click.ClickException(f"cannot write {file}: {error.strerror}") from None
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(file)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise click.ClickException(f"cannot write {file}: {error.strerror}") from None
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
