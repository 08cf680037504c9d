"""One harness for every kind of layer, ours and other packages': what a layer states is what its kernel does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from shapecalc.diagnostics import SpecError
from shapecalc.engine.proof import Finding, Mark, Proof, verify
from shapecalc.layers import KINDS
from shapecalc.network import build
from shapecalc.source.document import Document

if TYPE_CHECKING:
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


def _said(name: str, finding: Finding) -> str:
    why = f" ({finding.why})" if finding.why else ""
    return f"{name}: {finding.column} {finding.what}: {finding.told} stated, {finding.found} ran: {finding.mark}{why}"
