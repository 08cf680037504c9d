"""In which form of a framework's a layer is counted, where its kind alone does not tell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shapecalc.analysis.cost.amounts import Read


def _attention(read: Read) -> str:
    """``written`` with relative positions, ``module`` where PyTorch's own fits, ``linears`` elsewhere."""
    layer, memory = read.layer, read.xs[-1]
    if layer.relative_positions:
        return "written"
    both = layer.out_bias in {None, layer.bias}
    square = layer.heads * layer.size(read.x) == read.x.channels == memory.channels == read.y.channels
    return "module" if layer.kv == layer.heads and both and square and read.x.rank == 1 else "linears"


def _conv(read: Read) -> str:
    return "tiled" if read.layer.banks(read.x.rank) else ""


def _dense(read: Read) -> str:
    return "as conv" if read.layer.as_conv else "each place" if read.x.rank else ""


def _avgpool(read: Read) -> str:
    """Whether the windows at the border divide by fewer cells."""
    padded = any(any(w.pads(n)) for w, n in zip(read.node.reach[0], read.x.spatial, strict=True))  # type: ignore[union-attr]
    hanging = read.layer.ceil
    return "uneven" if (padded and not read.layer.count_include_pad) or hanging else ""


def _adaptive(read: Read) -> str:
    return f"{read.x.rank}-D"


def _upsample(read: Read) -> str:
    return f"{read.layer.way(read.x.rank)} {read.x.rank}-D"


def _own_norm(read: Read) -> str:
    return "over all" if read.layer.over == "all" else ""


def _causal(read: Read) -> str:
    form = _attention(read)
    return f"{form} causal" if read.layer.causal else form


def _lstm(read: Read) -> str:
    return "projected" if read.layer.projection else ""


FORMS: Mapping[str, Callable[[Read], str]] = {
    "attention": _causal,
    "conv": _conv,
    "dense": _dense,
    "avgpool": _avgpool,
    "global_avgpool": _adaptive,
    "adaptive_avgpool": _adaptive,
    "upsample": _upsample,
    "lstm": _lstm,
    "layernorm": _own_norm,
    "rmsnorm": _own_norm,
}
"""By kind: the word for its form; nothing where it is the plain one."""


def forms(read: Read) -> tuple[str, ...]:
    """The names a rule may have for a layer, the most exact first: ``upsample linear 2-D``, ``upsample linear``, …."""
    kind = read.node.kind
    words = FORMS[kind](read).split() if kind in FORMS else []
    return tuple(" ".join((kind, *words[:count])) for count in range(len(words), -1, -1))
