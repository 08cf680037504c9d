"""A shape as the file writes it: [C, H, W], or with names in any order."""

from __future__ import annotations

from shapecalc.layers.base import AXES
from shapecalc.layers.fields import Writing, each, size, whole
from shapecalc.shape import Shape
from shapecalc.source.expressions import ExpressionError

ORDERS = {frozenset(("C", *axes)): ("C", *axes) for axes in (*AXES.values(), ())}


def read_shape(raw: object, scope: Writing) -> Shape:
    """The shape that a list, a mapping of named axes, or a text such as ``3x224x224`` says.

    Raises:
        ExpressionError: it is none, or has a length below 1.
    """
    match raw:
        case dict():
            order = ORDERS.get(frozenset(raw))
            if order is None:
                raise ExpressionError(
                    "E114",
                    "these axes are not a shape",
                    ", ".join(str(key)[:20] for key in list(raw)[:6]),
                    "name C alone, or with L, with H and W, or with D, H and W",
                )
            lengths = each([raw[axis] for axis in order], whole, scope)
        case list():
            lengths = each(raw, whole, scope)
        case _:
            value = size(raw, scope)
            lengths = value if isinstance(value, tuple) else (value,)
    if not 1 <= len(lengths) <= 4:
        raise ExpressionError(
            "E114",
            f"a shape has 1 to 4 lengths, this has {len(lengths)}",
            "not a shape",
            "write [C], [C, L], [C, H, W] or [C, D, H, W]; the batch is not part of it",
        )
    for index, n in enumerate(lengths):
        if n < 1:
            fault = ExpressionError("E115", f"a length of a shape is {n}", "must be at least 1")
            fault.route = (index,) if isinstance(raw, list) else ()
            raise fault
    return Shape(*lengths)
