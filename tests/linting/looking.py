"""A few layers, linted."""

from shapecalc.linting import RULES, lint
from shapecalc.linting.choice import named
from shapecalc.network import build
from shapecalc.source.document import Document


def graph(*layers, given=(8, 16, 16), **sections):
    """The network of a few layers, given as in a file or as YAML text."""
    if len(layers) == 1 and isinstance(layers[0], str) and "\n" in layers[0]:
        return build(Document.from_text(layers[0]))
    return build(Document.from_data({"input": list(given), "layers": list(layers), **sections}))


def found(code, *layers, **sections):
    """What one rule finds in a few layers."""
    return lint(graph(*layers, **sections), [code], rules=RULES)


def messages(code, *layers, **sections):
    """Its messages."""
    return [finding.diagnostic.message for finding in found(code, *layers, **sections)]


def labels(code, *layers, **sections):
    """What it says is wrong exactly there."""
    return [finding.diagnostic.label for finding in found(code, *layers, **sections)]


def rule(code):
    """A rule of ours by its code."""
    return named(RULES, code)
