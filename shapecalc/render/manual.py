"""The manual that the program carries: all kinds of layer, a page for each, the shipped networks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from inspect import cleandoc
from typing import TYPE_CHECKING

from shapecalc.analysis import analyze
from shapecalc.diagnostics import SpecError
from shapecalc.figure import Figure, origins
from shapecalc.layers import KINDS, NORMS, plugins
from shapecalc.layers.fields import Reading
from shapecalc.loading import load
from shapecalc.network import library
from shapecalc.network.words import COMPOSED, REQUIRED
from shapecalc.render.derivation import letters
from shapecalc.render.screen import terminal_width
from shapecalc.render.table import Line, Span, grid
from shapecalc.render.wrapping import wrapped
from shapecalc.source.expressions import shown

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic.fields import FieldInfo

    from shapecalc.analysis import Analysis
    from shapecalc.figure import Formula
    from shapecalc.layers.base import Layer

WIDEST = 96


def _width() -> int:
    return min(terminal_width() or WIDEST, WIDEST)


def _entry(name: str, text: str, indent: int) -> Iterator[Line]:
    first, *more = wrapped(text, _width(), " " * indent)
    yield [Span(f"  {name}".ljust(indent), "bold"), Span(first[indent:])]
    yield from ([Span(row)] for row in more)


def summary(layer: type[Layer]) -> str:
    """The first line of a kind's page."""
    return cleandoc(layer.__doc__ or "").splitlines()[0].replace("``", "")


def kinds_lines() -> Iterator[Line]:
    """Every kind under its family's heading, those of other packages too."""
    for kind in plugins.names():
        KINDS.found(kind)
    indent = max(map(len, KINDS)) + 4
    for family in dict.fromkeys(layer.family for layer in KINDS.values()):
        yield [Span(family, "bold underline")]
        for kind, layer in KINDS.items():
            if layer.family == family:
                yield from _entry(kind, summary(layer), indent)
        yield []
    yield from blocks_list()
    yield [Span("`shapecalc layers NAME` shows one: its options, an example, its formulas", "dim")]


def blocks_list() -> Iterator[Line]:
    """The blocks that come with shapecalc, called like kinds."""
    yield [Span("blocks", "bold underline"), Span("  made of the kinds above, called like them", "dim")]
    indent = max(map(len, library.names())) + 4
    for name in library.names():
        yield from _entry(name, first_sentence(load(library.files()[name]).spec.description), indent)
    yield []


def first_sentence(text: str) -> str:
    """The first sentence of a description."""
    return text.split(". ", maxsplit=1)[0].strip().removesuffix(".") + "."


def _default(info: FieldInfo) -> str:
    if info.is_required():
        return "required"
    default = list(info.default) if isinstance(info.default, tuple) else info.default
    return "" if default is None else f"default {shown(default)}"


def _options(layer: type[Layer]) -> Iterator[tuple[str, str]]:
    if layer.merges:
        yield "from", "the layers it joins; a single name joins it with the layer before (the key's own value)"
    for name, info in layer.model_fields.items():
        (reading,) = (item for item in info.metadata if isinstance(item, Reading))
        own = "the key's own value" if name == layer.main else ""
        notes = "; ".join(part for part in (reading.says, _default(info), own) if part)
        yield name, f"{info.description} ({notes})"
    for name, says in layer.reads.items():
        yield name, f"{says} (a name)"
    if layer.composes:
        yield COMPOSED[0], f"a norm after it, a node of its own: {', '.join(NORMS)}, or none"
        yield COMPOSED[1], "an activation after it, a node of its own: relu, {leaky_relu: 0.2}, none, …"


def kind_lines(kind: str) -> Iterator[Line]:
    """The page of a kind."""
    layer = KINDS[kind]
    yield [Span(kind, "bold"), Span(f"  ({layer.family})", "dim")]
    for paragraph in cleandoc(layer.__doc__ or "").split("\n\n"):
        yield from ([Span(row)] for row in wrapped(paragraph.replace("``", ""), _width()))
        yield []
    options = list(_options(layer))
    if options:
        yield [Span("Options", "bold underline")]
        indent = max(len(name) for name, _ in options) + 4
        for name, text in options:
            yield from _entry(name, text, indent)
        yield []
    answer = example_of(layer)
    yield [
        Span("Example", "bold underline"),
        Span(f"  on an input of {'×'.join(map(str, layer.example_input))}", "dim"),
    ]
    yield from ([Span(f"  {row}")] for row in layer.example.splitlines())
    yield []
    for line in grid(answer, opened=("all",), width=_width() - 2).lines():
        yield [Span("  "), *line]
    yield []
    formulas = formulas_of(answer, kind)
    if formulas:
        yield [Span("Formulas", "bold underline"), Span("  of the example", "dim")]
    for formula in formulas:
        yield [Span(f"  {letters(formula)}")]
        yield from ([Span(row, "dim")] for row in wrapped(f"{meaning(formula)} ({formula.source})", _width(), " " * 6))


def block_lines(name: str) -> Iterator[Line]:
    """The page of a block that comes with shapecalc: what it is for, its parameters, an example, its text."""
    path = library.files()[name]
    answer = analyze(load(path))
    spec = answer.graph.spec
    yield [Span(name, "bold"), Span("  (block)", "dim")]
    for paragraph in (spec.description, f"Source: {spec.source}"):
        yield from ([Span(row)] for row in wrapped(paragraph.strip(), _width()))
        yield []
    yield [Span("Parameters", "bold underline")]
    params = spec.blocks[name].params
    indent = max(map(len, params)) + 4
    for index, (param, default) in enumerate(params.items()):
        own = "; the key's own value" if index == 0 else ""
        yield from _entry(param, ("required" if default == REQUIRED else f"default {shown(default)}") + own, indent)
    yield []
    yield [Span("Example", "bold underline")]
    for line in grid(answer, opened=("all",), width=_width() - 2).lines():
        yield [Span("  "), *line]
    yield []
    yield [Span("Text", "bold underline"), Span("  to copy and change: a file's own block goes before it", "dim")]
    yield from ([Span(f"  {row}")] for row in path.read_text(encoding="utf-8").rstrip().splitlines())


def meaning(formula: Formula[...]) -> str:
    """The sentence that says what a formula gives."""
    return cleandoc(formula.__doc__ or "").splitlines()[0].replace("``", "").removesuffix(".")


def example_of(layer: type[Layer]) -> Analysis:
    """A kind's own example, analyzed."""
    body = "\n".join(f"  {row}" for row in layer.example.splitlines())
    return analyze(load(f"name: {layer.kind}\ninput: {list(layer.example_input)}\nlayers:\n{body}\n"))


def formulas_of(answer: Analysis, kind: str) -> list[Formula[...]]:
    """The formulas behind the figures of a kind's nodes, in the order they are met."""
    found: dict[str, Formula[...]] = {}
    for node, layer in zip(answer.graph, answer, strict=True):
        if node.kind != kind:
            continue
        figures = [*(node.output or ()), layer.params, layer.buffers, *(layer.ops or {}).values()]
        for figure in figures:
            if isinstance(figure, Figure) and figure:
                found.update((step.formula.name, step.formula) for step in origins(figure))
    return list(found.values())


def example_lines(known: Mapping[str, Path]) -> Iterator[Line]:
    """The shipped networks, each with what it teaches."""
    indent = max((len(name) for name in known), default=0) + 4
    for name, path in known.items():
        try:
            text = load(path).spec.description
        except SpecError as error:
            text = str(error)
        yield from _entry(name, first_sentence(text), indent)
    yield []
    yield [Span("`shapecalc examples NAME` prints one, to copy, or to pipe to `analyze -`", "dim")]
