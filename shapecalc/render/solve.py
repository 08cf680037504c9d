"""Solutions as tables and as JSON: the windows that give a length, the variables that keep limits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

from shapecalc.render import json
from shapecalc.render.columns import Column, of_total
from shapecalc.render.compare.totals import HEADS
from shapecalc.render.formats import dumped
from shapecalc.render.table import WIDEST, Grid, Line, Span
from shapecalc.render.units import exact, plain, share, size
from shapecalc.render.wrapping import wrapped

if TYPE_CHECKING:
    from shapecalc.formulas.inverse import Setting
    from shapecalc.solving import Point, Solution

NOUNS = {**{name: title for name, (title, _) in HEADS.items()}, "memory": "memory"}
SHOWN = ("params", "macs", "flops", "memory")


def written(setting: Setting, *, transposed: bool = False) -> str:
    """A setting as a file has it, with the simplest of its paddings."""
    parts = [f"kernel: {setting.kernel}"]
    parts += [f"stride: {setting.stride}"] if setting.stride != 1 else []
    parts += [f"dilation: {setting.dilation}"] if setting.dilation != 1 else []
    if setting.words:
        parts += [f"padding: {setting.words[0]}"] if setting.words[0] != "valid" else []
    elif setting.sides[0]:
        parts += [f"padding: {setting.sides[0]}"]
    parts += [f"output_padding: {setting.extra}"] if setting.extra else []
    kind = "conv_transpose" if transposed else "conv"
    return f"{{{kind}: …, {', '.join(parts)}}}"


def _paddings(setting: Setting) -> str:
    sides = ""
    if setting.sides:
        least, most = setting.sides
        sides = str(least) if least == most else f"{least} to {most}"
    return ", ".join([*setting.words, *([sides] if sides else [])])


def _same(setting: Setting) -> str:
    if setting.same is None:
        return ""
    before, after = setting.same
    return str(before) if before == after else f"[{before}, {after}]"


def _skipped(setting: Setting) -> str:
    skipped = setting.stride - (setting.dilation * (setting.kernel - 1) + 1)
    return f"{skipped} of {setting.stride}" if skipped > 0 and not setting.extra else ""


COLUMNS: dict[str, tuple[str, Literal["left", "right"], Callable[[Setting], str]]] = {
    "kernel": ("kernel", "right", lambda one: str(one.kernel)),
    "stride": ("stride", "right", lambda one: str(one.stride)),
    "dilation": ("dilation", "right", lambda one: str(one.dilation)),
    "padding": ("padding a side", "left", _paddings),
    "same": ("same is", "left", _same),
    "extra": ("output_padding", "right", lambda one: str(one.extra or "")),
    "unread": ("left over", "right", lambda one: str(one.unread or "")),
    "skipped": ("skips", "right", _skipped),
}
"""What is told of a window."""
IN_A_FILE = "in a file"
DROPPED = ("file", "skipped", "unread")
"""What a narrow terminal loses, first to last."""


def _grid(settings: Sequence[Setting], width: int | None, *, transposed: bool) -> Grid:
    columns = {name: Column(head, lambda *_: "", side) for name, (head, side, _) in COLUMNS.items()}
    by_name = {name: [cell(one) for one in settings] for name, (_, _, cell) in COLUMNS.items()}
    columns["file"] = Column(IN_A_FILE, lambda *_: "", "left")
    by_name["file"] = [written(one, transposed=transposed) for one in settings]
    names = [name for name, cells in by_name.items() if any(cells)]
    while True:
        made = Grid(tuple(columns[n] for n in names), list(zip(*(by_name[n] for n in names), strict=True)))
        droppable = [name for name in DROPPED if name in names]
        if width is None or made.width <= width or not droppable:
            return made
        names.remove(droppable[0])


def windows(
    settings: Sequence[Setting], n: int, o: int, most: int, width: int | None = None, *, transposed: bool
) -> Iterator[Line]:
    """A line a setting, simplest first."""
    what = "transposed window" if transposed else "window"
    if not settings:
        yield [Span(f"no {what} of those tried makes {o} of {n}", "bold")]
        return
    number = len(settings)
    yield [
        Span(
            f"{exact(number)} {what}{'' if number == 1 else 's'} that make{'s' if number == 1 else ''} {o} of {n}",
            "bold",
        )
    ]
    yield []
    made = _grid(settings[:most], width, transposed=transposed)
    yield from made.lines()
    if made.columns[-1].heading != IN_A_FILE:
        yield [Span(f"the first in a file: {written(settings[0], transposed=transposed)}", "dim")]
    if (n if transposed else o) == 1:
        yield [Span(f"of one cell, every longer stride does the same{', `same` aside' if transposed else ''}", "dim")]
    if number > most:
        yield [
            Span(f"and {exact(number - most)} more: --all shows them, --kernel, --stride and --padding choose", "dim")
        ]


def windows_json(settings: Sequence[Setting], n: int, o: int, *, transposed: bool) -> str:
    """Every setting as plain data."""
    found = [
        {
            "kernel": one.kernel,
            "stride": one.stride,
            "dilation": one.dilation,
            "paddings": list(one.words),
            "padding_numbers": None if not one.sides else list(one.sides),
            "same_is": None if one.same is None else list(one.same),
            "left_over": one.unread,
            "output_padding": one.extra,
        }
        for one in settings
    ]
    return dumped(
        {"schema_version": json.SCHEMA_VERSION, "from": n, "to": o, "transposed": transposed, "settings": found}
    )


def number(value: Fraction) -> str:
    """A value of a variable as a file has it: those that are asked for have six digits after the point at most."""
    whole, rest = divmod(int(value * 10**6), 10**6)
    return f"{whole}.{rest:06d}".rstrip("0").rstrip(".")


def _values(point: Point) -> str:
    return ", ".join(f"{plain(name)}={number(value)}" for name, value in point.values.items())


def solution(found: Solution, width: int | None = None) -> Iterator[Line]:
    """The largest values, what the network is with them, and what stops it."""
    if len(found.best[0].values) > 1:
        yield from _front(found)
    else:
        yield from _single(found)
    yield []
    for line in said(found):
        yield from ([Span(row, "dim")] for row in wrapped(line, min(width or WIDEST, WIDEST)))


def said(found: Solution) -> list[str]:
    """How sure the answer is."""
    one = len(found.best[0].values) == 1
    tried = f"{exact(found.tried)} {'value' if one else 'point'}{'' if found.tried == 1 else 's'} tried"
    if one and found.every and found.next is not None:
        tried += ", every larger one"
    lines = [tried + (f"; with {exact(found.unfit)} of them the shapes do not fit" if found.unfit else "")]
    if one and found.fault and not found.every:
        lines.append(
            f"above {_values(found.best[0])} no value tried has shapes that fit; next to it: {plain(found.fault)}"
        )
    elif one and found.falling and not found.every:
        figures = " and ".join(NOUNS[figure] for figure in found.falling)
        fall = "fall" if len(found.falling) > 1 or figures.endswith("s") else "falls"
        name = plain(next(iter(found.best[0].values)))
        lines.append(f"{figures} {fall} where {name} grows, so a larger value may keep the limits too")
    return lines


def _single(found: Solution) -> Iterator[Line]:
    best, more = found.best[0], found.next
    yield [Span(f"{_values(best)} is the largest that keeps the limits", "bold")]
    yield []
    heads = ["", _values(best), *([_values(more)] if more else []), "limit", "used"]
    columns = tuple(Column(head, lambda *_: "", "left" if i == 0 else "right") for i, head in enumerate(heads))
    rows = []
    for name in SHOWN:
        write = size if name == "memory" else exact
        limit = found.limits.get(name)
        value = best.figure(name)
        over = " ✗" if more is not None and name in more.over else ""
        row = [NOUNS[name], of_total(value, write)]
        row += [of_total(more.figure(name), write) + over] if more else []
        row += [write(int(limit)) if limit is not None else ""]
        row += [share(int(value), int(limit)) if limit is not None and isinstance(value, int) else ""]
        rows.append(tuple(row))
    yield from Grid(columns, rows).lines()


def _front(found: Solution) -> Iterator[Line]:
    count = len(found.best)
    yield [
        Span(
            f"{exact(count)} {'point keeps' if count == 1 else 'points keep'} the limits; no other is as large in every"
            " variable",
            "bold",
        )
    ]
    yield []
    names = list(found.best[0].values)
    heads = [*map(plain, names), *(NOUNS[name] for name in SHOWN)]
    columns = tuple(Column(head, lambda *_: "") for head in heads)
    rows = [
        (
            *(number(point.values[name]) for name in names),
            *(of_total(point.figure(name), size if name == "memory" else exact) for name in SHOWN),
        )
        for point in found.best
    ]
    yield from Grid(columns, rows).lines()


def solution_json(found: Solution) -> str:
    """A solution as plain data."""
    return dumped(
        {
            "schema_version": json.SCHEMA_VERSION,
            "limits": {name: _plain(limit) for name, limit in found.limits.items()},
            "best": [_point(point) for point in found.best],
            "next": None if found.next is None else _point(found.next),
            "tried": found.tried,
            "unfit": found.unfit,
            "monotone": found.monotone,
            "every_larger_tried": found.every,
        }
    )


def _plain(value: Fraction) -> int | float:
    return int(value) if value.denominator == 1 else float(value)


def _point(point: Point) -> dict[str, Any]:
    figures = {name: point.figure(name) for name in SHOWN}
    return {
        "values": {name: _plain(value) for name, value in point.values.items()},
        "figures": {
            name: int(value) if isinstance(value, int) else None if value is None else {"at_least": int(value.known)}
            for name, value in figures.items()
        },
        "over": list(point.over),
    }
