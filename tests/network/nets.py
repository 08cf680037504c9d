"""Networks written for a test, and what became of them."""

from textwrap import dedent, indent

from shapecalc.network import build
from shapecalc.source.document import Document

IMAGE = "[3, 32, 32]"


def net(text, settings=None, inputs=None):
    """The graph of a whole file."""
    return build(Document.from_text(dedent(text), "net.yaml"), settings, inputs)


def stack(layers, before="", image=IMAGE, **more):
    """The graph of a list of layers on one image, other sections before it."""
    return net(
        f"input: {image}\n{dedent(before).strip()}\nlayers:\n{indent(dedent(layers).strip(chr(10)), '  ')}\n", **more
    )


def shapes(graph):
    """The shape of every node as text, by its name."""
    return {node.name: node.output and str(node.output) for node in graph}


def outputs(graph):
    """The shapes of all nodes as text, where nothing is at fault."""
    assert graph.diagnostics == (), graph.diagnostics
    return [str(node.output) for node in graph]


def kinds(graph):
    """The kind of every node."""
    return [node.kind for node in graph]


def sources(graph):
    """What feeds every node, by its name."""
    return {node.name: list(node.inputs) for node in graph}


def codes(graph):
    """The codes of all faults, in order."""
    return [fault.code for fault in graph.diagnostics]


def fault(graph):
    """The one fault of a network."""
    assert len(graph.diagnostics) == 1, graph.diagnostics
    return graph.diagnostics[0]


def layer(graph, index=0):
    """The layer of a node."""
    assert graph.diagnostics == (), graph.diagnostics
    return graph.nodes[index].layer
