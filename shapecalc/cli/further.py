"""The options of ``analyze`` that ask for more: a device, and what training costs."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

if TYPE_CHECKING:
    from shapecalc.analysis import Analysis
    from shapecalc.analysis.cost.devices import Device

NAMES = "v100, t4, a100-40gb, a100-80gb, h100, l4, rtx3090, rtx4090, tpu-v3, tpu-v4"
OPTIMIZERS = ("sgd", "momentum", "adam", "adamw")
OPTIONS = (
    click.option(
        "--device",
        metavar="NAME|FILE",
        help=f"Bound the time of each layer on a device: {NAMES}; or a YAML file with `peak` and `bandwidth`.",
    ),
    click.option("--training", is_flag=True, help="Count what a step of training costs: forward, backward, optimizer."),
    click.option(
        "--optimizer",
        type=click.Choice(OPTIMIZERS),
        help="What --training updates the parameters by; `sgd` if not given.",
    ),
)


class Wanted(NamedTuple):
    """What is asked for beside the analysis."""

    device: Device | None = None
    training: str = ""
    """The optimizer of a training that is counted."""

    @property
    def anything(self) -> bool:
        """Whether something is."""
        return self != Wanted()


def asking(command: Callable[..., int]) -> Callable[..., int]:
    """Give a command the options, and what they ask for as ``wanted``."""

    @wraps(command)
    def called(*, device: str | None, training: bool, optimizer: str | None, **others: Any) -> int:
        if optimizer and not training:
            raise click.UsageError("--optimizer is for --training: give both")
        asked = Wanted(device_of(device) if device else None, (optimizer or "sgd") if training else "")
        return command(wanted=asked, **others)

    for option in reversed(OPTIONS):
        called = option(called)
    return called


def device_of(given: str) -> Device:
    """The device of a name, or in a file.

    Raises:
        Rejected: the file has faults, which are told.
        BadParameter: there is no such name.
    """
    from shapecalc.analysis.cost.devices import DEVICES  # noqa: PLC0415  when asked for

    if given.lower() in DEVICES:
        return DEVICES[given.lower()]
    if not Path(given).exists() and not given.lower().endswith((".yaml", ".yml")):
        from shapecalc.diagnostics import nearest  # noqa: PLC0415

        begun = [name for name in DEVICES if name.startswith(given.lower())]
        near = " or ".join(f"`{name}`" for name in begun or filter(None, [nearest(given, DEVICES)]))
        hint = f"did you mean {near}?" if near else f"there are {', '.join(DEVICES)}"
        raise click.BadParameter(f"`{given}` is neither a device nor a file; {hint}", param_hint="--device")
    from shapecalc.analysis.cost.devicefile import read  # noqa: PLC0415
    from shapecalc.analysis.memory import DTYPES  # noqa: PLC0415
    from shapecalc.cli.reading import tell_unread  # noqa: PLC0415
    from shapecalc.diagnostics import SpecError  # noqa: PLC0415
    from shapecalc.source.document import Document  # noqa: PLC0415

    try:
        return read(Document.open(given), DTYPES)
    except SpecError as error:
        raise tell_unread(error) from None


def answer(wanted: Wanted, analysis: Analysis, depth: int, opened: tuple[str, ...], form: str, *, to_file: bool) -> str:
    """The analysis with what is asked for beside it, as text."""
    from shapecalc.analysis.cost.devices import NoPeakError  # noqa: PLC0415
    from shapecalc.analysis.cost.roofline import roofline  # noqa: PLC0415
    from shapecalc.render import further as rendering  # noqa: PLC0415
    from shapecalc.render.roofline import further as of_device  # noqa: PLC0415

    more = []
    if wanted.device:
        try:
            more.append(of_device(roofline(analysis, wanted.device)))
        except NoPeakError as error:
            raise click.UsageError(f"{error}: see --dtype") from None
    if wanted.training:
        from shapecalc.analysis.cost.training import training  # noqa: PLC0415
        from shapecalc.render.training import further as of_training  # noqa: PLC0415

        more.append(of_training(training(analysis, wanted.training)))
    whole = more[0] if len(more) == 1 else more[0].also(more[1])
    return rendering.FORMATS[form](rendering.Asked(analysis, whole, depth, opened, to_file))
