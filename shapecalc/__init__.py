"""The instrument for the arithmetic of neural networks.

>>> import shapecalc as sc
>>> answer = sc.analyze(sc.load({"input": [1, 28, 28], "layers": [{"conv": 8, "kernel": 3}, "flatten", {"dense": 10}]}))
>>> int(answer.params)
54170
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shapecalc.analysis import Analysis, analyze
    from shapecalc.analysis.memory.question import memory
    from shapecalc.budget import check
    from shapecalc.comparison import compare
    from shapecalc.diagnostics import Diagnostic, SpecError
    from shapecalc.engine.proof import verify
    from shapecalc.engine.run import run
    from shapecalc.fields import field
    from shapecalc.figure import Figure
    from shapecalc.linting import lint
    from shapecalc.loading import load
    from shapecalc.render.derivation import explain
    from shapecalc.shape import Shape
    from shapecalc.sizing import sizes

__version__ = "0.1.0"

PUBLIC = {
    "Analysis": "analysis",
    "Diagnostic": "diagnostics",
    "Figure": "figure",
    "Shape": "shape",
    "SpecError": "diagnostics",
    "analyze": "analysis",
    "check": "budget",
    "compare": "comparison",
    "explain": "render.derivation",
    "field": "fields",
    "lint": "linting",
    "load": "loading",
    "memory": "analysis.memory.question",
    "run": "engine.run",
    "sizes": "sizing",
    "verify": "engine.proof",
}
"""Each public name, and the module that is loaded when it is first used."""

__all__ = [
    "Analysis",
    "Diagnostic",
    "Figure",
    "Shape",
    "SpecError",
    "analyze",
    "check",
    "compare",
    "explain",
    "field",
    "lint",
    "load",
    "memory",
    "run",
    "sizes",
    "verify",
]


def __getattr__(name: str) -> Any:
    """Load a public name on first use, so that a command pays only for what it needs."""
    if name in PUBLIC:
        return getattr(import_module(f"{__name__}.{PUBLIC[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
