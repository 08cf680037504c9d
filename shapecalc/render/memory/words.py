"""What is said about memory: what was asked, where the peak is, what fits, and what the figures mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shapecalc.analysis.memory.optimizers import OPTIMIZERS
from shapecalc.render.columns import of_total
from shapecalc.render.units import UNKNOWN, exact, plain, size

if TYPE_CHECKING:
    from shapecalc.analysis.memory.fitting import Fit
    from shapecalc.analysis.memory.ledger import Held, Moment
    from shapecalc.analysis.memory.question import Memory
    from shapecalc.analysis.memory.rows import SavedRow

ROLES = {
    "input": "input",
    "output": "output",
    "inner": "on the way",
    "saved": "kept",
    "gradient": "gradient",
    "again": "made again",
}
PHASES = {"forward": "while {} runs", "backward": "on the way back through {}", "again": "while {} runs again"}
LEFT_OUT = {
    False: "the scratch space of kernels, what an allocator rounds up or cannot use, the program itself",
    True: (
        "the loss's own tensors, the optimizer's temporaries and step counts, the scratch space of kernels, what an"
        " allocator rounds up or cannot use, the program itself"
    ),
}


def counted(number: int, noun: str) -> str:
    """``1 layer``, ``2 layers``."""
    return f"{exact(number)} {noun}" + ("" if number == 1 else "s")


def what(memory: Memory) -> str:
    """What was asked."""
    asked = memory.asked
    usual = asked.usual
    form = (
        usual.weights
        if usual.weights == usual.activations
        else f"{usual.weights} weights, {usual.activations} activations"
    )
    said = ["a training step" if asked.train else "a run", f"batch {exact(asked.batch)}", form]
    if asked.rules:
        said.append("but " + ", ".join(plain(str(rule)) for rule in asked.rules))
    if asked.amp:
        said[2] = f"mixed precision, {asked.amp}"
    if asked.train:
        said.append(asked.optimizer)
    if memory.blocks:
        said.append(f"{counted(len(memory.blocks), 'block')} checkpointed")
    said += [
        word
        for word, yes in (
            ("in place", asked.in_place),
            ("sums in place", asked.add_in_place),
            ("fused attention", asked.fused_attention),
        )
        if yes
    ]
    return " · ".join(said)


def moment(moment: Moment) -> str:
    """Where a moment is."""
    return PHASES[moment.phase].format(plain(moment.at))


def shape(held: Held, batch: int) -> str:
    """A tensor's shape, the batch first."""
    return str(held.shape) if held.once else f"{batch}×{held.shape}"


def kept(memory: Memory) -> str:
    """The heading of what training keeps."""
    return (
        f"kept for the way back: {of_total(memory.saved_bytes, size)}, each tensor once, with the first layer that"
        " keeps it"
    )


def tensors(row: SavedRow) -> str:
    """What a layer keeps, in words."""
    if row.tensors is None:
        return UNKNOWN
    return plain(", ".join(held.name.removeprefix(f"{row.name} ") for held in row.tensors))


def fits(fit: Fit) -> str:
    """The batch that fits, and what keeps one more from it."""
    least, most = ("", "") if fit.known else ("at least ", "at most ")
    always = f"{size(fit.standing)} whatever the batch"
    parts = f"{always}, {least}{size(fit.activations)} activations {moment(fit.moment)}"
    if fit.batch:
        return (
            f"{most}a batch of {exact(fit.batch)} in {size(fit.limit)}, with {most}{size(fit.limit - fit.bytes)} to"
            f" spare; one more is {least}{size(fit.one_more - fit.limit)} too much: {parts}"
        )
    beyond = f"{least}{size(fit.one_more - fit.limit)} more than {size(fit.limit)}"
    alone = f"; the {fit.binds} bind{'s' if fit.binds == 'optimizer' else ''}"
    return f"not even one example: it takes {least}{size(fit.one_more)}, {beyond}: {parts}{alone}"


def means(memory: Memory) -> str:
    """What the figures mean."""
    asked = memory.asked
    said = []
    if not asked.train:
        said.append("each tensor from its making to its last reader, in the graph's order")
    else:
        said.append("each tensor from its making to the last that reads it, on the way forward or back")
        said.append("what a layer keeps is what PyTorch's autograd keeps of it, or what its derivative reads")
    if asked.in_place:
        said.append("activations and dropout write over an input that nothing else needs, and views are free")
    elif not asked.train:
        said.append("nothing in place")
    if asked.add_in_place:
        said.append("a sum writes over one of its summands")
    if asked.train:
        said.append("all gradients of weights at once")
        slots = OPTIMIZERS[asked.optimizer].slots
        said.append(
            f"{asked.optimizer} keeps {' and '.join(slots) or 'nothing'}" + (" of each parameter" if slots else "")
        )
    if asked.amp:
        said.append(
            f"mixed precision: weights, gradients and activations in {asked.amp}, a copy of the weights and the"
            " optimizer's numbers in float32"
        )
    if memory.blocks:
        said.append("of a checkpointed block what it reads is kept, and it is run again on the way back")
    if "int4" in {asked.usual.weights, asked.usual.activations} | {
        form for rule in asked.rules for form in (rule.weights, rule.activations)
    }:
        said.append("int4: two numbers a byte, the last byte of a tensor whole; scales and zero points not counted")
    return " · ".join(said)
