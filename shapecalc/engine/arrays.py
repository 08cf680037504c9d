"""Arrays in files: what a header says of one is known first, its numbers are poured out later."""

from __future__ import annotations

import tokenize
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from math import prod
from typing import IO, TYPE_CHECKING, Any, Self
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import numpy as np
from numpy.lib import format as npy

if TYPE_CHECKING:
    from os import PathLike
    from pathlib import Path

    from numpy.typing import NDArray

    from shapecalc.kernels.window import Array

CHUNK = 2**15
"""Numbers handled at once where an array is read, written or summed up: what is spent beside it stays small."""
MOST_HEADER = 2**16
"""Bytes in which a header has to end."""


class Unusable(Exception):
    """A file, or what is in it, cannot be used; the message says why in the user's words."""


@contextmanager
def readable(what: object) -> Iterator[None]:
    """Say in a sentence what reading raises: zipfile, NumPy and Pillow each have their own ways of it."""
    try:
        yield
    except Unusable as error:
        raise Unusable(f"{what}: {error}") from None
    except MemoryError:
        raise
    except FileNotFoundError:
        raise Unusable(f"{what}: there is no such file") from None
    except OSError as error:
        raise Unusable(f"{what}: cannot be read: {error.strerror or error}") from None
    except Exception as error:  # noqa: BLE001  a broken file can make them raise anything
        said = " ".join(str(error).split())[:200] or type(error).__name__
        raise Unusable(f"{what}: cannot be read: {said}") from None


@dataclass(frozen=True, slots=True)
class Found:
    """What a file says of an array before its numbers are read."""

    shape: tuple[int, ...]
    dtype: str
    fortran: bool = False
    """The first axis runs fastest."""
    start: int = 0
    """The byte at which its numbers begin."""

    @property
    def sort(self) -> str:
        """NumPy's letter for what it holds: ``f`` floating, ``i`` and ``u`` whole, ``b`` yes or no; ``?`` unknown."""
        known = self._known
        return known.kind if known is not None else "?"

    @property
    def word(self) -> str:
        """What it holds, in a word."""
        known = self._known
        return known.name if known is not None else self.dtype

    @property
    def _known(self) -> np.dtype[Any] | None:
        try:
            return np.dtype(self.dtype)
        except TypeError:  # bfloat16, and the formats of 8 bits
            return None

    @property
    def bytes(self) -> int:
        """Bytes that its numbers take in the file."""
        return prod(self.shape) * np.dtype(self.dtype).itemsize


def header(stream: IO[bytes]) -> Found:
    """What the header of an ``.npy`` says; nothing after it is read.

    Raises:
        Unusable: it is none.
    """
    start = stream.read(8)
    width = {1: 2, 2: 4}.get(start[6] if len(start) == 8 else 0, 0)  # by the version
    length = stream.read(width)
    size = int.from_bytes(length, "little")
    if not 0 < size <= MOST_HEADER:
        raise Unusable(NO_ARRAY)
    head = BytesIO(start + length + stream.read(size))
    read = npy.read_array_header_1_0 if width == 2 else npy.read_array_header_2_0
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # NumPy's about headers that Python 2 wrote
            npy.read_magic(head)
            shape, fortran, dtype = read(head)
    except (ValueError, SyntaxError, tokenize.TokenError, MemoryError, RecursionError):
        raise Unusable(NO_ARRAY) from None
    if min(shape, default=1) < 0:
        raise Unusable(NO_ARRAY)
    return Found(tuple(int(n) for n in shape), dtype.str, fortran, head.tell())


NO_ARRAY = "not a NumPy array: its header cannot be read"


def pour(stream: IO[bytes], found: Found, dtype: str) -> Array:
    """The numbers of an array, cast to a dtype, read a chunk at a time.

    Raises:
        Unusable: the stream ends too early.
    """
    made = np.empty(found.shape[::-1] if found.fortran else found.shape, dtype)
    flat = made.reshape(-1)
    source = np.dtype(found.dtype)
    for start in range(0, flat.size, CHUNK):
        part = flat[start : start + CHUNK]
        content = stream.read(part.size * source.itemsize)
        if len(content) < part.size * source.itemsize:
            raise Unusable("its data is cut short")
        with np.errstate(all="ignore"):  # what float32 has no room for becomes infinite, and is seen in the output
            part[...] = np.frombuffer(content, source)
    return made.T if found.fortran else made


class Npz:
    """The arrays of an ``.npz`` file by name, each told before it is read; nothing is ever unpickled."""

    def __init__(self, path: str | PathLike[str]) -> None:
        self.members: dict[str, ZipInfo] = {}
        with readable(path):
            self.archive = ZipFile(path)
            for info in self.archive.infolist():
                name = info.filename.removesuffix(".npy")
                if name in self.members:
                    self.archive.close()
                    raise Unusable(f"two arrays are called `{name}`")
                self.members[name] = info

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.archive.close()

    @property
    def names(self) -> list[str]:
        """The names of the arrays."""
        return list(self.members)

    def found(self, name: str) -> Found:
        """What the header of an array says.

        Raises:
            Unusable: it cannot be read.
        """
        with readable(name), self.archive.open(self.members[name]) as stream:
            return header(stream)

    def whole(self, name: str, found: Found) -> bool:
        """Whether as many bytes are there as the header says."""
        return self.members[name].file_size >= found.start + found.bytes

    def read(self, name: str, dtype: str) -> Array:
        """The numbers of an array.

        Raises:
            Unusable: they cannot be read.
        """
        found = self.found(name)
        with readable(name), self.archive.open(self.members[name]) as stream:
            stream.read(found.start)
            made = pour(stream, found, dtype)
            stream.read(1)  # at its end the checksum is compared
            return made


def chunks(x: NDArray[Any], dtype: str | None = None) -> Iterator[NDArray[Any]]:
    """All numbers of an array, row by row, in flat pieces that are cast if asked, and valid until the next."""
    yield from np.nditer(
        x,
        flags=["external_loop", "buffered"],
        op_dtypes=[np.dtype(dtype or x.dtype)],
        casting="same_kind",
        order="C",
        buffersize=CHUNK,
    )


class NpzWriter:
    """A new ``.npz`` that arrays are added to one by one; the same arrays always give the same bytes.

    Raises:
        Unusable: the file, which is ``shown`` by another name, cannot be written.
    """

    def __init__(self, path: Path, shown: object) -> None:
        self.shown = shown
        with self.told():
            self.archive = ZipFile(path, "w", ZIP_STORED)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self.told():
            self.archive.close()

    @contextmanager
    def told(self) -> Iterator[None]:
        """Say that the file cannot be written."""
        try:
            yield
        except OSError as error:
            raise Unusable(f"cannot write {self.shown}: {error.strerror}") from None

    def add(self, name: str, x: Array) -> None:
        """Write one array."""
        info = ZipInfo(f"{name}.npy")  # its time is 1980, whenever it is written
        with self.told(), self.archive.open(info, "w", force_zip64=x.nbytes >= 2**31) as stream:
            described = {"descr": npy.dtype_to_descr(x.dtype), "fortran_order": False, "shape": x.shape}
            npy.write_array_header_1_0(stream, described)
            for chunk in chunks(x):
                stream.write(chunk.tobytes())
