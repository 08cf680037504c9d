"""What would make maps of different size equal where they are joined: one option of one branch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from shapecalc.formulas.reach import SAME_CELL
from shapecalc.formulas.windows import Window

if TYPE_CHECKING:
    from shapecalc.diagnostics import Route
    from shapecalc.network.graph import Node
    from shapecalc.shape import Shape

WORDS = ("same", "half")
MOST_STRIDE, STRIDE = 8, 2
FARTHEST = 16
"""Layers back from the join."""
MOST_NODES = 5_000
"""Nodes of a network in which an option is looked for."""
MANY = 1_000_000
"""Cells that any window has room among."""


class Made(NamedTuple):
    """What there is of a network so far."""

    nodes: Sequence[Node]
    shapes: Mapping[str, Shape | None]
    """What each node gives, and the inputs."""
    owners: Mapping[str, tuple[str, Route]]
    """For each its layer's name and route, as the user knows them."""


def joined(made: Made, sources: Sequence[str]) -> str:
    """``padding: same`` of a layer, where that surely gives its branch the size of all others; empty if none does."""
    found = []
    for index, source in enumerate(sources):
        others = [*sources[:index], *sources[index + 1 :]]
        sizes = {None if (x := made.shapes[other]) is None else tuple(map(int, x.spatial)) for other in others}
        wanted = sizes.pop()
        if wanted and not sizes and source not in others and (option := branch(made, source, wanted, others)):
            both = "both" if len(sources) == 2 else "all"
            found.append((option[0], -index, f"{option[1]} makes {both} {'×'.join(map(str, wanted))}"))
    return min(found)[2] if found else ""


def branch(
    made: Made, source: str, wanted: tuple[int, ...], others: Sequence[str], *, padding_alone: bool = False
) -> tuple[int, str] | None:
    """The option that surely gives a branch the wanted lengths, and how far from plain it is.

    None if there is no such, or if it would change the others.
    """
    if len(made.nodes) > MOST_NODES:
        return None
    nodes = {node.name: node for node in made.nodes}
    places = Counter(node.route for node in made.nodes)
    for node in _along(source, nodes):
        name, route = made.owners[node.name]
        if places[node.route] > 1 or node.route[:-1] != route:
            continue  # made in several places, or by a block that has no such option
        if any(_reads(other, node.name, nodes) for other in others):
            return None
        option = next(_options(node, made.shapes[node.inputs[0]], wanted), None)
        if option is not None and not (padding_alone and option[0] == STRIDE):
            return option[0], f"`{option[1]}` of `{name}`"
    return None


def _along(source: str, nodes: Mapping[str, Node]) -> Iterator[Node]:
    """The layers with windows back along a branch, as far as all after them keep their map's size, whatever it is."""
    for _ in range(FARTHEST):
        node = nodes.get(source)
        if node is None or node.layer is None or len(node.inputs) != 1 or not node.reach or not node.reach[0]:
            return
        (source,) = node.inputs
        windows = [step for step in node.reach[0] if isinstance(step, Window)]
        if len(windows) < len(node.reach[0]):
            if not all(step == SAME_CELL for step in node.reach[0]):
                return
            continue
        if {"padding", "stride"} <= set(type(node.layer).model_fields):
            yield node
        if not all(window.stride == 1 and window.length(MANY) == MANY for window in windows):
            return


def _reads(source: str, wanted: str, nodes: Mapping[str, Node]) -> bool:
    """Whether a branch reads from a node, near or far."""
    waiting, seen = [source], {source}
    while waiting:
        name = waiting.pop()
        if name == wanted:
            return True
        more = [other for other in (nodes[name].inputs if name in nodes else ()) if other not in seen]
        seen.update(more)
        waiting += more
    return False


def _options(node: Node, x: Shape | None, wanted: tuple[int, ...]) -> Iterator[tuple[int, str]]:
    """The options with which a layer gives the wanted lengths, and how far from plain each is."""
    if x is None or len(x.spatial) != len(wanted):
        return
    windows = [step for step in node.reach[0] if isinstance(step, Window)]

    def fits(**changed: object) -> bool:
        changes = (replace(window, **changed) for window in windows)  # type: ignore[arg-type]
        return all(window.length(n) == o for window, n, o in zip(changes, x.spatial, wanted, strict=True))

    odd = all(window.reach % 2 for window in windows)
    yield from ((0, f"padding: {word}") for word in WORDS if (word != "half" or odd) and fits(padding=word))
    sides = range(min(int(window.reach) for window in windows))
    yield from ((1, f"padding: {side}") for side in sides if fits(padding=(side, side)))
    yield from ((STRIDE, f"stride: {stride}") for stride in range(1, MOST_STRIDE + 1) if fits(stride=stride))
