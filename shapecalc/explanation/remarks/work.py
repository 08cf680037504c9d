"""What there is to say of the work a layer does, and of what it gives."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from shapecalc.explanation.remarks.scene import Scene, hundredths, plural

MOST = 8
"""Channels that are written out as a sum."""


def one_number(scene: Scene) -> Iterator[str]:
    """A pooling of the whole map."""
    if scene.node.kind.startswith("global_") and scene.xs[0].rank:
        yield f"each channel's {prod(scene.xs[0].spatial):,} cells become one number, whatever the size of the input"


def joined(scene: Scene) -> Iterator[str]:
    """Channels put behind each other."""
    if scene.node.kind == "concat" and len({x[1:] for x in scene.xs}) == 1 and len(scene.xs) <= MOST:
        summed = " + ".join(str(int(x.channels)) for x in scene.xs)
        yield f"the channels stand behind each other: {summed} = {int(scene.y.channels)}"


def added(scene: Scene) -> Iterator[str]:
    """Branches summed."""
    if scene.node.kind == "add" and len(set(scene.xs)) == 1:
        yield f"the {len(scene.xs)} branches are equal in shape, and so is their sum: nothing is trained"


def moved(scene: Scene) -> Iterator[str]:
    """A layer that computes nothing."""
    if scene.node.kind == "flatten":
        yield f"the same {scene.y.elements:,} numbers in one row: nothing is computed"


def dropped(scene: Scene) -> Iterator[str]:
    """Dropout at inference."""
    if scene.node.kind == "dropout":
        yield "it drops numbers while training; in the forward pass counted here it does nothing"


def by_input(scene: Scene) -> Iterator[str]:
    """What the MACs of a transposed convolution are counted over."""
    if scene.node.kind == "conv_transpose":
        cells = plural(prod(scene.xs[0].spatial), "place")
        yield f"the {cells} of the input are counted, for each is spread over the taps"


def costly(scene: Scene) -> Iterator[str]:
    """A layer that does most of the work."""
    whole, own = scene.labels.analysis.macs, (scene.node.ops or {}).get("mac", 0) * scene.labels.analysis.batch
    if isinstance(whole, int) and own < whole < 2 * own:
        yield f"this one layer does {hundredths(own, whole)} of the network's MACs"


def bias_adds(scene: Scene) -> Iterator[str]:
    """What the bias adds to the operations."""
    adds = (scene.node.ops or {}).get("add", 0)
    if scene.node.weights.get("bias") is not None and adds == scene.y.elements and "mac" in (scene.node.ops or {}):
        yield f"the bias is {plural(adds, 'more add', 'more adds')}, one an output{_for_batch(scene)}; it is no MAC"


def _for_batch(scene: Scene) -> str:
    return " of each example" if scene.labels.analysis.batch > 1 else ""


def folded(scene: Scene) -> Iterator[str]:
    """Batch norm in two operations."""
    if scene.node.kind == "batchnorm" and scene.node.ops:
        yield "with its statistics fixed it is one multiply and one add an element"


def for_batch(scene: Scene) -> Iterator[str]:
    """What a batch multiplies."""
    batch = scene.labels.analysis.batch
    if batch > 1:
        yield f"for a batch of {batch:,}: operations and activations are multiplied, parameters are not"


def larger_than_weights(scene: Scene) -> Iterator[str]:
    """Activations against weights."""
    held = sum(shape.elements for shape in scene.node.weights.values())
    made = scene.y.elements * scene.labels.analysis.batch
    if held and made >= 10 * held:
        yield f"its output is {made // held:,} times as many numbers as its weights"
    elif held and held >= 10 * made:
        yield f"its weights are {held // made:,} times as many numbers as its output"
