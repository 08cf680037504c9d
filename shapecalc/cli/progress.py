"""A progress bar on stderr: only on a terminal, and only for what lasts over a second."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Timer

from shapecalc.cli.reading import console
from shapecalc.render.units import plain

PATIENCE = 1.0
"""Seconds before the bar shows."""
ROOM = 24
"""Columns for the name of what was done last."""


@contextmanager
def progress(total: int) -> Iterator[Callable[[str, int], None]]:
    """A function that is told what was done last, and how much of the total that was."""
    err = console(stderr=True)
    if not err.is_terminal:
        yield lambda _, __: None
        return
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415
    from rich.progress import TimeRemainingColumn as Remaining  # noqa: PLC0415

    bar = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        Remaining(),
        console=err,
        transient=True,
    )
    task = bar.add_task("", total=max(total, 1))
    late = Timer(PATIENCE, bar.start)
    late.daemon = True
    late.start()
    try:
        yield lambda what, amount: bar.update(task, advance=amount, description=f"{plain(what)[:ROOM]:<{ROOM}}")
    finally:
        late.cancel()
        late.join()
        bar.stop()
