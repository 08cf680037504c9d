"""All conventions by name: this program's own, what papers print, and those of tools."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from shapecalc.analysis.cost.conventions.deepspeed import CALFLOPS, DEEPSPEED
from shapecalc.analysis.cost.conventions.fvcore import FVCORE
from shapecalc.analysis.cost.conventions.ours import FLOPS, OURS, PAPER
from shapecalc.analysis.cost.conventions.ptflops import PTFLOPS, PTFLOPS_ATEN
from shapecalc.analysis.cost.conventions.thop import THOP
from shapecalc.analysis.cost.conventions.torch import TORCH
from shapecalc.analysis.cost.conventions.torchinfo import TORCHINFO
from shapecalc.analysis.cost.conventions.xla import XLA

if TYPE_CHECKING:
    from shapecalc.analysis.cost.convention import Convention

EVERY = (
    *(OURS, FLOPS, PAPER),
    *(TORCH, FVCORE, THOP, PTFLOPS, PTFLOPS_ATEN, TORCHINFO, DEEPSPEED, CALFLOPS),
    XLA,
)
CONVENTIONS: Mapping[str, Convention] = {convention.name: convention for convention in EVERY}
"""In the order of ``CONVENTION_NAMES``."""
