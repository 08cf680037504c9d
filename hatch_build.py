"""Compile the package when it is installed from a checkout, so that the first command is as quick as the second."""

from __future__ import annotations

from compileall import compile_dir
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileHook(BuildHookInterface[Any]):
    """Write the bytecode that Python would write at the first import."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile, for an editable install only: others are compiled by the installer."""
        if version == "editable":
            compile_dir(str(Path(self.root, "shapecalc")), quiet=2)
