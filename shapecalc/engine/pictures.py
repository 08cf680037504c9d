"""What layers give, as pictures: one or three channels over two axes."""

from __future__ import annotations

import re
from importlib.util import find_spec
from math import prod
from typing import TYPE_CHECKING
from unicodedata import normalize

import numpy as np

from shapecalc.analysis.memory import DTYPES
from shapecalc.engine.arrays import Unusable
from shapecalc.engine.inputs import MISSING, MODES

if TYPE_CHECKING:
    from pathlib import Path

    from shapecalc.kernels.window import Array
    from shapecalc.network.graph import Graph

FORBIDDEN = re.compile(r'[<>:"/\\|?*]')
DEVICES = re.compile(r"(con|prn|aux|nul|(com|lpt)[0-9¹²³])(\.|$)", re.IGNORECASE)
"""Names that are no files on Windows, whatever follows after a dot."""
LONGEST = 200
"""Bytes of a name: file systems allow 255, with what a temporary file adds."""
ENCODING = 8
"""Bytes of a number while a picture is made of it, beside those of its format."""


def files(graph: Graph, folder: Path) -> dict[str, Path]:
    """The file of each node that gives a picture: its name, with what Windows does not take replaced by ``_``."""
    found: dict[str, Path] = {}
    taken: set[str] = set()
    for node in graph:
        if node.output is not None and node.output.rank == 2 and node.output.channels in MODES:
            name = stem = _safe(node.name)
            count = 1
            while normalize("NFC", name).casefold() in taken:  # some systems take `A` and `a` for one name
                count += 1
                name = f"{stem}-{count}"
            taken.add(normalize("NFC", name).casefold())
            found[node.name] = folder / f"{name}.png"
    return found


def _safe(name: str) -> str:
    name = FORBIDDEN.sub("_", name).encode()[:LONGEST].decode(errors="ignore")
    return f"_{name}" if DEVICES.match(name) else name


def writable() -> None:
    """Refuse to write any picture for want of the package.

    Raises:
        Unusable: it is not installed.
    """
    if find_spec("PIL") is None:
        raise Unusable(MISSING)


def spent(graph: Graph, dtype: str) -> int:
    """Bytes that writing the largest picture takes beside its array."""
    shapes = [node.output for node in graph if node.output is not None and node.output.rank == 2]
    numbers = (prod(shape) for shape in shapes if shape.channels in MODES)
    return max(numbers, default=0) * (DTYPES[dtype] + ENCODING)


def write(x: Array, path: Path, shown: Path) -> None:
    """Write the first example as a PNG: from 0, black, to 1, white; what is beyond is cut, no number is black.

    Raises:
        Unusable: it cannot be written, to what is ``shown`` by this name.
    """
    from PIL import Image  # noqa: PLC0415  an extra: only who asks for it needs it

    values = np.nan_to_num(x[0], nan=0.0)
    np.clip(values, 0, 1, out=values)
    values *= 255
    pixels = np.rint(values, out=values).astype(np.uint8)
    image = Image.fromarray(pixels[0] if len(pixels) == 1 else np.ascontiguousarray(np.moveaxis(pixels, 0, -1)))
    try:
        image.save(path, format="PNG")
    except OSError as error:
        raise Unusable(f"cannot write {shown}: {error.strerror or error}") from None
