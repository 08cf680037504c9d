"""Receptive fields by experiment: NaN is planted from a given cell on, and where it comes out has seen it.

No formula is used to see, only that NaN spreads. What is looked for comes from the analysis: of each node, the first
and the last input cell that two neighbouring output cells see. It is looked for in a network of the same layers with
fewer channels, its other axes shortened, and where a field does not fit into the input, the axis lengthened: what is
seen there is a proof only where the analysis tells the same of that network's node.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from math import lcm
from typing import TYPE_CHECKING

from shapecalc.analysis.receptive import receptive_fields
from shapecalc.analysis.receptive.onesided import OneSided
from shapecalc.engine.claims import BACK, ON, Claim
from shapecalc.engine.planting import Barren, Harvest, Tell, length_of, planted, quiet
from shapecalc.engine.thinning import shorter, thinned, with_lengths
from shapecalc.formulas.reach import Unknown

if TYPE_CHECKING:
    from shapecalc.analysis.receptive import Axis, Seen
    from shapecalc.analysis.receptive.seeing import Moving
    from shapecalc.network.graph import Graph

LONGEST = 2**15
"""An axis is not lengthened beyond this."""
FARTHEST = 2**12
"""Nor are fields looked for that only repeat after more cells than this."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What came out of a probe along one axis of an input: ``sort`` is what is known of the field by it."""

    sort: str
    """``seen`` just as it was told, ``alone``: so seen of an output cell without a neighbour, ``part`` of it seen (the
    border clips the rest), ``other`` than was told, or ``none``: not probed."""
    found: tuple[int, int] | None = None
    """The first and the last cell that the output cell has seen, where that is another field than was told."""
    told: tuple[int, int] | None = None
    cell: int = 0
    """The output cell that was looked at."""
    why: str = ""


def probe(graph: Graph, tell: Tell = quiet) -> dict[str, dict[Axis, Sight]]:
    """What every node sees along every axis of which its field is told.

    Args:
        graph: the network, without faults.
        tell: is given the name of each node that has been probed, and how many numbers it made.
    """
    told = receptive_fields(graph)
    found: dict[str, dict[Axis, Sight]] = {node.name: {} for node in graph}
    axes = [(name, axis) for name, x in graph.inputs.items() for axis in range(x.rank)]
    claimed = {axis: {name for name in found if claim_of(told[name], axis) is not None} for axis in axes}
    if not any(claimed.values()):
        return found
    thin = _same(thinned(graph), told, claimed) or graph
    for axis, names in claimed.items():
        if names:
            for name, sight in _along(axis, graph, thin, told, names, tell).items():
                found[name][axis] = sight
    return found


def _same(
    candidates: Iterable[Graph | None], told: Mapping[str, Seen], claimed: Mapping[Axis, Iterable[str]]
) -> Graph | None:
    """The first of some networks of which just the same is told."""
    for graph in candidates:
        if graph is None:
            continue
        seen = receptive_fields(graph)
        if all(_agree(seen[name], told[name], axis) for axis, names in claimed.items() for name in names):
            return graph
    return None


def claim_of(seen: Seen, axis: Axis) -> Moving | OneSided | None:
    """What is told along an axis; None where nothing is, or that it is not known."""
    told = seen.get(axis)
    return None if told is None or isinstance(told, Unknown) else told


def _agree(one: Seen, other: Seen, axis: Axis) -> bool:
    """Whether the same is told of a node in two networks; of all of an axis, whatever its length."""
    here, there = claim_of(one, axis), claim_of(other, axis)
    if here is None or there is None:
        return False
    return (here.whole and there.whole) or here == there


def _along(
    axis: Axis, graph: Graph, thin: Graph, told: Mapping[str, Seen], names: set[str], tell: Tell
) -> dict[str, Sight]:
    """What the nodes see along one axis: at its own length, then at one that holds what the border clips."""
    name, index = axis
    lengths = {i: int(n) for i, n in enumerate(graph.inputs[name].spatial)}
    others = {i: n for i, n in lengths.items() if i != index}
    tries = (
        with_lengths(thin, name, {i: min(length, n) for i, n in others.items()})
        for length in shorter(max(others.values(), default=1))
    )
    small = _same(tries, told, {axis: names}) or thin
    found = _probed(axis, [small, graph], _claims(axis, small, told, names), tell)
    left = {node for node, sight in found.items() if sight.sort in {"part", "alone"}}
    for longer, nodes in _longer(axis, small, told, left):
        length = {index: length_of(axis, longer)}
        claims = _claims(axis, longer, told, nodes)
        claims = {node: claim for node, claim in claims.items() if claim.complete(claim.looked_at())}
        found |= _probed(axis, [longer, with_lengths(graph, name, length)], claims, tell)
    return found | {node: Sight("none", why="no smaller network tells the same") for node in names - found.keys()}


def _claims(axis: Axis, graph: Graph, told: Mapping[str, Seen], names: set[str]) -> dict[str, Claim]:
    """What is told of nodes in the network that is probed, of those of which it is the same as in the whole one."""
    seen = receptive_fields(graph)
    n = length_of(axis, graph)
    claims: dict[str, Claim] = {}
    for node in graph:
        field = claim_of(seen[node.name], axis)
        if node.name in names and field and _agree(seen[node.name], told[node.name], axis) and node.output:
            claims[node.name] = Claim(field, 1 if field.axis is None else int(node.output.spatial[field.axis]), n)
    return claims


def _longer(axis: Axis, graph: Graph, told: Mapping[str, Seen], names: set[str]) -> Iterator[tuple[Graph, set[str]]]:
    """The network with a longer axis, and the nodes whose fields fit into it; twice as long each time as need be."""
    every = [field for seen in told.values() if (field := claim_of(seen, axis)) is not None]
    step = lcm(*(max(1, _advance(field)) for field in every))
    n = length_of(axis, graph)
    needed = {name: _room(field) for name in names if (field := claim_of(told[name], axis)) is not None}
    while needed and step <= FARTHEST:
        most = max(cells for cells in needed.values() if cells <= 2 * min(needed.values()))
        if most > LONGEST:
            return
        fitting = {name for name, cells in needed.items() if cells <= most}
        needed = {name: cells for name, cells in needed.items() if cells > most}
        # as many steps more, so that what pads to the same length pads as before
        longer = with_lengths(graph, axis[0], {axis[1]: n + step * max(1, -(-(most - n) // step))})
        if longer is not None:
            yield longer, fitting


def _room(field: Moving | OneSided) -> int:
    """Input cells in which a period of fields has room, with the border far enough away."""
    if isinstance(field, OneSided):
        return _room(field.own)
    return int(max(field.size, field.last + 1)) + 3 * _advance(field)


def _advance(field: Moving | OneSided) -> int:
    """Input cells by which a field moves in a period."""
    return int(getattr(field, "advance", field.jump))


def _probed(axis: Axis, graphs: Sequence[Graph | None], claims: Mapping[str, Claim], tell: Tell) -> dict[str, Sight]:
    """What came out at every node of which something is told.

    Of two networks with the same fields the second is larger: it is asked where the first says something else.
    """
    cells = {name: claim.looked_at() or (claim.cells // 2,) for name, claim in claims.items()}
    found: dict[str, Sight] = {}
    asked = dict(claims)
    measuring = None
    for graph in graphs:
        if graph is None or not asked:
            continue
        wanted = {plant for name, claim in asked.items() for plant in claim.plants(cells[name])}
        plants = [plant for plant in sorted(wanted) if 0 <= plant[1] < length_of(axis, graph)]
        try:
            out = planted(axis, graph, plants, asked, tell)
        except Barren as error:
            found |= {name: Sight("none", why=str(error)) for name in asked if name not in found}
            continue
        found |= {name: _sight(claim, cells[name], out, name) for name, claim in asked.items()}
        asked = {name: claim for name, claim in asked.items() if found[name].sort == "other"}
        measuring = graph
    if asked and measuring is not None:
        every = [(way, cell) for way in (ON, BACK) for cell in range(length_of(axis, measuring))]
        with suppress(Barren):
            out = planted(axis, measuring, every, asked, tell)
            found |= {name: _measured(claim, found[name].cell, out, name) for name, claim in asked.items()}
    return found


def _sight(claim: Claim, cells: Sequence[int], out: Harvest, name: str) -> Sight:
    """What the plants say of one node."""
    if out.itself.get(name, False):
        return Sight("none", why="NaN comes out of it where none is planted")
    clean = all(claim.clean(cell) for cell in cells)
    for number, cell in enumerate(cells):
        if not _agrees(claim, cell, out, name, clean=clean, ways=claim.ways(number)):
            if name in out.stopped:
                return Sight("none", why=f"`{out.stopped[name]}` lets no NaN through")
            return Sight("other", told=claim.of(cell), cell=cell)
    sort = "part"
    if clean and claim.complete(cells):
        sort = "seen"
    elif clean and len(cells) == claim.cells:
        sort = "alone"
    return Sight(sort, told=claim.of(cells[0]), cell=cells[0])


def _agrees(claim: Claim, cell: int, out: Harvest, name: str, *, clean: bool, ways: Sequence[int]) -> bool:
    """Whether NaN came out of an output cell as is told: what it sees within the input, and nothing else.

    It is looked at from the ends from which was planted.
    """
    seen = claim.clipped(cell)
    if seen is None:
        return not out.at(name, (ON, 0), cell)
    (first, last), back, on = seen, BACK in ways, ON in ways
    beyond = (back and out.at(name, (BACK, first - 1), cell)) or (on and out.at(name, (ON, last + 1), cell))
    within = all(
        out.everywhere(name, plant, cell) for plant, meant in (((BACK, first), back), ((ON, last), on)) if meant
    )
    # of a field that the border clips not all may be there to be seen, and of one in padding nothing
    return not beyond and ((within and out.at(name, (ON, 0), cell)) or not clean)


def _measured(claim: Claim, cell: int, out: Harvest, name: str) -> Sight:
    """The field that was found, of a node of which another is told."""
    after = [place for place in range(claim.n) if out.at(name, (ON, place), cell)]
    before = [place for place in range(claim.n) if out.at(name, (BACK, place), cell)]
    found = (min(before), max(after)) if before and after else None
    if found == claim.clipped(cell):  # by all places together, and not by each
        found = None
    return Sight("other", found=found, told=claim.of(cell), cell=cell)
