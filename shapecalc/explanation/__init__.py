"""Any number explained: the formula, the numbers in it, where each is from, and what a teacher would add."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from shapecalc.diagnostics import nearest
from shapecalc.explanation.alive import peak
from shapecalc.explanation.answer import Answer, Item
from shapecalc.explanation.fields import field, one
from shapecalc.explanation.figures import COUNTED, Row
from shapecalc.explanation.kept import saved
from shapecalc.explanation.totals import TOTALS
from shapecalc.explanation.trail import Labels

if TYPE_CHECKING:
    from shapecalc.analysis import Analysis, LayerAnalysis
    from shapecalc.shape import Shape

OF_LAYER: Mapping[str, Callable[[Row], Answer]] = {
    **COUNTED,
    "saved": saved,
    "field": field,
    **{name: partial(one, name) for name in ("jump", "start", "padding")},
}
"""What can be asked of a layer."""
OF_NETWORK = (*TOTALS, "output", "peak", "memory", "field")
"""What can be asked of the whole network."""
USUAL = ("output", "params", "buffers", "macs", "flops", "memory", "field")
"""What is said of a layer that is asked for nothing in particular."""
USUAL_TOTALS = ("output", "params", "buffers", "macs", "flops", "weights", "activations", "peak", "field")
TOTAL = ("total", "totals")
"""What the whole network may be called."""
SYNONYMS = {
    "shape": "output",
    "parameters": "params",
    "mac": "macs",
    "flop": "flops",
    "operations": "ops",
    "receptive_field": "field",
    "receptive": "field",
    "size": "field",
    "activation_bytes": "memory",
    "activations": "memory",
    "weight_bytes": "weights",
    "peak_bytes": "peak",
    "stride": "window",
    "kernel": "window",
    "adds": "add",
    "comparisons": "compare",
}
"""Other words for a figure."""


class Unheard(LookupError):
    """A layer or a figure that the network does not have; says what is near."""

    def __init__(self, message: str, argument: str) -> None:
        self.argument = argument
        super().__init__(message)


@dataclass(frozen=True)
class Explanation:
    """Some figures of a layer, or of the whole network, each worked out."""

    network: str
    layer: str
    """Empty for the whole network."""
    kind: str
    inputs: Mapping[str, Shape | None]
    output: Shape | None
    batch: int
    dtype: str
    answers: tuple[Answer, ...]

    def __getitem__(self, figure: str) -> Answer:
        """The answer for a figure, by name."""
        for answer in self.answers:
            if answer.figure == figure:
                return answer
        raise KeyError(figure)

    def __str__(self) -> str:
        return self._in("text")

    def to_markdown(self) -> str:
        """The explanation as Markdown."""
        return self._in("md")

    def to_latex(self) -> str:
        """The explanation as a LaTeX document."""
        return self._in("latex")

    def to_html(self) -> str:
        """The explanation as a page of HTML."""
        return self._in("html")

    def to_dict(self) -> dict[str, Any]:
        """The explanation as plain data, versioned: what ``--format json`` prints."""
        from shapecalc.render.derivation.json import to_dict  # noqa: PLC0415  a result knows how to show itself

        return to_dict(self)

    def _repr_html_(self) -> str:
        from shapecalc.render.derivation.html import body  # noqa: PLC0415

        return body(self)

    def _in(self, form: str) -> str:
        from shapecalc.render.derivation.formats import written  # noqa: PLC0415

        return written(self, form)


def explained(analysis: Analysis, layer: str = "", figure: str = "") -> Explanation:
    """A layer's figure explained, or all of its figures; or those of the whole network.

    Args:
        analysis: the answer that has them.
        layer: the name of a node, layer or call; ``total`` or nothing is the whole network.
        figure: one of ``OF_LAYER``, or of ``OF_NETWORK``; all that are usual, if not given.

    Raises:
        Unheard: the network has no such layer, or the layer no such figure.
    """
    labels = Labels(analysis)
    if layer and (layer not in TOTAL or layer in names_of(analysis)):
        return _of_layer(analysis, labels, layer, figure)
    return _of_network(analysis, labels, figure)


def names_of(analysis: Analysis) -> dict[str, None]:
    """The names of all nodes, layers and calls."""
    return dict.fromkeys([*(group.name for group in analysis.graph.groups), *(layer.name for layer in analysis)])


def _of_layer(analysis: Analysis, labels: Labels, name: str, figure: str) -> Explanation:
    row = Row(analysis, _found(analysis, name), labels)
    wanted = (_figure(figure, tuple(OF_LAYER), f"figure of `{name}`"),) if figure else USUAL
    answers = [OF_LAYER[one](row) for one in wanted]
    if not figure:
        answers = [answer for answer in answers if answer.figure != "buffers" or answer.value]
    inputs = {source: labels.shapes.get(source) for source in row.layer.inputs}
    return Explanation(
        analysis.name,
        name,
        row.layer.kind,
        inputs,
        row.layer.output,
        analysis.batch,
        analysis.dtype,
        tuple(answers),
    )


def _found(analysis: Analysis, name: str) -> LayerAnalysis:
    try:
        return analysis[name]
    except KeyError:
        known = names_of(analysis)
        near = nearest(name, known)
        if not near and not known:
            hint = "it has none"
        else:
            hint = f"did you mean `{near}`?" if near else f"its layers are {_listed(known)}"
        raise Unheard(f"the network has no layer `{name}`; {hint}", "LAYER") from None


def _listed(names: Mapping[str, None]) -> str:
    first = [f"`{name}`" for name in list(names)[:6]]
    return ", ".join(first) + (f" and {len(names) - 6} more" if len(names) > 6 else "")


def _figure(word: str, known: tuple[str, ...], what: str) -> str:
    lower = word.lower()
    found = lower if lower in known else SYNONYMS.get(lower, "")
    if found in known:
        return found
    near = nearest(lower, [*known, *SYNONYMS])
    near = near if near in known else SYNONYMS.get(near, "") if SYNONYMS.get(near) in known else ""
    hint = f"did you mean `{near}`?" if near else f"there are {', '.join(known)}"
    raise Unheard(f"`{word}` is no {what}; {hint}", "FIGURE")


def is_figure(word: str) -> bool:
    """Whether a word names a figure of the whole network."""
    lower = word.lower()
    return lower in OF_NETWORK or SYNONYMS.get(lower) in OF_NETWORK


def _of_network(analysis: Analysis, labels: Labels, figure: str) -> Explanation:
    wanted: tuple[str, ...] = USUAL_TOTALS
    if figure:
        chosen = "activations" if figure.lower() == "activations" else _figure(figure, OF_NETWORK, "total of a network")
        wanted = ("weights", "activations", "peak") if chosen == "memory" else (chosen,)
    answers = [answer for name in wanted if (answer := _total(analysis, labels, name)) is not None]
    if not figure:
        answers = [answer for answer in answers if answer.figure != "buffers" or answer.value]
    outputs = analysis.outputs
    output = next(iter(outputs.values())) if len(outputs) == 1 else None
    inputs = dict(analysis.inputs)
    return Explanation(analysis.name, "", "", inputs, output, analysis.batch, analysis.dtype, tuple(answers))


def _total(analysis: Analysis, labels: Labels, name: str) -> Answer | None:
    if name in TOTALS:
        return TOTALS[name](analysis, labels)
    if name == "peak":
        return peak(analysis, labels)
    ends = [node for node in analysis.graph.outputs.values() if node in labels.layers]
    if not ends:
        return Answer("", name, None, "shape", items=(Item("", None, "the network gives its input"),))
    if len(ends) > 1:
        items = tuple(Item(end, None, f"explain {end} {name}") for end in ends)
        return Answer("", name, None, "word", "of each output by itself", items)
    made = OF_LAYER[name](Row(analysis, labels.layers[ends[0]], labels))
    return replace(made, layer="")


__all__ = ["Answer", "Explanation", "Unheard", "explained"]
