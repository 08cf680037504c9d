"""Will it fit? The memory of a network when it is run or trained, part by part, and the batch that a limit admits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shapecalc.analysis import AtLeast, Total
from shapecalc.analysis.cost import summed
from shapecalc.analysis.memory import inference
from shapecalc.analysis.memory.blocks import chosen
from shapecalc.analysis.memory.fitting import Fit, fitted
from shapecalc.analysis.memory.formats import TRAINABLE, Pair, Rule, Unfit, assigned, named, rule
from shapecalc.analysis.memory.ledger import Held, Ledger, Moment
from shapecalc.analysis.memory.optimizers import OPTIMIZERS
from shapecalc.analysis.memory.parameters import Part, standing
from shapecalc.analysis.memory.rows import SavedRow, rows
from shapecalc.analysis.memory.sharing import Places
from shapecalc.analysis.memory.training import Step
from shapecalc.formulas.memory import at_batch

if TYPE_CHECKING:
    from shapecalc.network.graph import Graph, Group

AMP = ("float16", "bfloat16")
"""Formats of mixed precision."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked: everything that the answer depends on but the network."""

    batch: int = 1
    train: bool = False
    optimizer: str = "sgd"
    amp: str | None = None
    usual: Pair = Pair("float32", "float32")  # noqa: RUF009  a constant
    rules: tuple[Rule, ...] = ()
    in_place: bool = False
    add_in_place: bool = False
    fused_attention: bool = False
    checkpoint: tuple[str, ...] = ()
    limit: int | None = None


@dataclass(frozen=True)
class Memory:
    """What a network takes when it is run, or trained, for a batch."""

    graph: Graph
    asked: Asked
    parts: tuple[Part, ...]
    """What is there all the time, then the activations at their peak."""
    peak: Moment
    alive: tuple[Held, ...]
    """The tensors that are alive at the peak, the largest first."""
    saved: tuple[SavedRow, ...]
    """In training: what each layer keeps for the way back."""
    blocks: tuple[Group, ...]
    """In training: what is run again."""
    fit: Fit | None

    @property
    def name(self) -> str:
        """The network's name."""
        return self.graph.name

    @property
    def batch(self) -> int:
        """Examples at once."""
        return self.asked.batch

    @property
    def complete(self) -> bool:
        """Whether it is known of every layer what it keeps."""
        return not self.unknown

    @property
    def unknown(self) -> tuple[SavedRow, ...]:
        """Layers that do not say what training keeps of them."""
        return tuple(row for row in self.saved if row.tensors is None)

    @property
    def peak_bytes(self) -> Total:
        """The activations, and what goes with them, at their peak."""
        return self._known(self["activations"])

    @property
    def saved_bytes(self) -> Total:
        """All that is kept for the way back."""
        return self._known(summed(row.bytes(self.batch) or 0 for row in self.saved))

    @property
    def total(self) -> Total:
        """Everything together."""
        return self._known(summed(part.bytes for part in self.parts))

    def __getitem__(self, part: str) -> int:
        """The bytes of a part, by its name."""
        for one in self.parts:
            if one.name == part:
                return one.bytes
        raise KeyError(part)

    def _known(self, number: int) -> Total:
        return number if self.complete else AtLeast(number)

    def to_dict(self) -> dict[str, Any]:
        """The answer as plain data, versioned: what ``--format json`` prints."""
        from shapecalc.render.memory.data import to_dict  # noqa: PLC0415  a result knows how to show itself

        return to_dict(self)

    def _repr_html_(self) -> str:
        from html import escape  # noqa: PLC0415

        from shapecalc.render.memory import report  # noqa: PLC0415
        from shapecalc.render.screen import plain_text  # noqa: PLC0415

        return f"<pre>{escape(plain_text(report(self)))}</pre>"

    def __rich__(self) -> Any:
        from shapecalc.render.memory import report  # noqa: PLC0415
        from shapecalc.render.screen import rich_text  # noqa: PLC0415

        return rich_text(report(self))


def memory(
    graph: Graph,
    batch: int = 1,
    *,
    train: bool = False,
    optimizer: str | None = None,
    amp: str | None = None,
    checkpoint: Iterable[str] = (),
    in_place: bool = False,
    add_in_place: bool = False,
    fused_attention: bool = False,
    dtype: str = "float32",
    weights: str | None = None,
    activations: str | None = None,
    layer_dtypes: Mapping[str, str] | Iterable[str] = (),
    fit: int | None = None,
) -> Memory:
    """What a network takes when it is run, or in a step of its training.

    Args:
        graph: the network, without faults.
        batch: how many examples at once.
        train: a training step instead of a run: what is kept for the way back, gradients, the optimizer's numbers.
        optimizer: one of ``OPTIMIZERS``; ``sgd`` unless given.
        amp: mixed precision: weights, activations and gradients in ``float16`` or ``bfloat16``, with a copy of the
            weights and the optimizer's numbers in float32.
        checkpoint: blocks whose input alone is kept, and which are run again on the way back; ``all`` for every block
            at the top level.
        in_place: an activation, or dropout, writes over its input where nothing else needs that; views are free.
        add_in_place: a sum writes over one of its summands.
        fused_attention: attention never has its scores in one piece.
        dtype: the number format of weights and activations.
        weights: that of weights, where it is another.
        activations: that of activations, where it is another.
        layer_dtypes: formats of some layers, by name, pattern or kind: ``{"conv1": "int8", "dense": "int4/float16"}``.
        fit: bytes that there are.

    Raises:
        ValueError: the question cannot be asked of this network.
    """
    if graph.wrong or not graph.complete:
        raise ValueError("of a network with faults the memory is not known")
    pairs = layer_dtypes.items() if isinstance(layer_dtypes, Mapping) else ()
    asked = Asked(
        batch=batch,
        train=train,
        optimizer=optimizer or "sgd",
        amp=amp,
        usual=_usual(dtype, weights, activations, amp),
        rules=tuple(map(rule, [f"{key}={value}" for key, value in pairs] or layer_dtypes)),
        in_place=in_place,
        add_in_place=add_in_place,
        fused_attention=fused_attention,
        checkpoint=tuple(checkpoint),
        limit=fit,
    )
    _check(asked, optimizer)
    formats = assigned(graph, asked.usual, asked.rules)
    places = Places(in_place, add_in_place)
    parts = standing(graph, formats, asked)
    if not train:
        ledger = inference.run(graph, formats, places, fused=fused_attention)
        number = _highest(ledger, batch)
        seen = inference.run(graph, formats, places, number, fused=fused_attention).seen
        return _answer(graph, asked, parts, ledger, number, seen)
    wrong = sorted({form for pair in formats.values() for form in pair if form not in TRAINABLE})
    if wrong:
        raise Unfit(f"nothing is trained in {wrong[0]}: a gradient is no whole number of steps")
    blocks = chosen(graph, asked.checkpoint)
    step = Step(graph, formats, places, tuple((b.start, b.stop) for b in blocks), fused_attention)
    ledger = step.run()
    number = _highest(ledger, batch)
    return _answer(graph, asked, parts, ledger, number, step.run(number).seen, tuple(rows(step, blocks)), blocks)


def _usual(dtype: str, weights: str | None, activations: str | None, amp: str | None) -> Pair:
    usual = Pair(named(weights or dtype), named(activations or dtype))
    if amp is None:
        return usual
    if named(amp) not in AMP:
        raise Unfit(f"mixed precision is in {' or '.join(AMP)}, not in {amp}")
    if usual != ("float32", "float32"):
        raise Unfit("mixed precision says the formats by itself: give either it or another format")
    return Pair(named(amp), named(amp))


def _check(asked: Asked, optimizer: str | None) -> None:
    if asked.batch < 1:
        raise Unfit(f"a batch has at least one example, not {asked.batch}")
    if asked.optimizer not in OPTIMIZERS:
        raise Unfit(f"`{asked.optimizer}` is no optimizer known here; there are {', '.join(OPTIMIZERS)}")
    training = [
        name
        for name, given in (("optimizer", optimizer), ("amp", asked.amp), ("checkpoint", asked.checkpoint))
        if given
    ]
    if training and not asked.train:
        raise Unfit(f"`{training[0]}` is for training")


def _highest(ledger: Ledger, batch: int) -> int:
    """The number of the first moment at which the most is alive."""
    sizes = [moment.bytes(batch) for moment in ledger.moments]
    return sizes.index(max(sizes[1:] or sizes), min(1, len(sizes) - 1))


def _answer(
    graph: Graph,
    asked: Asked,
    parts: tuple[Part, ...],
    ledger: Ledger,
    number: int,
    seen: tuple[Held, ...],
    saved: tuple[SavedRow, ...] = (),
    blocks: tuple[Group, ...] = (),
) -> Memory:
    once = summed(held.size for held in seen if held.once)
    each = summed(held.size for held in seen if not held.once)
    activations = Part("activations", at_batch(once, each, asked.batch))
    known = all(row.tensors is not None for row in saved)
    fit = None if asked.limit is None else fitted(asked.limit, parts, ledger.moments, known=known)
    alive = tuple(sorted(seen, key=lambda held: -held.at(asked.batch)))
    return Memory(graph, asked, (*parts, activations), ledger.moments[number], alive, saved, blocks, fit)
