"""Rules about receptive fields: holes in them, too large or small for the input, beside each other where they meet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar

from shapecalc.analysis.receptive.phased import Phased
from shapecalc.analysis.receptive.seeing import Field
from shapecalc.formulas.reach import Shift
from shapecalc.formulas.windows import Window
from shapecalc.linting.rule import Found, Rule
from shapecalc.linting.words import along, decimal, half, listed, number, times

if TYPE_CHECKING:
    from shapecalc.linting.subject import Subject
    from shapecalc.network.graph import Node

WIDEST = 16_384
"""Cells of a field beyond which holes in it are not looked for."""


class Fields(Rule):
    """A rule about receptive fields."""

    family: ClassVar = "fields"


@dataclass(frozen=True, slots=True)
class Read:
    """The cells of one input axis that an output cell really reads, and how many dilated windows they came through."""

    first: int
    mask: int
    """A bit for each cell from the first on."""
    jump: int
    dilated: int = 0

    @property
    def size(self) -> int:
        """Cells from the first to the last."""
        return self.mask.bit_length()

    @property
    def read(self) -> int:
        """Those of them that are read."""
        return self.mask.bit_count()

    def through(self, window: Window, cells: int) -> Read | None:
        """The same through one more window; None where it is too wide to be counted."""
        if self.size + self.jump * int(window.reach) > WIDEST:
            return None
        mask = 0
        for tap in range(window.size):
            mask |= self.mask << (tap * window.dilation * self.jump)
        first = self.first - int(window.pads(cells)[0]) * self.jump
        stacked = self.dilated + (window.dilation > 1 and window.size > 1)
        return Read(first, mask, self.jump * window.stride, stacked)

    def join(self, other: Read) -> Read | None:
        """What is read where two branches meet; None where they do not move alike."""
        if self.jump != other.jump:
            return None
        first = min(self.first, other.first)
        mask = self.mask << (self.first - first) | other.mask << (other.first - first)
        return Read(first, mask, self.jump, max(self.dilated, other.dilated))


class Gridding(Fields):
    """Dilated windows on each other whose taps fall on the same cells: the field has holes.

    ## Why it matters
    With rates that have a common divisor the cells that are read lie on a grid, and what is between them is never seen
    by that output, however large its field looks. Its neighbours read another grid, so that what is near falls apart
    (Wang et al. 2018, Understanding Convolution for Semantic Segmentation, section 3.2).

    ## What to do
    Take rates without a common divisor, such as 1, 2, 5, or put a plain 3×3 before them.
    """

    code: ClassVar = "SC201"
    name: ClassVar = "gridding"
    bad: ClassVar = """
        - for: {rate: [2, 2, 2]}
          do: [{conv: 8, kernel: 3, dilation: rate, padding: half}]
        """
    good: ClassVar = """
        - for: {rate: [1, 2, 5]}
          do: [{conv: 8, kernel: 3, dilation: rate, padding: half}]
        """

    def check(self, net: Subject) -> Iterator[Found]:
        if not any(w.dilation > 1 and w.size > 1 for _, _, windows in net.windows() for w in windows):
            return
        every = [
            (name, axis, self.reads(net, name, axis))
            for name, shape in net.graph.inputs.items()
            for axis in range(shape.rank)
        ]
        for node in net.graph:
            holes = [
                (axis, read)
                for _, axis, found in every
                if (read := found.get(node.name)) is not None and self.ends(net, node, read, found)
            ]
            if not holes:
                continue
            last = self.last_dilated(net, node)
            if last is None:
                continue
            _, read = holes[0]
            rank = net.shapes[last.inputs[0]].rank  # type: ignore[union-attr]  # it slides windows over it
            axes = sorted({axis for axis, _ in holes})
            w = next(w for w in last.reach[0] if isinstance(w, Window) and w.dilation > 1)
            yield self.at(
                net,
                last,
                "dilation",
                f"`{net.giving(node)}` has a field of {number(read.size, 'cell')} {along(rank, axes)}".rstrip()
                + f" and reads {read.read} of them",
                f"{read.dilated} dilated windows on each other, this one by {w.dilation}",
                "rates without a common divisor, such as 1, 2, 5, or a plain 3×3 before them",
            )

    @staticmethod
    def reads(net: Subject, name: str, axis: int) -> dict[str, Read | None]:
        """What each node reads of one axis of an input; nothing where that does not move along the axis by one rule."""
        found: dict[str, Read | None] = {name: Read(0, 1, 1)}
        for node in net.graph:
            parts: list[Read | None] = []
            for source, steps in zip(node.inputs, node.reach, strict=False):
                before, shape = found.get(source), net.shapes.get(source)
                if source not in found:
                    continue
                step = steps[axis] if axis < len(steps) else None
                if before is None or shape is None:
                    parts.append(None)
                elif isinstance(step, Window):
                    parts.append(before.through(step, int(shape.spatial[axis])))
                elif isinstance(step, Shift):
                    parts.append(Read(before.first + step.by * before.jump, before.mask, before.jump, before.dilated))
                else:
                    parts.append(None)
            if parts:
                joined = parts[0]
                for part in parts[1:]:
                    joined = None if joined is None or part is None else joined.join(part)
                found[node.name] = joined
        return found

    @staticmethod
    def ends(net: Subject, node: Node, read: Read, found: dict[str, Read | None]) -> bool:
        """Whether a field with holes of at least two dilated windows ends here: at an output, or in a whole map."""
        if read.read == read.size or read.dilated < 2:
            return False
        readers = net.readers[node.name]
        return all(found.get(reader.name) is None and Gridding.whole(reader) for reader in readers)

    @staticmethod
    def whole(reader: Node) -> bool:
        """Whether what a node gives no longer has places."""
        return reader.output is not None and reader.output.elements == reader.output.channels

    @staticmethod
    def last_dilated(net: Subject, node: Node | None) -> Node | None:
        """The nearest dilated window behind a node."""
        waiting = [node]
        seen = set()
        while waiting:
            node = waiting.pop(0)
            if node is None or node.name in seen:
                continue
            seen.add(node.name)
            if any(isinstance(w, Window) and w.dilation > 1 and w.size > 1 for steps in node.reach for w in steps):
                return node
            waiting += [net.nodes.get(name) for name in node.inputs]
        return None


Moving = tuple[str, int, int, Field | Phased]
"""An input's name, its axis, how many cells that has, and a field that moves along it."""


def moving(net: Subject, node: Node) -> list[Moving]:
    """The fields of a node that move over the inputs."""
    return [
        (name, axis, int(net.graph.inputs[name].spatial[axis]), seen)
        for (name, axis), seen in net.receptive.fields.get(node.name, {}).items()
        if isinstance(seen, Field | Phased) and seen.axes
    ]


def end_of(field: Field | Phased) -> int | None:
    """The last cell that the first output cell sees; None where it sees nothing."""
    span = field.at(0)
    return None if span is None else int(span[1])


class FieldOverInput(Fields):
    """The receptive field is larger than the input.

    ## Why it matters
    What reaches past the border is padding. Depth that makes the field larger than the image still makes the function
    richer, but sees nothing more; and the larger part of each field is made up.

    ## What to do
    Mostly nothing. For small images, stride less at the start, or take a network made for them.
    """

    code: ClassVar = "SC202"
    name: ClassVar = "field-over-input"
    pedantic: ClassVar = True
    bad: ClassVar = "- {conv: 8, kernel: 3, padding: half, repeat: 4}\n- global_avgpool"
    good: ClassVar = "- {conv: 8, kernel: 3, padding: half, repeat: 3}\n- global_avgpool"
    example_input: ClassVar = (8, 8, 8)

    def check(self, net: Subject) -> Iterator[Found]:
        for node in net.graph:
            fields = moving(net, node)
            if not fields or any(moving(net, reader) for reader in net.readers[node.name]):
                continue
            over = [(name, axis, n, int(seen.size)) for name, axis, n, seen in fields if seen.size > n]
            paints = node.output is not None and max(node.output.spatial) > max(n for _, _, n, _ in fields)
            if len(over) < len(fields) or paints:
                continue
            name, axis, n, cells = max(over, key=lambda one: Fraction(one[3], one[2]))
            where = along(net.graph.inputs[name].rank, [axis])
            yield self.at(
                net,
                node,
                "",
                f"the field of `{net.giving(node)}` is {number(cells, 'cell')} {where}, on an input of {n}".replace(
                    " ,", ","
                ),
                f"{times(cells, n)} times the input",
                "a larger input, or fewer strides and windows",
            )


class FieldUnderHalf(Fields):
    """The field at the output is smaller than half of the input.

    ## Why it matters
    An output that sees so little cannot tell a part from the whole. For texture, or for a first layer, that is enough;
    to name what is in the middle of an image it is not.

    ## What to do
    More layers, a stride or a dilation earlier, or a pooling of the whole map at the end.
    """

    code: ClassVar = "SC203"
    name: ClassVar = "field-under-half"
    pedantic: ClassVar = True
    bad: ClassVar = "- {conv: 8, kernel: 3, padding: half}"
    good: ClassVar = "- {conv: 8, kernel: 3, padding: half, repeat: 4}"

    def check(self, net: Subject) -> Iterator[Found]:
        for name in dict.fromkeys(net.graph.outputs.values()):
            node = net.nodes.get(name)
            fields = moving(net, node) if node is not None else []
            under = [(axis, n, int(seen.size)) for _, axis, n, seen in fields if 2 * seen.size < n]
            if node is None or not under:
                continue
            _, n, cells = under[0]
            yield self.at(
                net,
                node,
                "",
                f"an output of `{net.giving(node)}` sees {number(cells, 'cell')} of an input of {n}",
                f"less than half: {half(n)}",
                "more layers, a stride or a dilation earlier, or a global pooling",
            )


class Misaligned(Fields):
    """Branches meet whose fields do not lie on each other.

    ## Why it matters
    What is added or put together at a place comes from different places of the image. The usual cause is SAME padding,
    which puts the odd cell after: of an even map a window of 3 by 2 then looks a cell further than the 1×1 by 2 beside
    it, half a cell of the map they make (Araujo, Norris & Sim 2019, Computing Receptive Fields of Convolutional
    Neural Networks, on alignment).

    Branches whose fields end at the same cell are left alone: that is how causal windows along time are aligned. So is
    a map that was resized, as in a feature pyramid, as long as it lies within half of one of its cells.

    ## What to do
    Pad both sides alike (`half`, or a number), or give the branches windows that are both odd or both even.
    """

    code: ClassVar = "SC204"
    name: ClassVar = "misaligned-branches"
    bad: ClassVar = "- residual: [{conv: 8, kernel: 3, stride: 2, padding: same}]"
    good: ClassVar = "- residual: [{conv: 8, kernel: 3, stride: 2, padding: half}]"

    def check(self, net: Subject) -> Iterator[Found]:
        for node in net.graph:
            if node.output is None or node.output.elements == node.output.channels:
                continue
            apart = []
            for (name, axis), met in net.receptive.meetings.get(node.name, {}).items():
                seen = [net.receptive.fields.get(branch, {}).get((name, axis)) for branch in met.branches]
                fields = [field for field in seen if isinstance(field, Field | Phased)]
                jumps = [Fraction(field.jump) for field in fields]
                if len(fields) < len(seen) or not min(jumps) or len({end_of(field) for field in fields}) == 1:
                    continue
                if met.shift is None and all(jump.denominator == 1 for jump in jumps):
                    # those of resized maps are no whole numbers, and may drift by a little as they please
                    speeds = listed(decimal(jump) for jump in dict.fromkeys(jumps))
                    apart.append((met, f"they move by {speeds} cells of `{name}` a step: they drift apart"))
                elif met.shift is not None and met.shift >= self.coarsest(fields):
                    cells = f"{decimal(met.shift / 2)} {'cell' if met.shift == 2 else 'cells'}"
                    apart.append((met, f"{cells} of `{name}` apart, where a step is {decimal(self.coarsest(fields))}"))
            if apart:
                met, label = apart[0]
                names = [f"`{self.branch(net, name)}`" for name in met.branches[:3]]
                names += ["others"] * (len(met.branches) > 3)
                yield self.at(
                    net,
                    node,
                    "",
                    f"{listed(names)} do not lie on each other where they meet in `{net.called(node)}`",
                    label,
                    "pad both sides alike (`half` or a number), or windows that are all odd or all even",
                )

    @staticmethod
    def branch(net: Subject, name: str) -> str:
        """What the user calls what comes from a node or an input."""
        return net.giving(net.nodes[name]) if name in net.nodes else name

    @staticmethod
    def coarsest(fields: Sequence[Field | Phased]) -> Fraction:
        """Input cells between neighbours on the coarsest map that one of some fields was resized from."""
        return max(Fraction(field.advance if isinstance(field, Phased) else field.jump) for field in fields)


RULES: tuple[Rule, ...] = (Gridding(), FieldOverInput(), FieldUnderHalf(), Misaligned())
