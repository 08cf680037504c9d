"""The numbers of one worked cell, from files and flags: memory is asked for before anything is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shapecalc.analysis import AtLeast
from shapecalc.cli.progress import progress
from shapecalc.cli.running import WEIGHING, plain_lines, refusal

if TYPE_CHECKING:
    from shapecalc.analysis import Analysis, LayerAnalysis
    from shapecalc.explanation.working import Working


@dataclass(frozen=True, slots=True)
class Given:
    """What a cell is worked with."""

    inputs: Mapping[str, Path]
    weights: Path | None
    seed: int
    dtype: str
    most: int
    """Bytes that it may take."""


def working_of(analysis: Analysis, row: LayerAnalysis, cell: tuple[int, ...], given: Given) -> Working:
    """Run what leads to a layer, and work a cell of it.

    Raises:
        click.ClickException: something does not fit, or memory is refused.
    """
    from shapecalc.engine import inputs, weights  # noqa: PLC0415  they load NumPy
    from shapecalc.engine.arrays import Unusable  # noqa: PLC0415
    from shapecalc.engine.needs import needs  # noqa: PLC0415
    from shapecalc.explanation.working import worked  # noqa: PLC0415

    graph = analysis.graph
    tensors = weights.expected(graph)
    numbers = sum(prod(shape) for shape in tensors.values())
    try:
        ids = inputs.vocabularies(graph)
        batch, sources = inputs.sources(graph.inputs, given.inputs, given.seed, None, ids=ids)
        if given.weights:
            weights.check(given.weights, tensors)
        spent = max((source.spent for source in sources.values()), default=0)
        needed = needs(graph, batch, given.dtype, spent=spent, engine="direct", keep=False)
        if needed.total > given.most:
            raise click.ClickException(refusal(needed, given.most).replace("--size or --batch", "--input"))
        macs = analysis.macs.known if isinstance(analysis.macs, AtLeast) else analysis.macs
        with progress(WEIGHING * numbers + macs) as tell:

            def watch(name: str) -> None:
                tell(name, WEIGHING * prod(tensors[name]))

            if given.weights:
                made = weights.load(given.weights, tensors, given.dtype, watch)
            else:
                made = weights.seeded(graph, given.seed, given.dtype, watch)
            arrays = {name: source.read(given.dtype) for name, source in sources.items()}
            return worked(analysis, row, cell, arrays, made, given.dtype)
    except Unusable as error:
        raise click.ClickException(plain_lines(str(error))) from None
    except MemoryError:
        raise click.ClickException("this machine has no such memory left as the run needs") from None
