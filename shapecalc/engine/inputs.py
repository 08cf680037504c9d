"""The arrays a network is given: noise from a seed, ``.npy``, ``.npz``, or an image; told before they are read."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from shapecalc.engine.arrays import Found, Npz, Unusable, header, pour, readable
from shapecalc.engine.weights import normal, stream

if TYPE_CHECKING:
    from PIL.Image import Image

    from shapecalc.kernels.window import Array
    from shapecalc.network.graph import Graph
    from shapecalc.shape import Shape

MODES = {1: "L", 3: "RGB"}
"""What Pillow calls a picture of so many channels."""
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM")
"""Only plain pictures: some of Pillow's other formats start programs."""
PIXEL = 8
"""Bytes of a pixel while a picture is decoded and brought to its colours."""
MOST_IDS = 2**24
"""Whole numbers up to this are exact in float32."""
MISSING = "the package pillow is not installed; get it with: pip install 'shapecalc[image]'"


@dataclass(frozen=True, slots=True)
class Source:
    """Where one input comes from, before it is read."""

    read: Callable[[str], Array]
    """Gives the array in a dtype, batch first."""
    batch: int | None = None
    """Its examples; None where it has as many as are wanted."""
    spent: int = 0
    """Bytes that reading takes beside the array."""
    note: str = ""
    """What is done to it on the way."""


def vocabularies(graph: Graph) -> dict[str, int]:
    """The inputs that hold ids, and how many ids there are: those that an embedding reads.

    It reads them itself, or through layers that compute nothing. Of several the smallest vocabulary counts.
    """
    found: dict[str, int] = {}
    for node in reversed(graph.nodes):
        if node.kind == "embedding":
            ids = int(node.weights["table"][0])
        elif node.name in found and node.ops == {}:
            ids = found[node.name]
        else:
            continue
        found |= {name: min(ids, found.get(name, ids)) for name in node.inputs}
    return {name: found[name] for name in graph.inputs if name in found}


def noise(name: str, shape: Shape, batch: int, seed: int, dtype: str = "float32", *, ids: int | None = None) -> Array:
    """Standard normal noise: what images are after the usual normalisation; where ids are due, some of so many."""
    numbers = stream(seed, f"input {name}")
    if ids is not None:
        return numbers.integers(min(ids, MOST_IDS), size=(batch, *map(int, shape))).astype(dtype)
    return normal((batch, *shape), 1.0, numbers, dtype)


def noises(
    shapes: Mapping[str, Shape], batch: int, seed: int, dtype: str = "float32", *, ids: Mapping[str, int] | None = None
) -> dict[str, Array]:
    """Noise for every input."""
    many = ids or {}
    return {name: noise(name, shape, batch, seed, dtype, ids=many.get(name)) for name, shape in shapes.items()}


def sources(
    shapes: Mapping[str, Shape],
    files: Mapping[str, Path],
    seed: int = 0,
    batch: int | None = None,
    *,
    ids: Mapping[str, int] | None = None,
) -> tuple[int, dict[str, Source]]:
    """The batch, and where every input comes from: a file, or noise where none is given.

    Args:
        shapes: the network's inputs.
        files: a file for each input that has one, by its name; ``""`` is for every input that has none of its own.
        seed: what noise is made from.
        batch: the examples asked for; as many as the files have, if not given.
        ids: how many ids there are, for inputs that hold ids: see ``vocabularies``.

    Raises:
        Unusable: a file does not fit its input, or the batches differ.
    """
    found: dict[str, Source | None] = {}
    for name, shape in shapes.items():
        path = files.get(name, files.get(""))
        found[name] = None if path is None else of_file(path, name, shape)
    batches = {name: source.batch for name, source in found.items() if source and source.batch is not None}
    asked = {batch} if batch is not None else set()
    if len(asked | set(batches.values())) > 1:
        said = [f"`{name}` has {count}" for name, count in batches.items()]
        raise Unusable("the batches differ: " + ", ".join([*said, *(f"--batch is {count}" for count in asked)]))
    examples = next(iter([*asked, *batches.values()]), 1)
    many = ids or {}
    return examples, {
        name: source or Source(partial(noise, name, shapes[name], examples, seed, ids=many.get(name)))
        for name, source in found.items()
    }


def of_file(path: Path, name: str, shape: Shape) -> Source:
    """An input from a file, by its suffix.

    Raises:
        Unusable: it cannot be read, or does not fit.
    """
    match path.suffix.lower():
        case ".npy":
            return of_npy(path, name, shape)
        case ".npz":
            return of_npz(path, name, shape)
        case _:
            return of_image(path, name, shape)


def of_npy(path: Path, name: str, shape: Shape) -> Source:
    """An input from an ``.npy`` file."""
    with readable(path), path.open("rb") as file:
        found = header(file)
        batch = _batch(name, found, shape)
        if path.stat().st_size < found.start + found.bytes:
            raise Unusable(f"it is cut short: its header speaks of {found.bytes:,} bytes that are not all there")

    def read(dtype: str) -> Array:
        with readable(path), path.open("rb") as file:
            file.seek(found.start)
            return pour(file, found, dtype).reshape(batch, *shape)

    return Source(read, batch)


def of_npz(path: Path, name: str, shape: Shape) -> Source:
    """An input from an ``.npz`` file: the array of the input's name, or the only one."""
    with Npz(path) as archive, readable(path):
        names = archive.names
        member = names[0] if len(names) == 1 else name
        if member not in names:
            listed = ", ".join(f"`{n}`" for n in names[:8]) + (" and others" if len(names) > 8 else "")
            raise Unusable(f"it has no array `{name}`; it has {listed or 'none'}")
        found = archive.found(member)
        batch = _batch(name, found, shape)
        if not archive.whole(member, found):
            raise Unusable(f"`{member}` is cut short")

    def read(dtype: str) -> Array:
        with Npz(path) as archive, readable(path):
            return archive.read(member, dtype).reshape(batch, *shape)

    return Source(read, batch)


def _batch(name: str, found: Found, shape: Shape) -> int:
    """The examples of an array for an input, which may have no axis for them."""
    if found.sort not in "fiub":
        raise Unusable(f"it holds {found.word}, where numbers are needed")
    if found.shape == shape:
        return 1
    if found.shape[1:] == shape and found.shape[0] >= 1:
        return found.shape[0]
    given = "×".join(map(str, found.shape)) or "a single number"
    raise Unusable(f"it is {given}, and the input `{name}` is {shape}, with or without a batch before it")


def of_image(path: Path, name: str, shape: Shape) -> Source:
    """An input from a picture: in grey for 1 channel, in red, green and blue for 3; scaled to 0..1, resized to fit."""
    if shape.rank != 2 or shape.channels not in MODES:
        raise Unusable(
            f"{path}: an image has 1 or 3 channels and two axes, and the input `{name}` is {shape};"
            " other arrays come from .npy and .npz"
        )
    with picture(path) as image:
        width, height = image.size
        if image.mode[:1] in "IF":
            raise Unusable("it has more than 8 bits a channel; save it with 8, or as .npy")
    length, breadth = (int(n) for n in shape.spatial)
    note = f"{path}: scaled to 0..1"
    if (height, width) != (length, breadth):
        note += f", resized from {height}×{width} to {length}×{breadth}"
        note += "" if height * breadth == width * length else " (its proportions change)"

    def read(dtype: str) -> Array:
        from PIL.Image import Resampling  # noqa: PLC0415  an extra

        with picture(path) as image:
            fitted = image.convert(MODES[shape.channels]).resize((breadth, length), Resampling.BILINEAR)
            x = np.asarray(fitted, dtype).reshape(1, length, breadth, shape.channels) / 255
            return np.ascontiguousarray(np.moveaxis(x, -1, 1), dtype)

    return Source(read, 1, width * height * PIXEL, note)


@contextmanager
def picture(path: Path) -> Iterator[Image]:
    """An open image, of which only the header is read.

    Raises:
        Unusable: it is none, or is broken, or so large that it may be meant to fill the memory.
    """
    try:
        from PIL import Image, UnidentifiedImageError  # noqa: PLC0415  an extra: only who asks for it needs it
    except ImportError:
        raise Unusable(MISSING) from None
    Image.init()
    known = [name for name in FORMATS if name in Image.OPEN]
    with readable(path), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            image = Image.open(path, formats=known)
        except UnidentifiedImageError:
            raise Unusable(f"it is no image that can be read here; there are {', '.join(known)}") from None
        with image:
            yield image
