"""The tensors of a network: what they are called, made from a seed, or read from a file and written to one."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from importlib.util import find_spec
from itertools import islice
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from shapecalc.diagnostics import nearest
from shapecalc.engine.arrays import CHUNK, Found, Npz, NpzWriter, Unusable, readable
from shapecalc.engine.needs import STEPWISE
from shapecalc.formulas.reach import Whole
from shapecalc.formulas.windows import Transposed, Window
from shapecalc.shape import Shape

if TYPE_CHECKING:
    from pathlib import Path

    from shapecalc.kernels.window import Array
    from shapecalc.network.graph import Graph, Node

RECTIFIERS = frozenset(
    (
        *("relu", "relu6", "leaky_relu", "prelu", "squared_relu", "elu", "celu", "gelu", "quick_gelu", "silu"),
        *("hard_swish", "mish", "softplus"),
    )
)
"""Activations that let about half of their input through. SELU is none: it wants 1 / fan_in (Klambauer et al. 2017),
which is what Glorot gives where both fans are equal."""
PASSING = frozenset(
    (
        *("batchnorm", "layernorm", "groupnorm", "instancenorm", "rmsnorm", "lrn", "l2norm"),
        *("scale", "layer_scale", "dropout", "identity"),
    )
)
"""Kinds that stand between a layer and its activation without being one."""
CONSTANTS = {"bias": 0.0, "gamma": 1.0, "beta": 0.0, "variance": 1.0, "slope": 0.25, "p": 3.0}
"""What a tensor of some names starts as; one of another name is drawn, or of one axis zeros."""
SUFFIXES = (".npz", ".safetensors")
MOST_LINES = 10
MOST_NEIGHBOURS = 2_000


def quiet(_: str) -> None:
    """What is done with the name of each tensor where nobody waits for it."""


def expected(graph: Graph) -> dict[str, Shape]:
    """The shape of every tensor that a network holds, by the name of its node and its own: ``stem.norm.mean``."""
    return {
        f"{node.name}.{tensor}": shape
        for node in graph
        if node.shared_with is None
        for tensor, shape in node.weights.items()
    }


# made from a seed


def stream(seed: int, name: str) -> np.random.Generator:
    """Random numbers that depend on a seed and a name alone: one more layer changes no other's."""
    return np.random.default_rng(int.from_bytes(sha256(f"{seed} {name}".encode()).digest(), "big"))


def normal(shape: Sequence[int], deviation: float, numbers: np.random.Generator, dtype: str) -> Array:
    """Normal numbers around 0, the same in float64 as in float32: a run in either is a run of the same network."""
    made = np.empty([int(n) for n in shape], dtype)
    flat = made.reshape(-1)
    for start in range(0, flat.size, CHUNK):
        part = flat[start : start + CHUNK]
        part[...] = numbers.standard_normal(part.size, np.float32) * np.float32(deviation)
    return made


def he(fan_in: float, steps: int = 1) -> float:
    """Deviation of weights before a rectifier; where a layer takes several steps, each doubles its share of 2.

    He, Zhang, Ren & Sun 2015, Delving Deep into Rectifiers, section 2.2.
    """
    return math.sqrt(2 ** (1 / steps) / fan_in)


def glorot(fan_in: float, fan_out: float) -> float:
    """Deviation of weights before anything else.

    Glorot & Bengio 2010, Understanding the difficulty of training deep feedforward neural networks, section 4.2.1.
    """
    return math.sqrt(2 / (fan_in + fan_out))


def fans(node: Node, tensor: str, kernel: Shape) -> tuple[float, float]:
    """Products that are summed into one output cell, and products that one input cell takes part in.

    A kernel is ``(filters, c / groups, *taps)``, after the axes of its banks or places. That of a transposed
    convolution is ``(c, filters / groups, *taps)``: there an input cell meets every tap, and an output cell the taps
    whose stamps fall on it, on average one of every ``stride``, and never less than one. Of a table one row is read
    alone.
    """
    if node.kind == "embedding":
        return 1, 1
    steps = node.reach[0] if node.reach else ()
    if node.kind == "conv_map":  # (connections, *taps): on average over its filters, and over the channels they read
        table, taps = getattr(node.layer, "connections", ()), math.prod(kernel[1:])
        return kernel[0] * taps / len(table), kernel[0] * taps / len(set().union(*table))
    if any(isinstance(step, Window) for step in steps):
        kernel = Shape(*kernel[-len(steps) - 2 :])
    groups = getattr(node.layer, "groups", 1)
    first, second, taps = kernel[0] // groups, kernel[1], math.prod(kernel[2:])
    if tensor == "depthwise" or node.kind == "depthwise":
        first = getattr(node.layer, "multiplier", 1)
    spread = [step for step in steps if isinstance(step, Transposed)]
    if spread:
        return first * math.prod(max(1.0, step.size / step.stride) for step in spread), second * taps
    if any(isinstance(step, Whole) for step in steps):  # one place: a cell meets one tap of each filter
        return second * taps, first
    return second * taps, first * taps


def rectified(node: Node, readers: Mapping[str, Sequence[Node]]) -> bool:
    """Whether what a node gives goes through a rectifier next, a norm before it left aside."""
    waiting = [node]
    while waiting:
        for reader in readers.get(waiting.pop().name, ()):
            if reader.kind in RECTIFIERS:
                return True
            if reader.kind in PASSING:
                waiting.append(reader)
    return False


def constant(node: Node, tensor: str) -> float | None:
    """What every number of a tensor starts as, by the layer's own ``init`` or by the tensor's name; None: neither."""
    start = CONSTANTS.get(tensor)
    return getattr(node.layer, "init", start) if tensor in {"gamma", "slope"} else start


def seeded(
    graph: Graph, seed: int = 0, dtype: str = "float32", watch: Callable[[str], None] = quiet
) -> dict[str, Array]:
    """Weights made from a seed: kernels by He before a rectifier, else by Glorot; norms and biases change nothing.

    Args:
        graph: the network.
        seed: another one gives other numbers.
        dtype: the number format of the arrays.
        watch: is given the name of each tensor when it is made.
    """
    readers: dict[str, list[Node]] = {}
    for node in graph:
        for name in node.inputs:
            readers.setdefault(name, []).append(node)
    made: dict[str, Array] = {}
    for node in graph:
        if node.shared_with is not None:
            continue
        for tensor, shape in node.weights.items():
            name = f"{node.name}.{tensor}"
            start = constant(node, tensor)
            if len(shape) > 1 and start is None:
                fan_in, fan_out = fans(node, tensor, shape)
                steps = 1 + len(node.inner) if node.kind in STEPWISE else 1
                deviation = he(fan_in, steps) if rectified(node, readers) else glorot(fan_in, fan_out)
                made[name] = normal(shape, deviation, stream(seed, name), dtype)
            else:
                made[name] = np.full([int(n) for n in shape], start or 0.0, dtype)
            watch(name)
    return made


# read from a file


class Archive(Protocol):
    """A file of arrays, each told before it is read."""

    @property
    def names(self) -> list[str]:
        """The names of the arrays."""

    def found(self, name: str) -> Found:
        """What is said of an array."""

    def whole(self, name: str, found: Found) -> bool:
        """Whether as many bytes are there as are said."""

    def read(self, name: str, dtype: str) -> Array:
        """The numbers of an array."""


WORDS = {
    **{f"F{bits}": f"float{bits}" for bits in (16, 32, 64)},
    **{f"I{bits}": f"int{bits}" for bits in (8, 16, 32, 64)},
    **{f"U{bits}": f"uint{bits}" for bits in (8, 16, 32, 64)},
    "BOOL": "bool",
}
"""What safetensors calls the formats that NumPy has."""


class Safetensors:
    """The arrays of a ``.safetensors`` file by name."""

    def __init__(self, file: Any) -> None:
        self.file = file
        self.names: list[str] = list(file.keys())

    def found(self, name: str) -> Found:
        """What the header says of an array."""
        part = self.file.get_slice(name)
        word = part.get_dtype()
        return Found(tuple(part.get_shape()), WORDS.get(word, word))

    def whole(self, name: str, found: Found) -> bool:
        """Always: the package opens no file that is cut short."""
        return True

    def read(self, name: str, dtype: str) -> Array:
        """The numbers of an array, some rows at a time."""
        part, shape = self.file.get_slice(name), self.found(name).shape
        made = np.empty(shape, dtype)
        rows = max(1, CHUNK // max(1, math.prod(shape[1:])))
        for start in range(0, shape[0], rows):
            stop = min(start + rows, shape[0])
            with np.errstate(all="ignore"):  # as in `pour`
                made[start:stop] = part[start:stop]
        return made


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """A file of weights, by its suffix.

    Raises:
        Unusable: it cannot be opened.
    """
    match path.suffix.lower():
        case ".npz":
            with Npz(path) as archive:
                yield archive
        case ".safetensors":
            try:
                from safetensors import safe_open  # noqa: PLC0415  an extra: only who asks for it needs it
            except ImportError:
                raise Unusable(MISSING) from None
            with readable(path):
                file = safe_open(path, framework="numpy")
            with file:
                yield Safetensors(file)
        case suffix:
            raise Unusable(f"{path}: weights are read from {' or '.join(SUFFIXES)}, not from `{suffix}`")


MISSING = "the package safetensors is not installed; get it with: pip install 'shapecalc[safetensors]'"


def faults(archive: Archive, expected: Mapping[str, Shape]) -> Iterator[str]:
    """All that is wrong with the names, shapes and dtypes of a file; no number is read."""
    known = set(archive.names)
    missing = [name for name in expected if name not in known]
    superfluous = [name for name in archive.names if name not in expected]
    for name in missing:
        yield f"{name}: missing{_meant(name, superfluous)}"
    for name, shape in expected.items():
        if name in known:
            try:
                found = archive.found(name)
            except Unusable as error:
                yield str(error)
                continue
            if found.shape != shape:
                yield f"{name}: {_written(found.shape)} in the file, {shape} in the network"
            elif found.sort == "?":
                yield f"{name}: {found.word}, which NumPy does not know; save it as float32"
            elif found.sort != "f":
                yield f"{name}: {found.word}, where floating-point numbers are needed"
            elif not archive.whole(name, found):
                yield f"{name}: its data is cut short"
    for name in superfluous:
        yield f"{name}: the network has no such tensor{_meant(name, missing)}"


def _meant(name: str, others: Iterable[str]) -> str:
    near = nearest(name, islice(others, MOST_NEIGHBOURS))
    return f"; is it `{near}`?" if near else ""


def _written(shape: Iterable[int]) -> str:
    return "×".join(map(str, shape)) or "a single number"


def check(path: Path, expected: Mapping[str, Shape]) -> None:
    """Compare what a file holds with what a network needs, before any number is read.

    Raises:
        Unusable: it does not fit; every fault is told, up to ten.
    """
    with opened(path) as archive:
        _check(archive, path, expected)


def _check(archive: Archive, path: Path, expected: Mapping[str, Shape]) -> None:
    wrong = faults(archive, expected)
    lines = list(islice(wrong, MOST_LINES))
    if lines:
        more = sum(1 for _ in wrong)
        lines += [f"and {more:,} more"] if more else []
        raise Unusable(f"{path} does not fit the network\n" + "\n".join(f"  {line}" for line in lines))


def load(
    path: Path, expected: Mapping[str, Shape], dtype: str = "float32", watch: Callable[[str], None] = quiet
) -> dict[str, Array]:
    """The weights in a file, cast to a dtype.

    Raises:
        Unusable: it does not fit, or cannot be read.
    """
    made: dict[str, Array] = {}
    with opened(path) as archive:
        _check(archive, path, expected)
        for name in expected:
            with readable(path):
                made[name] = archive.read(name, dtype)
            watch(name)
    return made


def savable(shown: Path) -> None:
    """Refuse a file that cannot be written for want of a package.

    Raises:
        Unusable: the package is not installed.
    """
    if shown.suffix.lower() == ".safetensors" and find_spec("safetensors") is None:
        raise Unusable(MISSING)


def save(arrays: Mapping[str, Array], path: Path, shown: Path) -> None:
    """Write weights to a file; the suffix of the name it is ``shown`` by picks the format.

    Raises:
        Unusable: it cannot be written.
    """
    savable(shown)
    if shown.suffix.lower() == ".npz":
        with NpzWriter(path, shown) as writer:
            for name, x in arrays.items():
                writer.add(name, x)
        return
    from safetensors.numpy import save_file  # noqa: PLC0415  an extra

    try:
        save_file(dict(arrays), path)
    except Exception as error:  # noqa: BLE001  the package has an exception of its own for a full disk
        raise Unusable(f"cannot write {shown}: {error}") from None
