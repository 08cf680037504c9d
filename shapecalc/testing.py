"""What a test of one's own calls: a kind of layer does what it states, a network keeps its budget."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from shapecalc.budget import NOUNS, check
from shapecalc.diagnostics import SpecError
from shapecalc.engine.proof import Finding, Mark, Proof, verify
from shapecalc.layers import KINDS
from shapecalc.loading import load
from shapecalc.network import build
from shapecalc.network.amounts import amount
from shapecalc.source.document import Document
from shapecalc.source.expressions import ExpressionError

if TYPE_CHECKING:
    from os import PathLike

    from shapecalc.layers.base import Layer

Case = tuple[Sequence[int], str | Mapping[str, Any] | Sequence[str | Mapping[str, Any]]]
"""An input's shape, and the layer as a file has it; or a list of layers."""


def prove_layer(layer: str | type[Layer], cases: Iterable[Case]) -> list[Proof]:
    """Run a kind of layer in many settings, and hold what it does against what it states.

    That is its output's shape, the tensors it reads, its operations by kind, its receptive field and its memory.

        prove_layer(StarRelu, [([4, 8, 8], "star_relu"), ([6], {"star_relu": None, "name": "last"})])

    Args:
        layer: the kind's class, or its name where it is installed.
        cases: inputs and layers.

    Returns:
        The proof of each case.

    Raises:
        AssertionError: something that is stated is not so, or could not be run; every such figure is named.
        SpecError: a case has a fault.
    """
    kinds = KINDS if isinstance(layer, str) else KINDS | {layer.kind: layer}
    proofs = []
    for given, written in cases:
        layers = [written] if isinstance(written, str | Mapping) else list(written)
        document = Document.from_data({"input": list(given), "layers": layers})
        graph = build(document, kinds=kinds)
        if graph.wrong:
            raise SpecError(list(graph.diagnostics), document.name, document.text)
        proof = verify(graph)
        wrong = [
            _said(name, finding)
            for name, findings in [*((node.name, node.findings) for node in proof.nodes), ("total", proof.totals)]
            for finding in findings
            if finding.mark in {Mark.DISPROVED, Mark.NOT_RUN}
        ]
        if wrong:
            raise AssertionError("\n".join([f"{written} on {list(given)}:", *(f"  {line}" for line in wrong)]))
        proofs.append(proof)
    return proofs


def assert_budget(
    spec: str | PathLike[str] | Mapping[str, Any],
    settings: Mapping[str, object] | None = None,
    inputs: Mapping[str, object] | None = None,
    **limits: str | int,
) -> None:
    """Hold a network to its budget, to the shapes that it expects, and to what is published for it.

        assert_budget("nets/net.yaml", params="5M", macs="600M", memory="64 MiB", receptive_field=">= 224")

    Args:
        spec: a path, a text or a mapping, as ``load`` takes them.
        settings: values for the file's variables.
        inputs: other input shapes by name.
        limits: a budget beside the file's own, for one example in float32: any of ``params``, ``buffers``, ``macs``,
            ``flops``, ``memory``, ``receptive_field``.

    Raises:
        AssertionError: a promise does not hold, or cannot be decided; every such one is named.
        SpecError: the spec cannot be read, or its shapes do not fit.
        TypeError: a limit is of no such figure.
        ValueError: a limit is no amount.
    """
    for name in limits:
        if name not in NOUNS:
            raise TypeError(f"there is no budget of `{name}`; there are {', '.join(NOUNS)}")
    try:
        amounts = {name: amount(limit) for name, limit in limits.items()}
    except ExpressionError as error:
        raise ValueError(f"{error.message}: {error.help}") from None
    made = check(load(spec, settings, inputs), amounts)
    broken = [verdict.diagnostic for verdict in made.verdicts if verdict.diagnostic is not None]
    if broken:
        said = (f"{fault.message}{f': {fault.label}' if fault.label else ''}" for fault in broken)
        raise AssertionError("\n".join([f"{made.analysis.name}:", *(f"  {line}" for line in said)]))


def _said(name: str, finding: Finding) -> str:
    why = f" ({finding.why})" if finding.why else ""
    return f"{name}: {finding.column} {finding.what}: {finding.told} stated, {finding.found} ran: {finding.mark}{why}"
