"""A Figure worked out in text: its formula in letters, the same with the numbers in it, and where they came from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, overload

from shapecalc.figure import Figure, origins
from shapecalc.render.derivation.notation import MOST, letters, text_of
from shapecalc.render.units import exact

if TYPE_CHECKING:
    from shapecalc.analysis import Analysis
    from shapecalc.explanation import Explanation


@overload
def explain(figure: int | Sequence[int]) -> str: ...


@overload
def explain(figure: Analysis, layer: str = "", name: str = "") -> Explanation: ...


def explain(figure: int | Sequence[int] | Analysis, layer: str = "", name: str = "") -> str | Explanation:
    """How a figure came about, back to the numbers that were given.

    Args:
        figure: any number of an analysis, or a shape; one that no formula made is only said to be given. Or a whole
            analysis: then a layer of it, or the network, is explained by its names.
        layer: of an analysis, the layer; the whole network, if not given.
        name: of an analysis, the figure: ``output``, ``params``, ``macs``, ``field`` …; all of them, if not given.

    Returns:
        For each figure it rests on, nearest first: the formula, the numbers in it, the value, the source. Of an
        analysis an ``Explanation``, which prints as that and more.
    """
    from shapecalc.analysis import Analysis  # noqa: PLC0415  a figure alone does not need it

    if isinstance(figure, Analysis):
        from shapecalc.explanation import explained  # noqa: PLC0415

        return explained(figure, layer, name)
    if not isinstance(figure, int):
        return "\n\n".join(explain(length) for length in figure)
    if not isinstance(figure, Figure):
        return f"{exact(figure)} is given"
    return "\n\n".join(_one(step) for step in _different(figure))


def _different(figure: Figure) -> list[Figure]:
    """The figures behind a figure, those that read the same only once."""
    found: dict[tuple[str, str], Figure] = {}
    for step in origins(figure):
        found.setdefault((step.formula.name, repr(step.given)), step)
    return list(found.values())


def _one(figure: Figure) -> str:
    formula = figure.formula
    indent = " " * len(formula.name)
    meaning = (formula.body.__doc__ or "").splitlines()[0].replace("``", "")
    return "\n".join(
        [
            letters(formula),
            f"{indent} = {text_of(figure.in_numbers)}",
            f"{indent} = {exact(figure)}",
            f"{indent}   {meaning}",
            f"{indent}   source: {formula.source}",
        ]
    )


__all__ = ["MOST", "explain", "letters", "text_of"]
