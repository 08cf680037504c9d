"""Fixes put into a text, and held to what they promise before they are kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shapecalc.diagnostics import Severity, SpecError
from shapecalc.linting.subject import Subject
from shapecalc.source.document import Document
from shapecalc.source.edit import Editor, Unfit, edited

if TYPE_CHECKING:
    from shapecalc.linting import Finding
    from shapecalc.network.graph import Graph

MOST_ROUNDS = 10
"""A fix may uncover another: of three activations in a row two go."""

Build = Callable[[Document], "Graph"]
Look = Callable[["Graph"], "tuple[Finding, ...]"]


@dataclass(frozen=True, slots=True)
class Mended:
    """A network after its fixes."""

    graph: Graph
    fixed: tuple[Finding, ...]
    left: tuple[Finding, ...]

    @property
    def text(self) -> str:
        """The text of its file."""
        return self.graph.document.text


def mend(graph: Graph, build: Build, look: Look) -> Mended:
    """A network with every fault taken away whose fix does what it promises.

    Args:
        graph: the network.
        build: makes the network of a changed document.
        look: finds what is unwise in a network.
    """
    left = look(graph)
    fixed: list[Finding] = []
    for _ in range(MOST_ROUNDS):
        able = [finding for finding in left if finding.fix is not None]
        done = _tried(graph, able, left, build, look)
        if done is None:
            for finding in able:
                if (done := _tried(graph, [finding], left, build, look)) is not None:
                    able = [finding]
                    break
        if done is None:
            break
        graph, left = done
        fixed += able
    return Mended(graph, tuple(fixed), left)


def _tried(
    graph: Graph, able: Sequence[Finding], before: Sequence[Finding], build: Build, look: Look
) -> tuple[Graph, tuple[Finding, ...]] | None:
    """The network with these fixes, and what is left to find; None where they do not do what they promise."""
    fixes = [finding.fix for finding in able if finding.fix is not None]
    if not fixes:
        return None
    document = graph.document
    editor = Editor(document)
    try:
        text = edited(document.text, [fix.edit(editor) for fix in fixes])
        new = build(Document.from_text(text, document.name))
    except (Unfit, SpecError):
        return None
    if not _promised(graph, new, saved=sum(fix.params for fix in fixes)):
        return None
    left = look(new)
    expected = Counter(finding.code for finding in before)
    expected.subtract(finding.code for finding in able)
    found = Counter(finding.code for finding in left)
    return (new, left) if all(found[finding.code] <= expected[finding.code] for finding in able) else None


def _promised(old: Graph, new: Graph, *, saved: int) -> bool:
    """Whether a change saves so many parameters and leaves shapes, MACs and faults as they were."""
    before, after = Subject(old), Subject(new)
    errors = [sum(fault.severity is Severity.ERROR for fault in graph.diagnostics) for graph in (old, new)]
    if errors[0] != errors[1] or before.total is None or after.total is None:
        return False
    return (
        before.total - saved == after.total
        and before.analysis.macs == after.analysis.macs
        and list(before.analysis.outputs.values()) == list(after.analysis.outputs.values())
    )
