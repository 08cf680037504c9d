"""An exercise sheet as a worked text, and its key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from shapecalc.quizzing import ASKED
from shapecalc.render import json
from shapecalc.render.columns import COLUMNS, of_total
from shapecalc.render.derivation.blocks import Block, Document, Grid, Heading, Prose
from shapecalc.render.units import exact, plain

if TYPE_CHECKING:
    from shapecalc.analysis import LayerAnalysis
    from shapecalc.quizzing import Quiz

GIVEN = ("layer", "kind", "window")
HEADINGS = {"macs": "MACs"}
BLANK = "______"


def sheet(quiz: Quiz) -> Document:
    """The exercise: a table with blanks, and the questions."""
    blocks: list[Block] = [Heading(f"Exercise: {plain(quiz.analysis.name)}", 1), Prose(_input(quiz))]
    blocks += [Prose(_task(quiz)), _grid(quiz, key=False)]
    if quiz.questions:
        blocks.append(Heading("Questions", 2))
        blocks += [Prose(f"{number}. {question.text}") for number, question in enumerate(quiz.questions, 1)]
    blocks.append(Prose(f"sheet {quiz.seed}", "source"))
    return Document(f"Exercise: {plain(quiz.analysis.name)}", tuple(blocks))


def key(quiz: Quiz) -> Document:
    """The answers to the same."""
    title = f"Key: {plain(quiz.analysis.name)}"
    blocks: list[Block] = [Heading(title, 1), Prose(_input(quiz)), _grid(quiz, key=True)]
    if quiz.questions:
        blocks.append(Heading("Answers", 2))
        blocks += list(_answers(quiz))
    blocks.append(Prose("The command explain works out each of these numbers."))
    blocks.append(Prose(f"sheet {quiz.seed}", "source"))
    return Document(title, tuple(blocks))


def _answers(quiz: Quiz) -> Iterator[Block]:
    for number, question in enumerate(quiz.questions, 1):
        yield Prose(f"{number}. {question.text}")
        yield Prose(question.answer + (f" ({question.why})" if question.why else ""), "remark")


def _input(quiz: Quiz) -> str:
    inputs = ", ".join(f"{plain(name)} {shape}" for name, shape in quiz.analysis.inputs.items())
    return f"Input: {inputs} (channels × lengths), one example."


def _task(quiz: Quiz) -> str:
    return (
        f"Fill in the {exact(len(quiz.blank))} blanks. Output: channels × lengths. Params: trained numbers. MACs:"
        " multiply-accumulates of convolutions, dense layers and matrix products. Field: the receptive field on the"
        " input, along each axis. Window: taps, s stride, p padding, d dilation, g groups."
    )


def _grid(quiz: Quiz, *, key: bool) -> Grid:
    rows = tuple(
        (
            *(COLUMNS[name].cell(row, quiz.analysis) for name in GIVEN),
            *(BLANK if not key and (index, name) in quiz.blank else cell(quiz, row, name) for name in ASKED),
        )
        for index, row in enumerate(quiz.rows)
    )
    headings = (*GIVEN, *(HEADINGS.get(name, name) for name in ASKED))
    return Grid(headings, "lll" + "r" * len(ASKED), rows)


def cell(quiz: Quiz, row: LayerAnalysis, name: str) -> str:
    """A figure in the key: exact, MACs too."""
    return of_total(row.macs, exact) if name == "macs" else COLUMNS[name].cell(row, quiz.analysis)


def to_dict(quiz: Quiz) -> dict[str, Any]:
    """A sheet and its key as plain data."""
    return {
        "schema_version": json.SCHEMA_VERSION,
        "name": quiz.analysis.name,
        "seed": quiz.seed,
        "rows": [
            {
                "layer": row.name,
                "kind": row.kind,
                "window": COLUMNS["window"].cell(row, quiz.analysis),
                "answers": {name: cell(quiz, row, name) for name in ASKED},
                "blank": [name for name in ASKED if (index, name) in quiz.blank],
            }
            for index, row in enumerate(quiz.rows)
        ],
        "questions": [question._asdict() for question in quiz.questions],
    }
