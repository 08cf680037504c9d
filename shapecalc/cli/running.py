"""A run from files and flags: all of them checked, then the memory, and only then is anything made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from shapecalc.analysis import AtLeast, analyze
from shapecalc.analysis.memory import DTYPES
from shapecalc.cli.output import made, replacing
from shapecalc.cli.progress import progress
from shapecalc.render.run import Report, ends
from shapecalc.render.units import plain, size

if TYPE_CHECKING:
    from shapecalc.analysis import Analysis
    from shapecalc.engine.inputs import Source
    from shapecalc.engine.needs import Needs
    from shapecalc.engine.run import Record, Run, Timed
    from shapecalc.kernels.window import Array
    from shapecalc.network.graph import Graph

WEIGHING = 100
"""What making or reading a number of the weights counts in the progress bar, in multiply-accumulates."""

Tell = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a network is to be run."""

    inputs: Mapping[str, Path]
    seed: int
    weights: Path | None
    save_weights: Path | None
    save_outputs: Path | None
    images: Path | None
    batch: int | None
    dtype: str
    most: int
    """Bytes that it may take."""
    engine: str = "fast"
    winograd: bool = True
    depth: int = 0
    """How many levels of blocks are shown opened."""
    opened: tuple[str, ...] = ()
    """What else is shown opened."""
    every: bool = False
    """Every node is asked for, whatever is shown."""

    def shown(self, analysis: Analysis) -> set[str] | None:
        """The nodes that are asked for; None: all."""
        if self.every or self.save_outputs is not None or self.images is not None:
            return None
        return ends(analysis, self.depth, self.opened)

    def spent(self, numbers: int) -> int:
        """Bytes that saving so many numbers of weights takes beside them."""
        if self.save_weights is None or self.save_weights.suffix.lower() == ".npz":
            return 0
        return numbers * DTYPES[self.dtype]  # safetensors before 0.6 copies all of them before it writes


def report_of(graph: Graph, wanted: Wanted) -> Report:
    """Run a network, and report.

    Raises:
        click.ClickException: something does not fit, or memory is refused.
        Disagreement: the engine and the analysis disagree.
    """
    from shapecalc.engine import inputs, pictures, weights  # noqa: PLC0415  they load NumPy
    from shapecalc.engine.arrays import Unusable  # noqa: PLC0415
    from shapecalc.engine.needs import needs  # noqa: PLC0415

    tensors = weights.expected(graph)
    numbers = sum(prod(shape) for shape in tensors.values())
    try:
        ids = inputs.vocabularies(graph)
        batch, sources = inputs.sources(graph.inputs, wanted.inputs, wanted.seed, wanted.batch, ids=ids)
        if wanted.weights:
            weights.check(wanted.weights, tensors)
        if wanted.save_weights:
            weights.savable(wanted.save_weights)
        spent = max(wanted.spent(numbers), *(source.spent for source in sources.values()))
        if wanted.images:
            pictures.writable()
            _sparing(pictures.files(graph, wanted.images).values(), wanted)
            spent = max(spent, pictures.spent(graph, wanted.dtype))
        analysis = analyze(graph, batch, wanted.dtype)
        mode: dict[str, Any] = {"engine": wanted.engine, "winograd": wanted.winograd, "shown": wanted.shown(analysis)}
        needed = needs(graph, batch, wanted.dtype, spent=spent, **mode)
        if needed.total > wanted.most:
            raise click.ClickException(refusal(needed, wanted.most))
        macs = analysis.macs.known if isinstance(analysis.macs, AtLeast) else analysis.macs
        cells = sum(prod(shape) for node in graph if (shape := node.output) is not None)
        with progress(WEIGHING * numbers + macs + batch * cells) as tell:
            result = _ran(graph, wanted, sources, tell, mode)
    except Unusable as error:
        raise click.ClickException(plain_lines(str(error))) from None
    except MemoryError:
        raise click.ClickException("this machine has no such memory left as the run needs") from None
    _note(sources, result)
    if wanted.images and not pictures.files(graph, wanted.images):
        click.echo("note: no image is written: no layer gives 1 or 3 channels over two axes", err=True)
    records = {record.name: record for record in result.records}
    return Report(
        analysis,
        records,
        result.timed,
        result.largest(),
        needed,
        wanted.seed,
        str(wanted.weights) if wanted.weights else None,
        wanted.engine,
        wanted.winograd,
        wanted.depth,
        wanted.opened,
    )


def _ran(graph: Graph, wanted: Wanted, sources: Mapping[str, Source], tell: Tell, mode: Mapping[str, Any]) -> Run:
    from shapecalc.engine.run import run  # noqa: PLC0415

    made = _weights(graph, wanted, tell)
    arrays = {name: source.read(wanted.dtype) for name, source in sources.items()}
    examples = max(len(x) for x in arrays.values())
    cells = {node.name: prod(node.output or ()) * examples for node in graph}
    with saving(wanted.save_outputs) as save, picturing(wanted.images, graph) as draw:
        for name, x in arrays.items():
            save(name, x)

        def watch(record: Record, x: Array) -> None:
            save(record.name, x)
            draw(record.name, x)

        def done(step: Timed) -> None:
            tell(step.names[-1], (step.macs or 0) + sum(cells[name] for name in step.names))

        return run(graph, arrays, made, watch=watch, tell=done, **mode)


def _weights(graph: Graph, wanted: Wanted, tell: Tell) -> dict[str, Array]:
    """The weights, read or made, and saved where that is wanted."""
    from shapecalc.engine import weights  # noqa: PLC0415

    tensors = weights.expected(graph)

    def watch(name: str) -> None:
        tell(name, WEIGHING * prod(tensors[name]))

    if wanted.weights:
        made = weights.load(wanted.weights, tensors, wanted.dtype, watch)
    else:
        made = weights.seeded(graph, wanted.seed, wanted.dtype, watch)
    if wanted.save_weights:
        with replacing(wanted.save_weights) as temporary:
            weights.save(made, temporary, wanted.save_weights)
    return made


@contextmanager
def saving(file: Path | None) -> Iterator[Callable[[str, Array], None]]:
    """A function that writes an array to a file as soon as it is made, so that none is kept for it."""
    if file is None:
        yield lambda _, __: None
        return
    from shapecalc.engine.arrays import NpzWriter  # noqa: PLC0415

    with replacing(file) as temporary, NpzWriter(temporary, file) as writer:
        yield writer.add


@contextmanager
def picturing(folder: Path | None, graph: Graph) -> Iterator[Callable[[str, Array], None]]:
    """A function that draws an array as soon as it is made; all pictures take their places at the end, or none."""
    from shapecalc.engine import pictures  # noqa: PLC0415

    files = pictures.files(graph, folder) if folder else {}
    if folder is None or not files:
        yield lambda _, __: None
        return
    with made(folder), ExitStack() as drawn:

        def draw(name: str, x: Array) -> None:
            if name in files:
                pictures.write(x, drawn.enter_context(replacing(files[name])), files[name])

        yield draw


def _sparing(files: Iterable[Path], wanted: Wanted) -> None:
    """Refuse to draw over a picture that is run."""
    for file in files:
        for source in wanted.inputs.values():
            if file.exists() and file.samefile(source):
                raise click.ClickException(plain(f"{file} is an input; name another folder for the images"))


def refusal(needed: Needs, most: int) -> str:
    """Why a run is refused, and what would help."""
    at = f" at {plain(needed.scratch_at)}" if needed.scratch_at else ""
    mebibytes = -(-needed.total // 2**20)
    return (
        f"the run needs {size(needed.total)} of memory, and --max-memory allows {size(most)}\n"
        f"  weights {size(needed.weights)}, transforms {size(needed.transforms)},"
        f" activations {size(needed.activations)}, scratch {size(needed.scratch)}{at}\n"
        f"  a smaller --size or --batch takes less, and --max-memory {mebibytes}MiB allows it"
    )


def plain_lines(text: str) -> str:
    """A message of several lines made safe for a terminal: it has names from files in it."""
    return "\n".join(plain(line) for line in text.split("\n"))


def _note(sources: Mapping[str, Source], result: Run) -> None:
    """Say on stderr what was done to the inputs, and where values ceased to be numbers."""
    for source in sources.values():
        if source.note:
            click.echo(f"note: {plain(source.note)}", err=True)
    if broken := next((record for record in result.records if not record.finite), None):
        click.echo(
            f"note: `{plain(broken.name)}` is the first layer with values that are infinite or not a number", err=True
        )
