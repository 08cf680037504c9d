"""Exercises about a network: a table with blanks, and questions; what a seed chooses, and every answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from shapecalc.analysis import AtLeast, Field, Phased
from shapecalc.analysis.rows import rows
from shapecalc.formulas.counting import batched, stored

if TYPE_CHECKING:
    from shapecalc.analysis import Analysis, LayerAnalysis
    from shapecalc.analysis.receptive.onesided import Seeing

ASKED = ("output", "params", "macs", "field")
"""The columns that have blanks."""
BIASED = ("convolution", "dense")
"""Families of layers of whose biases is asked."""


class Question(NamedTuple):
    """A question in words, its answer, and how one gets there."""

    text: str
    answer: str
    why: str = ""


@dataclass(frozen=True)
class Quiz:
    """An exercise sheet: the rows of a table, which of their cells are blank, and questions."""

    analysis: Analysis
    seed: int
    rows: tuple[LayerAnalysis, ...]
    blank: frozenset[tuple[int, str]]
    """A row and a column, for each blank."""
    questions: tuple[Question, ...]


def quiz(analysis: Analysis, seed: int = 0, share: int = 100, questions: int = 5, depth: int = 0) -> Quiz:
    """An exercise sheet about a network; the same seed gives the same sheet.

    Args:
        analysis: the network's figures.
        seed: what the blanks and the questions are chosen by.
        share: hundredths of the cells that are blank.
        questions: how many questions at most.
        depth: how many levels of blocks are opened.
    """
    random = Random(seed)  # noqa: S311  a choice of exercises, no secret
    shown = tuple(row for row in rows(analysis, depth) if row.output is not None)
    cells = [(index, name) for index, row in enumerate(shown) for name in ASKED if _told(row, name)]
    blank = frozenset(random.sample(cells, -(-len(cells) * share // 100)))
    bank = [made for ask in BANK for made in ask(analysis, shown, random)]
    chosen = random.sample(range(len(bank)), min(questions, len(bank)))
    return Quiz(analysis, seed, shown, blank, tuple(bank[i] for i in sorted(chosen)))


def _told(row: LayerAnalysis, name: str) -> bool:
    """Whether there is something to ask: a known figure that is not nothing."""
    if name == "output":
        return True
    if name == "field":
        seen = list((row.field or {}).values())
        return bool(seen) and all(isinstance(one, Field | Phased) for one in seen)
    value = getattr(row, name)
    return isinstance(value, int) and value > 0


Ask = Callable[["Analysis", tuple["LayerAnalysis", ...], Random], Iterator[Question]]


def _total(analysis: Analysis, _: tuple[LayerAnalysis, ...], __: Random) -> Iterator[Question]:
    if isinstance(analysis.params, int) and analysis.params:
        yield Question(
            "How many parameters has the network?",
            f"{analysis.params:,}",
            "the sum of the column; buffers, such as a batch norm's running statistics, are not trained",
        )


def _macs(analysis: Analysis, _: tuple[LayerAnalysis, ...], __: Random) -> Iterator[Question]:
    if isinstance(analysis.macs, int) and analysis.macs:
        yield Question(
            "How many multiply-accumulates does one example take?",
            f"{analysis.macs:,}",
            "the sum of the column; biases, norms, activations and pooling are other operations",
        )


def _most(figure: str, noun: str) -> Ask:
    def ask(analysis: Analysis, shown: tuple[LayerAnalysis, ...], _: Random) -> Iterator[Question]:
        whole = getattr(analysis, figure)
        known = [(int(v), row) for row in shown if isinstance(v := getattr(row, figure), int) and v]
        if not isinstance(whole, int) or len(known) < 2:
            return
        value, row = max(known, key=lambda pair: pair[0])
        if sum(other == value for other, _ in known) > 1:
            return
        yield Question(
            f"Which row has most of the {noun}, and what share of them?",
            f"{row.name}: {value:,} of {whole:,}, {_percent(value, whole)}",
        )

    return ask


def _weights(analysis: Analysis, _: tuple[LayerAnalysis, ...], random: Random) -> Iterator[Question]:
    if isinstance(analysis.params, AtLeast) or not analysis.params:
        return
    name, size = random.choice((("float32", 4), ("float16", 2), ("float64", 8)))
    total = stored(analysis.params, size)
    yield Question(
        f"How many bytes do the trained parameters take in {name}?",
        f"{total:,}",
        f"{analysis.params:,} numbers of {size} bytes",
    )


def _batch(analysis: Analysis, _: tuple[LayerAnalysis, ...], random: Random) -> Iterator[Question]:
    if isinstance(analysis.macs, AtLeast) or not analysis.macs:
        return
    examples = random.choice((8, 16, 32, 64, 128))
    total = batched(analysis.macs, examples)
    yield Question(
        f"A batch of {examples} is run. Which of parameters, multiply-accumulates and activations grow, and how many"
        " multiply-accumulates are there now?",
        f"multiply-accumulates and activations, each {examples} times; {total:,}",
        "weights are the same for every example",
    )


def _bias(analysis: Analysis, _: tuple[LayerAnalysis, ...], __: Random) -> Iterator[Question]:
    nodes = [
        node
        for node in analysis.graph
        if node.layer is not None and node.layer.family in BIASED and "bias" in node.weights and not node.shared_with
    ]
    total = sum(node.weights["bias"].elements for node in nodes)
    if total and isinstance(analysis.params, int):
        usual = all(node.output is not None and node.weights["bias"] == node.output[:1] for node in nodes)
        yield Question(
            "How many of the parameters are biases of convolutions and dense layers?",
            f"{total:,}, {_percent(total, analysis.params)}",
            "one for each output channel or unit" if usual else "",
        )


def _covers(analysis: Analysis, shown: tuple[LayerAnalysis, ...], _: Random) -> Iterator[Question]:
    if len(analysis.inputs) > 1:
        return
    lengths = {(name, axis): n for name, shape in analysis.inputs.items() for axis, n in enumerate(shape.spatial)}
    for row in shown:
        seen = row.field or {}
        every = [_everything(seen[axis], row, int(n)) if axis in seen else None for axis, n in lengths.items()]
        if None in every or not every:
            return
        if all(every):
            yield Question(
                "Which is the first row of which every cell sees the whole input?",
                row.name,
                "its field covers the input from its first cell to its last",
            )
            return


def _everything(field: Seeing, row: LayerAnalysis, n: int) -> bool | None:
    """Whether every cell of a row sees all of an axis of ``n`` cells; None where that cannot be said."""
    if not isinstance(field, Field | Phased) or row.output is None:
        return None
    if field.whole or field.axis is None:
        return field.whole
    cells = int(row.output.spatial[field.axis])
    ends = {*range(min(cells, field.period)), *range(max(0, cells - field.period), cells)}
    spans = [field.at(i) for i in ends]  # of each phase the first and the last: between them fields only move on
    return all(span is not None and span[0] <= 0 and span[1] >= n - 1 for span in spans)


def _percent(part: int, whole: int) -> str:
    tenths = (part * 2000 // whole + 1) // 2
    return f"{tenths // 10}.{tenths % 10}%"


BANK: tuple[Ask, ...] = (
    _total,
    _macs,
    _most("params", "parameters"),
    _most("macs", "multiply-accumulates"),
    _weights,
    _batch,
    _bias,
    _covers,
)
"""The questions there are."""
