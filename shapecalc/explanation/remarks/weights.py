"""What there is to say of weights: what a bias, groups, sharing and a large map make of their number."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from shapecalc.explanation.remarks.scene import Scene, hundredths, plural
from shapecalc.shape import Buffer


def pointwise(scene: Scene) -> Iterator[str]:
    """A kernel of one tap."""
    steps = list(scene.windows)
    full = scene.node.kind == "conv" and getattr(scene.node.layer, "groups", 1) == 1
    if full and steps and all(step.size == 1 for _, step, _, _ in steps):
        c, f = int(scene.xs[0].channels), int(scene.y.channels)
        yield f"one tap sees no neighbours: at each place {c} channels are mixed into {f}, as a dense layer would"


def whole_map(scene: Scene) -> Iterator[str]:
    """A kernel as large as the map."""
    steps, size = list(scene.windows), scene.xs[0].elements
    if scene.kernel is None or not steps or scene.kernel.elements != scene.y.channels * size:
        return
    if all(o == 1 and step.size == n > 1 for _, step, n, o in steps):
        yield f"the kernel covers the whole map: this is a dense layer of {size:,} inputs"


def grouped(scene: Scene) -> Iterator[str]:
    """Groups of channels."""
    groups = getattr(scene.node.layer, "groups", 1)
    if scene.kernel is None or groups == 1 or scene.node.kind not in {"conv", "conv_transpose"}:
        return
    if groups == scene.xs[0].channels:
        yield f"as many groups as channels: each filter sees one of {groups}, for 1/{groups} of the kernel and MACs"
    else:
        c = int(scene.xs[0].channels)
        yield f"{groups} groups: a filter sees {c // groups} of {c} channels, for 1/{groups} of the kernel and MACs"


def biased(scene: Scene) -> Iterator[str]:
    """What the bias adds to the parameters."""
    bias = scene.node.weights.get("bias")
    if bias is not None and scene.kernel is not None and scene.node.shared_with is None:
        yield f"the bias adds {plural(bias.elements, 'parameter')} to the kernel's {scene.kernel.elements:,}"


def bias_undone(scene: Scene) -> Iterator[str]:
    """A bias before a batch norm."""
    bias = scene.node.weights.get("bias")
    readers = scene.readers
    if bias is not None and readers and all(node.kind == "batchnorm" for node in readers):
        wasted = plural(bias.elements, "parameter")
        yield f"the batch norm after it takes the mean off, and with it the bias: {wasted} for nothing"


def no_bias(scene: Scene) -> Iterator[str]:
    """A bias left out because a norm follows."""
    if getattr(scene.node.layer, "bias", True) is False and any(node.kind == "batchnorm" for node in scene.readers):
        yield f"no bias: the {scene.y.channels:,} shifts of the norm after it do its work"


def shared(scene: Scene) -> Iterator[str]:
    """Weights of another layer."""
    if scene.node.shared_with is not None:
        held = sum(shape.elements for shape in scene.node.weights.values() if not isinstance(shape, Buffer))
        yield f"its {held:,} weights are those of {scene.node.shared_with}: parameters count once, operations each time"
    users = scene.labels.users.get(scene.node.name, [])
    if users:
        names = ", ".join(users[:3]) + (" …" if len(users) > 3 else "")
        yield f"{names} {'uses' if len(users) == 1 else 'use'} the same weights, which are counted here alone"


def kept_not_trained(scene: Scene) -> Iterator[str]:
    """Running statistics."""
    kept = {name: shape for name, shape in scene.node.weights.items() if isinstance(shape, Buffer)}
    if kept and scene.node.shared_with is None:
        count = sum(shape.elements for shape in kept.values())
        yield f"{' and '.join(kept)} are {count:,} numbers that are kept and not trained: buffers, told apart"


def free(scene: Scene) -> Iterator[str]:
    """What trains nothing."""
    if not scene.node.weights and any(True for _ in scene.windows):
        yield "a window without weights: it has nothing to train"


def places_share(scene: Scene) -> Iterator[str]:
    """Parameters do not depend on the map, MACs do."""
    places = prod(scene.y.spatial)
    if places > 1 and scene.node.kind in {"conv", "depthwise"}:
        yield f"one kernel serves all {places:,} places: a larger map has more MACs and no more parameters"


def most_parameters(scene: Scene) -> Iterator[str]:
    """A layer that holds most of the network's parameters."""
    whole = scene.labels.analysis.params
    held = sum(s.elements for s in scene.node.weights.values() if not isinstance(s, Buffer))
    if isinstance(whole, int) and scene.node.shared_with is None and held < whole < 2 * held:
        yield f"this one layer holds {hundredths(held, whole)} of the network's {whole:,} parameters"


def after_flatten(scene: Scene) -> Iterator[str]:
    """A dense layer behind a flattened map."""
    if scene.node.kind != "dense" or not scene.node.inputs:
        return
    before = scene.labels.nodes.get(scene.node.inputs[0])
    if before is None or before.kind != "flatten" or scene.kernel is None:
        return
    shape = scene.labels.shapes.get(before.inputs[0])
    if shape is not None and shape.rank and prod(shape.spatial) > 1:
        saved = scene.kernel.elements - scene.kernel.elements // prod(shape.spatial)
        pooled = f"after a global pooling it would read {int(shape.channels):,}, for {saved:,} parameters less"
        yield f"each unit reads all {shape} numbers; {pooled}"
