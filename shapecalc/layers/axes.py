"""Axes by name or number, and what becomes of them where a shape is regrouped."""

from shapecalc.diagnostics import Mismatch
from shapecalc.formulas.reach import SAME_CELL, WHOLE, Onto, Place, Reach, Unknown
from shapecalc.layers.base import AXES
from shapecalc.shape import Shape


def names(rank: int) -> tuple[str, ...]:
    """The axes of a shape of so many spatial axes: C, then L, or H and W, or D, H and W."""
    return ("C", *AXES.get(rank, ()))


def numbered(axis: str | int, rank: int, field: str, of: object) -> int:
    """The number of an axis, counted from 0 at the channels; ``of`` is the shape it is an axis of.

    Raises:
        Mismatch: there is no such axis.
    """
    known = names(rank)
    if isinstance(axis, str) and axis in known:
        return known.index(axis)
    if isinstance(axis, int) and 0 <= axis < len(known):
        return axis
    raise Mismatch(
        "E340",
        f"names an axis `{axis}` of {of}",
        field=field,
        label=f"the axes of {of} are {', '.join(known)}" + (f": 0 to {rank}" if isinstance(axis, int) else ""),
        help=f"write one of {', '.join(f'`{name}`' for name in known)}",
    )


def carried(x: Shape, order: tuple[int | None, ...]) -> tuple[Reach, ...]:
    """How the spatial axes are seen when an output's axes are those of the input in an order, or new ones (None).

    An axis that is not among them has to be of length 1.
    """
    steps: list[Reach] = []
    for axis in range(1, x.rank + 1):
        if axis not in order:
            steps.append(Place(0))
        elif order[0] == axis:
            steps.append(WHOLE)
        else:
            to = order.index(axis)
            steps.append(SAME_CELL if to == axis else Onto(to - 1))
    return tuple(steps)


def regrouped(x: Shape, y: Shape, why: str) -> tuple[Reach, ...]:
    """How the spatial axes are seen when the same elements, row by row, make another shape.

    Axes are matched in blocks of as many elements, the smallest there are: a block of one axis on either side is that
    axis itself; what ends in the channels alone is seen whole; of any other block it is not known how, ``why`` says.
    """
    if x.spatial == y.spatial:
        return (SAME_CELL,) * x.rank
    steps: dict[int, Reach] = {axis: Place(0) for axis, n in enumerate(x) if n == 1}
    before, after = ([axis for axis, n in enumerate(shape) if n != 1] for shape in (x, y))
    while before:
        ins, outs = [before.pop(0)], [after.pop(0)]
        held, made = x[ins[0]], y[outs[0]]
        while held != made:
            if held < made:
                ins.append(before.pop(0))
                held *= x[ins[-1]]
            else:
                outs.append(after.pop(0))
                made *= y[outs[-1]]
        onto = tuple(axis - 1 for axis in outs if axis)
        for axis in ins:
            if not onto:
                steps[axis] = WHOLE
            elif len(ins) == len(outs) == 1:
                steps[axis] = SAME_CELL if ins == outs else Onto(onto[0])
            else:
                steps[axis] = Onto(onto, Unknown(why, covers=True))
    return tuple(steps[axis] for axis in range(1, x.rank + 1))
