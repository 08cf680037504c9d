"""What there is to say of a window: its padding, its stride, and what it leaves out."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from shapecalc.explanation.remarks.scene import Scene, by_axis, plural
from shapecalc.formulas.windows import Transposed


def unread(scene: Scene) -> Iterator[str]:
    """The cells at the end that the last window does not reach."""
    said = []
    for axis, window, n, o in scene.windows:
        before, after = window.pads(n)
        over = n + before + after - ((o - 1) * window.stride + window.reach)
        if over > after and not window.ceil:
            left = int(over - after)
            said.append((axis, f"the floor leaves the last {plural(left, 'cell')} unread"))
    yield from by_axis(said)


def padding_unread(scene: Scene) -> Iterator[str]:
    """Padding that no window reads."""
    said = []
    for axis, window, n, o in scene.windows:
        before, after = window.pads(n)
        over = int(n + before + after - ((o - 1) * window.stride + window.reach))
        if 0 < over <= after and not window.ceil:
            said.append((axis, f"the floor leaves {plural(over, 'cell')} of the padding unread, and none of the input"))
    yield from by_axis(said)


def odd_cell(scene: Scene) -> Iterator[str]:
    """Which side SAME gives the odd cell of padding."""
    said = []
    for axis, window, n, _ in scene.windows:
        before, after = (int(side) for side in window.pads(n))
        if window.padding == "same" and after != before:
            said.append((axis, f"SAME adds {before + after}: {before} before and {after} after, the odd cell after"))
        if window.padding == "same_lower" and after != before:
            odd = f"`same_lower` adds {before + after}: {before} before and {after} after, the odd cell before"
            said.append((axis, odd))
    yield from by_axis(said)


def kept_length(scene: Scene) -> Iterator[str]:
    """Padding that keeps the length."""
    said = []
    for axis, window, n, o in scene.windows:
        pads = sum(int(side) for side in window.pads(n))
        if window.stride == 1 and n == o and pads:
            made_up = f"{plural(pads, 'cell')} of padding make up for a window of {int(window.reach)}"
            said.append((axis, f"{made_up}: the length stays {n}"))
    yield from by_axis(said)


def shrunk(scene: Scene) -> Iterator[str]:
    """What a window without padding costs."""
    said = []
    for axis, window, n, o in scene.windows:
        if window.stride == 1 and o < n and not sum(window.pads(n)) and scene.node.weights:
            said.append((axis, f"without padding the length shrinks by {n - o}, one less than the window's reach"))
    yield from by_axis(said)


def stepped_over(scene: Scene) -> Iterator[str]:
    """A stride longer than the window."""
    said = []
    for axis, window, _, o in scene.windows:
        if window.stride > window.reach and o > 1:
            gap = int(window.stride - window.reach)
            said.append((axis, f"the stride of {window.stride} steps over {plural(gap, 'cell')} between two windows"))
    yield from by_axis(said)


def divided(scene: Scene) -> Iterator[str]:
    """A stride that makes the map smaller, and by how much."""
    strides: list[int] = [step.stride for _, step, _, _ in scene.windows]
    before, after = prod(scene.xs[0].spatial), prod(scene.y.spatial)
    if strides and max(strides) > 1:
        yield f"the stride of {'×'.join(map(str, strides))} leaves {after:,} places of {before:,}"


def hanging(scene: Scene) -> Iterator[str]:
    """A last window over the end."""
    said = []
    for axis, window, n, o in scene.windows:
        before, after = window.pads(n)
        over = int((o - 1) * window.stride + window.reach - n - before - after)
        if window.ceil and over > 0:
            said.append((axis, f"`ceil` lets the last window hang over the end by {plural(over, 'cell')}"))
    yield from by_axis(said)


def dilated(scene: Scene) -> Iterator[str]:
    """Taps further apart."""
    said = []
    for axis, window, _, _ in scene.axes:
        if window.dilation > 1 and window.size > 1:
            far = f"{window.size} taps reach over {int(window.reach)} cells at no more cost"
            said.append((axis, f"dilation {window.dilation} lets {far}"))
    yield from by_axis(said)


def uneven_stamps(scene: Scene) -> Iterator[str]:
    """A transposed kernel that is no multiple of its stride."""
    said = []
    for axis, step, _, _ in scene.axes:
        if isinstance(step, Transposed) and step.stride > 1 and step.size % step.stride and step.dilation == 1:
            fewest, most = step.size // step.stride, -(-step.size // step.stride)
            uneven = f"an output cell gets {fewest} or {most} of them, by its position"
            said.append((axis, f"{step.size} taps are no multiple of the stride {step.stride}: {uneven}"))
    yield from by_axis(said)
