"""A device of one's own, from a file: ``peak: {float32: 19.5T, float16: 312T}`` and ``bandwidth: 1555G``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from shapecalc.analysis.cost.devices import Device
from shapecalc.diagnostics import Diagnostic, Route, SpecError, nearest
from shapecalc.network.amounts import amount
from shapecalc.source.expressions import ExpressionError

if TYPE_CHECKING:
    from shapecalc.source.document import Document

KEYS = ("name", "peak", "bandwidth", "source")
EXAMPLES = {"peak": "peak: {float32: 19.5T, float16: 312T}", "bandwidth": "bandwidth: 1555G"}
UNIT = re.compile(r"\s*(?:FLOPS?(?:/s)?|OPS?(?:/s)?|B/s|/s)$", re.IGNORECASE)
"""What may stand after an amount, and says only what it is of."""


def read(document: Document, dtypes: Iterable[str]) -> Device:
    """The device that a file describes.

    Raises:
        SpecError: it does not; with every fault.
    """
    reading = _Reading(document, tuple(dtypes))
    device = reading.device()
    if reading.faults:
        raise SpecError(sorted(reading.faults, key=_position), document.name, document.text)
    return device


def _position(fault: Diagnostic) -> tuple[int, int]:
    return (fault.place.line, fault.place.column) if fault.place else (0, 0)


class _Reading:
    """One reading of a file, and the faults it meets."""

    def __init__(self, document: Document, dtypes: tuple[str, ...]) -> None:
        self.document = document
        self.data = document.data
        self.dtypes = dtypes
        self.faults: list[Diagnostic] = []

    def fault(self, code: str, message: str, route: Route, label: str, help: str = "", *, at_key: bool = False) -> None:
        place = (self.document.key_place if at_key else self.document.value_place)(route)
        self.faults.append(Diagnostic(code, message, route, label, help, at_key=at_key, place=place))

    def device(self) -> Device:
        for key in self.data:
            if key not in KEYS:
                near = nearest(key, [k for k in KEYS if k not in self.data])
                help = f"did you mean `{near}`?" if near else f"a device has {', '.join(f'`{k}`' for k in KEYS)}"
                self.fault("E110", f"a device has no `{key}`", (key,), "no key of this name", help, at_key=True)
        meant = {nearest(key, KEYS) for key in self.data}
        for key, example in EXAMPLES.items():
            if key not in meant:
                help = f"add a line such as `{example}`"
                self.fault("E111", f"the device has no `{key}`", (), f"no `{key}:`", help)
        bandwidth = self.speed(("bandwidth",), self.data["bandwidth"]) if "bandwidth" in self.data else 0
        name, source = (str(self.data.get(key) or self.document.name) for key in ("name", "source"))
        return Device(name, self.peaks(), bandwidth, source)

    def peaks(self) -> dict[str, int]:
        peaks = self.data.get("peak", {})
        if not isinstance(peaks, dict) or ("peak" in self.data and not peaks):
            help = f"write `{EXAMPLES['peak']}`"
            self.fault("E114", "`peak` is not a mapping of number formats", ("peak",), "not such a mapping", help)
            return {}
        for dtype in peaks:
            if dtype not in self.dtypes:
                near = nearest(dtype, self.dtypes)
                help = f"did you mean `{near}`?" if near else f"there are {', '.join(self.dtypes)}"
                self.fault("E116", f"`{dtype}` is no number format", ("peak", dtype), "not known", help, at_key=True)
        return {dtype: self.speed(("peak", dtype), raw) for dtype, raw in peaks.items() if dtype in self.dtypes}

    def speed(self, route: Route, raw: object) -> int:
        try:
            read = amount(UNIT.sub("", raw) if isinstance(raw, str) else raw)
        except ExpressionError as error:
            self.fault("E114", error.message, route, "not an amount", "write 19.5T, 1555G or a whole number a second")
            return 1
        if read.sign or read.value < 1:
            self.fault("E115", f"a speed is `{raw}`", route, "must be a number above 0, and no bound")
        return max(int(read.value), 1)
