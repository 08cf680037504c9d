"""The blocks that come with shapecalc: called like a file's own, which goes before them.

Each is a spec of its own in ``shapecalc/blocks``, named as the block is: its layers are an example of a call. Of the
calling file nothing reaches into it but the arguments: not its variables, not its defaults.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shapecalc.source.document import Document

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shapecalc.diagnostics import Route

ROOT = "library"
"""What the routes into these blocks begin with."""
FOLDER = Path(__file__).parents[1] / "blocks"


@cache
def files() -> dict[str, Path]:
    """The file of every block, by the block's name."""
    return {path.stem: path for path in sorted(FOLDER.glob("*.yaml"))}


def names() -> tuple[str, ...]:
    """The blocks there are."""
    return tuple(files())


def block(name: str) -> Mapping[str, Any] | None:
    """What the file of a block says of it; None if there is none of this name."""
    path = files().get(name) if name[:1].isupper() else None
    return None if path is None else Document.open(path).data["blocks"][name]


def within(route: Route) -> bool:
    """Whether a route leads into one of these blocks."""
    return route[:1] == (ROOT,)
