"""A worked cell as a document: windows, kernels and products as they stand on a board."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from shapecalc.explanation.working.stage import written
from shapecalc.render.derivation.blocks import Block, Board, Document, Heading, Line, Panel, Prose
from shapecalc.render.derivation.notation import text_of
from shapecalc.render.json import SCHEMA_VERSION
from shapecalc.render.units import plain

if TYPE_CHECKING:
    from shapecalc.explanation.working import Working
    from shapecalc.explanation.working.stage import Panel as Numbers
    from shapecalc.explanation.working.stage import Stage

ROWS, COLUMNS = 11, 9
"""A panel that has more shows its beginning and its end."""
MOST_NUMBERS = 1_000
"""Numbers of a panel that plain data has."""
SIGNS = {3: ("×", "="), 2: ("×",)}


def document(made: Working) -> Document:
    """The cell, layer by layer."""
    where = place(made.cell)
    title = f"{plain(made.layer)} of {plain(made.network)}: {where}"
    blocks: list[Block] = [Heading(title, 1)]
    for stage in made.stages:
        blocks += _stage(stage)
    blocks.append(Heading("The engine", 2))
    if made.value is None:
        blocks.append(Prose(f"gave {full(made.engine)}"))
    elif made.holds:
        blocks.append(Prose(f"gave {full(made.engine)}; worked here: {full(made.value)}"))
    else:
        blocks.append(
            Prose(f"gave {full(made.engine)}, and worked here it is {full(made.value)}: one is wrong", "remark")
        )
    said = "The numbers above are rounded to four digits; the sums are of all digits"
    blocks.append(Prose(f"{said}, in {made.dtype}."))
    return Document(title, tuple(blocks))


def place(cell: Sequence[int]) -> str:
    """``cell (3, 5) of channel 0``."""
    at = ", ".join(map(str, cell[1:]))
    return f"cell ({at}) of channel {cell[0]}" if len(cell) > 1 else f"number {cell[0]}"


def full(value: float) -> str:
    """A number with ten digits."""
    return f"{value:.10g}".replace("-", "−")


def _stage(stage: Stage) -> Iterator[Block]:
    yield Heading(f"{plain(stage.node.name)} · {stage.node.kind}", 2)
    for sentence in stage.said:
        yield Prose(plain(sentence))
    sums = iter(stage.equations)
    of_boards = [one for one in stage.equations if one.what.startswith("sum of ")]
    if len(of_boards) == len(stage.boards):  # each channel's sum under its own board
        for board in stage.boards:
            yield Board(tuple(map(_panel, board)), SIGNS.get(len(board), ()))
            equation = next(sums)
            yield Line(plain(equation.what), "", equation.term, written(equation.value))
    else:
        for board in stage.boards:
            yield Board(tuple(map(_panel, board)), SIGNS.get(len(board), ()))
    for equation in sums:
        yield Line(plain(equation.what), "", equation.term, written(equation.value))
    if stage.value is None:
        yield Prose(f"the engine gave {full(stage.engine)}")


def _panel(numbers: Numbers) -> Panel:
    rows = [
        [_shown(value, marked=numbers.marked == (i, j)) for j, value in enumerate(row)]
        for i, row in enumerate(numbers.rows)
    ]
    fewer = [_abridged(row, COLUMNS, "…") for row in rows]
    short = _abridged(fewer, ROWS, ["⋮"] * len(fewer[0]) if fewer else [])
    return Panel(plain(numbers.title), tuple(tuple(row) for row in short))


def _abridged(items: list[Any], most: int, between: Any) -> list[Any]:
    if len(items) <= most:
        return items
    return [*items[: most - 3], between, *items[-2:]]


def _shown(value: float | None, *, marked: bool) -> str:
    if value is None:
        return "·"
    text = f"{value:.3g}".replace("-", "−")
    text = "0" if text == "−0" else text
    return f"[{text}]" if marked else text


def to_dict(made: Working) -> dict[str, Any]:
    """The same as plain data, all digits."""
    return {
        "schema_version": SCHEMA_VERSION,
        "name": made.network,
        "layer": made.layer,
        "channel": made.cell[0],
        "cell": list(made.cell[1:]),
        "dtype": made.dtype,
        "value": _finite(made.value),
        "engine": _finite(made.engine),
        "holds": made.holds,
        "stages": [_stage_dict(stage) for stage in made.stages],
    }


def _stage_dict(stage: Stage) -> dict[str, Any]:
    return {
        "node": stage.node.name,
        "kind": stage.node.kind,
        "said": stage.said,
        "panels": [
            {
                "title": panel.title,
                "rows": [
                    [None if value is None else _finite(value) for value in row[:MOST_NUMBERS]] for row in panel.rows
                ],
                "marked": panel.marked,
            }
            for board in stage.boards
            for panel in board
        ],
        "equations": [
            {"of": one.what, "in_numbers": text_of(one.term), "value": _finite(one.value)} for one in stage.equations
        ],
        "value": _finite(stage.value),
        "engine": _finite(stage.engine),
    }


def _finite(value: float | None) -> float | None:
    """A number that JSON has; None for none, and for what is infinite or not a number."""
    return value if value is not None and abs(value) < float("inf") else None
